//go:build attack

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moim/signaling/client"
)

const (
	floodTime = 3 * time.Second
	interval  = 5 * time.Millisecond // between two signals of the honest call
	// noise is a time below which this kind of machine tells nothing.
	noise = time.Millisecond
	// measures is how often a flood may be measured: something else on the machine
	// takes milliseconds now and then, of quiet calls too.
	measures = 3
	// comesInWithin is how long somebody waits who comes while the server is attacked.
	comesInWithin = 2 * time.Second
	// mostMemory is what the server may take while it is attacked, in bytes.
	mostMemory = 512 << 20
)

// TestAttacks holds that an honest call hardly notices any of the floods: that
// the time its signals take stays under three times the quiet one (the 99th
// percentile), that none is lost, and that what the server takes meanwhile is
// bounded and given back.
func TestAttacks(t *testing.T) {
	binary := build(t)
	for name, server := range map[string]struct {
		args  []string
		kinds []string
	}{
		"http":  {nil, plainFloods()},
		"https": {[]string{"--self-signed", "--tls=127.0.0.1:0"}, secureFloods()},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, []string{binary}, append(server.args, "--data="+t.TempDir(), "--turn=off")...)
			url := p.url
			if server.args != nil {
				url = securePort(t, p)
			}
			testAttacks(t, url, server.kinds)
		})
	}
}

func testAttacks(t *testing.T, url string, kinds []string) {
	honest := newHonestCall(t, url)
	honest.measure(floodTime) // everything is warm then
	prepareRooms(t, url)
	before := takeOf(t, url)
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			quiet := honest.measure(floodTime)
			stop := attack(t, kind, url)
			flooded := honest.measure(floodTime)
			for tries := 1; tries < measures && flooded.slower(quiet); tries++ {
				t.Logf("p99 %v, quiet %v: once more", flooded.p99, quiet.p99)
				lost := flooded.lost
				flooded = honest.measure(floodTime)
				flooded.lost += lost
			}
			during := takeOf(t, url)
			newcomer := comesIn(t, url)
			said := stop()
			t.Logf("p99 %v, quiet %v (%.1f); median %v, quiet %v; a newcomer is in after %v; %d MiB, %d goroutines; %s",
				flooded.p99, quiet.p99, flooded.p99.Seconds()/quiet.p99.Seconds(), flooded.median, quiet.median, newcomer, during.resident>>20, during.goroutines, said)
			if newcomer > comesInWithin {
				t.Errorf("a newcomer is in after %v", newcomer)
			}
			if flooded.slower(quiet) {
				t.Errorf("the 99th percentile is %v, quiet %v", flooded.p99, quiet.p99)
			}
			if lost := quiet.lost + flooded.lost; lost > 0 {
				t.Errorf("%d signals were lost", lost)
			}
			if during.resident > mostMemory {
				t.Errorf("the server takes %d MiB", during.resident>>20)
			}
		})
	}
	honest.check(t)
	deadline := time.Now().Add(2 * time.Minute)
	for {
		after := takeOf(t, url)
		given := fmt.Sprintf("goroutines %d, then %d; heap %d KiB, then %d KiB", before.goroutines, after.goroutines, before.heap>>10, after.heap>>10)
		if after.goroutines <= before.goroutines+10 && after.heap <= 2*before.heap+16<<20 {
			t.Log(given)
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(given)
		}
		time.Sleep(time.Second)
	}
}

// comesIn is how long somebody takes to load the page and to join a room.
func comesIn(t *testing.T, url string) time.Duration {
	t.Helper()
	began := time.Now()
	fetchText(t, url)
	newcomer, err := client.Dial(t.Context(), client.Config{URL: url, Room: "newcomers", Patience: -1, HTTPClient: trusting})
	if err != nil {
		t.Fatalf("a newcomer is not let in: %v", err)
	}
	defer newcomer.Close()
	return time.Since(began)
}

