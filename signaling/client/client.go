package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// maxEvents is how many events may wait to be taken.
const maxEvents = 1024

// Media says what a peer starts with.
type Media struct {
	Mic    bool `json:"mic"`
	Camera bool `json:"camera"`
}

// Config says where to go and as whom.
type Config struct {
	URL   string // of the server, such as https://moim.example.org; also with ws, wss and a path of its own
	Room  string
	Name  string // display name; "" for the server's default
	Host  string // host key of the room; "" for a guest
	Media Media

	// Session is that of an earlier Joined of the same room, to come back as
	// the same peer; "" for a new one. Whoever knows it can be that peer.
	Session string

	HTTPClient *http.Client // for the handshake; nil for http.DefaultClient
}

// Client is one membership of one room, from Dial until Leave, Close or the
// loss of the socket. Its methods may be called concurrently.
type Client struct {
	// Static after Dial.
	ws     *websocket.Conn
	joined protocol.Joined
	events chan Event // sent to and closed by the reader
	done   chan struct{}
	pace   pace

	got   atomic.Int64  // frames received, all but ping, pong and joined
	pongs chan struct{} // a pong came

	// Owned by the reader.
	told int64 // of got, what the server was told last

	mu      sync.Mutex // guards what follows
	lastID  int64
	waiting map[int64]*request // nil once the client has ended
	ending  bool
	err     error // why it is ending
}

// Dial connects to a server and joins a room. The error is a *protocol.Error
// when the join was refused and a *CloseError when the server closed without
// one. ctx bounds the joining only.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	address, err := socketURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	ws, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{
		HTTPClient: cfg.HTTPClient, Subprotocols: []string{protocol.Subprotocol},
	})
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", address, err)
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	c := &Client{
		ws: ws, events: make(chan Event, maxEvents), done: make(chan struct{}),
		pongs: make(chan struct{}, 1), waiting: make(map[int64]*request),
	}
	if err := c.join(ctx, cfg); err != nil {
		c.hangUp()
		return nil, err
	}
	life := context.WithoutCancel(ctx)
	go c.read(life)
	go c.beat(life)
	return c, nil
}

// socketURL is where the WebSocket of a server is: at /ws unless the URL has a
// path of its own.
func socketURL(server string) (string, error) {
	u, err := url.Parse(server)
	if err != nil {
		return "", fmt.Errorf("read the server's address: %w", err)
	}
	switch u.Scheme {
	case "http", "https", "ws", "wss":
	default:
		return "", fmt.Errorf("the server's address %q has none of the schemes http, https, ws and wss", server)
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/ws"
	}
	return u.String(), nil
}

type joinFrame struct {
	head
	Room  string `json:"room"`
	Name  string `json:"name,omitempty"`
	Host  string `json:"host,omitempty"`
	Media Media  `json:"media"`

	Session string `json:"session,omitempty"`
}

func (c *Client) join(ctx context.Context, cfg Config) error {
	frame := joinFrame{head{protocol.TypeJoin, 0}, cfg.Room, cfg.Name, cfg.Host, cfg.Media, cfg.Session}
	if err := c.write(ctx, frame); err != nil {
		return err
	}
	for {
		_, raw, err := c.ws.Read(ctx)
		if err != nil {
			return fmt.Errorf("join: %w", closed(err))
		}
		answer, err := decode[head](raw)
		switch {
		case err != nil:
			return err
		case answer.Type == protocol.TypeError:
			f, err := decode[protocol.ErrorFrame](raw)
			if err != nil {
				return err
			}
			return &protocol.Error{Code: f.Code, Message: f.Message}
		case answer.Type == protocol.TypeJoined:
			c.joined, err = decode[protocol.Joined](raw)
			return err
		}
	}
}

// closed makes a CloseError of what the WebSocket library says of a close frame.
func closed(err error) error {
	if frame, ok := errors.AsType[websocket.CloseError](err); ok {
		return &CloseError{protocol.CloseCode(frame.Code), frame.Reason}
	}
	return err
}

// Joined is what the server answered to the join: the room, its peers and the
// newest chat as they were then. The caller does not change it.
func (c *Client) Joined() protocol.Joined { return c.joined }

// You is the client's own peer id.
func (c *Client) You() string { return c.joined.You }

// Events is what happens in the room, in order, from the join on. It has to be
// received from: a client with 1024 events waiting ends with ErrSlow. It is
// closed when the client has ended; what came before is still received.
func (c *Client) Events() <-chan Event { return c.events }

// Done is closed when the client has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err is why the client has ended: a *CloseError, ErrSilent, ErrSlow or an
// error of the network. It is nil before Done is closed, and after Leave and Close.
func (c *Client) Err() error {
	select {
	case <-c.done:
	default:
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.err, ErrClosed) {
		return nil
	}
	return c.err
}

// Leave leaves the room; the others see that the client left. It returns when
// the server has closed the socket, or with the error of ctx after closing it
// anyway. A client that has ended already has nothing to leave.
func (c *Client) Leave(ctx context.Context) error {
	defer c.Close()
	if !c.end(ErrClosed) {
		return nil
	}
	if err := c.write(ctx, head{Type: protocol.TypeLeave}); err != nil {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes the socket without leaving: to the others the client is lost.
// It returns when the client has ended.
func (c *Client) Close() {
	c.end(ErrClosed)
	c.hangUp()
	<-c.done
}

// hangUp makes the reader end.
func (c *Client) hangUp() {
	_ = c.ws.CloseNow() // it fails when the socket has ended already
}

// end notes why the client ends; false when it is ending already.
func (c *Client) end(why error) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return false
	}
	c.ending, c.err = true, why
	return true
}
