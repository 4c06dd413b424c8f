package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"moim/chat"
	"moim/chat/sqlite"
)

// archive is a chat of many rooms and one great one, the hall, kept by moim and by the
// floor. The hall is the last room.
type archive struct {
	*bench
	storePath, floorPath string
	store                *sqlite.Store
	floor                *floor
}

const (
	fillers   = 64   // rooms filled at once
	fillBatch = 4096 // lines stored at once
)

func newArchive(b *bench, dir string) *archive {
	return &archive{bench: b, storePath: filepath.Join(dir, "chat.db"), floorPath: filepath.Join(dir, "floor.db")}
}

func (a *archive) openStore() (err error) {
	a.store, err = openStore(a.storePath)
	return err
}

func (a *archive) openFloor(ctx context.Context) (err error) {
	a.floor, err = readFloor(ctx, a.floorPath)
	return err
}

func (a *archive) close() error {
	var err error
	if a.store != nil {
		err = a.store.Close()
	}
	if a.floor != nil {
		err = errors.Join(err, a.floor.close())
	}
	return err
}

// fill writes both and closes them.
func (a *archive) fill(ctx context.Context, add func(figure)) error {
	b := a.bench
	total := float64(b.scale.Rooms*b.scale.Lines + b.scale.Hall)
	for _, side := range []struct {
		name string
		fill func(context.Context, func(figure)) error
	}{{sideMoim, a.fillStore}, {sideWords, a.fillFloor}} {
		start := time.Now()
		if err := side.fill(ctx, add); err != nil {
			return fmt.Errorf("fill, %s: %w", side.name, err)
		}
		took := time.Since(start)
		fmt.Fprintf(b.progress, "%.0f lines stored in %.1f s: %s\n", total, took.Seconds(), side.name)
		add(figure{rowFill, side.name, total / took.Seconds()})
	}
	return nil
}

// linesOf is how many lines a room has.
func (a *archive) linesOf(room int) int {
	if room == a.scale.Rooms {
		return a.scale.Hall
	}
	return a.scale.Lines
}

func (a *archive) fillStore(ctx context.Context, add func(figure)) error {
	store, err := openStore(a.storePath)
	if err != nil {
		return err
	}
	var filling errgroup.Group
	var next atomic.Int64
	for range fillers {
		filling.Go(func() error {
			for {
				room := a.scale.Rooms + 1 - int(next.Add(1)) // the hall first
				if room < 0 {
					return nil
				}
				if err := a.fillRoom(ctx, store, room); err != nil {
					return err
				}
			}
		})
	}
	if err := errors.Join(filling.Wait(), store.Close()); err != nil {
		return err
	}
	return a.weigh(a.storePath, sideMoim, add)
}

func (a *archive) fillRoom(ctx context.Context, store chat.Store, room int) error {
	for n := 1; n <= a.linesOf(room); {
		var ops []chat.Op
		for ; n <= a.linesOf(room) && len(ops) < fillBatch; n++ {
			ops = append(ops, chat.Op{Message: a.lines.message(room, n)})
		}
		outcomes, err := store.Apply(ctx, roomName(room), ops)
		if err != nil {
			return err
		}
		for i := range outcomes {
			if !outcomes[i].Changed() {
				return fmt.Errorf("a line was not stored: %+v", outcomes[i])
			}
		}
	}
	return nil
}

// fillFloor writes the table first and the words then, to weigh them apart.
func (a *archive) fillFloor(ctx context.Context, add func(figure)) error {
	for _, part := range []struct {
		side  string
		write func(f *floor, room, n int, m *chat.Message) error
	}{
		{sideTable, func(f *floor, room, n int, m *chat.Message) error { return f.say(ctx, room, n, m) }},
		{sideWords, func(f *floor, room, n int, m *chat.Message) error { return f.index(ctx, room, n, m) }},
	} {
		f, err := writeFloor(ctx, a.floorPath)
		if err != nil {
			return err
		}
		if err := errors.Join(a.writeAll(ctx, f, part.write), f.close()); err != nil {
			return err
		}
		if err := a.weigh(a.floorPath, part.side, add); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) writeAll(ctx context.Context, f *floor, write func(f *floor, room, n int, m *chat.Message) error) error {
	room, n := 0, 1
	for room <= a.scale.Rooms {
		err := f.during(ctx, func() error {
			for left := fillBatch; left > 0 && room <= a.scale.Rooms; left-- {
				m := a.lines.message(room, n)
				if err := write(f, room, n, &m); err != nil {
					return err
				}
				if n++; n > a.linesOf(room) {
					room, n = room+1, 1
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// weigh adds the size of a closed file.
func (a *archive) weigh(path, side string, add func(figure)) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	add(figure{rowFile, side, float64(info.Size()) / float64(a.scale.Rooms*a.scale.Lines+a.scale.Hall)})
	return nil
}
