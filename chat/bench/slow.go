package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"time"
)

// slowSync is what an fsync takes longer on the slowed disk.
const slowSync = 2 * time.Millisecond

// slowed is the beginning of a command that slows every fsync of another (strace(1)).
var slowed = []string{
	"strace", "-f", "--seccomp-bpf", "-qq", "-o", os.DevNull, "-e", "trace=fsync,fdatasync",
	"-e", fmt.Sprintf("inject=fsync,fdatasync:delay_exit=%d", slowSync.Microseconds()),
}

// canSlow is why this machine cannot slow an fsync; "" when it can.
func canSlow(ctx context.Context) string {
	if _, err := exec.LookPath(slowed[0]); err != nil {
		return "strace is missing (Debian: apt-get install strace)"
	}
	if out, err := exec.CommandContext(ctx, slowed[0], append(slowed[1:], "true")...).CombinedOutput(); err != nil {
		return fmt.Sprintf("strace does not work here: %s %s", err, bytes.TrimSpace(out))
	}
	return ""
}

// slowAppends measures appends with every fsync slowed.
func (b *bench) slowAppends(ctx context.Context, dir string, add func(figure)) error {
	figures, err := elsewhere(ctx, task{Measure: measureAppend, Dir: dir, Scale: b.scale}, slowed...)
	if err != nil {
		return err
	}
	for _, f := range figures {
		if f.unslowed() {
			return fmt.Errorf("%.0f commits a second: fsync was not slowed", f.Value)
		}
		f.Row = slowRow(f.Row)
		add(f)
	}
	return nil
}

// unslowed tells that more was committed than a slowed fsync allows.
func (f figure) unslowed() bool {
	return f.Side == sideEach && f.Value > float64(time.Second/slowSync)
}
