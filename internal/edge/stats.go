package edge

import (
	"errors"
	"net"
	"os"
	"sync/atomic"
)

// Stats counts connections since the start; only Waiting is of now.
type Stats struct {
	Waiting      int    // handshake or first byte still to come, or not accepted yet
	Accepted     uint64 // by the listener
	HTTP         uint64 // accepted from HTTP
	TURN         uint64 // accepted from TURN
	Challenges   uint64 // handshakes of TLS-ALPN-01 (RFC 8737)
	Plain        uint64 // HTTP without TLS
	Failed       uint64 // handshake broken, or closed by the client before its first byte
	TimedOut     uint64 // handshake or first byte too late
	Unknown      uint64 // neither HTTP nor STUN
	Unwanted     uint64 // nobody accepted them
	Evicted      uint64 // closed because there were too many, or at the end of Run
	AcceptErrors uint64 // failed calls, such as without a free file descriptor
}

type counters struct {
	accepted, challenges, plain, broken, timedOut, unknown, unwanted, acceptErrors atomic.Uint64
}

// Stats may be called at any time.
func (p *Port) Stats() Stats {
	c := &p.counters
	now, evicted := p.waiting.counts()
	return Stats{
		Waiting: now, Accepted: c.accepted.Load(), HTTP: p.http.handed.Load(), TURN: p.turn.handed.Load(),
		Challenges: c.challenges.Load(), Plain: c.plain.Load(), Failed: c.broken.Load(), TimedOut: c.timedOut.Load(), Unknown: c.unknown.Load(),
		Unwanted: c.unwanted.Load(), Evicted: evicted, AcceptErrors: c.acceptErrors.Load(),
	}
}

// failed counts a connection that came to nothing.
func (c *counters) failed(err error) {
	switch {
	case errors.Is(err, errUnknown):
		c.unknown.Add(1)
	case errors.Is(err, errUnwanted):
		c.unwanted.Add(1)
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.timedOut.Add(1)
	default:
		c.broken.Add(1)
	}
}

// reason is an error without the addresses that package net puts into it.
func reason(err error) error {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err
	}
	return err
}
