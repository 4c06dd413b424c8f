package storetest

import (
	"context"
	"sync"
	"testing"

	"moim/chat"
)

// testErase holds that nothing is left of a room that is erased, that all is
// left of another, and that the room begins anew.
func testErase(t *testing.T, s suite) {
	if err := s.store.Erase(t.Context(), "unknown"); err != nil {
		t.Fatalf("erase an unknown room: %v", err)
	}
	for _, room := range []string{"tea", "coffee"} {
		s.append(room, lines("a", 1, 600)...)
		s.append(room, private("a", "b", "whisper"), reply("b", "answer", 600))
		s.apply(room, edit("a", 600, "uno"), del("a", 599))
	}
	if err := s.store.Erase(t.Context(), "tea"); err != nil {
		t.Fatal(err)
	}
	for _, d := range []chat.Direction{chat.Older, chat.Newer, chat.Changed} {
		if page := s.find(chat.Query{Room: "tea", Viewer: "a", Direction: d, Limit: 50}); len(page.Messages) > 0 || page.More || page.Seq != 0 {
			t.Errorf("%d messages are left, change %d", len(page.Messages), page.Seq)
		}
	}
	for _, words := range []string{"uno", "whisper", "598", "answer"} {
		s.wantFound("tea", "a", words)
	}
	s.want("of what is gone", s.apply("tea", edit("a", 1, "eins"), del("a", 3), say(reply("c", "x", 5))),
		"none", "none", "none")
	again := s.append("tea", line("a", "1"), line("a", "uno"))
	for i, o := range again {
		if o.Err != nil || o.Repeat || o.Message.N != int64(i+1) || o.Message.Seq != int64(i+1) {
			t.Errorf("said anew: %+v", o)
		}
	}
	s.wantFound("tea", "a", "uno", 2)
	s.wantFound("coffee", "a", "whisper", 601)
	if page := s.find(chat.Query{Room: "coffee", Viewer: "a", Direction: chat.Changed, From: 602, Limit: 50}); page.Seq != 604 || len(page.Messages) != 2 {
		t.Errorf("the other room is at change %d, %d messages changed", page.Seq, len(page.Messages))
	}
}

// testEraseAmongOthers holds that erasing a room again and again, while lines
// are said in it and in another, leaves those of the other and a room whose
// numbers have no hole.
func testEraseAmongOthers(t *testing.T, s suite) {
	var busy sync.WaitGroup
	for _, room := range []string{"tea", "coffee"} {
		busy.Go(func() {
			for _, line := range lines("a", 1, 200) {
				if _, err := s.store.Apply(t.Context(), room, []chat.Op{say(line)}); err != nil {
					t.Errorf("say: %v", err)
					return
				}
			}
		})
	}
	for range 5 {
		if err := s.store.Erase(t.Context(), "tea"); err != nil {
			t.Error(err)
		}
	}
	busy.Wait()
	if page := s.find(chat.Query{Room: "coffee", Viewer: "a", Limit: 300}); len(page.Messages) != 200 {
		t.Errorf("the other room has %d lines", len(page.Messages))
	}
	page := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 300})
	for i, m := range page.Messages {
		if m.N != int64(i+1) || m.Seq != m.N {
			t.Fatalf("line %d has n %d, change %d", i+1, m.N, m.Seq)
		}
	}
	if page.Seq != int64(len(page.Messages)) {
		t.Errorf("%d lines, change %d", len(page.Messages), page.Seq)
	}
}

// testEraseGivenUp holds that an erasure whose caller gives up takes all lines or none.
func testEraseGivenUp(t *testing.T, s suite) {
	ended, end := context.WithCancel(t.Context())
	end()
	for range 12 {
		before := s.append("tea", lines("a", 1, 3)...)[2].Message.Seq
		err := s.store.Erase(ended, "tea")
		last := s.append("tea", line("a", "next"))[0].Message
		left := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 9}).Messages
		gone, kept := len(left) == 1 && last.N == 1, len(left) == 4 && last.N == before+1
		if !gone && (!kept || err == nil) {
			t.Fatalf("%d lines are left, the next is %d: %v", len(left), last.N, err)
		}
		if err := s.store.Erase(t.Context(), "tea"); err != nil {
			t.Fatal(err)
		}
	}
}
