package turn

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"syscall"
)

// registry has the relays that live.
type registry struct {
	ports PortRange // static

	mu      sync.RWMutex // guards what follows
	at      map[netip.AddrPort]*relay
	shown   map[netip.AddrPort]*relay
	closed  bool
	running sync.WaitGroup // relays; added to under mu
}

var (
	errNoPorts   = errors.New("all ports are taken")
	errNoAddress = errors.New("no address of that family")
)

func newRegistry(ports PortRange) registry {
	return registry{ports: ports, at: map[netip.AddrPort]*relay{}, shown: map[netip.AddrPort]*relay{}}
}

// add answers false once the registry is closed.
func (g *registry) add(r *relay) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.at[r.at], g.shown[r.shown] = r, r
	g.running.Add(1)
	return true
}

func (g *registry) remove(r *relay) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at[r.at] != r {
		return
	}
	delete(g.at, r.at)
	if g.shown[r.shown] == r {
		delete(g.shown, r.shown)
	}
	g.running.Done()
}

// has tells whether a relay lives there.
func (g *registry) has(at netip.AddrPort) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.at[at] != nil
}

// find is the relay that others see there, nil for none.
func (g *registry) find(shown netip.AddrPort) *relay {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.shown[shown]
}

func (g *registry) count() int {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return len(g.at)
}

// choose lists the relays that are to end.
func (g *registry) choose(ends func(*relay) bool) (list []*relay) {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, r := range g.at {
		if ends(r) {
			list = append(list, r)
		}
	}
	return list
}

// close waits until no relay lives.
func (g *registry) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	for _, r := range g.choose(func(*relay) bool { return true }) {
		r.lose()
	}
	g.running.Wait()
}

// open takes a port of an address: wanted, or any (an even one) if that is 0.
func (g *registry) open(local netip.Addr, wanted uint16, even bool) (*net.UDPConn, error) {
	switch {
	case wanted != 0 && g.ports.First != 0 && (wanted < g.ports.First || wanted > g.ports.Last):
		return nil, errNoPorts
	case wanted != 0:
		return listenUDP(netip.AddrPortFrom(local, wanted))
	case g.ports.First == 0:
		return g.openAny(local, even)
	}
	size := g.ports.size()
	offset := rand.IntN(size) //nolint:gosec // spreads ports; who may use one is told by address and credentials
	for i := range size {
		at := netip.AddrPortFrom(local, g.ports.First+uint16((offset+i)%size)) //nolint:gosec // size is at most 65,536
		if even && at.Port()%2 != 0 || g.has(at) {
			continue
		}
		conn, err := listenUDP(at)
		if err == nil || !taken(err) {
			return conn, err
		}
	}
	return nil, errNoPorts
}

func (g *registry) openAny(local netip.Addr, even bool) (*net.UDPConn, error) {
	if g.count() >= maxPorts {
		return nil, errNoPorts
	}
	for range 32 {
		conn, err := listenUDP(netip.AddrPortFrom(local, 0))
		if err != nil || !even || addrPort(conn.LocalAddr()).Port()%2 == 0 {
			return conn, err
		}
		conn.Close()
	}
	return nil, errNoPorts
}

// socketBuffer is what a UDP socket may hold, in bytes; systems may give less.
const socketBuffer = 1 << 20

func listenUDP(at netip.AddrPort) (*net.UDPConn, error) {
	conn, err := net.ListenUDP(network("udp", at.Addr()), net.UDPAddrFromAddrPort(at))
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(socketBuffer)
	_ = conn.SetWriteBuffer(socketBuffer)
	return conn, nil
}

// network is "udp4" for "udp" and an address of IPv4.
func network(protocol string, addr netip.Addr) string {
	if addr.Is4() {
		return protocol + "4"
	}
	return protocol + "6"
}

// taken tells whether an address is another's.
func taken(err error) bool {
	return errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES)
}
