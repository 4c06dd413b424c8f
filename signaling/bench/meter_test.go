package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestCPUTime(t *testing.T) {
	before, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	for began := time.Now(); time.Since(began) < 20*time.Millisecond; {
		continue
	}
	after, err := cpuTime(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if after <= before || after-before > time.Minute {
		t.Errorf("20 ms of work took %v", after-before)
	}
}

func TestInUse(t *testing.T) {
	got, err := inUse([]byte("heap profile: 0: 0\n# HeapInuse = 4096\n# HeapObjects = 7\n# Stack = 1024 / 8192\n"))
	if err != nil || got != 5120 {
		t.Errorf("got %d, %v", got, err)
	}
	if _, err := inUse([]byte("# HeapInuse = 4096\n")); err == nil {
		t.Error("a profile without stacks was taken")
	}
}

func TestSumEvents(t *testing.T) {
	got, err := sumEvents([]byte("Events disabled\n1200,,instructions:u,10,100.00,,\n300,,instructions:k,10,100.00,,\n"))
	if err != nil || got != 1500 {
		t.Errorf("got %v, %v", got, err)
	}
	for _, bad := range []string{"", "<not supported>,,instructions:u,0,100.00,,\n"} {
		if _, err := sumEvents([]byte(bad)); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

// TestPerf counts an event that needs no hardware, through the same plumbing.
func TestPerf(t *testing.T) {
	if _, err := exec.LookPath("perf"); err != nil {
		t.Skip("perf is not installed")
	}
	p := &perf{events: "task-clock"}
	stop, err := p.attach(t.Context(), os.Getpid())
	if err != nil {
		t.Skipf("perf may not count here: %v", err)
	}
	for began := time.Now(); time.Since(began) < 20*time.Millisecond; {
		continue
	}
	milliseconds, err := stop()
	if err != nil || milliseconds <= 0 || milliseconds > 60000 {
		t.Errorf("20 ms of work counted as %v, %v", milliseconds, err)
	}
}

func TestPerfMissing(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if p := newPerf(t.Context()); !strings.Contains(p.missing, "not installed") {
		t.Errorf("got %q", p.missing)
	}
}
