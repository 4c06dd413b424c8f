package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// process is the real program in a process of its own.
type process struct {
	url string
	cmd *exec.Cmd
	log *strings.Builder // read after the end
	end sync.WaitGroup
}

// build makes the program.
func build(t *testing.T) string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "signal")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return binary
}

// start runs the program until the test ends.
func start(t *testing.T, command []string, args ...string) *process {
	t.Helper()
	args = append(command[1:], append([]string{"--listen=127.0.0.1:0"}, args...)...)
	p := &process{cmd: exec.CommandContext(context.WithoutCancel(t.Context()), command[0], args...), log: new(strings.Builder)}
	stderr, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		p.end.Wait()
		_ = p.cmd.Wait()
	})
	lines := bufio.NewReader(io.TeeReader(stderr, p.log))
	for p.url == "" {
		line, err := lines.ReadString('\n')
		if err != nil {
			t.Fatalf("the program did not start: %v\n%s", p.cmd.Wait(), p.log)
		}
		if port := regexp.MustCompile(`http://localhost:(\d+)`).FindStringSubmatch(line); port != nil {
			p.url = "http://127.0.0.1:" + port[1]
		}
	}
	p.end.Go(func() { _, _ = io.Copy(io.Discard, lines) })
	return p
}

// kill ends the program as a power cut would, but for what the system has not
// written yet.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	p.end.Wait()
	_ = p.cmd.Wait() // it was killed
}

// writer says line after line and comes back when the server is gone.
type writer struct {
	name    string
	session string
	you     string
	said    []protocol.ChatMessage // acknowledged, in order
	open    client.Line            // sent, its fate not known
	at      int
}

// write says lines until the server is gone; each that was acknowledged is told.
func (w *writer) write(ctx context.Context, url string, acknowledged func()) error {
	c, err := client.Dial(ctx, client.Config{URL: url, Room: "tea", Name: w.name, Session: w.session, Patience: -1})
	if err != nil {
		return nil
	}
	defer c.Close()
	if w.you != "" && c.You() != w.you {
		return fmt.Errorf("%s came back as another", w.name)
	}
	w.you, w.session = c.You(), c.Joined().Session
	for {
		if w.open.Text == "" {
			w.at++
			w.open = client.Line{Text: fmt.Sprintf("%s says %d", w.name, w.at), Key: fmt.Sprint("key", w.at)}
		}
		m, err := c.Chat(ctx, w.open)
		if err != nil {
			if _, refused := err.(*protocol.Error); refused { //nolint:errorlint // as it comes
				return fmt.Errorf("%s: %w", w.name, err)
			}
			return nil
		}
		w.said = append(w.said, m)
		w.open = client.Line{}
		acknowledged()
	}
}

// TestKilled kills the program 20 times while 16 people write: each line that
// its sender saw is there once, in the order of its n, and so is each line sent
// again as its fate was unknown.
func TestKilled(t *testing.T) {
	const writers, kills = 16, 20
	binary, folder := build(t), t.TempDir()
	options := []string{
		"--data=" + folder, "--limit-chats=100000:100000", "--limit-chats-per-address=100000:100000", "--limit-joins=100000:100000", "--limit-updates=100000:100000",
		"--retention=all:all",
	}
	people := make([]*writer, writers)
	for i := range people {
		people[i] = &writer{name: fmt.Sprint("writer", i)}
	}
	random := rand.New(rand.NewPCG(2026, 11))
	for range kills {
		p := start(t, []string{binary}, options...)
		var (
			all   sync.WaitGroup
			count atomic.Int64
			once  sync.Once
		)
		enough := 1 + random.Int64N(400)
		dead := make(chan struct{})
		for _, w := range people {
			all.Go(func() {
				err := w.write(t.Context(), p.url, func() {
					if count.Add(1) >= enough {
						once.Do(func() { close(dead) })
					}
				})
				if err != nil {
					t.Error(err)
					once.Do(func() { close(dead) })
				}
			})
		}
		select {
		case <-dead:
		case <-t.Context().Done():
		case <-time.After(tolerance):
			t.Errorf("not even %d lines within %v", enough, tolerance)
		}
		p.kill(t)
		all.Wait()
		if t.Failed() {
			t.FailNow()
		}
	}
	p := start(t, []string{binary}, options...)
	defer p.kill(t)
	checkRoom(t, p.url, people)
}

// checkRoom reads the room from its first line on and looks for what was said.
func checkRoom(t *testing.T, url string, people []*writer) {
	t.Helper()
	c, err := client.Dial(t.Context(), client.Config{URL: url, Room: "tea", Name: "Reader"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var lines []protocol.ChatMessage
	for more := true; more; {
		page, err := c.HistoryAfter(t.Context(), int64(len(lines)), 200)
		if err != nil {
			t.Fatal(err)
		}
		lines, more = append(lines, page.Messages...), page.More
	}
	places := make(map[string]int64)
	for i, m := range lines {
		if m.N != int64(i+1) || m.Seq != m.N {
			t.Fatalf("line %d has n %d and change %d", i+1, m.N, m.Seq)
		}
		if places[m.Text] != 0 {
			t.Errorf("%q is there as %d and %d", m.Text, places[m.Text], m.N)
		}
		places[m.Text] = m.N
	}
	said := 0
	for _, w := range people {
		last := int64(0)
		for _, m := range w.said {
			if places[m.Text] != m.N || m.N <= last {
				t.Errorf("%q was seen as %d after %d and is %d", m.Text, m.N, last, places[m.Text])
			}
			last = m.N
		}
		said += len(w.said)
		if places[w.open.Text] == 0 && w.open.Text != "" {
			continue // its fate was unknown
		}
		if places[w.open.Text] < last && w.open.Text != "" {
			t.Errorf("%q is before what was said before it", w.open.Text)
		}
	}
	if len(lines) < said || len(lines) > said+len(people) {
		t.Errorf("%d lines of %d that were seen by %d people", len(lines), said, len(people))
	}
	t.Logf("%d lines were seen by their senders, %d are there", said, len(lines))
}
