package turn

import (
	"errors"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/stun/v4"
)

// maxMessage is the longest STUN message from a client, in bytes; pion reads no more.
const maxMessage = 1600

// socket is the UDP port that clients send to, and the net.PacketConn that
// pion serves.
type socket struct {
	// static
	server *Server
	conn   *net.UDPConn

	// owned by the reader
	exchange exchange
	last     netip.AddrPort // whose exchange it is

	mu      sync.RWMutex // guards what follows
	clients map[netip.AddrPort]*relay
}

func newSocket(s *Server, conn *net.UDPConn) *socket {
	return &socket{server: s, conn: conn, exchange: exchange{server: s}, clients: map[netip.AddrPort]*relay{}}
}

// ReadFrom implements net.PacketConn: requests, and indications to send.
func (c *socket) ReadFrom(p []byte) (int, net.Addr, error) {
	if reply := c.exchange.settle(); reply != nil {
		_, _ = c.conn.WriteToUDPAddrPort(reply, c.last)
	}
	for {
		n, from, err := c.conn.ReadFromUDPAddrPort(p)
		if err != nil {
			if errors.Is(err, net.ErrClosed) {
				return 0, nil, err
			}
			continue
		}
		b := p[:n]
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		if number, ok := channelNumber(b); ok {
			c.relayChannel(number, b, from)
			continue
		}
		if n == len(p) || from.Addr().Zone() != "" || !stun.IsMessage(b) {
			c.server.counters.malformed.Add(1)
			continue
		}
		reply, ok := c.exchange.begin(b, c.relayOf(from))
		if ok {
			c.last = from
			return n, net.UDPAddrFromAddrPort(from), nil
		}
		if reply != nil {
			_, _ = c.conn.WriteToUDPAddrPort(reply, from)
		}
	}
}

func (c *socket) relayChannel(number uint16, b []byte, from netip.AddrPort) {
	r := c.relayOf(from)
	if r == nil {
		c.server.counters.dropped[dropPermission].Add(1)
		return
	}
	data, err := channelData(b)
	if err != nil {
		c.server.counters.malformed.Add(1)
		return
	}
	r.sendChannel(number, data)
}

// WriteTo implements net.PacketConn.
func (c *socket) WriteTo(p []byte, addr net.Addr) (int, error) {
	_, err := c.conn.WriteToUDPAddrPort(c.exchange.respond(p), addrPort(addr))
	return len(p), err
}

func (c *socket) relayOf(from netip.AddrPort) *relay {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.clients[from]
}

// deliver implements downlink.
func (c *socket) deliver(b []byte, n int, to netip.AddrPort) {
	if _, err := c.conn.WriteToUDPAddrPort(b[:n], to); err != nil {
		c.server.counters.dropped[dropSend].Add(1)
	}
}

// attach implements downlink.
func (c *socket) attach(r *relay, from netip.AddrPort) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.clients[from] = r
}

// detach implements downlink.
func (c *socket) detach(r *relay, from netip.AddrPort) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.clients[from] == r {
		delete(c.clients, from)
	}
}

// release implements downlink: a socket waits for nobody.
func (c *socket) release() {}

// Close implements net.PacketConn.
func (c *socket) Close() error { return c.conn.Close() }

// LocalAddr implements net.PacketConn.
func (c *socket) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// SetDeadline implements net.PacketConn.
func (c *socket) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (c *socket) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn.
func (c *socket) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }
