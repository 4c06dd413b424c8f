package turn

import (
	"errors"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"
	"testing"
)

// moving is a machine whose addresses a test sets.
type moving struct {
	mu    sync.Mutex
	addrs []netip.Prefix
}

func (m *moving) set(texts ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addrs = prefixes(texts...)
}

func (m *moving) environment() environment {
	e := lonely()
	e.addresses = func() ([]netip.Prefix, error) {
		m.mu.Lock()
		defer m.mu.Unlock()
		return slices.Clone(m.addrs), nil
	}
	return e
}

func TestRescan(t *testing.T) {
	var m moving
	m.set("127.0.0.1/8")
	conf := local()
	conf.Listen[0] = netip.MustParseAddrPort("[::]:0")
	s := startIn(t, conf, m.environment())
	second := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.2"), s.Port()).String()
	if _, err := net.Dial("tcp", second); err == nil {
		t.Fatal("listens where it should not")
	}
	if s.rescan() {
		t.Error("something has changed")
	}
	m.set("127.0.0.1/8", "127.0.0.2/8")
	if !s.rescan() {
		t.Error("nothing has changed")
	}
	conn, err := net.Dial("tcp", second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	c := talkOver(t, s, conn, "a").mustAllocate()
	other := talk(t, s, "udp", "b").mustAllocate()
	m.set("127.0.0.1/8")
	if !s.rescan() {
		t.Error("nothing has changed")
	}
	if _, err := c.read(); err == nil {
		t.Error("the connection to an address that has gone is open")
	}
	if c := other.permit(netip.AddrPortFrom(loopback, 9)); c != 0 {
		t.Error("another allocation is broken:", c)
	}
}

// TestMoved ends relays whose announced address is not right any more.
func TestMoved(t *testing.T) {
	var m moving
	m.set("127.0.0.1/8")
	s := startIn(t, local(), m.environment())
	c := talk(t, s, "udp", "a").mustAllocate()
	m.set("127.0.0.1/8")
	s.rescan()
	if got := c.permit(netip.AddrPortFrom(loopback, 9)); got != 0 {
		t.Error(got)
	}
	s.relays.find(c.relayed).lose()
	eventually(t, func() bool { return s.Stats().Allocations == 0 })
	c.mustAllocate()
}

func TestPortTaken(t *testing.T) {
	s := start(t, local())
	conf := local()
	conf.Listen[0] = netip.AddrPortFrom(loopback, s.Port())
	if other, err := newServer(conf, lonely()); !errors.Is(err, syscall.EADDRINUSE) {
		t.Error(err)
		other.Close()
	}
}

// TestPort0 is the same on all addresses.
func TestPort0(t *testing.T) {
	var m moving
	m.set("127.0.0.1/8", "127.0.0.2/8", "127.0.0.3/8")
	conf := local()
	conf.Listen = []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:0"), netip.MustParseAddrPort("127.0.0.4:0")}
	s := startIn(t, conf, m.environment())
	for _, host := range []string{"127.0.0.1", "127.0.0.2", "127.0.0.3", "127.0.0.4"} {
		conn, err := net.Dial("tcp", netip.AddrPortFrom(netip.MustParseAddr(host), s.Port()).String())
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
}
