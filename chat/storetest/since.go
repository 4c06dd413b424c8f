package storetest

import (
	"testing"

	"moim/chat"
)

func testNewer(_ *testing.T, s suite) {
	s.append("tea", lines("a", 1, 100)...)
	s.wantPages("tea", chat.Newer, "", []pageTest{
		{"z", 0, 50, true, between(1, 50)},
		{"z", 0, 99, true, between(1, 99)},
		{"z", 0, 100, false, between(1, 100)},
		{"z", 0, 200, false, between(1, 100)},
		{"z", 0, 0, true, nil},
		{"z", 50, 50, false, between(51, 100)},
		{"z", 50, 49, true, between(51, 99)},
		{"z", 99, 50, false, between(100, 100)},
		{"z", 99, 1, false, between(100, 100)},
		{"z", 100, 50, false, nil},
		{"z", 101, 50, false, nil},
		{"z", 1<<32 + 1, 50, false, nil},
		{"z", beyond, 50, false, nil},
	})
}

// testChanged holds that each message is there once, as it stands, where its
// newest change is.
func testChanged(t *testing.T, s suite) {
	s.append("tea", line("a", "1"), private("a", "b", "2"), line("a", "3"), line("a", "4"), line("b", "5")) // 1 to 5
	s.apply("tea", edit("a", 1, "one"), del("a", 3), edit("a", 2, "two"))                                   // 6 to 8
	s.apply("tea", edit("a", 1, "uno"), edit("a", 4, "4"), edit("c", 4, "x"), say(line("c", "6")))          // 9, 10
	s.wantPages("tea", chat.Changed, "", []pageTest{
		{"a", 0, 50, false, []int64{4, 5, 3, 2, 1, 6}},
		{"c", 0, 50, false, []int64{4, 5, 3, 1, 6}},
		{"a", 3, 50, false, []int64{4, 5, 3, 2, 1, 6}},
		{"a", 4, 50, false, []int64{5, 3, 2, 1, 6}},
		{"a", 6, 50, false, []int64{3, 2, 1, 6}},
		{"b", 7, 50, false, []int64{2, 1, 6}},
		{"c", 7, 50, false, []int64{1, 6}},
		{"c", 7, 1, true, []int64{1}},
		{"c", 7, 2, false, []int64{1, 6}},
		{"a", 0, 5, true, []int64{4, 5, 3, 2, 1}},
		{"a", 0, 6, false, []int64{4, 5, 3, 2, 1, 6}},
		{"a", 7, 1, true, []int64{2}},
		{"a", 9, 0, true, nil},
		{"a", 9, 1, false, []int64{6}},
		{"a", 10, 1, false, nil},
		{"a", 1<<32 + 1, 50, false, nil},
		{"a", beyond, 50, false, nil},
	})
	// Nothing is left for c after a change it may not see, but to go on from there.
	s.apply("tea", edit("a", 2, "dos"))
	s.wantPages("tea", chat.Changed, "", []pageTest{{"c", 10, 50, false, nil}, {"b", 10, 50, false, []int64{2}}})
	if page := s.find(chat.Query{Room: "tea", Viewer: "c", Direction: chat.Changed, From: 10, Limit: 50}); page.Seq != 11 {
		t.Errorf("the room's seq is %d, want 11", page.Seq)
	}
}
