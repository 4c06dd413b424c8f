package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// writeTimeout is the time one frame has to leave.
const writeTimeout = 10 * time.Second

// After how many frames or bytes sent the server is asked, without waiting for
// the next heartbeat, what it has got.
const (
	proveEvery      = 128
	proveEveryBytes = 128 << 10
)

// socket is one WebSocket that the client has joined on.
type socket struct {
	ws     *websocket.Conn
	pongs  chan struct{} // a pong came
	giveUp context.CancelCauseFunc
}

// serve reads a socket until it ends, and answers why; with a lostError another
// may follow. Nothing of the socket is left then.
func (c *Client) serve(life context.Context, ws *websocket.Conn) error {
	ctx, giveUp := context.WithCancelCause(life)
	s := &socket{ws: ws, pongs: make(chan struct{}, 1), giveUp: giveUp}
	var beside sync.WaitGroup
	beside.Go(func() { c.beat(ctx, s) })
	beside.Go(func() { c.flush(ctx, s) })
	err := c.read(ctx, s)
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	giveUp(err)
	_ = ws.CloseNow() // it fails when the socket has ended already
	beside.Wait()
	return err
}

// flush writes what is in the outbox. What a broken socket does not take, the
// next one will; that it is broken is the reader's to find out.
func (c *Client) flush(ctx context.Context, s *socket) {
	frames, bytes := 0, 0
	for {
		raw := c.out.next()
		if raw == nil {
			select {
			case <-c.out.more:
				continue
			case <-ctx.Done():
				return
			}
		}
		if s.write(ctx, raw) != nil {
			return
		}
		frames, bytes = frames+1, bytes+len(raw)
		if frames < proveEvery && bytes < proveEveryBytes {
			continue
		}
		frames, bytes = 0, 0
		if c.tell(ctx, s, protocol.TypePing) != nil {
			return
		}
	}
}

// write sends a frame; a socket that does not take it in time is given up.
func (s *socket) write(ctx context.Context, raw []byte) error {
	patience := time.AfterFunc(writeTimeout, func() { s.giveUp(&lostError{ErrSilent}) })
	defer patience.Stop()
	if err := s.ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return errors.Join(err, context.Cause(ctx))
	}
	return nil
}

// tell sends the count of frames received.
func (c *Client) tell(ctx context.Context, s *socket, t protocol.Type) error {
	raw, err := encode(protocol.Beat{Type: t, Got: c.got.Load()})
	if err != nil {
		return err
	}
	return s.write(ctx, raw)
}
