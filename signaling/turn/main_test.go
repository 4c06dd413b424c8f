package turn

import (
	"errors"
	"net"
	"net/netip"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	loopback  = netip.MustParseAddr("127.0.0.1")
	announced = netip.MustParseAddr("192.0.2.5")
)

// lonely is a machine that has nothing but loopback.
func lonely() environment {
	e := realEnvironment
	e.addresses = func() ([]netip.Prefix, error) { return prefixes("127.0.0.1/8"), nil }
	e.primary = func(string) (netip.Addr, error) { return netip.Addr{}, errors.New("no route") }
	return e
}

// local is a configuration for one loopback address.
func local() Config {
	return Config{Listen: []netip.AddrPort{netip.AddrPortFrom(loopback, 0)}, Secret: []byte("s3cret")}
}

// start serves until the test ends.
func start(t *testing.T, conf Config) *Server {
	t.Helper()
	return startIn(t, conf, lonely())
}

func startIn(t *testing.T, conf Config, around environment) *Server {
	t.Helper()
	s, err := newServer(conf, around)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func (s *Server) testAddr() string { return netip.AddrPortFrom(loopback, s.Port()).String() }

// occupy has something else use ports of relays.
func occupy(t *testing.T, ports ...uint16) {
	t.Helper()
	for _, port := range ports {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: loopback.AsSlice(), Port: int(port)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
	}
}

// freePorts is a range that nobody uses just now.
func freePorts(t *testing.T, n uint16) PortRange {
	t.Helper()
	for first := uint16(20000); first < 60000; first += n {
		free := true
		for port := first; port < first+n && free; port++ {
			conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, port)))
			if free = err == nil; free {
				conn.Close()
			}
		}
		if free {
			return PortRange{first, first + n - 1}
		}
	}
	t.Fatal("no free ports")
	return PortRange{}
}

// eventually waits for what other goroutines bring about.
func eventually(t *testing.T, come func() bool) {
	t.Helper()
	for began := time.Now(); !come(); runtime.Gosched() {
		if time.Since(began) > answerWait {
			t.Fatal("it does not come")
		}
	}
}

// clock is a server's time.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// echo is a peer that sends back what it gets.
func echo(t *testing.T) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback, 0)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		b := make([]byte, 4096)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			_, _ = conn.WriteToUDPAddrPort(b[:n], from)
		}
	}()
	return addrPort(conn.LocalAddr())
}
