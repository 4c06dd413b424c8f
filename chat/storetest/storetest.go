// Package storetest has the tests that every chat.Store passes.
package storetest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moim/chat"
)

// Run tests the stores that open makes: one of its own for each test, empty,
// which keeps at least 200 lines of each of 100 rooms. Run closes it.
func Run(t *testing.T, open func(t *testing.T) chat.Store) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, suite)
	}{
		{"Order", testOrder},
		{"Fields", testFields},
		{"Rooms", testRooms},
		{"UnknownRoom", testUnknownRoom},
		{"Repeat", testRepeat},
		{"RepeatWithinBatch", testRepeatWithinBatch},
		{"RepeatIsPerPeerAndRoom", testRepeatIsPerPeerAndRoom},
		{"Reply", testReply},
		{"Refused", testRefused},
		{"NothingToAppend", testNothingToAppend},
		{"Pages", testPages},
		{"Private", testPrivate},
		{"PrivatePages", testPrivatePages},
		{"Copies", testCopies},
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

var moment = time.Date(2026, 11, 22, 12, 0, 0, 123_000_000, time.UTC)

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

// ops makes of lines the ops that say them.
func ops(lines ...chat.Message) []chat.Op {
	ops := make([]chat.Op, len(lines))
	for i, line := range lines {
		ops[i].Message = line
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

// wantStored checks outcomes of new lines, whose N follow one another.
func (s suite) wantStored(outcomes []chat.Outcome, first int64) {
	s.t.Helper()
	for i, o := range outcomes {
		if o.Err != nil || o.Repeat || o.Message.N != first+int64(i) {
			s.t.Fatalf("line %d: n %d, repeat %v, %v; want n %d", i, o.Message.N, o.Repeat, o.Err, first+int64(i))
		}
	}
}

// wantPage checks the N of a page and whether there are more.
func (s suite) wantPage(what string, page chat.Page, more bool, want ...int64) {
	s.t.Helper()
	got := make([]int64, len(page.Messages))
	for i, m := range page.Messages {
		got[i] = m.N
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || page.More != more {
		s.t.Errorf("%s: %v, more %v; want %v, %v", what, got, page.More, want, more)
	}
}

func from(first, last int64) []int64 {
	var ns []int64
	for n := first; n <= last; n++ {
		ns = append(ns, n)
	}
	return ns
}

func testOrder(t *testing.T, s suite) {
	s.wantStored(s.append("tea", line("a", "one")), 1)
	s.wantStored(s.append("tea", line("b", "two"), line("a", "three"), line("b", "four")), 2)
	s.wantStored(s.append("tea", lines("c", 5, 100)...), 5)
	given := line("a", "last")
	given.N = 7
	s.wantStored(s.append("tea", given), 105)
	page := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 200})
	s.wantPage("all", page, false, from(1, 105)...)
	for i, want := range []string{"one", "two", "three", "four", "5"} {
		if got := page.Messages[i].Text; got != want {
			t.Errorf("line %d is %q, want %q", i+1, got, want)
		}
	}
}

func testFields(_ *testing.T, s suite) {
	texts := []string{
		"x", "  spaces \n\tand breaks ", "'; DROP TABLE messages; --", `\"%_\\`, "모임 🍵 e\u0301 \u202e",
		"\x01\x7f\u2028", strings.Repeat("🍵", chat.MaxText),
	}
	var want []chat.Message
	for i, text := range texts {
		m := chat.Message{
			Key: fmt.Sprint("k'", i), From: "peer-a", Name: "Mina 모임 '\"", Text: text,
			At: moment.Add(time.Duration(i) * time.Millisecond), To: []string{"", "peer-b"}[i%2], Reply: int64(i),
		}
		o := s.append("tea", m)[0]
		m.N, m.Seq = int64(i+1), int64(i+1)
		want = append(want, m)
		s.same("outcome", o.Message, m)
	}
	for i, m := range s.find(chat.Query{Room: "tea", Viewer: "peer-a", Limit: 50}).Messages {
		s.same("history", m, want[i])
	}
}

func (s suite) same(what string, got, want chat.Message) {
	s.t.Helper()
	for _, at := range []struct {
		what      string
		got, want *time.Time
	}{{"said", &got.At, &want.At}, {"edited", &got.Edited, &want.Edited}, {"deleted", &got.Deleted, &want.Deleted}} {
		if !at.got.Equal(*at.want) {
			s.t.Errorf("%s: %s at %v, want %v", what, at.what, at.got, at.want)
		}
		*at.got = *at.want
	}
	if got != want {
		s.t.Errorf("%s: %.300s, want %.300s", what, fmt.Sprint(got), fmt.Sprint(want))
	}
}

func testRooms(_ *testing.T, s suite) {
	s.wantStored(s.append("tea", lines("a", 1, 3)...), 1)
	s.wantStored(s.append("coffee", lines("a", 1, 2)...), 1)
	s.wantStored(s.append("TEA", line("a", "other case")), 1)
	s.wantStored(s.append("tea", line("a", "more")), 4)
	s.wantPage("tea", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, 1, 2, 3, 4)
	s.wantPage("coffee", s.find(chat.Query{Room: "coffee", Viewer: "a", Limit: 50}), false, 1, 2)
}

func testUnknownRoom(_ *testing.T, s suite) {
	s.append("tea", line("a", "x"))
	for _, room := range []string{"coffee", "", "te", "tea%", "tea\u0301"} {
		s.wantPage("unknown "+room, s.find(chat.Query{Room: room, Viewer: "a", Limit: 50}), false)
	}
}

func testNothingToAppend(_ *testing.T, s suite) {
	s.append("tea")
	s.wantPage("nothing", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false)
	s.wantStored(s.append("tea", line("a", "x")), 1)
}

func testCopies(t *testing.T, s suite) {
	given := []chat.Message{line("a", "x")}
	s.append("tea", given...)[0].Message.Text = "changed"
	given[0].Text = "changed"
	s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}).Messages[0].Text = "changed"
	if got := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}).Messages[0].Text; got != "x" {
		t.Errorf("the stored line is %q", got)
	}
}
