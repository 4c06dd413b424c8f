package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"moim/chat"
	"moim/public"
	"moim/signaling"
)

// stream is a stream of server-sent events (WHATWG HTML, section 9.2).
type stream struct {
	t    *testing.T
	body *bufio.Reader
}

// block takes one event or comment, without the empty line after it.
func (s *stream) block() string {
	s.t.Helper()
	var block strings.Builder
	for {
		line, err := s.body.ReadString('\n')
		if err != nil {
			s.t.Fatalf("the stream ended with %v after %q", err, block.String())
		}
		if line == "\n" {
			return block.String()
		}
		block.WriteString(line)
	}
}

// rooms takes one event and answers the names and counts in it.
func (s *stream) rooms() map[string]int {
	s.t.Helper()
	block := s.block()
	data, is := strings.CutPrefix(block, "data: ")
	var list roomList
	if err := json.Unmarshal([]byte(data), &list); err != nil || !is {
		s.t.Fatalf("the event is %q: %v", block, err)
	}
	rooms := map[string]int{}
	for _, room := range list.Rooms {
		rooms[room.Name] = room.Peers
	}
	return rooms
}

// until takes events until the rooms are as wanted.
func (s *stream) until(want map[string]int) {
	s.t.Helper()
	for {
		got := s.rooms()
		same := len(got) == len(want)
		for name, peers := range want {
			have, ok := got[name]
			same = same && ok && have == peers
		}
		if same {
			return
		}
	}
}

func TestEvents(t *testing.T) {
	p := boot(t, "--grace=1s")
	response := p.open(http.MethodGet, "/api/rooms/events", "")
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" ||
		response.Header.Get("Cache-Control") != "no-store" || response.Header.Get("X-Accel-Buffering") != "no" {
		t.Errorf("%s, %v", response.Status, response.Header)
	}
	securityHeaders(t, "GET /api/rooms/events", response.Header)
	s := &stream{t, bufio.NewReader(response.Body)}
	if got := s.rooms(); len(got) != 0 {
		t.Errorf("at once: %v", got)
	}
	p.make(`{"name":"Tea","public":true}`)
	s.until(map[string]int{"Tea": 0})
	mina := p.join("tea", "Mina")
	s.until(map[string]int{"Tea": 1})
	nana := p.join("tea", "Nana")
	s.until(map[string]int{"Tea": 2})
	if err := mina.Leave(p.ctx); err != nil {
		t.Fatal(err)
	}
	s.until(map[string]int{"Tea": 1})
	nana.Close()
	s.until(map[string]int{"Tea": 0})

	late := p.open(http.MethodGet, "/api/rooms/events", "")
	defer late.Body.Close()
	if got := (&stream{t, bufio.NewReader(late.Body)}).rooms(); len(got) != 1 {
		t.Errorf("a late comer sees %v", got)
	}
}

// watching runs a test against the events of a hub in a bubble where time
// passes only when everyone waits.
func watching(t *testing.T, test func(t *testing.T, hub *signaling.Hub, events *stream)) {
	t.Helper()
	store, err := chat.NewMemory(chatLines, chatRooms, chatBytes)
	if err != nil {
		t.Fatal(err)
	}
	pages, err := newPages(public.Files)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		log := slog.New(slog.DiscardHandler)
		hub, err := signaling.New(signaling.Config{Store: store, Log: log, Limits: signaling.DefaultLimits()})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		reader, writer := io.Pipe()
		served := make(chan struct{})
		go func() {
			defer close(served)
			request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/api/rooms/events", nil)
			(&server{log: log, hub: hub, relay: &relay{}, pace: newPace(0, remote)}).routes(pages).ServeHTTP(&streamWriter{header: http.Header{}, to: writer}, request)
		}()
		test(t, hub, &stream{t, bufio.NewReader(reader)})
		cancel()
		reader.Close()
		<-served
		if err := hub.Run(ctx); err != nil {
			t.Error(err)
		}
	})
}

// streamWriter is a http.ResponseWriter whose body is read while it is written.
type streamWriter struct {
	header http.Header
	to     io.Writer
}

func (w *streamWriter) Header() http.Header         { return w.header }
func (w *streamWriter) WriteHeader(int)             {}
func (w *streamWriter) Write(b []byte) (int, error) { return w.to.Write(b) }
func (w *streamWriter) Flush()                      {}

