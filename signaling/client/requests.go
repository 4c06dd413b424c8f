package client

import (
	"context"
	"encoding/json"
	"fmt"

	"moim/signaling/protocol"
)

// head is what every frame to the server begins with.
type head struct {
	Type protocol.Type `json:"type"`
	ID   int64         `json:"id,omitempty"`
}

// request waits for the answer to a frame with an id.
type request struct {
	id     int64
	raw    []byte                // the frame; guarded by outbox.mu
	key    string                // of the line it says
	line   *protocol.ChatMessage // as it came back; owned by the reader until the answer
	answer chan answer
}

type answer struct {
	raw []byte
	err error
}

// ask sends a request and waits for the answer. A refusal is a *protocol.Error.
func (c *Client) ask(ctx context.Context, r *request, frame func(head) any, t protocol.Type) ([]byte, error) {
	r.id, r.answer = c.out.id(), make(chan answer, 1)
	raw, err := encode(frame(head{t, r.id}))
	if err != nil {
		return nil, err
	}
	if err := c.out.put(ctx, raw, r); err != nil {
		return nil, err
	}
	select {
	case a := <-r.answer:
		return a.raw, a.err
	case <-ctx.Done():
		c.out.take(r.id)
		return nil, ctx.Err()
	}
}

// settle gives an answer to the request it is for; false when there is none.
func (c *Client) settle(re int64, t protocol.Type, raw []byte) bool {
	r := c.out.take(re)
	if r == nil {
		return false
	}
	if t == protocol.TypeError {
		r.answer <- answer{err: refusal(raw)}
	} else {
		r.answer <- answer{raw: raw}
	}
	return true
}

// heard gives a line of the client's own to who says it. The ok comes later.
func (o *outbox) heard(line protocol.ChatMessage) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, r := range o.waiting {
		if r.key == line.Key {
			r.line = &line
		}
	}
}

// send takes a frame that is not answered.
func (c *Client) send(ctx context.Context, frame any) error {
	raw, err := encode(frame)
	if err != nil {
		return err
	}
	return c.out.put(ctx, raw, nil)
}

func encode(frame any) ([]byte, error) {
	raw, err := json.Marshal(frame)
	if err != nil {
		return nil, fmt.Errorf("encode a frame: %w", err)
	}
	return raw, nil
}

// Relay sends an offer, an answer or a candidate to one peer, at a pace of 150
// KiB a second and 300 at once, where each frame is at least one. It does not wait for an answer; a refusal, such as
// no-such-peer, comes as a Refused event. A Snapshot says that signals may have been lost.
func (c *Client) Relay(ctx context.Context, s Signal) error {
	var frame any
	switch s.Type {
	case protocol.TypeOffer, protocol.TypeAnswer:
		frame = struct {
			head
			To  string `json:"to"`
			SDP string `json:"sdp"`
		}{head{Type: s.Type}, s.Peer, s.SDP}
	case protocol.TypeCandidate:
		frame = struct {
			head
			To        string          `json:"to"`
			Candidate json.RawMessage `json:"candidate"` // null when nil
		}{head{Type: s.Type}, s.Peer, s.Candidate}
	default:
		return fmt.Errorf("a frame of type %q is no signal", s.Type)
	}
	raw, err := encode(frame)
	if err != nil {
		return err
	}
	if err := c.pace.wait(ctx, 1+len(raw)/1024); err != nil {
		return err
	}
	return c.out.put(ctx, raw, nil)
}

// SendData sends application data, which has to encode as JSON of at most
// protocol.MaxData bytes, to one peer or, with to "", to everyone else.
func (c *Client) SendData(ctx context.Context, to string, data any) error {
	raw, err := json.Marshal(data)
	if err != nil {
		return fmt.Errorf("encode data: %w", err)
	}
	_, err = c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			To   string          `json:"to,omitempty"`
			Data json.RawMessage `json:"data"`
		}{h, to, raw}
	}, protocol.TypeData)
	return err
}

// Presence is what to change of what the others see; nil leaves it.
type Presence struct {
	Name   *string `json:"name,omitempty"`
	Mic    *bool   `json:"mic,omitempty"`
	Camera *bool   `json:"camera,omitempty"`
	Screen *bool   `json:"screen,omitempty"`
	Hand   *bool   `json:"hand,omitempty"`
}

// Update changes the client's presence.
func (c *Client) Update(ctx context.Context, p Presence) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			Presence
		}{h, p}
	}, protocol.TypeUpdate)
	return err
}

// Typing tells the others that the client writes; at most every 3 s. A client
// that is away tells nothing.
func (c *Client) Typing(ctx context.Context) error {
	select {
	case <-c.present():
		return c.send(ctx, head{Type: protocol.TypeTyping})
	default:
		return ctx.Err()
	}
}
