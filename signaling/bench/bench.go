package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"
)

// bench is one run of the benchmark.
type bench struct {
	rounds     int
	scale      scale
	quick      bool
	servers    []string
	measures   []string
	pin        bool
	buildFlags []string
	profileDir string
	progress   io.Writer
}

// scale is how much work each measurement is.
type scale struct {
	idle      []int // peers
	joins     int   // peers
	pairs     int
	exchanges int // per pair
	talk      talk
}

var (
	full = scale{
		idle: []int{2000, 10000}, joins: 4000, pairs: 200, exchanges: 250,
		talk: talk{room: 100, senders: 10, window: 4, chats: 8000},
	}
	small = scale{
		idle: []int{200}, joins: 200, pairs: 20, exchanges: 20,
		talk: talk{room: 100, senders: 10, window: 4, chats: 200},
	}
)

var measureNames = []string{"idle", "signal", "chat", "join"}

// measureTimeout bounds one measurement on one server.
const measureTimeout = 2 * time.Minute

// spareFiles are the open files a process needs besides its peers' connections.
const spareFiles = 200

// measurement is one kind of work on a fresh server.
type measurement struct {
	name string
	run  func(ctx context.Context, m *meter, s *server) ([]figure, error)
}

// figure is a value for a row of the report.
type figure struct {
	row   string
	value float64
}

// per spreads a cost over n events.
func (c cost) per(n int, cpuRow, instructionsRow string) []figure {
	return []figure{
		{cpuRow, float64(c.cpu.Nanoseconds()) / 1e3 / float64(n)},
		{instructionsRow, c.instructions / 1e3 / float64(n)},
	}
}

func (b *bench) run(ctx context.Context) (*report, error) {
	dir, err := os.MkdirTemp("", "moim-bench-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	progs := programs()
	for _, name := range b.servers {
		fmt.Fprintf(b.progress, "building %s\n", progs[name].pkg)
		if err := progs[name].build(ctx, dir, b.buildFlags); err != nil {
			return nil, err
		}
	}
	on, err := newAffinity(b.pin)
	if err != nil {
		return nil, err
	}
	if err := on.pinLoad(); err != nil {
		return nil, err
	}
	m := &meter{perf: newPerf(ctx), profileDir: b.profileDir, progress: b.progress}
	work, skipped, err := b.measurements()
	if err != nil {
		return nil, err
	}
	r := newReport(b, on, m.perf, skipped)
	for round := range b.rounds {
		for _, w := range work {
			for _, name := range b.servers {
				fmt.Fprintf(b.progress, "round %d of %d: %s, %s\n", round+1, b.rounds, w.name, name)
				figures, err := measure(ctx, progs[name], dir, on, m, w)
				if err != nil {
					return nil, fmt.Errorf("%s on %s: %w", w.name, name, err)
				}
				r.add(name, figures)
			}
		}
	}
	return r, nil
}

// measure runs one measurement on a fresh process.
func measure(
	ctx context.Context, p *program, dir string, on *affinity, m *meter, w measurement,
) ([]figure, error) {
	ctx, cancel := context.WithTimeout(ctx, measureTimeout)
	defer cancel()
	s, err := p.start(ctx, dir, on)
	if err != nil {
		return nil, err
	}
	figures, err := w.run(ctx, m, s)
	return figures, s.failed(errors.Join(err, s.stop()))
}

// measurements lists the chosen work; skipped says what this machine does not allow.
func (b *bench) measurements() (work []measurement, skipped []string, err error) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return nil, nil, fmt.Errorf("read the open-file limit: %w", err)
	}
	add := func(name string, run func(context.Context, *meter, *server) ([]figure, error)) {
		work = append(work, measurement{name, run})
	}
	if slices.Contains(b.measures, "idle") {
		for _, n := range b.scale.idle {
			if uint64(n+spareFiles) > files.Max {
				skipped = append(skipped, fmt.Sprintf("idle peers, %d: the open-file limit is %d", n, files.Max))
				continue
			}
			add(fmt.Sprintf("%d idle peers", n), func(ctx context.Context, _ *meter, s *server) ([]figure, error) {
				return idle(ctx, s, n)
			})
		}
	}
	if slices.Contains(b.measures, "signal") {
		add("signals", func(ctx context.Context, m *meter, s *server) ([]figure, error) {
			return signals(ctx, m, s, b.scale.pairs, b.scale.exchanges)
		})
	}
	if slices.Contains(b.measures, "chat") {
		add("chat", func(ctx context.Context, m *meter, s *server) ([]figure, error) {
			return chats(ctx, m, s, b.scale.talk)
		})
	}
	if slices.Contains(b.measures, "join") {
		n := min(b.scale.joins, int(min(files.Max, 1<<20)-spareFiles)*9/10)
		add("joins", func(ctx context.Context, m *meter, s *server) ([]figure, error) {
			return joins(ctx, m, s, n)
		})
	}
	return work, skipped, nil
}
