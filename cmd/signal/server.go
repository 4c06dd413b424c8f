package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"golang.org/x/sync/errgroup"

	"moim/internal/certs"
	"moim/signaling"
	testcall "moim/signaling/echo"
)

const (
	headerTimeout = 10 * time.Second  // for a request's header
	idleTimeout   = 120 * time.Second // of a kept connection
	readTimeout   = 20 * time.Second  // for a whole request
	writeTimeout  = 60 * time.Second  // for an answer
	stopTimeout   = 5 * time.Second   // for requests under way when the server stops
	maxHeader     = 16 << 10          // bytes of a request's header
	maxStreams    = 100               // requests at once of one HTTP/2 connection
)

// server is the program once its configuration is known.
type server struct {
	log       *slog.Logger
	hub       *signaling.Hub
	data      *data
	secure    *secure // nil without HTTPS
	relay     *relay
	testCalls *testcall.Server
	apiKey    apiKey
	closed    bool // rooms are made by who has the API key alone
	tokenOnly bool // nobody joins without a token
	fronts    []front
	proxies   proxies
	pace      *pace
	crowd     *crowd
	strict    bool // browsers are told to come by HTTPS alone
}

// front is an address with what is served there.
type front struct {
	http *http.Server
	on   net.Listener
}

// newServer opens what the server needs, its addresses included.
func newServer(cfg config, log *slog.Logger) (*server, error) {
	data, err := openData(cfg, log)
	if err != nil {
		return nil, err
	}
	s := &server{log: log, data: data}
	if err := s.build(cfg); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// build makes what serves, and takes its addresses.
func (s *server) build(cfg config) error {
	pages, err := embeddedPages()
	if err != nil {
		return err
	}
	plain, err := listen("--listen", cfg.Listen)
	if err != nil {
		return err
	}
	s.fronts = []front{{on: plain}}
	if cfg.Debug != "" {
		debug, err := listen("--debug", cfg.Debug)
		if err != nil {
			return err
		}
		s.fronts = append(s.fronts, front{newHTTP(profiles(), s.log), debug})
		s.log.Warn("profiles are served; keep this address private", "url", openURL("http", debug.Addr())+"/debug/pprof/")
	}
	if s.apiKey, err = readAPIKey(cfg.APIKey); err != nil {
		return err
	}
	s.closed, s.tokenOnly = cfg.OpenRooms == "off", cfg.RequireToken
	passes, err := passReader(cfg.TokenKey, s.log)
	if err != nil {
		return err
	}
	s.proxies = newProxies(cfg.TrustedProxy)
	s.pace = newPace(cfg.LimitRequests, s.proxies.client)
	if s.secure, err = newSecure(cfg, s.pace, s.log); err != nil {
		return err
	}
	if err := s.buildRelay(cfg); err != nil {
		return err
	}
	s.hub, err = signaling.New(signaling.Config{
		Store: s.data.store, Rooms: s.data.rooms, SessionKeys: s.data.keys,
		Log: s.log, Limits: cfg.limits(), Origins: cfg.Origin, Relay: s.relay,
		ClosedRooms: s.closed, Passes: passes, RequirePass: cfg.RequireToken,
	})
	if err != nil {
		return err
	}
	s.crowd = newCrowd(cfg.LimitConnections, cfg.LimitConnectionsPerAddress, s.proxies.trust)
	s.strict = s.secure != nil && !cfg.SelfSigned
	routes := s.routes(pages)
	whole := newHTTP(routes, s.log, s.crowd.note)
	whole.ReadTimeout, whole.WriteTimeout = readTimeout, writeTimeout
	if s.secure == nil {
		s.fronts[0].http = whole
		return nil
	}
	door := newHTTP(s.pace.handler(s.secure.door(routes)), s.log, s.crowd.note)
	door.ReadTimeout, door.WriteTimeout = readTimeout, writeTimeout
	s.fronts[0].http = door
	s.fronts = append(s.fronts, front{whole, s.secure.port.HTTP()})
	return nil
}

// buildRelay makes the relay and who takes test calls.
func (s *server) buildRelay(cfg config) error {
	public, err := publicAddresses(cfg, s.log)
	if err != nil {
		return err
	}
	if s.testCalls, err = newTestCalls(cfg.RelayPorts, public, s.log); err != nil {
		return err
	}
	s.relay, err = newRelay(cfg, public, s.secure, s.testCalls.Port(), s.log)
	return err
}

// close gives back what was taken by a server that does not run.
func (s *server) close() error {
	for _, front := range s.fronts {
		front.on.Close()
	}
	var errs []error
	if s.secure != nil {
		errs = append(errs, s.secure.listener.Close())
	}
	if s.relay != nil && s.relay.own != nil {
		errs = append(errs, s.relay.own.Close())
	}
	if s.testCalls != nil {
		errs = append(errs, s.testCalls.Close())
	}
	return errors.Join(append(errs, s.data.close())...)
}

// newHTTP makes a server; notes are told what becomes of its connections.
func newHTTP(h http.Handler, log *slog.Logger, notes ...func(net.Conn, http.ConnState)) *http.Server {
	server := &http.Server{
		Handler: h, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
		ErrorLog: newErrorLog(log),
	}
	server.HTTP2 = &http.HTTP2Config{MaxConcurrentStreams: maxStreams}
	watchNewcomers(server, notes...)
	return server
}

// run serves until ctx ends, then sends everyone away and waits for them.
func (s *server) run(ctx context.Context) error {
	s.greet()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.hub.Run(ctx) })
	group.Go(func() error { s.data.tend(ctx, s.log); return nil })
	group.Go(func() error { return s.testCalls.Run(ctx) })
	if s.relay.own != nil {
		group.Go(func() error { return s.relay.own.Run(ctx) })
	}
	if s.secure != nil {
		group.Go(func() error { return s.secure.source.Run(ctx) })
		group.Go(func() error { return s.secure.port.Run(ctx) })
	}
	for _, front := range s.fronts {
		front.http.BaseContext = func(net.Listener) context.Context { return ctx }
		group.Go(func() error { return serve(ctx, front.http, front.on) })
	}
	err := group.Wait()
	err = errors.Join(err, s.data.close())
	s.log.Info("moim has stopped")
	return err
}

