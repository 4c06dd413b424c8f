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

// beat pings until the client has ended, and ends it when a pong stays away.
func (c *Client) beat(ctx context.Context) {
	every := time.NewTicker(pingEvery)
	defer every.Stop()
	for {
		select {
		case <-c.done:
			return
		case <-every.C:
		}
		select {
		case <-c.pongs:
		default:
		}
		if c.tell(ctx, protocol.TypePing) != nil {
			return
		}
		patience := time.NewTimer(pongTimeout)
		select {
		case <-c.pongs:
		case <-c.done:
		case <-patience.C:
			c.end(ErrSilent)
			c.hangUp()
		}
		patience.Stop()
	}
}
