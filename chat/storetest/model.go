package storetest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/chat"
)

// model is what a Store does with one room, in the plainest way.
type model struct {
	messages []chat.Message // that of n 1 first
	seq      int64
}

func (m *model) apply(op chat.Op) chat.Outcome {
	if op.Verb == chat.Say {
		return m.say(op.Message)
	}
	by := op.Message
	if by.N < 1 || by.N > int64(len(m.messages)) || !m.messages[by.N-1].Visible(by.From) {
		return chat.Outcome{Err: chat.ErrNoSuchMessage}
	}
	stands := &m.messages[by.N-1]
	deleted, own := !stands.Deleted.IsZero(), stands.From == by.From
	if op.Verb == chat.Edit {
		switch {
		case deleted:
			return chat.Outcome{Err: chat.ErrNoSuchMessage}
		case !own:
			return chat.Outcome{Err: chat.ErrForbidden}
		case stands.Text == by.Text:
			return chat.Outcome{Message: *stands, Repeat: true}
		}
		stands.Text, stands.Edited = by.Text, by.At
	} else {
		switch {
		case !own && !op.Host:
			return chat.Outcome{Err: chat.ErrForbidden}
		case deleted:
			return chat.Outcome{Message: *stands, Repeat: true}
		}
		stands.Text, stands.Edited, stands.Deleted = "", time.Time{}, by.At
	}
	m.seq++
	stands.Seq = m.seq
	return chat.Outcome{Message: *stands}
}

func (m *model) say(line chat.Message) chat.Outcome {
	for _, before := range m.messages {
		if before.From == line.From && before.Key == line.Key {
			return chat.Outcome{Message: before, Repeat: true}
		}
	}
	if n := line.Reply; n < 0 || n > int64(len(m.messages)) || n > 0 && !m.messages[n-1].Visible(line.From) {
		return chat.Outcome{Err: chat.ErrNoSuchMessage}
	}
	m.seq++
	line.Seq, line.N = m.seq, int64(len(m.messages)+1)
	m.messages = append(m.messages, line)
	return chat.Outcome{Message: line}
}

func (m *model) find(q chat.Query) chat.Page {
	page := chat.Page{Seq: m.seq}
	for _, line := range m.messages {
		reached := map[chat.Direction]bool{
			chat.Older: q.From == 0 || line.N < q.From, chat.Newer: line.N > q.From, chat.Changed: line.Seq > q.From,
		}
		if reached[q.Direction] && line.Visible(q.Viewer) && holds(line.Text, q.Words) {
			page.Messages = append(page.Messages, line)
		}
	}
	if q.Direction == chat.Changed {
		slices.SortFunc(page.Messages, func(a, b chat.Message) int { return int(a.Seq - b.Seq) })
	}
	if most := len(page.Messages); most > q.Limit {
		page.More = true
		if q.Direction == chat.Older {
			page.Messages = page.Messages[most-q.Limit:]
		} else {
			page.Messages = page.Messages[:q.Limit]
		}
	}
	return page
}

// holds tells whether a text of the vocabulary has all words of a search;
// what comes after U+1100 in it is dense.
func holds(text, search string) bool {
	for sought := range strings.FieldsSeq(search) {
		if !slices.ContainsFunc(strings.Fields(text), func(word string) bool {
			return word == sought || len(sought) > 1 && strings.HasPrefix(word, sought) || sought > "\u1100" && strings.Contains(word, sought)
		}) {
			return false
		}
	}
	return true
}