// greet says where the server is to be found.
func (s *server) greet() {
	plain := openURL("http", s.fronts[0].on.Addr())
	if s.secure == nil {
		s.log.Info("moim is ready; open " + plain) //nolint:sloglint // own addresses
		return
	}
	s.log.Info("moim is ready; open "+strings.Join(s.secure.openURLs(), " or "), "leading_there", plain) //nolint:sloglint // own addresses
	if own, ok := s.secure.source.(*certs.SelfSigned); ok {
		s.log.Info("browsers will warn once, as nobody they know vouches for the certificate; compare its fingerprint", "sha256", own.Fingerprint())
	}
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
func openURL(scheme string, addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return scheme + "://" + addr.String()
	}
	if tcp.IP.IsLoopback() || tcp.IP.IsUnspecified() {
		return fmt.Sprintf("%s://localhost:%d", scheme, tcp.Port)
	}
	return scheme + "://" + addr.String()
}

// reading are the methods that whatever can be read takes (RFC 9110, section 9.1).
var reading = []string{http.MethodGet, http.MethodHead}

// routes is the whole of the server's HTTP.
func (s *server) routes(pages *pages) http.Handler {
	e := echo.New()
	e.HideBanner = true
	e.IPExtractor = func(r *http.Request) string { return s.proxies.client(r).String() }
	e.HTTPErrorHandler = func(err error, c echo.Context) { writeError(s.log, err, c) }
	e.Use(middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableStackAll: true,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			s.log.Error("request panicked", "route", c.Path(), "stack", string(stack))
			return err
		},
	}), secureHeaders(s.strict), s.proxies.hint(s.log), s.pace.middleware)

	e.GET("/ws", func(c echo.Context) error {
		s.relay.noteClient(clientAddr(c))
		s.hub.Accept(c.Response().Writer, c.Request(), clientAddr(c))
		return nil
	})
	e.Match(reading, "/healthz", func(c echo.Context) error { return c.String(http.StatusOK, "ok\n") })
	e.Match(reading, "/readyz", s.readiness)
	e.Match(reading, "/metrics", echo.WrapHandler(s.metrics()))
	api := e.Group("/api")
	(&roomsAPI{hub: s.hub, key: s.apiKey, closed: s.closed || s.tokenOnly}).register(api)
	(&checkAPI{calls: s.testCalls, relay: s.relay, hub: s.hub}).register(api)
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
