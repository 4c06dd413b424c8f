package turn

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"

	pion "github.com/pion/turn/v5"
)

// elsewhere lets packets for the announced address go somewhere else.
func elsewhere(where func(netip.AddrPort) netip.AddrPort) environment {
	e := lonely()
	e.route = func(at netip.AddrPort) netip.AddrPort {
		if at.Addr() == announced {
			return where(at)
		}
		return at
	}
	return e
}

// back is a router that leads to the machine behind it.
func back(at netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(loopback, at.Port()) }

func behindRouter(log *bytes.Buffer) Config {
	conf := local()
	conf.Public = []Mapping{{Public: announced}}
	conf.Log = slog.New(slog.NewTextHandler(log, nil))
	return conf
}

// tested runs the self-test and answers with one transport's result.
func tested(t *testing.T, s *Server, transport string) Check {
	t.Helper()
	s.test(t.Context())
	return reported(t, s, transport)
}

func reported(t *testing.T, s *Server, transport string) Check {
	t.Helper()
	for _, c := range s.Report().Checks {
		if c.Transport == transport {
			return c
		}
	}
	t.Fatal("no", transport)
	return Check{}
}

func TestSelfTest(t *testing.T) {
	var log bytes.Buffer
	s := startIn(t, behindRouter(&log), elsewhere(back))
	if c := reported(t, s, TransportUDP); c.State != StateUnsure || c.Reason != ReasonPending || !s.Report().At.IsZero() {
		t.Errorf("before: %+v", c)
	}
	for _, transport := range []string{TransportUDP, TransportTCP} {
		if c := tested(t, s, transport); c.State != StateOK || c.Reason != "" || c.Message != "" || c.Address != netip.AddrPortFrom(announced, s.Port()).String() {
			t.Errorf("%+v", c)
		}
	}
	if c := reported(t, s, TransportTLS); c.State != StateOff || s.Report().At.IsZero() {
		t.Errorf("%+v", c)
	}
	if log.Len() > 0 {
		t.Error(log.String())
	}
	// They are given back without waiting for an answer.
	eventually(t, func() bool { return s.Stats().Allocations == 0 })
}

// TestClosedPort is nothing that can be known behind a router. What clients show counts more.
func TestClosedPort(t *testing.T) {
	closed, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	at := addrPort(closed.Addr())
	closed.Close()
	var log bytes.Buffer
	s := startIn(t, behindRouter(&log), elsewhere(func(netip.AddrPort) netip.AddrPort { return at }))
	c := s.testTransport(t.Context(), TransportTCP)
	if c.State != StateUnsure || c.Reason != ReasonRefused {
		t.Errorf("%+v", c)
	}
	s.verdict.set([]Check{c}, s.around.now())
	s.verdict.set([]Check{c}, s.around.now())
	if text := log.String(); strings.Count(text, "level=WARN") != 1 || !strings.Contains(text, "Test it from another network") {
		t.Error(text)
	}
	s.mu.Lock()
	var a *agent
	for _, a = range s.agents {
	}
	s.mu.Unlock()
	s.verdict.reached(a, &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 1})
	if c := reported(t, s, TransportTCP); c.State != StateUnsure {
		t.Errorf("after somebody inside: %+v", c)
	}
	s.verdict.reached(a, &net.TCPAddr{IP: net.IPv4(192, 0, 2, 77), Port: 1})
	if c := reported(t, s, TransportTCP); c.State != StateOK {
		t.Errorf("after somebody outside: %+v", c)
	}
	if text := log.String(); strings.Count(text, "level=INFO") != 1 {
		t.Error(text)
	}
}

// TestSilence ends with the test's context.
func TestSilence(t *testing.T) {
	silent, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice()})
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	at := addrPort(silent.LocalAddr())
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		_, _, _ = silent.ReadFromUDP(make([]byte, 2000))
		cancel()
	}()
	s := startIn(t, behindRouter(new(bytes.Buffer)), elsewhere(func(netip.AddrPort) netip.AddrPort { return at }))
	if c := s.testTransport(ctx, TransportUDP); c.State != StateUnsure || c.Reason != ReasonNoAnswer || !strings.Contains(c.explain(), announced.String()) {
		t.Errorf("%+v", c)
	}
}

