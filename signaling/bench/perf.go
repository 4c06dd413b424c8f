package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// perf counts events of a process with perf-stat(1).
type perf struct {
	events string
	// missing says why nothing can be counted; empty when it can.
	missing string
}

// newPerf finds out whether user and kernel instructions can be counted here.
func newPerf(ctx context.Context) *perf {
	p := &perf{events: "instructions:u,instructions:k"}
	cmd := exec.CommandContext(ctx, "perf", "stat", "-x,", "-e", p.events, "true")
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		p.missing = "perf is not installed"
	case err != nil:
		p.missing = "perf stat fails: " + err.Error()
	default:
		if _, err := sumEvents(out); err != nil {
			p.missing = err.Error()
		}
	}
	return p
}

// attach starts to count for a process and returns once the counters run; the returned
// function stops them and returns their sum, NaN where nothing can be counted.
func (p *perf) attach(ctx context.Context, pid int) (stop func() (float64, error), err error) {
	if p.missing != "" {
		return func() (float64, error) { return math.NaN(), nil }, nil
	}
	controlRead, control, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	ack, ackWrite, err := os.Pipe()
	if err != nil {
		return nil, errors.Join(err, controlRead.Close(), control.Close())
	}
	out := new(bytes.Buffer)
	cmd := exec.CommandContext(ctx, "perf", "stat", "-x,", "-D", "-1", "--control", "fd:3,4",
		"-e", p.events, "-p", strconv.Itoa(pid))
	cmd.Stderr = out
	cmd.ExtraFiles = []*os.File{controlRead, ackWrite}
	err = errors.Join(cmd.Start(), controlRead.Close(), ackWrite.Close())
	tell := func(command string) error {
		if _, err := control.WriteString(command + "\n"); err != nil {
			return fmt.Errorf("perf %s: %w", command, err)
		}
		if _, err := ack.Read(make([]byte, 16)); err != nil {
			return fmt.Errorf("perf %s: %w", command, err)
		}
		return nil
	}
	if err == nil {
		err = tell("enable")
	}
	if err != nil {
		return nil, errors.Join(err, control.Close(), ack.Close())
	}
	return func() (float64, error) {
		err := errors.Join(tell("disable"), cmd.Process.Signal(syscall.SIGINT))
		_ = cmd.Wait()
		if err := errors.Join(err, control.Close(), ack.Close()); err != nil {
			return 0, err
		}
		return sumEvents(out.Bytes())
	}, nil
}

// sumEvents adds the counts that perf stat -x, printed.
func sumEvents(out []byte) (float64, error) {
	sum, found := 0.0, 0
	for line := range strings.Lines(string(out)) {
		fields := strings.Split(strings.TrimSpace(line), ",")
		if len(fields) < 3 {
			continue
		}
		n, err := strconv.ParseFloat(fields[0], 64)
		if err != nil {
			return 0, fmt.Errorf("perf stat says %s for %s", fields[0], fields[2])
		}
		sum += n
		found++
	}
	if found == 0 {
		return 0, fmt.Errorf("perf stat printed no count: %q", out)
	}
	return sum, nil
}