func makeRoom(t *testing.T, hub *signaling.Hub, name string, public bool) {
	t.Helper()
	if _, _, err := hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: name, Public: public}, netip.IPv6Loopback()); err != nil {
		t.Fatal(err)
	}
}

func TestEventsHeartbeat(t *testing.T) {
	watching(t, func(t *testing.T, _ *signaling.Hub, events *stream) {
		events.rooms()
		start := time.Now()
		for beat := 1; beat <= 3; beat++ {
			if block := events.block(); block != ": \n" {
				t.Errorf("the beat is %q", block)
			}
			if passed := time.Since(start); passed != time.Duration(beat)*15*time.Second {
				t.Errorf("beat %d comes after %v", beat, passed)
			}
		}
	})
}

func TestEventsTellNothingOfPrivateRooms(t *testing.T) {
	watching(t, func(t *testing.T, hub *signaling.Hub, events *stream) {
		events.rooms()
		makeRoom(t, hub, "private", false)
		if block := events.block(); block != ": \n" {
			t.Errorf("a private room made the event %q", block)
		}
	})
}

func TestEventsAreFewInARush(t *testing.T) {
	watching(t, func(t *testing.T, hub *signaling.Hub, events *stream) {
		events.rooms()
		start := time.Now()
		for _, name := range []string{"a", "b", "c", "d", "e", "f"} {
			makeRoom(t, hub, name, true)
		}
		if got := events.rooms(); len(got) != 6 || time.Since(start) != eventPause {
			t.Errorf("after %v: %v", time.Since(start), got)
		}
		time.Sleep(time.Second)
		start = time.Now()
		makeRoom(t, hub, "later", true)
		if got := events.rooms(); len(got) != 7 || time.Since(start) != 0 {
			t.Errorf("after a calm it takes %v: %v", time.Since(start), got)
		}
	})
}

// TestEventsTakeNoLine holds that the lists to all who watch take no more than a part
// of what the line has, however long they are and however often they change.
func TestEventsTakeNoLine(t *testing.T) {
	for _, tt := range []struct {
		size, watchers int
		want           time.Duration
	}{
		{0, 1, eventPause},
		{128 << 10, 1, eventPause + time.Second},
		{128 << 10, 32, eventPause + time.Second},
		{128 << 10, 320, eventPause + 10*time.Second},
		{1 << 10, 10, eventPause + 7*time.Millisecond},
		{100, 1, eventPause},
	} {
		if got := pauseAfter(tt.size, tt.watchers); got != tt.want {
			t.Errorf("after %d bytes to %d: %v, want %v", tt.size, tt.watchers, got, tt.want)
		}
	}
	watching(t, func(t *testing.T, hub *signaling.Hub, events *stream) {
		events.rooms()
		for i := range 100 {
			spec := signaling.RoomSpec{Name: fmt.Sprint(i), Topic: strings.Repeat("<", 200), Public: true}
			if _, _, err := hub.MakeRoom(t.Context(), spec, netip.IPv6Loopback()); err != nil {
				t.Fatal(err)
			}
		}
		events.rooms()
		if text := events.block(); text != ": \n" {
			t.Errorf("a beat is %.60q", text)
		}
		makeRoom(t, hub, "onemore", true)
		start := time.Now()
		if list := events.block(); len(list) > 40_000 || strings.Contains(list, `\u003c`) {
			t.Errorf("the list has %d bytes", len(list))
		}
		makeRoom(t, hub, "another", true)
		events.block()
		if took := time.Since(start); took < 400*time.Millisecond {
			t.Errorf("the next list comes after %v", took)
		}
	})
}

// A watcher that does not read takes nothing from the others.
func TestEventsNotRead(t *testing.T) {
	p := boot(t)
	deaf, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", hostOf(p))
	if err != nil {
		t.Fatal(err)
	}
	defer deaf.Close()
	if _, err := io.WriteString(deaf, "GET /api/rooms/events HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	response := p.open(http.MethodGet, "/api/rooms/events", "")
	defer response.Body.Close()
	s := &stream{t, bufio.NewReader(response.Body)}
	s.rooms()
	p.make(`{"name":"Tea","public":true}`)
	s.until(map[string]int{"Tea": 0})
	p.stop()
	if _, err := io.Copy(io.Discard, response.Body); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the stream ended with %v", err)
	}
}
