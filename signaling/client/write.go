package client

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// writeTimeout is the time one frame has to leave.
const writeTimeout = 10 * time.Second

// write sends a frame. A write that was begun is finished even if ctx ends, as
// half a frame would end the connection.
func (c *Client) write(ctx context.Context, frame any) error {
	raw, err := encode(frame)
	if err != nil {
		return err
	}
	return c.writeRaw(ctx, raw)
}

func encode(frame any) ([]byte, error) {
	raw, err := json.Marshal(frame)
	if err != nil {
		return nil, fmt.Errorf("encode a frame: %w", err)
	}
	return raw, nil
}

func (c *Client) writeRaw(ctx context.Context, raw []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := c.ended(); err != nil {
		return err
	}
	patience := time.AfterFunc(writeTimeout, func() {
		c.end(ErrSilent)
		c.hangUp()
	})
	defer patience.Stop()
	if err := c.ws.Write(context.WithoutCancel(ctx), websocket.MessageText, raw); err != nil {
		return fmt.Errorf("write to the server: %w", closed(err))
	}
	return nil
}

// ended is why the client has ended, nil while it has not.
func (c *Client) ended() error {
	select {
	case <-c.done:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.err
	default:
		return nil
	}
}

// The pace of signals stays below a server's default limit of 200/s and 400
// at once, counted as it counts: a token a frame, and one more for each KiB
// beyond the first. So a join of a great room loses no offer to it.
const (
	paceEvery = time.Second / 150
	paceBurst = 300
)

// pace is a token bucket.
type pace struct {
	mu   sync.Mutex // guards what follows
	full time.Time  // when all tokens will be there again
}

// wait takes n tokens, when they are there.
func (p *pace) wait(ctx context.Context, n int) error {
	p.mu.Lock()
	now := time.Now()
	if p.full.Before(now) {
		p.full = now
	}
	p.full = p.full.Add(time.Duration(n) * paceEvery)
	early := p.full.Sub(now) - paceBurst*paceEvery
	p.mu.Unlock()
	if early <= 0 {
		return nil
	}
	timer := time.NewTimer(early)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
