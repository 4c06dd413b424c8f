package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// pauses come before the attempts to come back, each 20 % more or less; after
// the last one, that one again.
var pauses = [...]time.Duration{
	0, 300 * time.Millisecond, 1200 * time.Millisecond, 2700 * time.Millisecond, 4800 * time.Millisecond, 7 * time.Second,
}

const (
	attemptTimeout = 10 * time.Second // to connect and to be answered
	maxCount       = 1<<53 - 1        // the greatest count on the wire
	steady         = 5 * time.Second  // a socket that lasted this long begins the pauses anew
)

// run is the reader: it reads socket after socket.
func (c *Client) run(life context.Context, ws *websocket.Conn) {
	defer close(c.done)
	defer close(c.events)
	err := c.live(life, ws)
	c.stop(err)
	c.mu.Lock()
	if c.ending {
		err = ErrClosed
	}
	c.ending, c.err = true, err
	select {
	case <-c.here:
	default:
		close(c.here)
	}
	c.mu.Unlock()
	c.out.end(err)
}

// live answers why the client ends.
func (c *Client) live(life context.Context, ws *websocket.Conn) error {
	attempts := 0
	for {
		begun := time.Now()
		err := c.serve(life, ws)
		lost, ok := errors.AsType[*lostError](err)
		switch {
		case !ok:
			return err
		case c.cfg.Patience < 0:
			return lost.error
		case !c.depart():
			return ErrClosed
		}
		if time.Since(begun) >= steady {
			attempts = 0
		}
		if ws, attempts, err = c.comeBack(life, lost, attempts); err != nil {
			return err
		}
	}
}

// depart notes that there is no socket; false for a client that has said that it
// leaves.
func (c *Client) depart() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.ending {
		c.here = make(chan struct{})
	}
	return !c.ending
}

// comeBack tries until there is a socket again, a final word or no patience.
// The attempts that were needed are added to those before.
func (c *Client) comeBack(life context.Context, lost *lostError, attempts int) (*websocket.Conn, int, error) {
	if err := c.emit(Away{lost.error}); err != nil {
		return nil, 0, err
	}
	pause := time.Duration(0)
	if wait := time.Until(c.planned); wait > 0 {
		attempts, pause = 0, wait+time.Duration(rand.Int64N(int64(wait)/5+1)) //nolint:gosec // spreads clients, hides nothing
	}
	c.planned = time.Time{}
	ctx, cancel := context.WithTimeoutCause(life, pause+c.cfg.Patience, ErrAway)
	defer cancel()
	for ; ; attempts++ {
		if err := sleep(ctx, pause+jitter(pauses[min(attempts, len(pauses)-1)])); err == nil {
			ws, err := c.attempt(ctx)
			if err == nil {
				return ws, attempts + 1, nil
			}
			again, ok := errors.AsType[*lostError](err)
			if !ok {
				return nil, 0, err
			}
			lost, pause = again, 0
		}
		switch cause := context.Cause(ctx); {
		case errors.Is(cause, ErrAway):
			return nil, 0, fmt.Errorf("%w: %w", cause, lost.error)
		case cause != nil:
			return nil, 0, cause
		}
	}
}

func jitter(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*rand.Float64())) //nolint:gosec // spreads clients, hides nothing
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// attempt joins on a new socket, continuing the session if the server can. A
// token that the server does not take is not shown again.
func (c *Client) attempt(ctx context.Context) (*websocket.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	patience := time.AfterFunc(attemptTimeout, cancel)
	defer patience.Stop()
	waits := func() { patience.Stop() }

	hello := c.hello(c.Joined().Session)
	if hello.Session != "" {
		hello.Got = new(c.got.Load())
		if c.miscounted {
			hello.Got = new(int64(maxCount)) // which nobody has sent, so a snapshot follows
		}
	}
	ws, joined, err := c.connect(ctx, hello, waits)
	if code(err) == protocol.CodeBadToken && hello.Session != "" {
		c.keepToken("")
		ws, joined, err = c.connect(ctx, c.hello(""), waits)
	}
	switch code(err) {
	case protocol.CodeRateLimited, protocol.CodeInternal, protocol.CodeRestarting, protocol.CodeServerFull:
		return nil, &lostError{err}
	default:
	}
	if err != nil {
		return nil, err
	}
	if err := c.taken(joined); err != nil {
		_ = ws.CloseNow() // it fails when the socket has ended already
		return nil, err
	}
	return ws, nil
}

// taken goes on with what a join was answered.
func (c *Client) taken(joined protocol.Joined) error {
	if joined.Resumed {
		if err := c.out.resume(joined.Got); err != nil {
			c.miscounted = true
			return &lostError{err}
		}
		c.keepToken(joined.Session)
		c.told, c.toldBytes = c.got.Load(), 0
	} else {
		c.begin(joined)
		if err := c.emit(Snapshot{joined}); err != nil {
			return err
		}
	}
	c.mu.Lock()
	close(c.here)
	c.mu.Unlock()
	return c.emit(Back{Resumed: joined.Resumed})
}

// code is that of a refusal, "" for any other error.
func code(err error) protocol.Code {
	if refused, ok := errors.AsType[*protocol.Error](err); ok {
		return refused.Code
	}
	return ""
}

// plan notes when a server that restarts wants to see the client again.
func (c *Client) plan(after int64) {
	wait := min(max(after, 0), time.Minute.Milliseconds())
	c.planned = time.Now().Add(time.Duration(wait) * time.Millisecond)
}
