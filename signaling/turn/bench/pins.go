package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// pins is which CPU the server has; the load has the first one.
type pins struct {
	taskset string // "" for none
	cpu     int
}

// newPins splits the CPUs, where there are two and taskset is at hand.
func newPins(ctx context.Context) (pins, error) {
	var p pins
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return p, fmt.Errorf("read the allowed CPUs: %w", err)
	}
	first := -1
	for cpu := range len(allowed) * 64 {
		if allowed.IsSet(cpu) {
			p.cpu = cpu
			if first < 0 {
				first = cpu
			}
		}
	}
	path, err := exec.LookPath("taskset")
	if err != nil || first == p.cpu {
		return p, nil //nolint:nilerr // without it the kernel chooses
	}
	p.taskset = path
	runtime.GOMAXPROCS(1)
	pin := exec.CommandContext(ctx, path, "-a", "-p", "-c", strconv.Itoa(first), strconv.Itoa(os.Getpid()))
	if out, err := pin.CombinedOutput(); err != nil {
		return p, fmt.Errorf("pin the load: %w: %s", err, out)
	}
	return p, nil
}

func (p pins) String() string {
	if p.taskset == "" {
		return "load and server share the CPUs"
	}
	return fmt.Sprintf("the server has CPU %d, the load the first", p.cpu)
}

// server is a command on the server's CPU. taskset becomes the program it starts.
func (p pins) server(ctx context.Context, path string, args ...string) *exec.Cmd {
	if p.taskset == "" {
		return exec.CommandContext(ctx, path, args...)
	}
	return exec.CommandContext(ctx, p.taskset, append([]string{"-c", strconv.Itoa(p.cpu), path}, args...)...)
}

// tick is the unit of times in /proc/PID/stat (proc_pid_stat(5)); 100 a second on all Linux.
const tick = 10 * time.Millisecond

// cpuTime is what a process has used, as user and in the kernel.
func cpuTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	const user, system = 11, 12 // from the state on, which is field 3
	if len(fields) <= system {
		return 0, fmt.Errorf("/proc/%d/stat is not as expected", pid)
	}
	var ticks int64
	for _, field := range [][]byte{fields[user], fields[system]} {
		n, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, err
		}
		ticks += n
	}
	return time.Duration(ticks) * tick, nil
}
