package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/sync/errgroup"

	"moim/public"
	"moim/signaling"
)

const (
	headerTimeout = 10 * time.Second  // for a request's header
	idleTimeout   = 120 * time.Second // of a kept connection
	readTimeout   = 20 * time.Second  // for a whole request
	writeTimeout  = 60 * time.Second  // for an answer
	stopTimeout   = 5 * time.Second   // for requests under way when the server stops
	maxHeader     = 16 << 10          // bytes of a request's header
)

// server is the program once its configuration is known.
type server struct {
	log      *slog.Logger
	hub      *signaling.Hub
	data     *data
	http     *http.Server
	listener net.Listener
	debug    *http.Server // nil unless asked for
	debugOn  net.Listener
}

// newServer opens what the server needs, its addresses included.
func newServer(cfg config, log *slog.Logger) (*server, error) {
	data, err := openData(cfg, log)
	if err != nil {
		return nil, err
	}
	s := &server{log: log, data: data}
	if err := s.build(cfg); err != nil {
		return nil, errors.Join(err, data.close())
	}
	return s, nil
}

// build makes what serves, and takes its addresses.
func (s *server) build(cfg config) error {
	pages, err := newPages(public.Files)
	if err != nil {
		return err
	}
	if err := s.listen(cfg); err != nil {
		return err
	}
	s.hub, err = signaling.New(signaling.Config{
		Store: s.data.store, Rooms: s.data.rooms, SessionKeys: s.data.keys,
		Log: s.log, Limits: cfg.limits(), Origins: cfg.Origin,
	})
	if err != nil {
		s.unlisten()
		return err
	}
	s.http = newHTTP(routes(s.hub, pages, s.ready, s.log), s.log)
	s.http.ReadTimeout, s.http.WriteTimeout = readTimeout, writeTimeout
	if s.debugOn != nil {
		s.debug = newHTTP(profiles(), s.log)
	}
	return nil
}

// listen takes the addresses of a configuration, or none of them.
func (s *server) listen(cfg config) error {
	var (
		sockets net.ListenConfig
		err     error
	)
	if s.listener, err = sockets.Listen(context.Background(), "tcp", cfg.Listen); err != nil {
		return fmt.Errorf("cannot listen on %s; choose another address with --listen: %w", cfg.Listen, err)
	}
	if cfg.Debug == "" {
		return nil
	}
	if s.debugOn, err = sockets.Listen(context.Background(), "tcp", cfg.Debug); err != nil {
		s.unlisten()
		return fmt.Errorf("cannot listen on %s; choose another address with --debug: %w", cfg.Debug, err)
	}
	return nil
}

func (s *server) unlisten() {
	s.listener.Close()
	if s.debugOn != nil {
		s.debugOn.Close()
	}
}

func newHTTP(h http.Handler, log *slog.Logger) *http.Server {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	watchNewcomers(server)
	return server
}

// run serves until ctx ends, then sends everyone away and waits for them.
func (s *server) run(ctx context.Context) error {
	s.log.Info("moim is ready; open " + openURL(s.listener.Addr()))
	group, ctx := errgroup.WithContext(ctx)
	s.http.BaseContext = func(net.Listener) context.Context { return ctx }
	group.Go(func() error { return s.hub.Run(ctx) })
	group.Go(func() error { s.data.tend(ctx, s.log); return nil })
	group.Go(func() error { return serve(ctx, s.http, s.listener) })
	if s.debug != nil {
		s.log.Warn("profiles are served; keep this address private", "url", openURL(s.debugOn.Addr())+"/debug/pprof/")
		group.Go(func() error { return serve(ctx, s.debug, s.debugOn) })
	}
	err := group.Wait()
	err = errors.Join(err, s.data.close())
	s.log.Info("moim has stopped")
	return err
}

// ready is the reason why not to send anyone here; nil when there is none.
func (s *server) ready() error {
	if s.hub.Draining() {
		return errors.New("draining")
	}
	if err := s.data.err(); err != nil {
		return fmt.Errorf("chat cannot be stored: %w", err)
	}
	return nil
}

// serve serves until ctx ends and then for what is under way.
func serve(ctx context.Context, server *http.Server, on net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(on) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	err := server.Shutdown(stopping)
	if errors.Is(err, context.DeadlineExceeded) {
		return server.Close()
	}
	return err
}

// openURL is what to open in a browser on this machine.
func openURL(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return "http://" + addr.String()
	}
	if tcp.IP.IsLoopback() || tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://localhost:%d", tcp.Port)
	}
	return "http://" + addr.String()
}

// reading are the methods that whatever can be read takes (RFC 9110, section 9.1).
var reading = []string{http.MethodGet, http.MethodHead}

// routes is the whole of the server's HTTP.
func routes(hub *signaling.Hub, pages *pages, ready func() error, log *slog.Logger) http.Handler {
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = func(err error, c echo.Context) { writeError(log, err, c) }
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableStackAll: true,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			log.Error("request panicked", "route", c.Path(), "stack", string(stack))
			return err
		},
	}), secureHeaders)

	e.GET("/ws", func(c echo.Context) error {
		hub.Accept(c.Response().Writer, c.Request(), clientAddr(c))
		return nil
	})
	healthy := func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") }
	e.Match(reading, "/healthz", healthy)
	e.Match(reading, "/readyz", func(c echo.Context) error {
		if err := ready(); err != nil {
			return c.String(http.StatusServiceUnavailable, err.Error()+"\n")
		}
		return healthy(c)
	})
	api := &roomsAPI{hub: hub}
	api.register(e.Group("/api"))
	pages.register(e)
	return e
}

func profiles() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	return mux
}
