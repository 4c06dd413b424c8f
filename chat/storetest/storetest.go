// Package storetest has the tests that every chat.Store passes.
package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/chat"
)

// Run tests the stores that open makes: one of its own for each test, empty,
// which keeps at least 200 lines of each of 100 rooms, and times at least to
// the millisecond. Run closes it.
func Run(t *testing.T, open func(t *testing.T) chat.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, suite)
	}{
		{"Order", testOrder},
		{"Fields", testFields},
		{"Rooms", testRooms},
		{"UnknownRoom", testUnknownRoom},
		{"Nothing", testNothing},
		{"Copies", testCopies},
		{"Cancelled", testCancelled},
		{"Repeat", testRepeat},
		{"RepeatWithinBatch", testRepeatWithinBatch},
		{"RepeatIsPerPeerAndRoom", testRepeatIsPerPeerAndRoom},
		{"Reply", testReply},
		{"Refused", testRefused},
		{"Changes", testChanges},
		{"ChangedFields", testChangedFields},
		{"ChangesElsewhere", testChangesElsewhere},
		{"Older", testOlder},
		{"Newer", testNewer},
		{"Changed", testChanged},
		{"RoomsApart", testRoomsApart},
		{"Private", testPrivate},
		{"PrivatePages", testPrivatePages},
		{"Search", testSearch},
		{"SearchLong", testSearchLong},
		{"SearchChanged", testSearchChanged},
		{"SearchPrivate", testSearchPrivate},
		{"SearchRooms", testSearchRooms},
		{"SearchPages", testSearchPages},
		{"Erase", testErase},
		{"EraseAmongOthers", testEraseAmongOthers},
		{"EraseGivenUp", testEraseGivenUp},
		{"Model", testModel},
		{"Concurrent", testConcurrent},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := suite{t, open(t)}
			t.Cleanup(func() {
				if err := s.store.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			test.run(t, s)
		})
	}
}

// suite is a store under test.
type suite struct {
	t     *testing.T
	store chat.Store
}

// beyond is the greatest number a client can name, and more than any room has.
const beyond = 1<<53 - 1

var moment = time.Date(2026, 11, 22, 12, 0, 0, 123_000_000, time.UTC)

// at is so many milliseconds after the moment.
func at(ms int) time.Time { return moment.Add(time.Duration(ms) * time.Millisecond) }

// line makes a line of a peer whose key is its text.
func line(from, text string) chat.Message {
	return chat.Message{Key: text, From: from, Name: "Peer " + from, Text: text, At: moment}
}

// lines makes n lines of a peer, numbered from first on.
func lines(from string, first, n int) []chat.Message {
	made := make([]chat.Message, n)
	for i := range made {
		made[i] = line(from, fmt.Sprint(first+i))
	}
	return made
}

func private(from, to, text string) chat.Message {
	m := line(from, text)
	m.To = to
	return m
}

func reply(from, text string, n int64) chat.Message {
	m := line(from, text)
	m.Reply = n
	return m
}

func say(m chat.Message) chat.Op { return chat.Op{Message: m} }

func edit(from string, n int64, text string) chat.Op {
	return chat.Op{Verb: chat.Edit, Message: chat.Message{N: n, From: from, Text: text, At: at(1)}}
}

func del(from string, n int64) chat.Op {
	return chat.Op{Verb: chat.Delete, Message: chat.Message{N: n, From: from, At: at(2)}}
}

func asHost(op chat.Op) chat.Op {
	op.Host = true
	return op
}

// ops makes of lines the ops that say them.
func ops(lines ...chat.Message) []chat.Op {
	ops := make([]chat.Op, len(lines))
	for i, line := range lines {
		ops[i] = say(line)
	}
	return ops
}

func (s suite) append(room string, lines ...chat.Message) []chat.Outcome {
	s.t.Helper()
	return s.apply(room, ops(lines...)...)
}

