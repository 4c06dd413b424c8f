package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

const (
	// maxEvents is how many events may wait to be taken.
	maxEvents = 1024

	defaultPatience = 5 * time.Minute
)

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

	Password string // of the room; "" for none
	Token    string // JSON Web Token that lets its bearer in (docs/tokens.md); "" for none

	// Waiting is called when the room has a lobby: Dial goes on when a host has
	// answered. It may be called again when the client comes back; nil for nothing.
	Waiting func()

	// Session is that of an earlier Joined of the same room, to come back as
	// the same peer; "" for a new one. Whoever knows it can be that peer.
	Session string

	// Patience is how long a client whose socket is lost tries to come back
	// before it ends; 0 for five minutes, negative for not to try.
	Patience time.Duration

	HTTPClient *http.Client // for the handshake; nil for http.DefaultClient
}

// Client is one membership of one room, from Dial until Leave, Close, a final
// word of the server or the end of its patience; sockets come and go meanwhile.
// Its methods may be called concurrently.
//
// What is sent while the socket is lost is kept, at most 512 frames or 512 KiB
// of what the server has not got yet; then sending waits until there is room or
// its ctx ends. If the server no longer knows the membership, requests without
// an answer are made again, so that one may be done twice (a line said is not,
// by its key), and signals are dropped.
type Client struct {
	// Static after Dial.
	cfg     Config
	address string
	events  chan Event // sent to and closed by the reader
	done    chan struct{}
	stop    context.CancelCauseFunc // ends everything
	pace    pace
	out     outbox

	got atomic.Int64 // frames received on this session, all but ping, pong and joined

	// Owned by the reader.
	told      int64     // of got, what the server was told last
	toldBytes int       // received since
	attempts  int64     // joins that go on with a session
	planned   time.Time // when a server that restarts wants to see the client again

	miscounted bool // the two sides do not agree on what was received

	mu     sync.Mutex // guards what follows
	joined protocol.Joined
	self   protocol.Peer // as the others see it; without an id until the server said so
	here   chan struct{} // closed while there is a socket, and at the end
	ending bool
	err    error // why the client has ended
}

// Dial connects to a server and joins a room. The error is a *protocol.Error
// when the join was refused and a *CloseError when the server closed without
// one. ctx bounds the joining only.
func Dial(ctx context.Context, cfg Config) (*Client, error) {
	address, err := socketURL(cfg.URL)
	if err != nil {
		return nil, err
	}
	if cfg.Patience == 0 {
		cfg.Patience = defaultPatience
	}
	c := &Client{
		cfg: cfg, address: address, events: make(chan Event, maxEvents), done: make(chan struct{}),
		out: newOutbox(), here: make(chan struct{}),
	}
	ws, joined, err := c.connect(ctx, c.hello(cfg.Session), func() {})
	if err != nil {
		if lost, ok := errors.AsType[*lostError](err); ok {
			return nil, lost.error
		}
		return nil, err
	}
	c.begin(joined)
	close(c.here)
	var life context.Context
	life, c.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	go c.run(life, ws)
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

// Joined is what the server answered when the client joined, or came back and
// was told anew (see Snapshot): the room, its peers and the newest chat as they
// were then. Its Session and its ICE are the newest. The caller does not change it.
func (c *Client) Joined() protocol.Joined {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined
}

// You is the client's own peer id. It changes only with a Snapshot.
func (c *Client) You() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined.You
}

// Events is what happens in the room, in order, from the join on. It has to be
// received from: a client with 1024 events waiting ends with ErrSlow. It is
// closed when the client has ended; what came before is still received.
func (c *Client) Events() <-chan Event { return c.events }

// Done is closed when the client has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err is why the client has ended: a *CloseError, a *protocol.Error that
// refused it when it came back, ErrSilent, ErrSlow, an error of the network or
// one that holds ErrAway. It is nil before Done is closed, and after Leave and
// Close.
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

// Leave leaves the room; the others see that the client left. A client that is
// away comes back first. It returns when the server has closed the socket, or
// with the error of ctx after closing it anyway. A client that has ended
// already has nothing to leave.
func (c *Client) Leave(ctx context.Context) error {
	defer c.Close()
	for leaving := false; !leaving; {
		select {
		case <-c.present():
		case <-ctx.Done():
			return ctx.Err()
		}
		var ended bool
		if leaving, ended = c.endPresent(); ended {
			return nil
		}
	}
	if err := c.send(ctx, head{Type: protocol.TypeLeave}); err != nil {
		return err
	}
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close closes the socket without leaving: to the others the client is lost,
// after the time the server gives it to come back. It returns when the client
// has ended.
func (c *Client) Close() {
	c.end()
	c.stop(ErrClosed)
	<-c.done
}

// end notes that the client is not to come back.
func (c *Client) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ending = true
}

// endPresent is end for a client that has a socket, and false for one that has
// none; ended tells that it was ending, or has ended, already.
func (c *Client) endPresent() (done, ended bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ending {
		return false, true
	}
	select {
	case <-c.here:
		c.ending = true
		return true, false
	default:
		return false, false
	}
}

// present is closed while there is a socket, and at the end.
func (c *Client) present() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.here
}

// closed makes a CloseError of what the WebSocket library says of a close
// frame, and a lostError of all that may be followed by another socket.
func closed(what string, err error) error {
	if frame, ok := errors.AsType[websocket.CloseError](err); ok {
		word := &CloseError{protocol.CloseCode(frame.Code), frame.Reason} //nolint:gosec // a close code has 16 bits (RFC 6455, section 5.5.1)
		err = word
		if word.Final() {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return fmt.Errorf("%s: %w", what, err)
	}
	return &lostError{fmt.Errorf("%s: %w", what, err)}
}
