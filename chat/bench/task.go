package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// taskEnv holds a task, as JSON, in the environment of a process that does nothing else and
// writes its figures, as JSON, to its standard output.
const taskEnv = "MOIM_CHAT_BENCH_TASK"

// task is what is measured in a process of its own.
type task struct {
	Measure string // measureAppend or measureMemory
	Side    string // of measureMemory
	Dir     string // with the files
	Scale   scale
}

// elsewhere does a task in a process of its own, started by the command before it, if any.
func elsewhere(ctx context.Context, t task, before ...string) ([]figure, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	command := append(before, self)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	var complaints strings.Builder
	cmd.Env = append(os.Environ(), taskEnv+"="+string(body))
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s in a process of its own: %w: %s", t.Measure, err, complaints.String())
	}
	var figures []figure
	return figures, json.Unmarshal(out, &figures)
}

// do is the process that elsewhere starts.
func do(ctx context.Context, body string, out io.Writer) error {
	var t task
	if err := json.Unmarshal([]byte(body), &t); err != nil {
		return err
	}
	b := &bench{scale: t.Scale}
	var figures []figure
	add := func(f figure) { figures = append(figures, f) }
	var err error
	switch t.Measure {
	case measureAppend:
		b.lines = newLines(b.scale.Hall)
		err = b.appends(ctx, t.Dir, add)
	case measureMemory:
		err = newArchive(b, t.Dir).memory(ctx, t.Side, add)
	default:
		err = errors.New("no such task: " + t.Measure)
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(figures)
}