// TestWrongAddress is where another TURN server answers, though it takes any credentials.
func TestWrongAddress(t *testing.T) {
	for name, authenticate := range map[string]pion.AuthHandler{
		"refuses": func(*pion.RequestAttributes) (string, []byte, bool) { return "", nil, false },
		"takes any": func(r *pion.RequestAttributes) (string, []byte, bool) {
			return "x", pion.GenerateAuthKey(r.Username, r.Realm, restPassword([]byte("s3cret"), r.Username)), true
		},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			other, err := pion.NewServer(pion.ServerConfig{
				Realm: "other", AuthHandler: authenticate, LoggerFactory: silence{},
				PacketConnConfigs: []pion.PacketConnConfig{{
					PacketConn:            conn,
					RelayAddressGenerator: &pion.RelayAddressGeneratorStatic{RelayAddress: loopback.AsSlice(), Address: "127.0.0.1"},
				}},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			at := addrPort(conn.LocalAddr())
			s := startIn(t, behindRouter(new(bytes.Buffer)), elsewhere(func(netip.AddrPort) netip.AddrPort { return at }))
			if c := s.testTransport(t.Context(), TransportUDP); c.State != StateFailed || c.Reason != ReasonWrongAddress {
				t.Errorf("%+v", c)
			}
		})
	}
}

func TestNoPorts(t *testing.T) {
	for name, size := range map[string]uint16{"of all": 4, "of the address": 1} {
		t.Run(name, func(t *testing.T) {
			conf := local()
			conf.Ports = freePorts(t, size)
			for port := conf.Ports.First; port < conf.Ports.Last; port++ {
				occupy(t, port)
			}
			s := start(t, conf)
			talk(t, s, "udp", "a").mustAllocate()
			if c := tested(t, s, TransportTCP); c.State != StateFailed || c.Reason != ReasonNoPorts {
				t.Errorf("%+v", c)
			}
		})
	}
}

// TestPrivateAddress is a fault once somebody comes from outside by the same family.
func TestPrivateAddress(t *testing.T) {
	var log bytes.Buffer
	conf := local()
	conf.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := start(t, conf)
	for _, inside := range []string{"10.0.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "fd00::1", "2001:db8::1"} {
		s.NoteClient(netip.MustParseAddr(inside))
	}
	if c := tested(t, s, TransportUDP); c.State != StateOK {
		t.Errorf("before: %+v", c)
	}
	s.NoteClient(netip.MustParseAddr("::ffff:192.0.2.77"))
	s.NoteClient(netip.MustParseAddr("192.0.2.78"))
	if c := reported(t, s, TransportUDP); c.State != StateFailed || c.Reason != ReasonPrivateAddress || !strings.Contains(c.Message, "--public-ip") {
		t.Errorf("after: %+v", c)
	}
	if text := log.String(); strings.Count(text, "level=WARN") != 2 {
		t.Error(text)
	}
	mapped := startIn(t, behindRouter(&log), elsewhere(back))
	mapped.NoteClient(netip.MustParseAddr("192.0.2.77"))
	if c := tested(t, mapped, TransportUDP); c.State != StateOK {
		t.Errorf("with a public address: %+v", c)
	}
}

// TestRun tests by itself, and closes all at the end.
func TestRun(t *testing.T) {
	s, err := newServer(local(), lonely())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	eventually(t, func() bool { return !s.Report().At.IsZero() })
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := net.Dial("tcp", s.testAddr()); err == nil {
		t.Error("still listens")
	}
}

// TestName has none.
func TestName(t *testing.T) {
	conf := local()
	p := newPipes()
	defer p.Close()
	conf.Secure, conf.SecurePort, conf.Names = p, 443, []string{"call.example.org"}
	around := lonely()
	around.lookup = func(context.Context, string, string) ([]netip.Addr, error) { return nil, errors.New("no such host") }
	s := startIn(t, conf, around)
	if c := tested(t, s, TransportTLS); c.State != StateFailed || c.Reason != ReasonName || !strings.Contains(c.Message, "call.example.org") {
		t.Errorf("%+v", c)
	}
}

// TestCertificateToCome is no fault, and is looked at again soon.
func TestCertificateToCome(t *testing.T) {
	conf := local()
	p := newPipes()
	defer p.Close()
	var log bytes.Buffer
	ready := false
	conf.Secure, conf.SecurePort, conf.Names = p, 443, []string{"call.example.org"}
	conf.SecureReady, conf.Log = func() bool { return ready }, slog.New(slog.NewTextHandler(&log, nil))
	around := lonely()
	around.lookup = func(context.Context, string, string) ([]netip.Addr, error) { return nil, errors.New("no such host") }
	s := startIn(t, conf, around)
	if c := tested(t, s, TransportTLS); c.State != StateUnsure || c.Reason != ReasonPending || log.Len() > 0 || s.verdict.pause() != pendingTime {
		t.Errorf("%+v, %v, %s", c, s.verdict.pause(), log.String())
	}
	ready = true
	if c := tested(t, s, TransportTLS); c.State != StateFailed || s.verdict.pause() != retryTime {
		t.Errorf("%+v, %v", c, s.verdict.pause())
	}
	s.verdict.set([]Check{{Transport: TransportTLS, State: StateOK}}, s.around.now())
	if s.verdict.pause() != testTime {
		t.Error(s.verdict.pause())
	}
}
