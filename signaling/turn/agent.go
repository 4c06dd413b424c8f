package turn

import (
	"net"
	"net/netip"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// agent serves the clients that have reached one address of this machine, or
// Config.Secure.
type agent struct {
	// static
	server *Server
	local  netip.Addr // not valid for Config.Secure
	socket *socket    // nil for Config.Secure
	pion   *pion.Server

	ended bool // guarded by streams.mu
}

// newAgent serves a UDP socket, which may be nil, and a listener.
func newAgent(s *Server, local netip.Addr, conn *net.UDPConn, l net.Listener) (*agent, error) {
	a := &agent{server: s, local: local}
	conf := pion.ServerConfig{
		Realm: realm, AuthHandler: s.authenticate, QuotaHandler: a.admit, LoggerFactory: silence{},
		InboundMTU: maxMessage,
		EventHandler: pion.EventHandler{
			OnAuth:              a.authenticated,
			OnAllocationCreated: a.allocated,
			OnPermissionCreated: a.permitted,
			OnPermissionDeleted: a.unpermitted,
			OnChannelCreated:    a.bound,
			OnChannelDeleted:    a.unbound,
		},
		ListenerConfigs: []pion.ListenerConfig{{
			Listener: newListener(a, l, conn != nil), RelayAddressGenerator: a, PermissionHandler: a.permit,
		}},
	}
	if conn != nil {
		a.socket = newSocket(s, conn)
		conf.PacketConnConfigs = []pion.PacketConnConfig{{
			PacketConn: a.socket, RelayAddressGenerator: a, PermissionHandler: a.permit,
		}}
	}
	var err error
	a.pion, err = pion.NewServer(conf)
	return a, err
}

// close ends the agent and all its allocations.
func (a *agent) close() {
	_ = a.pion.Close() // fails only if it is closed already
	a.server.streams.end(a)
}

// way finds what is known of the client a request is from, while it is handled.
func (a *agent) way(from net.Addr) (downlink, *exchange, *relay) {
	switch addr := from.(type) {
	case *net.UDPAddr:
		return a.socket, &a.socket.exchange, a.socket.relayOf(addrPort(addr))
	case *net.TCPAddr:
		if c := a.server.streams.find(addr); c != nil {
			return c, &c.exchange, c.relay.Load()
		}
	}
	return nil, nil, nil
}

// admit takes a place for an allocation (pion.QuotaHandler).
func (a *agent) admit(user, _ string, from net.Addr) bool {
	_, e, _ := a.way(from)
	if e == nil {
		return false
	}
	e.hold.end()
	e.hold = nil
	if e.message.Contains(stun.AttrEvenPort) && !a.server.quotas.reservations.Allow() {
		return false
	}
	six, _ := e.family()
	e.hold = a.server.quotas.take(user, addrPort(from).Addr(), a.server.territory.Load().relayAddr(a.local, six))
	return e.hold != nil
}

// Validate implements pion.RelayAddressGenerator.
func (a *agent) Validate() error { return nil }

// AllocatePacketConn implements pion.RelayAddressGenerator. Without a user pion
// only looks for an even port.
func (a *agent) AllocatePacketConn(conf pion.AllocateListenerConfig) (net.PacketConn, net.Addr, error) {
	s := a.server
	local := s.territory.Load().relayAddr(a.local, conf.Network == "udp6")
	if !local.IsValid() {
		return nil, nil, errNoAddress
	}
	probe := conf.UserID == ""
	conn, err := s.relays.open(local, uint16(conf.RequestedPort), probe) //nolint:gosec // a port has 16 bits
	if err != nil {
		return nil, nil, err
	}
	if probe {
		return conn, conn.LocalAddr(), nil
	}
	r := newRelay(s, conn)
	if !s.relays.add(r) {
		conn.Close()
		return nil, nil, net.ErrClosed
	}
	return r, net.UDPAddrFromAddrPort(r.shown), nil
}

// AllocateListener implements pion.RelayAddressGenerator: RFC 6062 is not offered.
func (a *agent) AllocateListener(pion.AllocateListenerConfig) (net.Listener, net.Addr, error) {
	return nil, nil, errNoAddress
}

// AllocateConn implements pion.RelayAddressGenerator: RFC 6062 is not offered.
func (a *agent) AllocateConn(pion.AllocateConnConfig) (net.Conn, error) { return nil, errNoAddress }

// permit tells whether a relay may send to a peer (pion.PermissionHandler).
func (a *agent) permit(from net.Addr, peer net.IP) bool {
	addr, ok := netip.AddrFromSlice(peer)
	_, e, r := a.way(from)
	if e != nil {
		e.ungate()
	}
	if !ok || r == nil || !a.server.mayReach(addr.Unmap()) {
		return false
	}
	number, channel := e.channel()
	e.exhausted = !r.room(addr.Unmap(), number, channel)
	return !e.exhausted && e.gate(r)
}

// Events of pion follow, in the goroutine that handles the request.

func (a *agent) authenticated(_, _ net.Addr, _, _, _, _ string, verdict bool) {
	if !verdict {
		a.server.counters.unauthorized.Add(1)
	}
}

func (a *agent) allocated(from, _ net.Addr, _, _, _ string, shown net.Addr, _ int) {
	link, e, _ := a.way(from)
	r := a.server.relays.find(addrPort(shown))
	if r == nil {
		return
	}
	if link == nil { // the connection has just ended
		r.lose()
		return
	}
	h := e.hold
	e.hold, e.relay = nil, r
	r.made(h, link, addrPort(from))
	a.server.allocated(a, from)
}

func (a *agent) permitted(_, _ net.Addr, _, _, _ string, shown net.Addr, peer net.IP) {
	if addr, ok := netip.AddrFromSlice(peer); ok {
		if r := a.server.relays.find(addrPort(shown)); r != nil {
			r.allow(addr.Unmap())
		}
	}
}

func (a *agent) unpermitted(_, _ net.Addr, _, _, _ string, shown net.Addr, peer net.IP) {
	if addr, ok := netip.AddrFromSlice(peer); ok {
		if r := a.server.relays.find(addrPort(shown)); r != nil {
			r.disallow(addr.Unmap())
		}
	}
}

func (a *agent) bound(from, _ net.Addr, _, _, _ string, shown, peer net.Addr, number uint16) {
	if r := a.server.relays.find(addrPort(shown)); r != nil {
		r.bind(number, addrPort(peer))
	}
	if _, e, _ := a.way(from); e != nil {
		e.ungate()
	}
}

func (a *agent) unbound(_, _ net.Addr, _, _, _ string, shown, peer net.Addr, number uint16) {
	if r := a.server.relays.find(addrPort(shown)); r != nil {
		r.unbind(number, addrPort(peer))
	}
}
