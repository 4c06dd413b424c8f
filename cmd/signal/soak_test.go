package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const (
	soakRooms   = 4
	soakPeople  = 20
	soakRestart = 40 * time.Second // between restarts, when it lasts longer than that
)

// What a soaked server may have grown by, besides its heap of before.
const (
	soakHeapFactor = 2
	soakHeapSpare  = 4 << 20
)

// TestSoak has twenty people with bad connections talk for 15 s, or as long as
// SOAKTIME says, over restarts of the server then. What one hears of another is
// whole and in order all the time, and in the end nothing is left of anybody.
func TestSoak(t *testing.T) {
	lasts := 15 * time.Second
	if text := os.Getenv("SOAKTIME"); text != "" {
		var err error
		if lasts, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	options := []string{
		"--grace=3s", "--limit-joins=100000:100000", "--limit-chats=100000:100000", "--limit-chats-per-address=100000:100000",
		"--limit-updates=100000:100000", "--limit-signals=100000:100000", "--retention=1d:1000",
	}
	p := boot(t, options...)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	s := &soak{t: t, seed: seed, count: &soakCount{what: make(map[string]int)}}
	s.program.Store(p)
	s.run(3 * time.Second)
	p.wantNobody()
	before := measure(p)

	restarts := 0
	ended := make(chan struct{})
	go func() { defer close(ended); s.run(lasts) }()
	for restart := time.NewTicker(soakRestart); ; {
		select {
		case <-restart.C:
			p = p.again(options...)
			s.program.Store(p)
			restarts++
			continue
		case <-ended:
			restart.Stop()
		}
		break
	}
	p.wantNobody()
	after := measure(p)
	for _, what := range slices.Sorted(maps.Keys(s.count.what)) {
		t.Logf("%-30s %d", what, s.count.what[what])
	}
	t.Logf("%d restarts; goroutines %d, then %d; heap %d KiB, then %d KiB", restarts, before.goroutines, after.goroutines, before.heap>>10, after.heap>>10)
	if after.goroutines > before.goroutines {
		t.Errorf("%d goroutines before, %d after", before.goroutines, after.goroutines)
	}
	if most := soakHeapFactor*before.heap + soakHeapSpare; after.heap > most {
		t.Errorf("%d bytes of heap before, %d after", before.heap, after.heap)
	}
	for _, what := range []string{"resumed", "snapshots", "reloads", "new"} {
		if s.count.what[what] == 0 {
			t.Errorf("nothing was: %s", what)
		}
	}
}

// soak is people who talk to a program.
type soak struct {
	t       *testing.T
	seed    uint64
	count   *soakCount
	program atomic.Pointer[program]
}

// run has them talk for some time.
func (s *soak) run(lasts time.Duration) {
	ctx, cancel := context.WithTimeout(s.t.Context(), lasts)
	defer cancel()
	var all sync.WaitGroup
	for i := range soakPeople {
		person := &soaker{
			room: fmt.Sprint("soak", i%soakRooms), name: fmt.Sprint("Person ", i),
			url:    func() string { return s.program.Load().url },
			random: rand.New(rand.NewPCG(s.seed, uint64(i))), count: s.count,
		}
		all.Go(func() {
			if err := person.live(ctx); err != nil {
				s.t.Error(err)
				cancel()
			}
		})
	}
	all.Wait()
}

// wantNobody waits until no room of those is left.
func (p *program) wantNobody() {
	p.t.Helper()
	deadline := time.After(tolerance)
	for i := range soakRooms {
		for p.exists(fmt.Sprint("soak", i)) {
			select {
			case <-deadline:
				p.t.Fatal("somebody is still in a room")
			case <-time.After(100 * time.Millisecond):
			}
		}
	}
}

// exists tells whether a room is there.
func (p *program) exists(room string) bool {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, p.url+"/api/rooms/"+room, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	response, err := p.http.Do(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	var state struct{ Exists bool }
	if err := json.NewDecoder(response.Body).Decode(&state); err != nil {
		p.t.Fatal(err)
	}
	return state.Exists
}

// footprint is what a process holds.
type footprint struct {
	goroutines int
	heap       uint64 // bytes that are in use
}

// measure measures this process when it has come to rest, without what a program
// has logged.
func measure(p *program) footprint {
	p.console.forget()
	least := footprint{goroutines: 1 << 30}
	for end := time.Now().Add(tolerance); time.Now().Before(end); {
		now := runtime.NumGoroutine()
		if now < least.goroutines {
			least.goroutines, end = now, time.Now().Add(3*time.Second) // it may still fall
		}
		<-time.After(50 * time.Millisecond)
	}
	for range 3 {
		runtime.GC()
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	least.heap = memory.HeapAlloc
	return least
}
