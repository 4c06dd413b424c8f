package storetest

import (
	"testing"

	"moim/chat"
)

var directions = []chat.Direction{chat.Older, chat.Newer, chat.Changed}

func testOlder(_ *testing.T, s suite) {
	s.append("tea", lines("a", 1, 100)...)
	s.wantPages("tea", chat.Older, "", []pageTest{
		{"z", 0, 50, true, between(51, 100)},
		{"z", 0, 99, true, between(2, 100)},
		{"z", 0, 100, false, between(1, 100)},
		{"z", 0, 200, false, between(1, 100)},
		{"z", 0, 1, true, between(100, 100)},
		{"z", 0, 0, true, nil},
		{"z", 51, 50, false, between(1, 50)},
		{"z", 51, 49, true, between(2, 50)},
		{"z", 51, 200, false, between(1, 50)},
		{"z", 101, 3, true, between(98, 100)},
		{"z", 1<<32 + 1, 3, true, between(98, 100)},
		{"z", beyond, 3, true, between(98, 100)},
		{"z", 2, 50, false, between(1, 1)},
		{"z", 1, 50, false, nil},
		{"z", 1, 0, false, nil},
	})
}

// testRoomsApart holds that a query ends where its room does.
func testRoomsApart(t *testing.T, s suite) {
	rooms := []string{"1", "2", "3"}
	for _, room := range rooms {
		s.append(room, line("a", "one "+room), line("a", "two "+room), line("a", "three "+room))
		s.apply(room, edit("a", 2, "dos "+room))
	}
	for _, room := range rooms {
		want := [][]int64{{1, 2, 3}, {1, 2, 3}, {1, 3, 2}}
		for i, d := range directions {
			page := s.find(chat.Query{Room: room, Viewer: "a", Direction: d, Limit: 50})
			s.wantPage("room "+room, page, false, want[i]...)
			for _, m := range page.Messages {
				if m.Text[len(m.Text)-1:] != room {
					t.Errorf("room %s has %q", room, m.Text)
				}
			}
		}
		s.wantPages(room, chat.Older, "", []pageTest{{"a", 2, 50, false, []int64{1}}, {"a", 1, 50, false, nil}})
		s.wantPages(room, chat.Newer, "", []pageTest{{"a", 2, 50, false, []int64{3}}, {"a", 3, 50, false, nil}})
		s.wantPages(room, chat.Changed, "", []pageTest{{"a", 3, 50, false, []int64{2}}, {"a", 4, 50, false, nil}})
	}
}
