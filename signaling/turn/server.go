package turn

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// How often Run looks.
const (
	rescanTime  = 10 * time.Second // at the machine's addresses
	testTime    = time.Hour        // whether clients outside can use the server
	retryTime   = time.Minute      // the same, after it was found that they cannot
	pendingTime = 5 * time.Second  // the same, while it cannot be tested
)

// Server is a STUN and TURN server. All methods may be called concurrently.
type Server struct {
	// static
	conf   Config
	around environment
	policy policy
	quotas *quotas
	secure *agent // nil without Config.Secure

	territory atomic.Pointer[territory]
	relays    registry
	streams   streams
	counters  counters
	verdict   verdict

	port uint16 // of the first Listen; static after New

	mu     sync.Mutex // guards what follows
	agents map[netip.AddrPort]*agent
	failed map[netip.AddrPort]bool // cannot be listened on
	closed bool
}

// New takes the addresses and serves at once. Errors of addresses that are taken
// are syscall.EADDRINUSE.
func New(conf Config) (*Server, error) { return newServer(conf, realEnvironment) }

func newServer(conf Config, around environment) (*Server, error) {
	if err := conf.validate(); err != nil {
		return nil, err
	}
	if conf.Secret == nil {
		conf.Secret = make([]byte, 32)
		rand.Read(conf.Secret)
	}
	s := &Server{
		conf: conf, around: around,
		policy: newPolicy(conf.Allow), quotas: newQuotas(conf), counters: newCounters(),
		relays: newRegistry(conf.Ports), streams: newStreams(conf.Ports),
		agents: map[netip.AddrPort]*agent{}, failed: map[netip.AddrPort]bool{},
	}
	s.verdict.start(s)
	if err := s.open(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// Run tests the server now and every hour, sooner while something is wrong,
// follows the machine's addresses, and closes all when ctx ends.
func (s *Server) Run(ctx context.Context) error {
	rescan, test := time.NewTicker(rescanTime), time.NewTimer(testTime)
	defer rescan.Stop()
	defer test.Stop()
	var testing sync.WaitGroup
	again, tested := make(chan struct{}, 1), make(chan struct{}, 1)
	again <- struct{}{}
	for {
		select {
		case <-again:
			testing.Wait()
			testing.Go(func() {
				s.test(ctx)
				notify(tested)
			})
		case <-tested:
			test.Reset(s.verdict.pause())
		case <-test.C:
			notify(again)
		case <-rescan.C:
			if s.rescan() {
				notify(again)
			}
		case <-ctx.Done():
			testing.Wait()
			return s.Close()
		}
	}
}

func notify(c chan<- struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Close ends a Server whose Run is not called. It ends all allocations, and
// returns when nothing is left of them.
func (s *Server) Close() error {
	s.mu.Lock()
	closed := s.closed
	s.closed = true
	agents := s.agents
	s.agents = nil
	s.mu.Unlock()
	if closed {
		return nil
	}
	for _, a := range agents {
		a.close()
	}
	if s.secure != nil {
		s.secure.close()
	}
	s.relays.close()
	s.streams.close()
	return nil
}

// Port is that of the first address of Config.Listen; 0 if there is none.
func (s *Server) Port() uint16 { return s.port }

// mayReach tells whether relays may send to a peer, on some port at least.
func (s *Server) mayReach(peer netip.Addr) bool {
	t := s.territory.Load()
	if t.broadcast[peer] || slices.ContainsFunc(embedded4(peer), func(a netip.Addr) bool { return t.own[a].IsValid() }) {
		return false
	}
	_, known := t.own[peer]
	return known || s.policy.allows(peer)
}

// resolve finds where data for a peer go. It answers false for ports of this
// machine that are no relay's, and that Config.Reach does not have.
func (s *Server) resolve(peer netip.AddrPort) (netip.AddrPort, bool) {
	local, own := s.territory.Load().locate(peer.Addr())
	at := netip.AddrPortFrom(local, peer.Port())
	switch {
	case !at.IsValid() || at.Port() == 0:
		return at, false
	case !own:
		return at, !at.Addr().IsUnspecified()
	}
	return at, s.relays.has(at) || slices.Contains(s.conf.Reach, at.Port())
}

// allocated counts an allocation.
func (s *Server) allocated(a *agent, from net.Addr) {
	s.counters.allocated.Add(1)
	s.verdict.reached(a, from)
}
