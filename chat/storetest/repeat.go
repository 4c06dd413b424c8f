package storetest

import (
	"testing"

	"moim/chat"
)

func testRepeat(_ *testing.T, s suite) {
	s.append("tea", line("a", "one"), line("a", "two"))
	again := line("a", "one")
	again.Text, again.To, again.Name = "changed", "b", "Renamed"
	o := s.append("tea", again)
	s.want("repeat", o, "1:1 again")
	want := line("a", "one")
	want.N, want.Seq = 1, 1
	s.same("repeat", o[0].Message, want)
	again.Reply = 99 // a repeat stands as it was first
	s.want("repeat", s.append("tea", again), "1:1 again")

	outcomes := s.append("tea", line("a", "two"), line("a", "three"), line("a", "one"))
	s.want("repeats", outcomes, "2:2 again", "3:3", "1:1 again")
	s.wantPage("after", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, 1, 2, 3)
}

func testRepeatWithinBatch(_ *testing.T, s suite) {
	again := line("a", "one")
	again.Text = "changed"
	outcomes := s.append("tea", line("a", "one"), again, line("a", "two"), again)
	s.want("repeats", outcomes, "1:1", "1:1 again", "2:2", "1:1 again")
	page := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50})
	s.wantPage("after", page, false, 1, 2)
	s.same("after", page.Messages[0], outcomes[0].Message)
}

func testRepeatIsPerPeerAndRoom(_ *testing.T, s suite) {
	s.append("tea", line("a", "one"))
	s.want("another peer", s.append("tea", line("b", "one")), "2:2")
	s.want("another room", s.append("coffee", line("a", "one")), "1:1")
	other := line("a", "one")
	other.Key = "ONE"
	s.want("another case", s.append("tea", other), "3:3")
	// From and key are two things, not one.
	outcomes := s.append("tea", chat.Message{From: "x", Key: "yz", Text: "t", At: moment}, chat.Message{From: "xy", Key: "z", Text: "t", At: moment})
	s.want("two things", outcomes, "4:4", "5:5")
}

func testReply(t *testing.T, s suite) {
	s.append("tea", line("a", "one"), private("a", "b", "secret"), line("b", "mine"))
	s.apply("tea", del("b", 3))
	outcomes := s.append("tea",
		reply("c", "to all", 1), reply("c", "to one just said", 4), reply("c", "to a deleted one", 3),
		reply("a", "to a private one", 2), reply("b", "to one for me", 2))
	s.want("replies", outcomes, "4:5", "5:6", "6:7", "7:8", "8:9")
	for i, want := range []int64{1, 4, 3, 2, 2} {
		if got := outcomes[i].Message.Reply; got != want {
			t.Errorf("line %d answers %d, want %d", outcomes[i].Message.N, got, want)
		}
	}
}

// testRefused holds that a line which answers nothing is refused alone and
// takes no number.
func testRefused(_ *testing.T, s suite) {
	s.want("first of all", s.append("tea", reply("a", "first", 1)), "none")
	s.append("coffee", lines("a", 1, 10)...)
	outcomes := s.append("tea",
		line("a", "one"), reply("a", "itself", 2), reply("a", "two", 1), reply("a", "far", 1000),
		reply("a", "of another room", 9), reply("a", "beyond", beyond), reply("a", "before", -1),
		private("a", "b", "secret"), reply("c", "of others", 3), line("a", "four"))
	s.want("replies", outcomes, "1:1", "none", "2:2", "none", "none", "none", "none", "3:3", "none", "4:4")
	s.want("its key was not stored", s.append("tea", reply("a", "first", 4)), "5:5")
	s.wantPage("after", s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50}), false, between(1, 5)...)
}
