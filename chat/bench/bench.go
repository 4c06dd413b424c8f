package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/pprof"
	"slices"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	rounds     int
	scale      scale
	quick      bool
	measures   []string
	dir        string // holds the files; "" for the system's
	profileDir string
	progress   io.Writer
	lines      *lines
}

// scale is how much work each measurement is.
type scale struct {
	Writers int
	Appends time.Duration // of one measurement of appends
	Rooms   int           // of the archive
	Lines   int           // of each of them
	Hall    int           // lines of its great room
	Queries time.Duration // of one measurement of a query
}

var (
	full = scale{
		Writers: 256, Appends: time.Second,
		Rooms: 10_000, Lines: 100, Hall: 100_000, Queries: 200 * time.Millisecond,
	}
	small = scale{
		Writers: 256, Appends: 200 * time.Millisecond,
		Rooms: 1000, Lines: 100, Hall: 10_000, Queries: 20 * time.Millisecond,
	}
)

const (
	measureAppend = "append"
	measureSlow   = "slow"
	measureRead   = "read"
	measureSearch = "search"
	measureMemory = "memory"
)

var measureNames = []string{measureAppend, measureSlow, measureRead, measureSearch, measureMemory}

var quiet = slog.New(slog.DiscardHandler)

// figure is a value for a row of the report.
type figure struct {
	Row, Side string
	Value     float64
}

func (b *bench) run(ctx context.Context) (_ *report, err error) {
	dir, err := os.MkdirTemp(b.dir, "moim-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	b.lines = newLines(b.scale.Hall)
	r := newReport(b)
	if err := b.runAppends(ctx, dir, r); err != nil {
		return nil, err
	}
	if !b.has(measureRead) && !b.has(measureSearch) && !b.has(measureMemory) {
		return r, nil
	}
	return r, b.runArchive(ctx, dir, r)
}

func (b *bench) has(measure string) bool { return slices.Contains(b.measures, measure) }

func (b *bench) runAppends(ctx context.Context, dir string, r *report) error {
	slow := b.has(measureSlow)
	if slow {
		if missing := canSlow(ctx); missing != "" {
			slow = false
			r.Notes = append(r.Notes, fmt.Sprintf("not measured: appends with fsync slowed to %s: %s", slowSync, missing))
		}
	}
	for round := range b.rounds {
		if b.has(measureAppend) {
			b.tell(round, measureAppend)
			if err := b.appends(ctx, dir, r.add); err != nil {
				return err
			}
		}
		if slow {
			b.tell(round, measureAppend+", slow fsync")
			if err := b.slowAppends(ctx, dir, r.add); err != nil {
				return err
			}
		}
	}
	return nil
}

func (b *bench) runArchive(ctx context.Context, dir string, r *report) error {
	a := newArchive(b, dir)
	if err := a.fill(ctx, r.add); err != nil {
		return err
	}
	if b.has(measureMemory) {
		for _, side := range []string{sideMoim, sideTable} {
			figures, err := elsewhere(ctx, task{Measure: measureMemory, Side: side, Dir: dir, Scale: b.scale})
			if err != nil {
				return err
			}
			for _, f := range figures {
				r.add(f)
			}
		}
	}
	if err := errors.Join(a.openStore(), a.openFloor(ctx)); err != nil {
		return errors.Join(err, a.close())
	}
	for round := range b.rounds {
		for _, measure := range []struct {
			name string
			run  func(context.Context, int, func(figure)) error
		}{{measureRead, a.reads}, {measureSearch, a.searches}} {
			if !b.has(measure.name) {
				continue
			}
			b.tell(round, measure.name)
			if err := measure.run(ctx, round, r.add); err != nil {
				return errors.Join(err, a.close())
			}
		}
	}
	return a.close()
}

func (b *bench) tell(round int, what string) {
	fmt.Fprintf(b.progress, "round %d of %d: %s\n", round+1, b.rounds, what)
}

// profiled writes a CPU profile of work, which is for that figure, where profiles are wanted.
func (b *bench) profiled(of figure, work func() error) error {
	if b.profileDir == "" || of.Side != sideMoim {
		return work()
	}
	file, err := os.Create(filepath.Join(b.profileDir, of.Row+".pprof"))
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return errors.Join(err, file.Close())
	}
	err = work()
	pprof.StopCPUProfile()
	return errors.Join(err, file.Close())
}
