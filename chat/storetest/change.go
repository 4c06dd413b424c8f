package storetest

import (
	"fmt"
	"math"
	"testing"
	"time"

	"moim/chat"
)

// changes tells a room's story: each op and what becomes of it.
var changes = []struct {
	op   chat.Op
	want string
}{
	{say(line("a", "one")), "1:1"},
	{say(line("b", "two")), "2:2"},
	{say(private("a", "b", "secret")), "3:3"},

	{edit("a", 1, "uno"), "1:4"},
	{edit("a", 1, "uno"), "1:4 again"},
	{edit("a", 1, "one"), "1:5"},
	{edit("b", 1, "mine"), "forbidden"},
	{edit("b", 1, "one"), "forbidden"},
	{asHost(edit("b", 1, "mine")), "forbidden"},
	{edit("b", 3, "mine"), "forbidden"},
	{edit("c", 3, "mine"), "none"},
	{asHost(edit("c", 3, "mine")), "none"},
	{del("b", 1), "forbidden"},
	{del("b", 3), "forbidden"},
	{del("c", 3), "none"},
	{asHost(del("c", 3)), "none"},

	{edit("a", 4, "not yet"), "none"},
	{edit("a", 3, "another secret"), "3:6"},
	{asHost(del("b", 3)), "3:7"},
	{asHost(del("b", 3)), "3:7 again"},
	{del("a", 3), "3:7 again"},
	{del("b", 3), "forbidden"},
	{asHost(del("c", 3)), "none"},
	{edit("a", 3, "back"), "none"},
	{edit("a", 3, ""), "none"},
	{edit("b", 3, "back"), "none"},
	{asHost(del("c", 2)), "2:8"},
	{del("c", 2), "forbidden"},
	{del("b", 2), "2:8 again"},

	{say(line("a", "one")), "1:5 again"},
	{say(line("b", "two")), "2:8 again"},
	{say(line("a", "secret")), "3:7 again"},
	{say(line("a", "four")), "4:9"},
	{edit("a", 4, "four, edited"), "4:10"},
	{del("a", 4), "4:11"},
	{say(line("a", "four")), "4:11 again"},
	{say(reply("c", "to a deleted one", 2)), "5:12"},
	{say(reply("c", "to a deleted one of others", 3)), "none"},
	{del("c", 5), "5:13"},
	{say(line("a", "six")), "6:14"},
}

// testChanges tells it one by one and in one batch.
func testChanges(t *testing.T, s suite) {
	var seq int64
	for i, change := range changes {
		o := s.apply("one by one", change.op)
		s.want(fmt.Sprintf("change %d, %s", i, tellOp(change.op)), o, change.want)
		seq = max(seq, o[0].Message.Seq)
		page := s.find(chat.Query{Room: "one by one", Viewer: "c", Limit: 1})
		if page.Seq != seq {
			t.Fatalf("the room's seq is %d after change %d, want %d", page.Seq, i, seq)
		}
	}
	var all []chat.Op
	for _, change := range changes {
		all = append(all, change.op)
	}
	for i, o := range s.apply("at once", all...) {
		s.want(fmt.Sprintf("change %d at once, %s", i, tellOp(all[i])), []chat.Outcome{o}, changes[i].want)
	}
	for _, viewer := range []string{"a", "b", "c"} {
		for _, d := range directions {
			q := chat.Query{Room: "one by one", Viewer: viewer, Direction: d, Limit: 50}
			one := s.find(q)
			q.Room = "at once"
			if once := s.find(q); show(one) != show(once) {
				t.Errorf("%s sees in direction %d, one by one\n%s\nat once\n%s", viewer, d, show(one), show(once))
			}
		}
	}
}

// testChangedFields holds what a change makes of a message, in its outcome
// and everywhere else, and that a change which is none keeps its time.
func testChangedFields(t *testing.T, s suite) {
	s.append("tea", line("b", "first"))
	m := chat.Message{Key: "k", From: "a", Name: "Peer a", Text: "one", At: at(10), To: "b", Reply: 1}
	s.append("tea", m)
	m.N, m.Seq = 2, 2
	change := func(verb chat.Verb, text string, ms int) {
		t.Helper()
		o := s.apply("tea", chat.Op{Verb: verb, Message: chat.Message{N: 2, From: "a", Text: text, At: at(ms)}})[0]
		s.same("outcome", o.Message, m)
		for _, viewer := range []string{"a", "b"} {
			for _, d := range directions {
				page := s.find(chat.Query{Room: "tea", Viewer: viewer, Direction: d, Limit: 50})
				s.wantPage("found", page, false, 1, 2)
				s.same("found", page.Messages[1], m)
			}
		}
		s.same("said again", s.append("tea", chat.Message{Key: "k", From: "a", Text: "one", At: at(99)})[0].Message, m)
	}
	m.Text, m.Seq, m.Edited = "  둘 \n🍵", 3, at(20)
	change(chat.Edit, m.Text, 20)
	change(chat.Edit, m.Text, 21)
	m.Text, m.Seq, m.Edited = "one", 4, at(22)
	change(chat.Edit, m.Text, 22)
	m.Text, m.Seq, m.Edited, m.Deleted = "", 5, time.Time{}, at(30)
	change(chat.Delete, "", 30)
	change(chat.Delete, "", 31)
}

// testChangesElsewhere holds that a number the room does not have is no
// message, and none of another room.
func testChangesElsewhere(t *testing.T, s suite) {
	rooms := []string{"1", "2", "3", "4"}
	before := map[string]string{}
	for _, room := range rooms {
		s.append(room, line("a", "one"), line("a", "two"), line("a", "three"))
		before[room] = show(s.find(chat.Query{Room: room, Viewer: "a", Limit: 50}))
	}
	for _, room := range append(rooms, "unknown") {
		var ops []chat.Op
		for _, n := range []int64{
			math.MinInt64, -1, 0, 4, 1 << 32, 1<<32 + 1, 2<<32 + 1, 3<<32 + 1, 4<<32 + 1, 1 << 52, beyond, math.MaxInt64,
		} {
			ops = append(ops, edit("a", n, "x"), del("a", n), asHost(del("b", n)))
			if n != 0 {
				ops = append(ops, say(reply("a", fmt.Sprint(n), n)))
			}
		}
		for i, o := range s.apply(room, ops...) {
			if got := became(o); got != "none" {
				t.Errorf("room %s, %s: %s", room, tellOp(ops[i]), got)
			}
		}
	}
	for _, room := range rooms {
		if after := show(s.find(chat.Query{Room: room, Viewer: "a", Limit: 50})); after != before[room] {
			t.Errorf("room %s was\n%s\nand is\n%s", room, before[room], after)
		}
	}
}
