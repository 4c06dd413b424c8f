package echo

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/logging"
)

// Config is what a Server is made of. Zero limits have defaults.
type Config struct {
	Port   uint16        // UDP, one for all calls on every address of the machine; 0: any
	Public []netip.Addr  // addresses under which others reach it besides
	Delay  time.Duration // of pictures and sounds; 0: a second
	Log    *slog.Logger

	Calls    int           // at once; 0: 32
	PerPlace int           // of them from one address, or /64 of IPv6; 0: 12
	Connect  time.Duration // for a call to be connected; 0: 10 s
	Probe    time.Duration // of a call without media; 0: 20 s
	Media    time.Duration // of one with media; 0: a minute
}

func (c *Config) fill() {
	c.Delay = cmp.Or(c.Delay, time.Second)
	c.Calls, c.PerPlace = cmp.Or(c.Calls, 32), cmp.Or(c.PerPlace, 12)
	c.Connect = cmp.Or(c.Connect, 10*time.Second)
	c.Probe, c.Media = cmp.Or(c.Probe, 20*time.Second), cmp.Or(c.Media, time.Minute)
}

// Error refuses an offer, in words for people and with a stable code.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Codes of an Error.
const (
	CodeBadSDP = "bad-sdp"
	CodeBusy   = "check-busy"
)

var (
	errBusy     = &Error{CodeBusy, "Too many connections are being checked. Try again in a minute."}
	errPlace    = &Error{CodeBusy, "Too many connections are being checked from your address. Try again in a minute."}
	errNoLine   = &Error{CodeBusy, "The server cannot take test calls now. Try again in a minute."}
	errStopping = &Error{CodeBusy, "The server is stopping. Try again in a moment."}
)

// Server takes test calls. Its methods may be called concurrently.
type Server struct {
	cfg Config // static after New

	mu     sync.Mutex // guards what follows
	line   *line
	calls  map[*call]struct{}
	places map[netip.Prefix]int
	closed bool
	alive  sync.WaitGroup // calls; added to under mu
}

// New takes the port.
func New(cfg Config) (*Server, error) {
	cfg.fill()
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	line, err := listen(cfg.Port)
	if err != nil {
		return nil, err
	}
	cfg.Port = line.port
	return &Server{cfg: cfg, line: line, calls: make(map[*call]struct{}), places: make(map[netip.Prefix]int)}, nil
}

// Port is the UDP port, also when any would do.
func (s *Server) Port() uint16 { return s.cfg.Port }

// Calls is how many calls are under way.
func (s *Server) Calls() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.calls)
}

// Run serves until ctx ends, and ends all calls then.
func (s *Server) Run(ctx context.Context) error {
	<-ctx.Done()
	return s.Close()
}

// Close ends all calls of a Server, and gives the port back.
func (s *Server) Close() error {
	s.mu.Lock()
	s.closed = true
	for c := range s.calls {
		go c.end()
	}
	s.mu.Unlock()
	s.alive.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hangUpLocked()
}

// hangUpLocked gives the port back. Caller holds mu.
func (s *Server) hangUpLocked() error {
	if s.line == nil {
		return nil
	}
	l := s.line
	s.line = nil
	return l.mux.Close()
}

// followLocked takes the port on the addresses the machine has by now, when
// those are others and no call is under way. Caller holds mu.
func (s *Server) followLocked() error {
	if s.line != nil && (len(s.calls) > 0 || !s.line.stale()) {
		return nil
	}
	err := s.hangUpLocked()
	if err == nil {
		s.line, err = listen(s.cfg.Port)
	}
	if err != nil {
		s.cfg.Log.Warn("no test calls can be taken", "err", err)
		return errNoLine
	}
	return nil
}

// Answer takes a call from an address: it answers an offer, in SDP (RFC 8829) as
// well. Refusals are of the type *Error.
func (s *Server) Answer(ctx context.Context, from netip.Addr, offer string) (string, error) {
	wanted, err := parseOffer(offer)
	if err != nil {
		return "", err
	}
	c := &call{server: s, place: placeOf(from), done: make(chan struct{})}
	if err := s.admit(c); err != nil {
		return "", err
	}
	answer, err := c.begin(ctx, wanted)
	if err != nil {
		c.end()
		return "", err
	}
	return completeAnswer(answer, s.cfg.Public, s.cfg.Port, from)
}

func (s *Server) admit(c *call) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed:
		return errStopping
	case len(s.calls) >= s.cfg.Calls:
		return errBusy
	case s.places[c.place] >= s.cfg.PerPlace:
		return errPlace
	}
	if err := s.followLocked(); err != nil {
		return err
	}
	c.api = s.line.api
	s.calls[c] = struct{}{}
	s.places[c.place]++
	s.alive.Add(1)
	return nil
}

func (s *Server) forget(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.calls, c)
	if s.places[c.place]--; s.places[c.place] == 0 {
		delete(s.places, c.place)
	}
	s.alive.Done()
}

// placeOf is what callers are told apart by: an IPv4 address, or the /64 that an
// IPv6 host can choose its addresses from.
func placeOf(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// quietFactory makes pion say nothing: what it would is of no use to anybody
// who runs a server, and names addresses.
type quietFactory struct{}

// NewLogger implements logging.LoggerFactory.
func (quietFactory) NewLogger(string) logging.LeveledLogger { return quiet() }

func quiet() logging.LeveledLogger {
	factory := logging.NewDefaultLoggerFactory()
	factory.DefaultLogLevel = logging.LogLevelDisabled
	return factory.NewLogger("echo")
}
