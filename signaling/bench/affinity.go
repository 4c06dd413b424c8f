package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// affinity is the split of the CPUs: servers run on one, the load on another.
type affinity struct {
	server, load int
	pinned       bool
}

// newAffinity chooses a CPU for each side, where there are two and pinning is wanted.
func newAffinity(pin bool) (*affinity, error) {
	var allowed unix.CPUSet
	if err := unix.SchedGetaffinity(0, &allowed); err != nil {
		return nil, fmt.Errorf("read the allowed CPUs: %w", err)
	}
	a := &affinity{server: -1, load: -1}
	for cpu := range len(allowed) * 64 {
		if !allowed.IsSet(cpu) {
			continue
		}
		if a.load < 0 {
			a.load = cpu
		}
		a.server = cpu
	}
	a.pinned = pin && a.server != a.load
	return a, nil
}

func (a *affinity) String() string {
	if !a.pinned {
		return "server (GOMAXPROCS=1) and load share the CPUs, unpinned"
	}
	return fmt.Sprintf("server on CPU %d (GOMAXPROCS=1), load on CPU %d", a.server, a.load)
}

// pinLoad binds this process to the load's CPU.
func (a *affinity) pinLoad() error {
	if !a.pinned {
		return nil
	}
	runtime.GOMAXPROCS(1)
	tasks, err := os.ReadDir("/proc/self/task")
	if err != nil {
		return err
	}
	for _, task := range tasks {
		tid, err := strconv.Atoi(task.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(tid, only(a.load)); err != nil {
			return fmt.Errorf("pin the load: %w", err)
		}
	}
	return nil
}

// start starts a command bound to the servers' CPU.
func (a *affinity) start(cmd *exec.Cmd) error {
	if !a.pinned {
		return cmd.Start()
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.SchedSetaffinity(0, only(a.server)); err != nil {
		return fmt.Errorf("pin the server: %w", err)
	}
	defer func() {
		if err := unix.SchedSetaffinity(0, only(a.load)); err != nil {
			panic(err)
		}
	}()
	return cmd.Start()
}

func only(cpu int) *unix.CPUSet {
	var set unix.CPUSet
	set.Set(cpu)
	return &set
}
