package turn

import (
	"errors"
	"maps"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// maxData is the longest datagram that is relayed, in bytes. Longer ones are
	// no media, and are dropped.
	maxData = 1500
	padding = 3 // at most, behind ChannelData in a stream
	// Of one allocation.
	maxPermissions = 256
	maxChannels    = 256
)

// downlink is the way to a client.
type downlink interface {
	// deliver sends ChannelData, which ends at n; b has room for padding behind.
	deliver(b []byte, n int, to netip.AddrPort)
	// attach and detach tell of an allocation of the client at from.
	attach(r *relay, from netip.AddrPort)
	detach(r *relay, from netip.AddrPort)
	// release lets go of a delivery that the client keeps waiting, once the relay
	// is lost.
	release()
}

// relay is a relayed transport address (RFC 8656, section 3) and the
// net.PacketConn that pion relays by. What goes through a channel never gets to pion.
type relay struct {
	// static
	server *Server
	conn   *net.UDPConn
	at     netip.AddrPort // where it is bound
	shown  netip.AddrPort // where others see it

	// static once the allocation is made
	hold *hold
	link downlink
	from netip.AddrPort // the client

	buf    []byte // owned by the reader
	closed atomic.Bool
	lost   atomic.Bool // to be ended
	ending atomic.Bool // pion does it just now, and the gate is held for it

	// gate is held while pion adds a permission, or ends the allocation because
	// ReadFrom fails: pion stumbles over a permission that is only half there.
	gate sync.Mutex

	channels atomic.Pointer[channels]
	mu       sync.RWMutex // guards what follows, and changes of channels
	allowed  map[netip.Addr]struct{}
	end      *time.Timer // ends the allocation in time
}

// channels of a relay; not changed once it is stored.
type channels struct {
	byNumber map[uint16]netip.AddrPort
	byPeer   map[netip.AddrPort]uint16
}

func newRelay(s *Server, conn *net.UDPConn) *relay {
	at := addrPort(conn.LocalAddr())
	r := &relay{
		server: s, conn: conn, at: at, shown: s.territory.Load().show(at),
		buf: make([]byte, channelHeader+maxData+1+padding), allowed: map[netip.Addr]struct{}{},
	}
	r.channels.Store(&channels{})
	return r
}

// made tells who the relay is for.
func (r *relay) made(h *hold, link downlink, from netip.AddrPort) {
	r.mu.Lock()
	r.hold, r.link, r.from = h, link, from
	r.mu.Unlock()
	link.attach(r, from)
}

// user is who the relay is for, "" as long as that is not known.
func (r *relay) user() string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if r.hold == nil {
		return ""
	}
	return r.hold.account.name
}

// send passes data on from the client to a peer.
func (r *relay) send(data []byte, peer netip.AddrPort) {
	c := &r.server.counters
	to, ok := r.server.resolve(peer)
	switch {
	case !ok:
		c.dropped[dropPeer].Add(1)
	case len(data) > maxData:
		c.dropped[dropSize].Add(1)
	case r.hold != nil && !withinRate(r.hold.account.up, len(data)):
		c.dropped[dropRate].Add(1)
	default:
		c.toPeers.add(len(data))
		if _, err := r.conn.WriteToUDPAddrPort(data, to); err != nil {
			c.dropped[dropSend].Add(1)
		}
	}
}

// sendChannel passes on what came through a channel.
func (r *relay) sendChannel(number uint16, data []byte) {
	peer, ok := r.channels.Load().byNumber[number]
	if !ok {
		r.server.counters.dropped[dropPermission].Add(1)
		return
	}
	r.send(data, peer)
}

