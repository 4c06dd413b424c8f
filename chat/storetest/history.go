package storetest

import (
	"fmt"
	"sync"
	"testing"

	"moim/chat"
)

func testPages(_ *testing.T, s suite) {
	s.append("tea", lines("a", 1, 100)...)
	tests := []struct {
		before int64
		limit  int
		more   bool
		want   []int64
	}{
		{0, 50, true, from(51, 100)},
		{0, 99, true, from(2, 100)},
		{0, 100, false, from(1, 100)},
		{0, 200, false, from(1, 100)},
		{0, 1, true, from(100, 100)},
		{51, 50, false, from(1, 50)},
		{51, 49, true, from(2, 50)},
		{51, 200, false, from(1, 50)},
		{101, 3, true, from(98, 100)},
		{1 << 50, 3, true, from(98, 100)},
		{2, 50, false, from(1, 1)},
		{1, 50, false, nil},
	}
	for _, tt := range tests {
		page := s.find(chat.Query{Room: "tea", Viewer: "z", From: tt.before, Limit: tt.limit})
		s.wantPage(fmt.Sprintf("before %d, limit %d", tt.before, tt.limit), page, tt.more, tt.want...)
	}
}

func testPrivate(_ *testing.T, s suite) {
	private := func(from, to, text string) chat.Message {
		m := line(from, text)
		m.To = to
		return m
	}
	s.append("tea",
		line("a", "for all"), private("a", "b", "a to b"), private("b", "a", "b to a"),
		private("b", "c", "b to c"), line("c", "for all too"), private("a", "ab", "a to ab"))
	for viewer, want := range map[string][]int64{
		"a": {1, 2, 3, 5, 6}, "b": {1, 2, 3, 4, 5}, "c": {1, 4, 5}, "ab": {1, 5, 6}, "d": {1, 5}, "": {1, 5},
	} {
		s.wantPage("seen by "+viewer, s.find(chat.Query{Room: "tea", Viewer: viewer, Limit: 50}), false, want...)
	}
}

// testPrivatePages holds that limit and more count what the viewer may read.
func testPrivatePages(_ *testing.T, s suite) {
	for i := range 40 {
		m := line("a", fmt.Sprint(i))
		if i%4 != 3 {
			m.To = "b"
		}
		s.append("tea", m)
	}
	tests := []struct {
		viewer string
		before int64
		limit  int
		more   bool
		want   []int64
	}{
		{"c", 0, 50, false, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 0, 10, false, []int64{4, 8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 0, 9, true, []int64{8, 12, 16, 20, 24, 28, 32, 36, 40}},
		{"c", 39, 2, true, []int64{32, 36}},
		{"c", 9, 2, false, []int64{4, 8}},
		{"c", 4, 2, false, nil},
		{"b", 0, 3, true, from(38, 40)},
		{"b", 4, 3, false, from(1, 3)},
	}
	for _, tt := range tests {
		page := s.find(chat.Query{Room: "tea", Viewer: tt.viewer, From: tt.before, Limit: tt.limit})
		s.wantPage(fmt.Sprintf("seen by %s before %d, limit %d", tt.viewer, tt.before, tt.limit), page, tt.more, tt.want...)
	}
}

// testConcurrent fills rooms at once while they are read: each page is a whole
// end of its room's lines.
func testConcurrent(t *testing.T, s suite) {
	const rooms, batches, batch = 8, 20, 7
	var wg sync.WaitGroup
	for i := range rooms {
		room := fmt.Sprint("room", i)
		wg.Go(func() {
			for b := range batches {
				outcomes, err := s.store.Apply(t.Context(), room, ops(lines("a", b*batch, batch)...))
				if err != nil {
					t.Errorf("apply: %v", err)
					return
				}
				for j, o := range outcomes {
					if want := int64(b*batch + j + 1); o.Message.N != want {
						t.Errorf("n %d, want %d", o.Message.N, want)
					}
				}
			}
		})
		wg.Go(func() {
			for seen := int64(0); seen < batches*batch; {
				page, err := s.store.Find(t.Context(), chat.Query{Room: room, Viewer: "b", Limit: 200})
				if err != nil {
					t.Errorf("find: %v", err)
					return
				}
				for j, m := range page.Messages {
					if m.N != int64(j+1) {
						t.Errorf("line %d has n %d", j, m.N)
						return
					}
				}
				last := int64(len(page.Messages))
				if last < seen {
					t.Errorf("%d lines after %d", last, seen)
				}
				seen = last
				if t.Failed() {
					return
				}
			}
		})
	}
	wg.Wait()
}
