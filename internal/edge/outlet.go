package edge

import (
	"crypto/tls"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Why connections are closed, besides what crypto/tls says.
var (
	errUnknown  = errors.New("neither HTTP nor STUN")
	errUnwanted = errors.New("nobody accepts it")
)

// outlet is a listener that is given its connections.
type outlet struct {
	addr   net.Addr
	offers chan offer
	done   chan struct{} // closed by Close
	close  sync.Once
	wanted atomic.Bool   // somebody may call Accept
	handed atomic.Uint64 // connections accepted
}

// offer is a connection that may be evicted until it is accepted.
type offer struct {
	conn  net.Conn
	place *place
}

func newOutlet(addr net.Addr) *outlet {
	return &outlet{addr: addr, offers: make(chan offer), done: make(chan struct{})}
}

func (o *outlet) opened() *outlet {
	o.wanted.Store(true)
	return o
}

// Accept implements net.Listener.
func (o *outlet) Accept() (net.Conn, error) {
	for {
		select {
		case offer := <-o.offers:
			if offer.place.leave() {
				o.handed.Add(1)
				return offer.conn, nil
			}
		case <-o.done:
			return nil, net.ErrClosed
		}
	}
}

// Close implements net.Listener. What was accepted stays open.
func (o *outlet) Close() error {
	o.close.Do(func() { close(o.done) })
	return nil
}

// Addr implements net.Listener.
func (o *outlet) Addr() net.Addr { return o.addr }

// hand waits until the connection is taken; the caller closes one that is not.
func (o *outlet) hand(conn offer, wait time.Duration) error {
	if !o.wanted.Load() {
		return errUnwanted
	}
	patience := time.NewTimer(wait)
	defer patience.Stop()
	select {
	case o.offers <- conn:
		return nil
	case <-o.done:
	case <-patience.C:
	}
	return errUnwanted
}

// peeked is a connection whose first byte has been read. The byte comes alone
// from the first Read.
type peeked struct {
	*tls.Conn
	first   byte
	pending atomic.Bool
}

func newPeeked(conn *tls.Conn, first byte) *peeked {
	p := &peeked{Conn: conn, first: first}
	p.pending.Store(true)
	return p
}

// Read implements net.Conn.
func (p *peeked) Read(b []byte) (int, error) {
	if len(b) > 0 && p.pending.CompareAndSwap(true, false) {
		b[0] = p.first
		return 1, nil
	}
	return p.Conn.Read(b)
}
