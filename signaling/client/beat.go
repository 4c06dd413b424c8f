package client

import (
	"context"
	"time"

	"moim/signaling/protocol"
)

// The times of docs/protocol.md, "Nothing lost across a reconnect".
const (
	pingEvery   = 15 * time.Second
	pongTimeout = 10 * time.Second // from a ping to the end of patience
)

// beat pings until the socket has ended, and gives it up when a pong stays away.
func (c *Client) beat(ctx context.Context, s *socket) {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		select {
		case <-s.pongs:
		default:
		}
		_ = c.tell(ctx, s, protocol.TypePing) // then no pong comes
		patience := time.NewTimer(pongTimeout)
		select {
		case <-s.pongs:
		case <-ctx.Done():
		case <-patience.C:
			s.giveUp(&lostError{ErrSilent})
		}
		patience.Stop()
	}
}