// attack runs a flood in a process of its own that runs when nothing else does
// (SCHED_IDLE, sched(7)). stop ends it and answers what it tells.
func attack(t *testing.T, kind, url string) (stop func() string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, "chrt", "-i", "0", self, "-test.run=^TestAttacker$")
	cmd.Env = append(os.Environ(), attackerVariable+"="+kind+" "+url)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	out := new(strings.Builder)
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stopped := false
	stop = func() string {
		if !stopped {
			stopped = true
			cancel()
			_ = cmd.Wait() // it was interrupted
		}
		told, _, _ := strings.Cut(out.String(), "\n")
		return told
	}
	t.Cleanup(func() { stop() })
	return stop
}

// honestCall is two people who exchange signals.
type honestCall struct {
	mina, jonas *client.Client
	arrived     chan arrival
	next        int
}

type arrival struct {
	N    int
	Sent time.Time
	at   time.Time
}

func newHonestCall(t *testing.T, url string) *honestCall {
	t.Helper()
	c := &honestCall{arrived: make(chan arrival, 1<<16)}
	for name, into := range map[string]**client.Client{"Mina": &c.mina, "Jonas": &c.jonas} {
		made, err := client.Dial(t.Context(), client.Config{URL: url, Room: "honest", Name: name, Patience: -1, HTTPClient: trusting})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(made.Close)
		*into = made
	}
	go func() {
		for event := range c.jonas.Events() {
			if data, ok := event.(client.Data); ok {
				got := arrival{at: time.Now()}
				if json.Unmarshal(data.Data, &got) == nil {
					c.arrived <- got
				}
			}
		}
	}()
	go func() {
		for range c.mina.Events() { // taken, so that none waits
			continue
		}
	}()
	return c
}

// figures are the times that signals took.
type figures struct {
	median, p99 time.Duration
	lost        int
}

// slower tells whether signals take longer than they may beside a flood.
func (f figures) slower(quiet figures) bool { return f.p99 > 3*max(quiet.p99, noise) }

// measure sends signals for a while.
func (c *honestCall) measure(d time.Duration) figures {
	tick := time.NewTicker(interval)
	defer tick.Stop()
	first := c.next
	for end := time.Now().Add(d); time.Now().Before(end); c.next++ {
		<-tick.C
		_ = c.mina.SendData(context.Background(), c.jonas.You(), arrival{N: c.next, Sent: time.Now()}) // check tells
	}
	var took []time.Duration
	timeout := time.After(5 * time.Second)
	for len(took) < c.next-first {
		select {
		case got := <-c.arrived:
			took = append(took, got.at.Sub(got.Sent))
		case <-timeout:
			return figures{lost: c.next - first - len(took), p99: 5 * time.Second}
		}
	}
	slices.Sort(took)
	return figures{median: took[len(took)/2], p99: took[len(took)*99/100]}
}

// check holds that both are still in the call.
func (c *honestCall) check(t *testing.T) {
	t.Helper()
	for _, who := range []*client.Client{c.mina, c.jonas} {
		if err := who.Err(); err != nil {
			t.Errorf("somebody honest is out: %v", err)
		}
	}
}

// take is what the server takes.
type take struct{ goroutines, heap, resident int }

func takeOf(t *testing.T, url string) take {
	t.Helper()
	text := fetchText(t, url+"/metrics")
	value := func(name string) int {
		found := regexp.MustCompile(`(?m)^` + name + ` (\S+)$`).FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("%s is not in the metrics", name)
		}
		n, err := strconv.ParseFloat(found[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		return int(n)
	}
	return take{value("go_goroutines"), value("go_memstats_heap_inuse_bytes"), value("process_resident_memory_bytes")}
}

// securePort is where the program serves HTTPS, as its log has it.
func securePort(t *testing.T, p *process) string {
	t.Helper()
	found := regexp.MustCompile(`https://\S+?:(\d+)`).FindStringSubmatch(fmt.Sprint(p.log))
	if found == nil {
		t.Fatal("there is no port for HTTPS")
	}
	return "https://127.0.0.1:" + found[1]
}