// ReadFrom implements net.PacketConn: what comes from a peer that has a
// permission but no channel.
func (r *relay) ReadFrom(p []byte) (int, net.Addr, error) {
	for {
		n, from, err := r.conn.ReadFromUDPAddrPort(r.buf[channelHeader : len(r.buf)-padding])
		if err != nil {
			if r.closed.Load() || r.lost.Load() || errors.Is(err, net.ErrClosed) {
				return 0, nil, r.fail()
			}
			continue
		}
		from = netip.AddrPortFrom(from.Addr().Unmap(), from.Port())
		from = r.server.territory.Load().show(from)
		number, bound := r.channels.Load().byPeer[from]
		c := &r.server.counters
		switch {
		case !bound && !r.permits(from.Addr()):
			c.dropped[dropPermission].Add(1)
			continue
		case n > maxData:
			c.dropped[dropSize].Add(1)
			continue
		case !withinRate(r.hold.account.down, n):
			c.dropped[dropRate].Add(1)
			continue
		}
		c.toClients.add(n)
		if !bound {
			return copy(p, r.buf[channelHeader:channelHeader+n]), net.UDPAddrFromAddrPort(from), nil
		}
		copy(r.buf, []byte{byte(number >> 8), byte(number), byte(n >> 8), byte(n)}) //nolint:gosec // the two bytes of each
		r.link.deliver(r.buf, channelHeader+n, r.from)
	}
}

// WriteTo implements net.PacketConn. What cannot be sent is dropped.
func (r *relay) WriteTo(p []byte, addr net.Addr) (int, error) {
	r.send(p, addrPort(addr))
	return len(p), nil
}

// Close implements net.PacketConn.
func (r *relay) Close() error {
	if r.closed.Swap(true) {
		return nil
	}
	r.conn.Close()
	r.mu.Lock()
	if r.end != nil {
		r.end.Stop()
	}
	r.mu.Unlock()
	if r.ending.Load() {
		r.gate.Unlock()
	}
	r.server.relays.remove(r)
	if r.link != nil {
		r.link.detach(r, r.from)
	}
	r.hold.end()
	return nil
}

// fail makes pion end the allocation. If it has ended already the reader goes
// without a word: pion would end the next one of the same client.
func (r *relay) fail() error {
	r.gate.Lock()
	if r.closed.Load() {
		r.gate.Unlock()
		runtime.Goexit()
	}
	r.ending.Store(true)
	return net.ErrClosed
}

// expire ends the allocation after a time, a bit before pion's own timer would,
// which knows no gate.
func (r *relay) expire(after time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.end != nil {
		r.end.Stop()
	}
	if !r.closed.Load() {
		r.end = time.AfterFunc(after-min(after/2, time.Second), r.lose)
	}
}

// lose ends the allocation, as reading fails.
func (r *relay) lose() {
	r.lost.Store(true)
	r.conn.Close()
	r.mu.RLock()
	link := r.link
	r.mu.RUnlock()
	if link != nil {
		link.release()
	}
}

func (r *relay) permits(peer netip.Addr) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := r.allowed[peer]
	return ok
}

// room tells whether the relay may have a permission, and a channel if one is
// wanted.
func (r *relay) room(peer netip.Addr, number uint16, channel bool) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if _, ok := r.allowed[peer]; !ok && len(r.allowed) >= maxPermissions {
		return false
	}
	bound := r.channels.Load().byNumber
	_, known := bound[number]
	return !channel || known || len(bound) < maxChannels
}

func (r *relay) allow(peer netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.allowed[peer] = struct{}{}
}

func (r *relay) disallow(peer netip.Addr) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.allowed, peer)
}

func (r *relay) bind(number uint16, peer netip.AddrPort) {
	r.change(func(c *channels) { c.byNumber[number], c.byPeer[peer] = peer, number })
}

func (r *relay) unbind(number uint16, peer netip.AddrPort) {
	r.change(func(c *channels) {
		delete(c.byNumber, number)
		delete(c.byPeer, peer)
	})
}

func (r *relay) change(edit func(*channels)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.channels.Load()
	c := &channels{byNumber: map[uint16]netip.AddrPort{}, byPeer: map[netip.AddrPort]uint16{}}
	maps.Copy(c.byNumber, old.byNumber)
	maps.Copy(c.byPeer, old.byPeer)
	edit(c)
	r.channels.Store(c)
}

// LocalAddr implements net.PacketConn.
func (r *relay) LocalAddr() net.Addr { return r.conn.LocalAddr() }

// SetDeadline implements net.PacketConn.
func (r *relay) SetDeadline(t time.Time) error { return r.conn.SetDeadline(t) }

// SetReadDeadline implements net.PacketConn.
func (r *relay) SetReadDeadline(t time.Time) error { return r.conn.SetReadDeadline(t) }

// SetWriteDeadline implements net.PacketConn.
func (r *relay) SetWriteDeadline(t time.Time) error { return r.conn.SetWriteDeadline(t) }
