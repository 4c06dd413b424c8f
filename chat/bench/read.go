package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"moim/chat"
)

// sinceLines is how many changes a peer that was away has missed.
const sinceLines = 20

// reads measures how long pages take to read.
func (a *archive) reads(ctx context.Context, round int, add func(figure)) error {
	some := func(i int) int { return rand.New(rand.NewPCG(uint64(round), uint64(i))).IntN(a.scale.Rooms) }
	hall := func(int) int { return a.scale.Rooms }
	middle := int64(a.scale.Hall / 2)
	late := int64(a.scale.Lines - sinceLines)
	for _, work := range []struct {
		row, side   string
		room        func(i int) int
		read        func(room int) ([]chat.Message, error)
		first, last int64 // the n of what is read
	}{
		{rowNewest, sideMoim, some, a.finder(ctx, chat.Query{}), int64(a.scale.Lines - maxRead + 1), int64(a.scale.Lines)},
		{rowNewest, sideTable, some, func(room int) ([]chat.Message, error) {
			return a.floor.before(ctx, room, math.MaxInt64)
		}, int64(a.scale.Lines - maxRead + 1), int64(a.scale.Lines)},
		{rowBefore, sideMoim, hall, a.finder(ctx, chat.Query{From: middle}), middle - maxRead, middle - 1},
		{rowBefore, sideTable, hall, func(room int) ([]chat.Message, error) {
			return a.floor.before(ctx, room, middle)
		}, middle - maxRead, middle - 1},
		{rowSince, sideMoim, some, a.finder(ctx, chat.Query{Direction: chat.Changed, From: late}), late + 1, late + sinceLines},
		{rowSince, sideTable, some, func(room int) ([]chat.Message, error) {
			return found(a.floor.newer.QueryContext(ctx, room, late))
		}, late + 1, late + sinceLines},
	} {
		var err error
		f := figure{Row: work.row, Side: work.side}
		f.Value, err = a.timed(ctx, f, func(i int) error {
			messages, err := work.read(work.room(i))
			if err == nil && !spans(messages, work.first, work.last) {
				err = fmt.Errorf("%d lines read, not those from %d to %d", len(messages), work.first, work.last)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("%s, %s: %w", work.row, work.side, err)
		}
		add(f)
	}
	return nil
}

// finder asks the store for a page of a room.
func (a *archive) finder(ctx context.Context, q chat.Query) func(room int) ([]chat.Message, error) {
	return func(room int) ([]chat.Message, error) {
		q.Room, q.Viewer, q.Limit = roomName(room), sender(room, 1), maxRead
		page, err := a.store.Find(ctx, q)
		return page.Messages, err
	}
}

// spans tells whether messages are those from first to last, in either order.
func spans(messages []chat.Message, first, last int64) bool {
	if len(messages) == 0 {
		return false
	}
	begin, end := messages[0].N, messages[len(messages)-1].N
	return len(messages) == int(last-first+1) && min(begin, end) == first && max(begin, end) == last
}

// timed repeats work until its time is over, once at least, and answers how long one takes,
// in microseconds.
func (a *archive) timed(ctx context.Context, of figure, work func(i int) error) (took float64, err error) {
	return took, a.profiled(of, func() error {
		n, start := 0, time.Now()
		for n == 0 || time.Since(start) < a.scale.Queries {
			if err := errors.Join(work(n), ctx.Err()); err != nil {
				return err
			}
			n++
		}
		took = float64(time.Since(start).Nanoseconds()) / 1e3 / float64(n)
		return nil
	})
}
