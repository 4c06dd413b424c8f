package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"moim/chat"
)

const (
	busyRooms = 8
	batches   = 12
)

// testConcurrent fills rooms at once while they are read in every way, and
// holds that what was answered is found at once, that rooms do not mix, and
// that who follows the changes knows in the end what there is.
func testConcurrent(t *testing.T, s suite) {
	var wg sync.WaitGroup
	for i := range busyRooms {
		room, written := fmt.Sprint("room", i), make(chan struct{})
		wg.Go(func() {
			defer close(written)
			if err := s.fill(t.Context(), room); err != nil {
				t.Errorf("%s: %v", room, err)
			}
		})
		wg.Go(func() {
			if err := s.follow(t.Context(), room, written); err != nil {
				t.Errorf("%s: %v", room, err)
			}
		})
	}
	wg.Wait()
}

// fill says, edits and deletes: of the four lines of each batch the first is
// edited with the next batch, the second is private, the third deleted.
func (s suite) fill(ctx context.Context, room string) error {
	seq := int64(0)
	for b := range int64(batches) {
		n := 4 * b
		made := ops(lines("a", int(n)+1, 4)...)
		for i := range made {
			made[i].Message.Text = fmt.Sprintf("%s line%d", room, n+int64(i)+1)
		}
		made[1].Message.To = "b"
		made = append(made, del("a", n+3))
		if b > 0 {
			made = append(made, edit("a", n-3, room+" edited"))
		}
		outcomes, err := s.store.Apply(ctx, room, made)
		if err != nil {
			return fmt.Errorf("apply: %w", err)
		}
		for _, o := range outcomes {
			seq++
			if o.Err != nil || o.Repeat || o.Message.Seq != seq {
				return fmt.Errorf("%s, want seq %d", became(o), seq)
			}
		}
		page, err := s.store.Find(ctx, chat.Query{Room: room, Viewer: "a", Limit: 4})
		if err != nil {
			return fmt.Errorf("find: %w", err)
		}
		want := chat.Page{Seq: seq, More: b > 0}
		for _, i := range []int{0, 1, 4, 3} {
			want.Messages = append(want.Messages, outcomes[i].Message)
		}
		if show(page) != show(want) {
			return fmt.Errorf("found at once\n%s\nwant\n%s", show(page), show(want))
		}
	}
	return nil
}

// follow reads until all is written.
func (s suite) follow(ctx context.Context, room string, written <-chan struct{}) error {
	followers := []*reader{newReader(room, "a"), newReader(room, "c")}
	for last := false; !last; {
		select {
		case <-written:
			last = true
		default:
		}
		for i, f := range followers {
			if err := f.catchUp(ctx, s.store, 2+5*i); err != nil {
				return err
			}
			for _, d := range directions {
				if err := s.whole(ctx, chat.Query{Room: room, Viewer: f.viewer, Direction: d, Limit: 200}); err != nil {
					return err
				}
			}
			if err := s.whole(ctx, chat.Query{Room: room, Viewer: f.viewer, Words: room, Limit: 200}); err != nil {
				return err
			}
		}
	}
	for _, f := range followers {
		page, err := s.store.Find(ctx, chat.Query{Room: room, Viewer: f.viewer, Direction: chat.Newer, Limit: 200})
		if err != nil {
			return fmt.Errorf("find: %w", err)
		}
		if known := f.page(); show(known) != show(page) {
			return fmt.Errorf("%s knows\n%s\nwant\n%s", f.viewer, show(known), show(page))
		}
	}
	return nil
}

// whole checks a page of all lines: they are the room's and the viewer's to
// read, from the first on, and nothing up to the page's seq is missing.
func (s suite) whole(ctx context.Context, q chat.Query) error {
	page, err := s.store.Find(ctx, q)
	if err != nil {
		return fmt.Errorf("find: %w", err)
	}
	seen, newest := make(map[int64]bool), int64(0)
	for _, m := range page.Messages {
		if m.Deleted.IsZero() && !strings.HasPrefix(m.Text, q.Room+" ") || !m.Visible(q.Viewer) || seen[m.N] {
			return fmt.Errorf("%+v finds %s", q, tell(m))
		}
		seen[m.N], newest = true, max(newest, m.Seq)
	}
	switch {
	case page.More:
		return errors.New("more than all")
	case q.Words == "" && q.Viewer == "a" && newest < page.Seq:
		return fmt.Errorf("%+v finds the changes up to %d of %d", q, newest, page.Seq)
	case q.Words == "" && q.Viewer == "a" && !seen[int64(len(seen))] && len(seen) > 0:
		return fmt.Errorf("%+v finds %d lines with a hole", q, len(seen))
	}
	return nil
}
