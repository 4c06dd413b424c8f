package storetest

import (
	"fmt"
	"testing"

	"moim/chat"
)

func testPrivate(t *testing.T, s suite) {
	s.append("tea",
		line("a", "for all"), private("a", "b", "a to b"), private("b", "a", "b to a"),
		private("b", "c", "b to c"), line("c", "for all too"), private("a", "ab", "a to ab"))
	for viewer, want := range map[string][]int64{
		"a": {1, 2, 3, 5, 6}, "b": {1, 2, 3, 4, 5}, "c": {1, 4, 5}, "ab": {1, 5, 6}, "d": {1, 5}, "": {1, 5},
	} {
		for _, d := range directions {
			page := s.find(chat.Query{Room: "tea", Viewer: viewer, Direction: d, Limit: 50})
			s.wantPage("seen by "+viewer, page, false, want...)
			if page.Seq != 6 {
				t.Errorf("seq %d for %s, want 6", page.Seq, viewer)
			}
		}
	}
}

// testPrivatePages holds that limit and more count what the viewer may read.
func testPrivatePages(_ *testing.T, s suite) {
	var all []chat.Message
	for i := range 41 {
		m := line("a", fmt.Sprint(i))
		if i%4 != 3 {
			m.To = "b"
		}
		all = append(all, m)
	}
	s.append("tea", all...)
	s.wantPages("tea", chat.Older, "", []pageTest{
		{"c", 0, 50, false, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 0, 10, false, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 0, 9, true, []int64{8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 39, 2, true, []int64{32, 36}},
		{"c", 9, 2, false, []int64{4, 8}},
		{"c", 4, 2, false, nil},
		{"b", 0, 3, true, between(39, 41)},
		{"b", 4, 3, false, between(1, 3)},
	})
	forward := []pageTest{ // nothing was changed, so both ways forward are one
		{"c", 0, 10, false, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 0, 9, true, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36}},
		{"c", 9, 2, true, []int64{12, 16}},
		{"c", 35, 2, false, []int64{36, 40}},
		{"c", 36, 2, false, []int64{40}},
		{"c", 40, 2, false, nil},
		{"b", 0, 3, true, between(1, 3)},
		{"b", 38, 3, false, between(39, 41)},
	}
	s.wantPages("tea", chat.Newer, "", forward)
	s.wantPages("tea", chat.Changed, "", forward)
}
