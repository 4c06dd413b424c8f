package signalingtest

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"moim/chat"
	"moim/signaling"
)

// Server is a hub that tests connect to.
type Server struct {
	Hub *signaling.Hub

	t      *testing.T
	dial   func(ctx context.Context, from netip.Addr) (net.Conn, error)
	cancel context.CancelFunc
	ran    chan struct{} // closed when Hub.Run has returned
	err    error         // of Hub.Run; read after ran

	mu    sync.Mutex // guards what follows
	peers []*Peer
}

// Run tests a hub within a synctest bubble. What cfg leaves out is filled in:
// a chat.Memory of 200 lines, a log that goes nowhere, the default limits.
// When the test ends the hub is stopped, and all of it must have ended well.
func Run(t *testing.T, cfg signaling.Config, test func(t *testing.T, s *Server)) {
	t.Helper()
	hub := NewHub(t, cfg)
	synctest.Test(t, func(t *testing.T) {
		listener := newPipeListener()
		s := start(t, hub, listener)
		s.dial = listener.dial
		test(t, s)
	})
}

// RunTCP is Run on the loopback interface and in real time.
func RunTCP(t *testing.T, cfg signaling.Config, test func(t *testing.T, s *Server)) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := start(t, NewHub(t, cfg), listener)
	s.dial = func(ctx context.Context, _ netip.Addr) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
	}
	test(t, s)
}

// NewHub makes a hub of cfg, filled in as Run does. It is for what Run and
// RunTCP do not cover; Hub.Run is the caller's to call.
func NewHub(t *testing.T, cfg signaling.Config) *signaling.Hub {
	t.Helper()
	if cfg.Store == nil {
		store, err := chat.NewMemory(200, 100, 1<<24)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Store = store
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Limits == (signaling.Limits{}) {
		cfg.Limits = signaling.DefaultLimits()
	}
	hub, err := signaling.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return hub
}

func start(t *testing.T, hub *signaling.Hub, listener net.Listener) *Server {
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s := &Server{Hub: hub, t: t, cancel: cancel, ran: make(chan struct{})}
	web := &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			from, err := netip.ParseAddrPort(r.RemoteAddr)
			if err != nil {
				t.Errorf("remote address: %v", err)
			}
			hub.Accept(w, r, from.Addr()) //nolint:contextcheck // a socket outlives its request
		}),
		ReadHeaderTimeout: time.Minute,
		ErrorLog:          slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			t.Errorf("serve: %v", err)
		}
	}()
	go func() { defer close(s.ran); s.err = hub.Run(ctx) }()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the hub ended with: %v", err)
		}
		web.Close()
		<-served
		for _, p := range s.all() {
			p.Break()
			p.Listen()
			<-p.gone
		}
	})
	return s
}

// Stop ends the hub and answers what its Run answered.
func (s *Server) Stop() error {
	s.cancel()
	<-s.ran
	return s.err
}

// Pass lets d go by and everything come to rest. It is for Run only.
func (s *Server) Pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Settle lets everything come to rest without time going by. It is for Run only.
func (s *Server) Settle() { synctest.Wait() }

// Wire is a new connection to the server with nothing said on it yet.
func (s *Server) Wire() net.Conn {
	s.t.Helper()
	conn, err := s.dial(s.t.Context(), DefaultAddr)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { conn.Close() })
	return conn
}

func (s *Server) add(p *Peer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.peers = append(s.peers, p)
}

func (s *Server) all() []*Peer {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.peers
}
