package client

import (
	"context"
	"fmt"

	"moim/signaling/protocol"
)

// tellEvery is after how many frames the server is told, without waiting for
// the next heartbeat, that it need not keep them any more.
const tellEvery = 128

// read takes frames until the socket ends, and with it the client.
func (c *Client) read(ctx context.Context) {
	defer close(c.done)
	defer close(c.events)
	for {
		_, raw, err := c.ws.Read(ctx)
		if err != nil {
			err = fmt.Errorf("read from the server: %w", closed(err))
		} else {
			err = c.receive(ctx, raw)
		}
		if err != nil {
			c.end(err)
			c.hangUp()
			c.abandon()
			return
		}
	}
}

// receive handles one frame. An error ends the client.
func (c *Client) receive(ctx context.Context, raw []byte) error {
	frame, err := decode[struct {
		Type protocol.Type `json:"type"`
		Re   int64         `json:"re"`
	}](raw)
	if err != nil {
		return err
	}
	switch frame.Type {
	case protocol.TypePing:
		return c.tell(ctx, protocol.TypePong)
	case protocol.TypePong:
		select {
		case c.pongs <- struct{}{}:
		default:
		}
		return nil
	default:
	}
	if got := c.got.Add(1); got-c.told >= tellEvery {
		c.told = got
		if err := c.tell(ctx, protocol.TypePing); err != nil {
			return err
		}
	}
	if frame.Re != 0 && c.settle(frame.Re, frame.Type, raw) {
		return nil
	}
	event, err := decodeEvent(frame.Type, raw)
	if err != nil || event == nil {
		return err
	}
	if chat, ok := event.(Chat); ok && chat.Message.From == c.You() {
		c.heard(chat.Message)
	}
	select {
	case c.events <- event:
		return nil
	default:
		return ErrSlow
	}
}

// tell sends the count of frames received.
func (c *Client) tell(ctx context.Context, t protocol.Type) error {
	return c.write(ctx, protocol.Beat{Type: t, Got: c.got.Load()})
}
