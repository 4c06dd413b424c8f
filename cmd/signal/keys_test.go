package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// keyLine is a line of the file of session keys.
var keyLine = regexp.MustCompile(`^[0-9a-f]{8} \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ [A-Za-z0-9+/]{43}=$`)

// readKeyFile reads the file of session keys of a folder, a line each.
func readKeyFile(t *testing.T, folder string) []string {
	t.Helper()
	path := filepath.Join(folder, keyFile)
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode() != 0o600 {
		t.Errorf("the mode is %v, %v", info.Mode(), err)
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for _, line := range lines {
		if !keyLine.MatchString(line) {
			t.Errorf("a line is %q", line)
		}
	}
	return lines
}

// TestKeyFile holds that the session keys are made once, are of the owner alone and
// outlive the program.
func TestKeyFile(t *testing.T) {
	p := boot(t)
	first := readKeyFile(t, p.data)
	p = p.again()
	if second := readKeyFile(t, p.data); len(first) != 1 || len(second) != 1 || first[0] != second[0] {
		t.Errorf("%q, then %q", first, second)
	}
}

// TestKeyFileRefused holds that a file of keys which is none is refused, with what
// to do, and is left as it is.
func TestKeyFileRefused(t *testing.T) {
	good := "0a1b2c3d 2026-11-22T12:00:00Z AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
	for _, text := range []string{"", "\n", "garbage", good + "garbage", good[:40], "\x00\x01\x02"} {
		folder := t.TempDir()
		path := filepath.Join(folder, keyFile)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+folder)
		if err == nil || !strings.Contains(err.Error(), path+" holds no session keys (") || !strings.Contains(err.Error(), "); remove it to have new ones made") {
			t.Errorf("%q: %v", text, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%q is %q now, %v", text, after, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		boot(t, "--data="+folder)
	}
}

// TestKeysRotate holds that a running program replaces its key when it has signed
// for a week, keeps the one before for a day, and goes on with what it has while
// the file cannot be written.
func TestKeysRotate(t *testing.T) {
	const day = 24 * time.Hour
	folder := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	move := func(from, to string) {
		t.Helper()
		if err := os.Rename(from, to); err != nil {
			t.Fatal(err)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		d := &data{}
		if err := d.readKeys(filepath.Join(folder, keyFile)); err != nil {
			t.Fatal(err)
		}
		first := readKeyFile(t, folder)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		var log bytes.Buffer
		go d.tend(ctx, slog.New(slog.NewTextHandler(&log, nil)))
		pass := func(d time.Duration) { time.Sleep(d); synctest.Wait() }
		pass(7 * day)
		if lines := readKeyFile(t, folder); len(lines) != 1 {
			t.Errorf("%d keys after a week", len(lines))
		}
		move(folder, folder+" elsewhere")
		pass(2 * time.Hour)
		move(folder+" elsewhere", folder)
		if lines := readKeyFile(t, folder); len(lines) != 1 || !strings.Contains(log.String(), "the session keys cannot be replaced; those of before stay in use") {
			t.Errorf("%d keys, and the log is %s", len(lines), log.String())
		}
		pass(time.Hour)
		lines := readKeyFile(t, folder)
		if len(lines) != 2 || lines[1] != first[0] {
			t.Errorf("%d keys after more than a week", len(lines))
		}
		pass(day + 2*time.Hour)
		if later := readKeyFile(t, folder); len(later) != 1 || later[0] != lines[0] {
			t.Errorf("%d keys after another day", len(later))
		}
		again := &data{}
		if err := again.readKeys(d.keyFile); err != nil {
			t.Error(err)
		}
	})
}

// TestKeysRotateAtStart holds that a key which is due is replaced when the program
// starts.
func TestKeysRotateAtStart(t *testing.T) {
	folder := t.TempDir()
	old := "0a1b2c3d 2020-01-01T00:00:00Z AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	if err := os.WriteFile(filepath.Join(folder, keyFile), []byte(old+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	boot(t, "--data="+folder)
	if lines := readKeyFile(t, folder); len(lines) != 2 || lines[1] != old {
		t.Errorf("the keys are %q", lines)
	}
}

// raw joins a room over a WebSocket of its own.
func (p *program) raw(room string) *soaker {
	p.t.Helper()
	s := &soaker{
		room: room, name: "Raw", url: func() string { return p.url },
		random: rand.New(rand.NewPCG(1, 2)), count: &soakCount{what: make(map[string]int)},
	}
	if err := s.enter(p.ctx); err != nil || s.soakSocket == nil {
		p.t.Fatalf("raw: %v", err)
	}
	p.t.Cleanup(s.drop)
	return s
}

// TestRestarting holds that a program which is stopped asks everyone to come back,
// and closes with 1001; who comes back to the next goes by the same id.
func TestRestarting(t *testing.T) {
	p := boot(t)
	ws := p.raw("tea")
	p.stop()
	var restarting protocol.Restarting
	if err := json.Unmarshal(<-ws.inbox, &restarting); err != nil || restarting.Type != protocol.TypeRestarting ||
		restarting.After < 500 || restarting.After >= 1000 {
		t.Errorf("got %+v, %v", restarting, err)
	}
	if frame, more := <-ws.inbox; more {
		t.Errorf("and then %s", frame)
	}
	if code := websocket.CloseStatus(ws.end); code != websocket.StatusGoingAway {
		t.Errorf("closed with %v", ws.end)
	}
	p = p.again()
	ws.url = func() string { return p.url }
	before := ws.you
	ws.random = rand.New(rand.NewPCG(2, 3)) // with which it says whom it was
	if err := ws.enter(p.ctx); err != nil || ws.you != before || ws.count.what["snapshots"] != 1 {
		t.Errorf("who was %s is %s, %v: %v", before, ws.you, ws.count.what, err)
	}
}

// TestGraceFlag holds that the option reaches the hub.
func TestGraceFlag(t *testing.T) {
	gone := func(p *program) func() bool { return func() bool { return !p.exists("tea") } }
	none, some := boot(t, "--grace=0"), boot(t, "--grace=1s")
	for _, p := range []*program{none, some} {
		ws := p.raw("tea")
		ws.tcp.Close()
	}
	none.eventually("a lost peer leaves at once", gone(none))
	if !some.exists("tea") {
		t.Error("a lost peer leaves before its time")
	}
	some.eventually("a lost peer leaves", gone(some))
}
