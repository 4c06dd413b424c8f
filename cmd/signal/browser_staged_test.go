//go:build browser || network

package main

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"
)

// staged is a site whose program runs in a process of its own, and can be
// ended and started again at the same address with the same data.
type staged struct {
	*site
	command []string
	args    []string
	process *process // the newest
}

// startStaged starts the program for the time of the test. The command is the program
// or runs it, without exec.Cmd's help.
func startStaged(t *testing.T, command []string, args ...string) *staged {
	t.Helper()
	s := &staged{site: &site{program: &program{t: t}}, command: command}
	s.args = append([]string{"--data=" + t.TempDir()}, args...)
	s.start()
	s.url = s.process.url
	s.args = append(s.args, "--listen="+strings.TrimPrefix(s.url, "http://"))
	return s
}

// start starts the program after an end.
func (s *staged) start() {
	s.t.Helper()
	s.t.Cleanup(func() { // once it has ended
		if s.t.Failed() && s.process != nil {
			s.t.Logf("the program's log:\n%s", s.process.log)
		}
	})
	s.process = start(s.t, s.command, s.args...)
}

// end ends the program by a signal and waits for that.
func (s *staged) end(by os.Signal) {
	s.t.Helper()
	if err := s.process.cmd.Process.Signal(by); err != nil {
		s.t.Fatalf("end the program: %v", err)
	}
	s.process.end.Wait()
	_ = s.process.cmd.Wait() // by the signal, or as it does by itself
}

// lasts waits while a fault that the test made lasts.
func lasts(t *testing.T, d time.Duration) {
	t.Helper()
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-over.C:
	case <-t.Context().Done():
		t.Fatal(context.Cause(t.Context()))
	}
}
