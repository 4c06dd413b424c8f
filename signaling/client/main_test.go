package client_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"go.uber.org/goleak"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/client"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is for what should take no time at all.
const patience = 20 * time.Second

// service is a hub behind HTTP on the loopback interface.
type service struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // of the test
	url  string
	hub  *signaling.Hub
	stop func() // ends the hub and waits for it; once
}

func startService(t *testing.T, limits signaling.Limits) *service {
	t.Helper()
	store, err := chat.NewMemory(200, 100, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := signaling.New(signaling.Config{Store: store, Log: slog.New(slog.DiscardHandler), Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	running, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := hub.Run(running); err != nil {
			t.Errorf("hub: %v", err)
		}
	}()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr := netip.MustParseAddrPort(r.RemoteAddr)
		hub.Accept(w, r, addr.Addr())
	}))
	ctx, done := context.WithTimeout(t.Context(), patience)
	s := &service{t: t, ctx: ctx, url: server.URL, hub: hub, stop: func() { cancel(); <-ended }}
	t.Cleanup(func() {
		s.stop()
		server.Close()
		done()
	})
	return s
}

// dial joins the room tea; the client is closed with the test.
func (s *service) dial(name string) *client.Client {
	s.t.Helper()
	c, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea", Name: name})
	if err != nil {
		s.t.Fatalf("dial as %s: %v", name, err)
	}
	s.t.Cleanup(c.Close)
	return c
}

// next takes events until there is one of type E for which ok is true.
func next[E client.Event](s *service, c *client.Client, ok func(E) bool) E {
	s.t.Helper()
	for {
		select {
		case event, open := <-c.Events():
			if !open {
				s.t.Fatalf("the client ended while waiting for an event: %v", c.Err())
			}
			if e, is := event.(E); is && (ok == nil || ok(e)) {
				return e
			}
		case <-s.ctx.Done():
			var e E
			s.t.Fatalf("no event %T came", e)
		}
	}
}
