// Package edge lets HTTPS and TURN over TLS share one TCP port: what a
// connection carries shows once its TLS handshake is done.
package edge

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Protocols of ALPN (RFC 7301), by preference: clients of TURN may offer
// http/1.1 as well, those of HTTP never stun.turn.
const (
	protoTURN  = "stun.turn"  // RFC 7443
	protoHTTP2 = "h2"         // RFC 9113, section 3.2
	protoHTTP  = "http/1.1"   // RFC 7301, section 6
	protoACME  = "acme-tls/1" // RFC 8737, section 6.2
)

// Limits on connections that nobody has got yet.
const (
	handshakeTime = 10 * time.Second // from accepting to the first byte of what is in TLS
	handoverTime  = 5 * time.Second  // until somebody accepts it
	maxWaiting    = 4096
	maxOfClient   = 1024 // of one IPv4 address or IPv6 /64; many clients may be behind one NAT or proxy
)

// Port is one listener for HTTP and TURN, both in TLS. Connections that have
// been accepted from HTTP or TURN belong to who accepted them.
type Port struct {
	// static
	listener net.Listener
	conf     *tls.Config
	pace     Pace
	log      *slog.Logger
	http     *outlet
	turn     *outlet
	patience time.Duration // handshakeTime
	handover time.Duration // handoverTime

	waiting  waiting
	counters counters
}

// Pace returns when a client, an IPv4 address or an IPv6 /64, may begin its
// handshake, or an error when it may not.
type Pace func(context.Context, netip.Prefix) error

// New makes a Port of a listener, which Run closes. conf says which certificate
// is shown; what HTTP and TURN need in NextProtos is added to it. Without a pace
// handshakes begin at once.
func New(l net.Listener, conf *tls.Config, pace Pace, log *slog.Logger) *Port {
	conf = conf.Clone()
	acme := slices.Contains(conf.NextProtos, protoACME)
	conf.NextProtos = []string{protoTURN, protoHTTP2, protoHTTP}
	if acme {
		conf.NextProtos = append(conf.NextProtos, protoACME)
	}
	return &Port{
		listener: l, conf: conf, pace: pace, log: log,
		http: newOutlet(l.Addr()), turn: newOutlet(l.Addr()),
		patience: handshakeTime, handover: handoverTime,
		waiting: newWaiting(maxWaiting, maxOfClient),
	}
}

// HTTP is for net/http: it accepts *tls.Conn, so that HTTP/2 works. Only
// clients without ALPN come as another type, which has ConnectionState; their
// requests have no TLS. Accept ends with net.ErrClosed after Close or the end of Run.
func (p *Port) HTTP() net.Listener { return p.http.opened() }

// TURN accepts connections that carry STUN messages and ChannelData (RFC 8656,
// section 3.1). If it is never called they are closed.
func (p *Port) TURN() net.Listener { return p.turn.opened() }

// Run accepts connections until ctx ends or the listener is closed, which is an
// error. When it returns, all that nobody has accepted is closed.
func (p *Port) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { p.listener.Close() })
	var running sync.WaitGroup
	defer func() {
		stop()
		cancel()
		p.listener.Close()
		p.http.Close()
		p.turn.Close()
		p.waiting.close()
		running.Wait()
	}()
	var delay time.Duration
	for {
		conn, err := p.listener.Accept()
		switch {
		case err == nil:
			delay = 0
			p.counters.accepted.Add(1)
			place := p.waiting.enter(conn)
			running.Go(func() { p.serve(ctx, conn, place) })
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return err
		default: // out of files or memory, or a client that was quick to leave
			p.counters.acceptErrors.Add(1)
			if delay = min(max(2*delay, 5*time.Millisecond), time.Second); delay == 5*time.Millisecond {
				p.log.Warn("connections cannot be accepted just now", "err", reason(err))
			}
			select {
			case <-time.After(delay):
			case <-ctx.Done():
			}
		}
	}
}

// serve brings a connection to who wants it, or closes it.
func (p *Port) serve(ctx context.Context, raw net.Conn, place *place) {
	conn, to, err := p.recognize(ctx, raw)
	if err == nil && to != nil {
		if err = to.hand(offer{conn, place}, p.handover); err == nil {
			return
		}
	}
	plain := explain(err)
	if !place.leave() {
		return
	}
	switch {
	case err == nil:
		p.counters.challenges.Add(1)
		conn.Close()
		return
	case plain:
		p.counters.plain.Add(1)
	default:
		p.counters.failed(err)
		p.log.Debug("connection closed early", "reason", reason(err))
	}
	raw.Close()
}

// recognize finishes the handshake and tells what the connection carries: the
// outlet is nil when the handshake was all.
func (p *Port) recognize(ctx context.Context, raw net.Conn) (net.Conn, *outlet, error) {
	raw.SetDeadline(time.Now().Add(p.patience))
	if p.pace != nil {
		if err := p.pace(ctx, prefixOf(raw.RemoteAddr())); err != nil {
			return nil, nil, err
		}
	}
	conn := tls.Server(raw, p.conf)
	if err := conn.HandshakeContext(context.WithoutCancel(ctx)); err != nil {
		return nil, nil, err
	}
	switch conn.ConnectionState().NegotiatedProtocol {
	case protoACME:
		return conn, nil, nil
	case protoTURN:
		raw.SetDeadline(time.Time{})
		return conn, p.turn, nil
	case protoHTTP2, protoHTTP:
		raw.SetDeadline(time.Time{})
		return conn, p.http, nil
	}
	var first [1]byte
	if _, err := conn.Read(first[:]); err != nil {
		return nil, nil, err
	}
	raw.SetDeadline(time.Time{})
	switch b := first[0]; {
	case b <= 1: // a STUN message's type (RFC 8489, section 5)
		return newPeeked(conn, b), p.turn, nil
	case 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z':
		return newPeeked(conn, b), p.http, nil
	default:
		return nil, nil, errUnknown
	}
}