func (s suite) apply(room string, ops ...chat.Op) []chat.Outcome {
	s.t.Helper()
	outcomes, err := s.store.Apply(s.t.Context(), room, ops)
	if err != nil {
		s.t.Fatalf("apply: %v", err)
	}
	if len(outcomes) != len(ops) {
		s.t.Fatalf("%d outcomes of %d ops", len(outcomes), len(ops))
	}
	return outcomes
}

func (s suite) find(q chat.Query) chat.Page {
	s.t.Helper()
	page, err := s.store.Find(s.t.Context(), q)
	if err != nil {
		s.t.Fatalf("find: %v", err)
	}
	if len(page.Messages) > q.Limit {
		s.t.Fatalf("%d lines, and the limit is %d", len(page.Messages), q.Limit)
	}
	return page
}

// became is what an outcome says, in short: N:Seq, and whether it was so before.
func became(o chat.Outcome) string {
	switch {
	case errors.Is(o.Err, chat.ErrNoSuchMessage) && !o.Repeat:
		return "none"
	case errors.Is(o.Err, chat.ErrForbidden) && !o.Repeat:
		return "forbidden"
	case o.Err != nil:
		return fmt.Sprint(o.Err, o.Repeat)
	case o.Repeat:
		return fmt.Sprintf("%d:%d again", o.Message.N, o.Message.Seq)
	}
	return fmt.Sprintf("%d:%d", o.Message.N, o.Message.Seq)
}

// want checks what became of ops, as became says it.
func (s suite) want(what string, outcomes []chat.Outcome, want ...string) {
	s.t.Helper()
	var got []string
	for _, o := range outcomes {
		got = append(got, became(o))
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("%s: %s; want %s", what, strings.Join(got, ", "), strings.Join(want, ", "))
	}
}

// wantPage checks the N of a page and whether there are more.
func (s suite) wantPage(what string, page chat.Page, more bool, want ...int64) {
	s.t.Helper()
	got := make([]int64, len(page.Messages))
	for i, m := range page.Messages {
		got[i] = m.N
	}
	if !slices.Equal(got, want) || page.More != more {
		s.t.Errorf("%s: %v, more %v; want %v, %v", what, got, page.More, want, more)
	}
}

// pageTest is a query of a room, who asks for it, and what it finds.
type pageTest struct {
	viewer string
	from   int64
	limit  int
	more   bool
	want   []int64
}

func (s suite) wantPages(room string, d chat.Direction, words string, tests []pageTest) {
	s.t.Helper()
	for _, tt := range tests {
		page := s.find(chat.Query{Room: room, Viewer: tt.viewer, Direction: d, From: tt.from, Words: words, Limit: tt.limit})
		s.wantPage(fmt.Sprintf("%s sees in direction %d from %d, limit %d", tt.viewer, d, tt.from, tt.limit), page, tt.more, tt.want...)
	}
}

func (s suite) same(what string, got, want chat.Message) {
	s.t.Helper()
	if got, want := tell(got), tell(want); got != want {
		s.t.Errorf("%s: %.500s\nwant %.500s", what, got, want)
	}
}

// tell is all of a message in words.
func tell(m chat.Message) string {
	since := func(t time.Time) any {
		if t.IsZero() {
			return "never"
		}
		return t.Sub(moment)
	}
	return fmt.Sprintf("%d:%d %q from %q (%q) to %q, reply %d, said %v, edited %v, deleted %v: %q",
		m.N, m.Seq, m.Key, m.From, m.Name, m.To, m.Reply, since(m.At), since(m.Edited), since(m.Deleted), m.Text)
}

// tellOp is an op in words.
func tellOp(op chat.Op) string {
	return fmt.Sprintf("%s (host %v) %s", [...]string{"say", "edit", "delete"}[op.Verb], op.Host, tell(op.Message))
}

// show is all of a page in words.
func show(page chat.Page) string {
	told := []string{fmt.Sprintf("seq %d, more %v", page.Seq, page.More)}
	for _, m := range page.Messages {
		told = append(told, tell(m))
	}
	return strings.Join(told, "\n")
}

// between lists numbers, both ends included.
func between(first, last int64) []int64 {
	var ns []int64
	for n := first; n <= last; n++ {
		ns = append(ns, n)
	}
	return ns
}
