package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"moim/chat"
	"moim/chat/sqlite"
)

// maxBatch is how many lines of a room the server stores with one Apply at most.
const maxBatch = 64

// appends measures how many lines a second are stored for good, by moim and by the floor.
// Each measurement has a fresh file.
func (b *bench) appends(ctx context.Context, dir string, add func(figure)) error {
	for _, work := range []struct {
		row, side string
		run       func(ctx context.Context, path string) (float64, error)
	}{
		{rowAppendApart, sideMoim, b.storeAppends(b.scale.Writers)},
		{rowAppendOne, sideMoim, b.storeAppends(1)},
		{"", sideEach, b.floorAppends(1, false)},
		{"", "64 a commit", b.floorAppends(64, false)},
		{"", "256 a commit", b.floorAppends(256, false)},
		{"", "256 a commit, FTS5", b.floorAppends(256, true)},
	} {
		own, err := os.MkdirTemp(dir, "append-")
		if err != nil {
			return err
		}
		var perSecond float64
		err = b.profiled(figure{Row: work.row, Side: work.side}, func() (err error) {
			perSecond, err = work.run(ctx, filepath.Join(own, "chat.db"))
			return err
		})
		if err = errors.Join(err, os.RemoveAll(own)); err != nil {
			return fmt.Errorf("appends, %s %s: %w", work.side, work.row, err)
		}
		rows := []string{work.row}
		if work.row == "" {
			rows = []string{rowAppendApart, rowAppendOne}
		}
		for _, row := range rows {
			add(figure{row, work.side, perSecond})
		}
	}
	return nil
}

// openStore opens a store that keeps everything.
func openStore(path string) (*sqlite.Store, error) {
	return sqlite.Open(sqlite.Config{Path: path, Retention: chat.Retention{Age: chat.All, Lines: chat.All}, Log: quiet})
}

// storeAppends has the writers say one line after the other, each when the one before is
// stored, in so many rooms.
func (b *bench) storeAppends(rooms int) func(context.Context, string) (float64, error) {
	return func(ctx context.Context, path string) (float64, error) {
		store, err := openStore(path)
		if err != nil {
			return 0, err
		}
		perSecond, err := b.say(ctx, store, rooms)
		return perSecond, errors.Join(err, store.Close())
	}
}

func (b *bench) say(ctx context.Context, store chat.Store, rooms int) (float64, error) {
	queues := make([]*queue, rooms)
	var working sync.WaitGroup
	for i := range queues {
		queues[i] = &queue{room: roomName(i), waiting: make(chan *line, b.scale.Writers)}
		working.Go(func() { queues[i].run(ctx, store) })
	}
	start := time.Now()
	failures := make([]error, b.scale.Writers)
	said := make([]int, b.scale.Writers)
	var writing sync.WaitGroup
	for w := range b.scale.Writers {
		writing.Go(func() {
			for n := 1; n == 1 || failures[w] == nil && time.Since(start) < b.scale.Appends; n++ {
				failures[w] = queues[w%rooms].say(b.lines.message(w, n))
				said[w] = n
			}
		})
	}
	writing.Wait()
	elapsed := time.Since(start)
	for _, q := range queues {
		close(q.waiting)
	}
	working.Wait()
	total := 0
	for i, q := range queues {
		want := 0
		for w := i; w < b.scale.Writers; w += rooms {
			want += said[w]
		}
		page, err := store.Find(ctx, chat.Query{Room: q.room, Limit: 1})
		if err == nil && (len(page.Messages) != 1 || page.Messages[0].N != int64(want)) {
			err = fmt.Errorf("%d lines were said in %s, and it ends with %v", want, q.room, page.Messages)
		}
		failures = append(failures, err)
		total += want
	}
	return float64(total) / elapsed.Seconds(), errors.Join(failures...)
}

// queue stores what waits in a room together, as the server's does.
type queue struct {
	room    string
	waiting chan *line
}

// line is what a writer says.
type line struct {
	op     chat.Op
	stored chan error
}

func (q *queue) say(m chat.Message) error {
	l := &line{op: chat.Op{Message: m}, stored: make(chan error, 1)}
	q.waiting <- l
	return <-l.stored
}

func (q *queue) run(ctx context.Context, store chat.Store) {
	for first := range q.waiting {
		batch := []*line{first}
		for len(batch) < maxBatch && len(q.waiting) > 0 {
			batch = append(batch, <-q.waiting)
		}
		ops := make([]chat.Op, len(batch))
		for i, l := range batch {
			ops[i] = l.op
		}
		outcomes, err := store.Apply(ctx, q.room, ops)
		for i, l := range batch {
			switch {
			case err != nil:
				l.stored <- err
			case !outcomes[i].Changed():
				l.stored <- fmt.Errorf("a line was not stored: %+v", outcomes[i])
			default:
				l.stored <- nil
			}
		}
	}
}

// floorAppends has one loop write so many lines a commit, with their words or without.
func (b *bench) floorAppends(perCommit int, words bool) func(context.Context, string) (float64, error) {
	return func(ctx context.Context, path string) (float64, error) {
		f, err := writeFloor(ctx, path)
		if err != nil {
			return 0, err
		}
		n, start := 0, time.Now()
		for err == nil && time.Since(start) < b.scale.Appends {
			err = f.during(ctx, func() error {
				for range perCommit {
					m := b.lines.message(0, n)
					if err := f.say(ctx, 0, n, &m); err != nil {
						return err
					}
					if words {
						if err := f.index(ctx, 0, n, &m); err != nil {
							return err
						}
					}
					n++
				}
				return nil
			})
		}
		perSecond := float64(n) / time.Since(start).Seconds()
		return perSecond, errors.Join(err, f.close())
	}
}

func roomName(i int) string { return fmt.Sprintf("room-%06d", i) }
