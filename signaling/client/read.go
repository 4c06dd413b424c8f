package client

import (
	"context"

	"moim/signaling/protocol"
)

// After how many frames or bytes received the server is told, without waiting
// for the next heartbeat, that it need not keep them any more.
const (
	tellEvery      = 128
	tellEveryBytes = 128 << 10
)

// read takes frames until the socket ends, and answers why.
func (c *Client) read(ctx context.Context, s *socket) error {
	for {
		_, raw, err := s.ws.Read(ctx)
		if err != nil {
			return closed("read from the server", err)
		}
		if err := c.receive(ctx, s, raw); err != nil {
			return err
		}
	}
}

// receive handles one frame. An error ends the client.
func (c *Client) receive(ctx context.Context, s *socket, raw []byte) error {
	frame, err := decode[struct {
		Type protocol.Type `json:"type"`
		Re   int64         `json:"re"`
		Got  int64         `json:"got"`
	}](raw)
	if err != nil {
		return err
	}
	switch frame.Type {
	case protocol.TypePing:
		_ = c.tell(ctx, s, protocol.TypePong) // of a broken socket the next read tells
		return c.out.acknowledge(frame.Got)
	case protocol.TypePong:
		select {
		case s.pongs <- struct{}{}:
		default:
		}
		return c.out.acknowledge(frame.Got)
	case protocol.TypeJoined:
		return nil
	default:
	}
	c.count(ctx, s, len(raw))
	if frame.Re != 0 && c.settle(frame.Re, frame.Type, raw) {
		return nil
	}
	event, err := c.note(frame.Type, raw)
	if err != nil || event == nil {
		return err
	}
	return c.emit(event)
}

// count counts a frame of so many bytes.
func (c *Client) count(ctx context.Context, s *socket, bytes int) {
	got := c.got.Add(1)
	c.toldBytes += bytes
	if got-c.told >= tellEvery || c.toldBytes >= tellEveryBytes {
		c.told, c.toldBytes = got, 0
		_ = c.tell(ctx, s, protocol.TypePing) // of a broken socket the next read tells
	}
}

// note makes an event of a frame, and keeps what is of the client's own
// concern; nil for a frame that nobody else is to see.
func (c *Client) note(t protocol.Type, raw []byte) (Event, error) {
	switch t {
	case protocol.TypeSession:
		f, err := decode[protocol.SessionFrame](raw)
		if err == nil {
			c.keepToken(f.Session)
		}
		return nil, err
	case protocol.TypeRestarting:
		f, err := decode[protocol.Restarting](raw)
		c.plan(f.After)
		return nil, err
	default:
	}
	event, err := decodeEvent(t, raw)
	if err != nil {
		return nil, err
	}
	switch e := event.(type) {
	case Chat:
		if e.Message.From == c.You() {
			c.out.heard(e.Message)
		}
	case Servers:
		c.mu.Lock()
		c.joined.ICE, c.joined.Expires = e.ICE, protocol.Time{Time: e.Expires}
		c.mu.Unlock()
	case PeerChanged:
		c.mu.Lock()
		if e.Peer.ID == c.joined.You {
			c.self = e.Peer
		}
		c.mu.Unlock()
	}
	return event, nil
}

func (c *Client) emit(event Event) error {
	select {
	case c.events <- event:
		return nil
	default:
		return ErrSlow
	}
}
