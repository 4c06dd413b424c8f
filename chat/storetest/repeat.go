package storetest

import (
	"errors"
	"testing"

	"moim/chat"
)

// wantRepeat checks the outcome of a line that was stored before.
func (s suite) wantRepeat(o chat.Outcome, n int64, text string) {
	s.t.Helper()
	if o.Err != nil || !o.Repeat || o.Message.N != n || o.Message.Text != text {
		s.t.Errorf("n %d, %q, repeat %v, %v; want a repeat of n %d, %q", o.Message.N, o.Message.Text, o.Repeat, o.Err, n, text)
	}
}

func testRepeat(_ *testing.T, s suite) {
	s.append("tea", line("a", "one"), line("a", "two"))
	again := line("a", "one")
	again.Text, again.To, again.Name = "changed", "b", "Renamed"
	o := s.append("tea", again)[0]
	s.wantRepeat(o, 1, "one")
	want := line("a", "one")
	want.N, want.Seq = 1, 1
	s.same("repeat", o.Message, want)
	again.Reply = 99 // a repeat stands as it was first
	s.wantRepeat(s.append("tea", again)[0], 1, "one")

	outcomes := s.append("tea", line("a", "two"), line("a", "three"), line("a", "one"))
	s.wantRepeat(outcomes[0], 2, "two")
	s.wantStored(outcomes[1:2], 3)
	s.wantRepeat(outcomes[2], 1, "one")
	s.wantPage("after", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, 1, 2, 3)
}

func testRepeatWithinBatch(_ *testing.T, s suite) {
	again := line("a", "one")
	again.Text = "changed"
	outcomes := s.append("tea", line("a", "one"), again, line("a", "two"), again)
	s.wantStored(outcomes[:1], 1)
	s.wantRepeat(outcomes[1], 1, "one")
	s.wantStored(outcomes[2:3], 2)
	s.wantRepeat(outcomes[3], 1, "one")
	s.wantPage("after", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, 1, 2)
}

func testRepeatIsPerPeerAndRoom(_ *testing.T, s suite) {
	s.append("tea", line("a", "one"))
	s.wantStored(s.append("tea", line("b", "one")), 2)
	s.wantStored(s.append("coffee", line("a", "one")), 1)
	other := line("a", "one")
	other.Key = "ONE"
	s.wantStored(s.append("tea", other), 3)
	// From and key are two things, not one.
	s.wantStored(s.append("tea", chat.Message{From: "x", Key: "yz", Text: "t", At: moment}, chat.Message{From: "xy", Key: "z", Text: "t", At: moment}), 4)
}

func testReply(_ *testing.T, s suite) {
	reply := func(key string, to int64) chat.Message {
		m := line("a", key)
		m.Reply = to
		return m
	}
	s.append("tea", line("a", "one"))
	outcomes := s.append("tea", reply("two", 1), reply("three", 2), reply("four", 3))
	s.wantStored(outcomes, 2)
	for i, o := range outcomes {
		if o.Message.Reply != int64(i+1) {
			s.t.Errorf("line %d answers %d", o.Message.N, o.Message.Reply)
		}
	}
}

// testRefused holds that a line which answers nothing is refused alone and
// takes no number.
func testRefused(_ *testing.T, s suite) {
	reply := func(key string, to int64) chat.Message {
		m := line("a", key)
		m.Reply = to
		return m
	}
	refused := func(o chat.Outcome) {
		s.t.Helper()
		if !errors.Is(o.Err, chat.ErrNoSuchMessage) || o.Repeat {
			s.t.Errorf("n %d, repeat %v, %v", o.Message.N, o.Repeat, o.Err)
		}
	}
	refused(s.append("tea", reply("first", 1))[0])
	outcomes := s.append("tea", line("a", "one"), reply("itself", 2), reply("two", 1), reply("far", 1000), line("a", "three"))
	s.wantStored([]chat.Outcome{outcomes[0], outcomes[2], outcomes[4]}, 1)
	refused(outcomes[1])
	refused(outcomes[3])
	s.append("coffee", lines("a", 1, 10)...)
	refused(s.append("tea", reply("of another room", 9))[0])
	s.wantStored(s.append("tea", reply("first", 3)), 4) // its key was never stored
	s.wantPage("after", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, 1, 2, 3, 4)
}
