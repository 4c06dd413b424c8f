package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// cost is what a server process spent on a piece of work.
type cost struct {
	cpu time.Duration // user and system, all threads
	// instructions are user and kernel; NaN where they cannot be counted.
	instructions float64
}

// meter measures servers.
type meter struct {
	perf       *perf
	profileDir string
	progress   io.Writer
}

// during returns what the server spends while work runs.
func (m *meter) during(ctx context.Context, s *server, measure string, work func() error) (cost, error) {
	profiled := m.profile(ctx, s, measure)
	count, err := m.perf.attach(ctx, s.pid)
	if err != nil {
		return cost{}, err
	}
	before, err := cpuTime(s.pid)
	if err != nil {
		return cost{}, err
	}
	began := time.Now()
	workErr := work()
	took := time.Since(began)
	after, err := cpuTime(s.pid)
	if workErr != nil {
		return cost{}, workErr
	}
	if err != nil {
		return cost{}, err
	}
	instructions, err := count()
	if err != nil {
		return cost{}, err
	}
	fmt.Fprintf(m.progress, "  %s in %.1f s, server busy %.0f %%\n",
		measure, took.Seconds(), 100*(after-before).Seconds()/took.Seconds())
	return cost{after - before, instructions}, <-profiled
}

// cpuTime returns the CPU time of a process in nanoseconds' precision: the clock that
// clock_getcpuclockid(3) names.
func cpuTime(pid int) (time.Duration, error) {
	const cpuclockSched = 2
	var t unix.Timespec
	if err := unix.ClockGettime(int32(^pid<<3|cpuclockSched), &t); err != nil {
		return 0, fmt.Errorf("read the CPU time of process %d: %w", pid, err)
	}
	return time.Duration(t.Nano()), nil
}

// profileSeconds is how long a CPU profile runs; the work may end sooner.
const profileSeconds = 2

// profile takes a CPU profile beside the work when a folder for it is set.
func (m *meter) profile(ctx context.Context, s *server, measure string) <-chan error {
	done := make(chan error, 1)
	if m.profileDir == "" {
		done <- nil
		return done
	}
	go func() {
		body, err := s.get(ctx, fmt.Sprintf("/debug/pprof/profile?seconds=%d", profileSeconds))
		if err == nil {
			err = os.WriteFile(filepath.Join(m.profileDir, s.name+"-"+measure+".pprof"), body, 0o644)
		}
		done <- err
	}()
	return done
}

// memory is a server process's memory in bytes.
type memory struct {
	resident uint64 // VmRSS, before the collection
	live     uint64 // heap and stacks in use after the collection
}

// memory reads the resident size, then collects garbage twice, so that pools are empty
// too, and reads what is left.
func (s *server) memory(ctx context.Context) (memory, error) {
	resident, err := s.resident()
	if err != nil {
		return memory{}, err
	}
	var body []byte
	for range 2 {
		if body, err = s.get(ctx, "/debug/pprof/heap?gc=1&debug=1"); err != nil {
			return memory{}, err
		}
	}
	live, err := inUse(body)
	return memory{resident, live}, err
}

// settled waits until the resident size stands still, 3 s at most.
func (s *server) settled(ctx context.Context) error {
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	var last uint64
	for still, i := 0, 0; still < 3 && i < 30; i++ {
		now, err := s.resident()
		if err != nil {
			return err
		}
		if still++; now != last {
			still = 0
		}
		last = now
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (s *server) resident() (uint64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseUint(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kib << 10, err
		}
	}
	return 0, fmt.Errorf("process %d has no VmRSS", s.pid)
}

// inUse sums HeapInuse and StackInuse of the runtime.MemStats under a heap profile.
func inUse(profile []byte) (uint64, error) {
	var sum uint64
	found := 0
	for lines := bufio.NewScanner(bytes.NewReader(profile)); lines.Scan(); {
		for _, name := range []string{"# HeapInuse = ", "# Stack = "} {
			rest, ok := strings.CutPrefix(lines.Text(), name)
			if !ok {
				continue
			}
			n, err := strconv.ParseUint(strings.Fields(rest)[0], 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the heap figures: %w", err)
			}
			sum += n
			found++
		}
	}
	if found != 2 {
		return 0, fmt.Errorf("read the heap figures: %d of 2 found", found)
	}
	return sum, nil
}

// get fetches a page of the debug address on a connection of its own.
func (s *server) get(ctx context.Context, path string) (body []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.debug+path, nil)
	if err != nil {
		return nil, err
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("get %s: %s", path, response.Status)
	}
	return body, err
}