var (
	vocabulary = []string{"tea", "teapot", "time", "회의", "회의실에서", "실내", "3", "34", "日本語", "🍵🍵"}
	searches   = []string{
		"", "", "", "t", "te", "tea", "teapots", "apot", "ea", "tea time", "time t", "회", "회의", "의실", "실", "실에서", "에서 회의",
		"실 3", "내", "3", "34", "4", "日本", "語", "本語 tea", "🍵", "🍵🍵",
	}
	peers   = []string{"a", "b", "c", "d"}
	viewers = append(slices.Clone(peers), "")
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// randomOp makes an op that makes sense more often than not.
func (m *model) randomOp(r *rand.Rand) chat.Op {
	most := int64(len(m.messages))
	op := chat.Op{Host: r.IntN(4) == 0, Message: chat.Message{From: pick(r, peers), At: at(r.IntN(1_000_000))}}
	by := &op.Message
	for range 1 + r.IntN(3) {
		by.Text = strings.TrimSpace(by.Text + " " + pick(r, vocabulary))
	}
	if r.IntN(2) == 0 {
		by.Key, by.Name = fmt.Sprint(r.IntN(40)), "Peer "+by.From // at most 160 lines a room
		if r.IntN(3) == 0 {
			by.To = pick(r, peers)
		}
		if r.IntN(4) == 0 {
			by.Reply = r.Int64N(most+4) - 1
		}
		return op
	}
	op.Verb, by.N = pick(r, []chat.Verb{chat.Edit, chat.Edit, chat.Delete}), r.Int64N(most+4)-1
	if by.N > 0 && by.N <= most {
		stands := m.messages[by.N-1]
		if r.IntN(3) > 0 {
			by.From = stands.From
		}
		if r.IntN(6) == 0 {
			by.Text = stands.Text
		}
	}
	if op.Verb == chat.Delete {
		by.Text = ""
	}
	return op
}

// testModel does ops at random, and compares what becomes of them and what is
// found with a model.
func testModel(t *testing.T, s suite) {
	for seed := range uint64(3) {
		r := rand.New(rand.NewPCG(seed, 0))
		rooms := []string{fmt.Sprint("tea", seed), fmt.Sprint("TEA", seed), fmt.Sprint("te", seed)}
		models := make(map[string]*model)
		var readers []*reader
		for _, room := range rooms {
			models[room] = new(model)
			for _, viewer := range viewers {
				readers = append(readers, newReader(room, viewer))
			}
		}
		for step := range 60 {
			room := pick(r, rooms)
			s.modelStep(fmt.Sprintf("seed %d, step %d", seed, step), r, room, models[room])
			if t.Failed() {
				return
			}
			if err := pick(r, readers).catchUp(t.Context(), s.store, 1+r.IntN(7)); err != nil {
				t.Fatal(err)
			}
		}
		for _, reader := range readers {
			if err := reader.catchUp(t.Context(), s.store, 1+r.IntN(50)); err != nil {
				t.Fatal(err)
			}
			want := models[reader.room].find(chat.Query{Viewer: reader.viewer, Direction: chat.Newer, Limit: 1000})
			if got := reader.page(); show(got) != show(want) {
				t.Fatalf("seed %d: %q in %s knows\n%s\nwant\n%s", seed, reader.viewer, reader.room, show(got), show(want))
			}
		}
	}
}

// modelStep does a batch and asks some queries.
func (s suite) modelStep(what string, r *rand.Rand, room string, m *model) {
	s.t.Helper()
	var (
		ops  []chat.Op
		want []chat.Outcome
	)
	for range 1 + r.IntN(8) {
		op := m.randomOp(r)
		ops, want = append(ops, op), append(want, m.apply(op))
	}
	for i, o := range s.apply(room, ops...) {
		what := fmt.Sprintf("%s, op %d: %s", what, i, tellOp(ops[i]))
		s.want(what, []chat.Outcome{o}, became(want[i]))
		if o.Err == nil {
			s.same(what, o.Message, want[i].Message)
		}
		if s.t.Failed() {
			return
		}
	}
	for range 4 {
		q := chat.Query{
			Room: room, Viewer: pick(r, viewers), Direction: pick(r, directions),
			From: max(0, r.Int64N(m.seq+8)-4), Limit: r.IntN(20),
		}
		if q.Direction == chat.Older {
			q.Words = pick(r, searches)
		}
		if got, want := show(s.find(q)), show(m.find(q)); got != want {
			s.t.Fatalf("%s: %+v finds\n%s\nwant\n%s", what, q, got, want)
		}
	}
}

// reader knows a room from its changes alone.
type reader struct {
	room, viewer string
	seq          int64
	messages     map[int64]chat.Message // by n
}

func newReader(room, viewer string) *reader {
	return &reader{room: room, viewer: viewer, messages: make(map[int64]chat.Message)}
}

// catchUp takes in what changed since the last time.
func (r *reader) catchUp(ctx context.Context, store chat.Store, limit int) error {
	for {
		page, err := store.Find(ctx, chat.Query{Room: r.room, Viewer: r.viewer, Direction: chat.Changed, From: r.seq, Limit: limit})
		if err != nil {
			return fmt.Errorf("find: %w", err)
		}
		for _, m := range page.Messages {
			if m.Seq <= r.seq {
				return fmt.Errorf("%s: seq %d after %d", r.room, m.Seq, r.seq)
			}
			r.seq, r.messages[m.N] = m.Seq, m
		}
		switch {
		case !page.More:
			r.seq = max(r.seq, page.Seq)
			return nil
		case len(page.Messages) < limit:
			return fmt.Errorf("%s: %d messages and more, and the limit is %d", r.room, len(page.Messages), limit)
		}
	}
}

// page is all the reader knows, in the order of n.
func (r *reader) page() chat.Page {
	page := chat.Page{Seq: r.seq}
	for _, n := range slices.Sorted(maps.Keys(r.messages)) {
		page.Messages = append(page.Messages, r.messages[n])
	}
	return page
}
