package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"

	"moim/chat"
)

// warmReads is how many pages are read before memory is measured.
const warmReads = 1000

// memory measures what it takes to have an archive open, once some was read.
func (a *archive) memory(ctx context.Context, side string, add func(figure)) (err error) {
	before := usage()
	open, read := a.openStore, a.finder(ctx, chat.Query{})
	if side != sideMoim {
		open = func() error { return a.openFloor(ctx) }
		read = func(room int) ([]chat.Message, error) { return a.floor.before(ctx, room, math.MaxInt64) }
	}
	if err := open(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	for i := range min(warmReads, a.scale.Rooms) {
		if _, err := read(i * 7919 % a.scale.Rooms); err != nil {
			return err
		}
	}
	now := usage()
	add(figure{rowHeap, side, (now.heap - before.heap) / 1024})
	add(figure{rowResident, side, (now.resident - before.resident) / 1024})
	return nil
}

// bytesUsed is what a process uses; what SQLite uses is not in its heap.
type bytesUsed struct{ heap, resident float64 }

func usage() bytesUsed {
	runtime.GC()
	debug.FreeOSMemory() // collects again
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return bytesUsed{heap: float64(m.HeapAlloc + m.StackInuse), resident: resident()}
}

// resident is the resident size of this process, NaN where the system does not tell.
func resident() float64 {
	status, err := os.ReadFile("/proc/self/status")
	_, rest, ok := bytes.Cut(status, []byte("VmRSS:"))
	var kB float64
	if err != nil || !ok {
		return math.NaN()
	}
	if _, err := fmt.Sscan(string(rest), &kB); err != nil {
		return math.NaN()
	}
	return kB * 1024
}
