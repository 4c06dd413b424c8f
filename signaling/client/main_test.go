package client_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
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
	t      *testing.T
	ctx    context.Context //nolint:containedctx // of the test
	url    string
	limits signaling.Limits
	keys   *signaling.KeyRing
	store  chat.Store
	hub    *signaling.Hub
	stop   func() // ends the hub and waits for it

	serving atomic.Pointer[signaling.Hub]
}

// withoutGrace are limits by which a lost peer has left at once.
func withoutGrace() signaling.Limits {
	limits := signaling.DefaultLimits()
	limits.Grace = 0
	return limits
}

func startService(t *testing.T, limits signaling.Limits) *service {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), patience)
	store, err := chat.NewMemory(1000, 100, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	s := &service{t: t, ctx: ctx, limits: limits, keys: signaling.NewKeyRing(time.Now()), store: store}
	s.start()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		addr := netip.MustParseAddrPort(r.RemoteAddr)
		s.serving.Load().Accept(w, r, addr.Addr())
	}))
	s.url = server.URL
	t.Cleanup(func() {
		s.stop()
		server.Close()
		done()
	})
	return s
}

// start runs a hub that knows the chat and the keys only, in place of the one
// before.
func (s *service) start() {
	s.t.Helper()
	var err error
	s.hub, err = signaling.New(signaling.Config{
		Store: s.store, Log: slog.New(slog.DiscardHandler), Limits: s.limits, SessionKeys: s.keys,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	running, cancel := context.WithCancel(s.t.Context())
	ended := make(chan struct{})
	go func(hub *signaling.Hub) {
		defer close(ended)
		if err := hub.Run(running); err != nil {
			s.t.Errorf("hub: %v", err)
		}
	}(s.hub)
	s.serving.Store(s.hub)
	s.stop = func() { cancel(); <-ended }
}

// dial joins the room tea, and does not come back; the client is closed with
// the test.
func (s *service) dial(name string) *client.Client {
	s.t.Helper()
	c, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea", Name: name, Patience: -1})
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
