package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"moim/chat"
)

func testOrder(t *testing.T, s suite) {
	s.want("first", s.append("tea", line("a", "one")), "1:1")
	s.want("batch", s.append("tea", line("b", "two"), line("a", "three"), line("b", "four")), "2:2", "3:3", "4:4")
	s.append("tea", lines("c", 5, 100)...)
	given := line("a", "last")
	given.N, given.Seq, given.Edited, given.Deleted = 7, 7, at(1), at(2)
	o := s.append("tea", given)[0]
	given = line("a", "last")
	given.N, given.Seq = 105, 105
	s.same("with fields that are the store's", o.Message, given)
	page := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 200})
	s.wantPage("all", page, false, between(1, 105)...)
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
			At: at(i), To: []string{"", "peer-b"}[i%2], Reply: int64(i),
		}
		o := s.append("tea", m)[0]
		m.N, m.Seq = int64(i+1), int64(i+1)
		want = append(want, m)
		s.same("outcome", o.Message, m)
	}
	for _, d := range directions {
		for i, m := range s.find(chat.Query{Room: "tea", Viewer: "peer-a", Direction: d, Limit: 50}).Messages {
			s.same("found", m, want[i])
		}
	}
}

func testRooms(t *testing.T, s suite) {
	s.want("tea", s.append("tea", lines("a", 1, 3)...), "1:1", "2:2", "3:3")
	s.want("coffee", s.append("coffee", lines("a", 1, 2)...), "1:1", "2:2")
	s.want("TEA", s.append("TEA", line("a", "other case")), "1:1")
	s.want("tea", s.append("tea", line("a", "more")), "4:4")
	for room, last := range map[string]int64{"tea": 4, "coffee": 2, "TEA": 1} {
		page := s.find(chat.Query{Room: room, Viewer: "a", Limit: 50})
		s.wantPage(room, page, false, between(1, last)...)
		if page.Seq != last {
			t.Errorf("%s has seq %d", room, page.Seq)
		}
	}
}

func testUnknownRoom(t *testing.T, s suite) {
	s.append("tea", line("a", "x"))
	for _, room := range []string{"coffee", "", "te", "tea%", "tea\u0301"} {
		for _, d := range directions {
			for _, words := range []string{"", "x"} {
				page := s.find(chat.Query{Room: room, Viewer: "a", Direction: d, Words: words, Limit: 50})
				s.wantPage("unknown "+room, page, false)
				if page.Seq != 0 {
					t.Errorf("unknown %s has seq %d", room, page.Seq)
				}
			}
		}
	}
}

// testNothing holds that neither no op nor one that is refused does anything.
func testNothing(t *testing.T, s suite) {
	s.apply("tea")
	s.want("refused", s.apply("tea", edit("a", 1, "x"), del("a", 1), say(reply("a", "r", 1))), "none", "none", "none")
	page := s.find(chat.Query{Room: "tea", Viewer: "a", Limit: 50})
	s.wantPage("nothing", page, false)
	if page.Seq != 0 {
		t.Errorf("seq %d of nothing", page.Seq)
	}
	s.want("first", s.append("tea", line("a", "x")), "1:1")
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

// testCancelled holds that ops of a caller who gave up are done once or not at
// all, so that they can be sent again.
func testCancelled(t *testing.T, s suite) {
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for i := range 5 {
		_, err := s.store.Apply(gone, "tea", ops(line("a", fmt.Sprint(i))))
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("apply: %v", err)
		}
		n := fmt.Sprintf("%d:%d", i+1, i+1)
		if got := became(s.append("tea", line("a", fmt.Sprint(i)))[0]); strings.TrimSuffix(got, " again") != n {
			t.Errorf("sent again: %s, want %s", got, n)
		}
		if page, err := s.store.Find(gone, chat.Query{Room: "tea", Limit: 50}); err == nil {
			s.wantPage("found", page, false, between(1, int64(i+1))...)
		} else if !errors.Is(err, context.Canceled) {
			t.Errorf("find: %v", err)
		}
	}
}
