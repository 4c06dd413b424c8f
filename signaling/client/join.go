package client

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

type joinFrame struct {
	head
	Room  string `json:"room"`
	Name  string `json:"name,omitempty"`
	Host  string `json:"host,omitempty"`
	Media Media  `json:"media"`

	Password string `json:"password,omitempty"`
	Token    string `json:"token,omitempty"`

	Session string `json:"session,omitempty"`
	Got     *int64 `json:"got,omitempty"` // nil for a client without a past
	Attempt int64  `json:"attempt,omitempty"`
}

// hello is the join of the client as the others see it by now, without a past.
func (c *Client) hello(session string) joinFrame {
	c.mu.Lock()
	defer c.mu.Unlock()
	name, media := c.cfg.Name, c.cfg.Media
	if c.self.ID != "" {
		name, media = c.self.Name, Media{c.self.Mic, c.self.Camera}
	}
	return joinFrame{
		head: head{Type: protocol.TypeJoin}, Room: c.cfg.Room, Name: name, Host: c.cfg.Host, Media: media,
		Password: c.cfg.Password, Token: c.cfg.Token, Session: session,
	}
}

// connect opens a socket and joins. Frames of the new socket are read no
// further than its joined. waits is called when the answer may take its time.
func (c *Client) connect(ctx context.Context, hello joinFrame, waits func()) (*websocket.Conn, protocol.Joined, error) {
	var none protocol.Joined
	ws, _, err := websocket.Dial(ctx, c.address, &websocket.DialOptions{
		HTTPClient: c.cfg.HTTPClient, Subprotocols: []string{protocol.Subprotocol},
	})
	if err != nil {
		return nil, none, &lostError{fmt.Errorf("connect to %s: %w", c.address, err)}
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	if hello.Got != nil {
		c.attempts++
		hello.Attempt = c.attempts
	}
	joined, err := c.join(ctx, ws, hello, waits)
	if err != nil {
		_ = ws.CloseNow() // it fails when the socket has ended already
		return nil, none, err
	}
	return ws, joined, nil
}

func (c *Client) join(ctx context.Context, ws *websocket.Conn, hello joinFrame, waits func()) (protocol.Joined, error) {
	var none protocol.Joined
	raw, err := encode(hello)
	if err != nil {
		return none, err
	}
	if err := ws.Write(ctx, websocket.MessageText, raw); err != nil {
		return none, closed("join", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	var beating sync.WaitGroup
	defer beating.Wait()
	defer cancel()
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return none, closed("join", err)
		}
		answer, err := decode[head](raw)
		switch {
		case err != nil:
			return none, err
		case answer.Type == protocol.TypeError:
			return none, refusal(raw)
		case answer.Type == protocol.TypeJoined:
			joined, err := decode[protocol.Joined](raw)
			if err == nil && joined.Resumed && hello.Got == nil {
				err = errNothingToResume
			}
			return joined, err
		case answer.Type == protocol.TypeWaiting:
			beating.Go(func() { beatWaiting(ctx, ws) })
			if c.cfg.Waiting != nil {
				c.cfg.Waiting()
			}
		}
		waits()
	}
}

// beatWaiting tells the server that the client still waits to be let in.
func beatWaiting(ctx context.Context, ws *websocket.Conn) {
	raw, err := encode(protocol.Beat{Type: protocol.TypePing})
	for err == nil {
		select {
		case <-time.After(pingEvery):
			err = ws.Write(ctx, websocket.MessageText, raw) // the reader learns of the end too
		case <-ctx.Done():
			return
		}
	}
}

// errNothingToResume is a server that continues what this client has not begun.
var errNothingToResume = errors.New("the server continued a session that was not asked for")

// refusal is the error of a frame that refused something.
func refusal(raw []byte) error {
	f, err := decode[protocol.ErrorFrame](raw)
	if err != nil {
		return err
	}
	return &protocol.Error{Code: f.Code, Message: f.Message}
}

// begin takes a snapshot: from here on both sides count anew.
func (c *Client) begin(joined protocol.Joined) {
	c.got.Store(0)
	c.told, c.toldBytes, c.miscounted = 0, 0, false
	c.mu.Lock()
	before := c.self
	c.joined, c.self = joined, protocol.Peer{}
	for _, p := range joined.Peers {
		if p.ID == joined.You {
			c.self = p
		}
	}
	now := c.self
	c.mu.Unlock()

	// What a join does not say of the client is told anew.
	var first [][]byte
	if before.ID != "" && (before.Screen != now.Screen || before.Hand != now.Hand) {
		raw, err := encode(struct {
			head
			Presence
		}{head{Type: protocol.TypeUpdate}, Presence{Screen: &before.Screen, Hand: &before.Hand}})
		if err == nil {
			first = append(first, raw)
		}
	}
	c.out.restart(first)
}

// keepToken notes the token for the next join.
func (c *Client) keepToken(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.joined.Session = token
}
