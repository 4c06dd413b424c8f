package signalingtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// patience is how long a peer waits for what it expects.
const patience = 30 * time.Second

// Frame is a frame to send, by its fields.
type Frame map[string]any

// Peer is a client with a script. What arrives is kept until it is expected;
// the server's pings are kept apart, as they may come at any time.
type Peer struct {
	ID     string          // set by Join
	Joined protocol.Joined // set by Join

	t       *testing.T
	s       *Server
	ws      *websocket.Conn
	wire    *clientConn
	listen  sync.Once
	arrived chan struct{} // has a value when there is more in the inbox
	gone    chan struct{} // closed when nothing more can arrive

	mu    sync.Mutex // guards what follows
	inbox []Received
	pings int
	end   error // why nothing more arrives; set before gone
}

// Received is a frame that arrived.
type Received struct {
	Type protocol.Type
	Text string
}

// Listen makes a deaf peer read.
func (p *Peer) Listen() {
	p.wire.hear()
	p.listen.Do(func() { go p.read() })
}

// Deafen makes the peer read nothing until Listen. What is on its way may still
// keep the server from noticing, one write long.
func (p *Peer) Deafen() {
	deaf := make(chan struct{})
	p.wire.deaf.CompareAndSwap(nil, &deaf)
}

// Continue is the join that goes on with the peer's session, of which it has got
// so many frames. It says what the peer's last joined showed of it.
func (p *Peer) Continue(got int64) Frame {
	p.t.Helper()
	self := p.Self()
	return Frame{
		"room": p.Joined.Room.Name, "session": p.Joined.Session, "got": got,
		"name": self.Name, "media": Frame{"mic": self.Mic, "camera": self.Camera},
	}
}

func (p *Peer) read() {
	defer close(p.gone)
	defer func() { _ = p.ws.CloseNow() }()
	for {
		kind, text, err := p.ws.Read(context.Background())
		var envelope struct{ Type protocol.Type }
		if err == nil {
			err = json.Unmarshal(text, &envelope)
		}
		if err == nil && kind != websocket.MessageText {
			err = errors.New("got a binary frame")
		}
		p.mu.Lock()
		switch {
		case err != nil:
		case envelope.Type == protocol.TypePing:
			p.pings++
		default:
			p.inbox = append(p.inbox, Received{envelope.Type, string(text)})
		}
		p.end = err
		p.mu.Unlock()
		if err != nil {
			return
		}
		select {
		case p.arrived <- struct{}{}:
		default:
		}
	}
}

// Subprotocol is what the server chose, "" when it chose none.
func (p *Peer) Subprotocol() string { return p.ws.Subprotocol() }

// Send sends a frame.
func (p *Peer) Send(frame Frame) {
	p.t.Helper()
	text, err := json.Marshal(frame)
	if err != nil {
		p.t.Fatal(err)
	}
	p.SendText(string(text))
}

// Sendf sends a frame in JSON, put together as by fmt.Sprintf.
func (p *Peer) Sendf(format string, args ...any) {
	p.t.Helper()
	p.SendText(fmt.Sprintf(format, args...))
}

// SendText sends a text frame of any content.
func (p *Peer) SendText(text string) {
	p.t.Helper()
	if err := p.write(websocket.MessageText, text); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

func (p *Peer) write(kind websocket.MessageType, text string) error {
	ctx, cancel := context.WithTimeout(p.t.Context(), patience)
	defer cancel()
	return p.ws.Write(ctx, kind, []byte(text))
}

// SendBinary sends a binary frame.
func (p *Peer) SendBinary(data []byte) {
	p.t.Helper()
	if err := p.write(websocket.MessageBinary, string(data)); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// SendTooMuch sends a text frame that the server may refuse midway.
func (p *Peer) SendTooMuch(text string) {
	_ = p.write(websocket.MessageText, text)
}

// Join sends a join with the fields and waits until the peer is in.
func (p *Peer) Join(fields Frame) protocol.Joined {
	p.t.Helper()
	p.SendJoin(fields)
	p.Joined = Into[protocol.Joined](p, p.Expect(protocol.TypeJoined))
	p.ID = p.Joined.You
	return p.Joined
}

// SendJoin sends a join with the fields.
func (p *Peer) SendJoin(fields Frame) {
	p.t.Helper()
	join := Frame{"type": "join"}
	maps.Copy(join, fields)
	p.Send(join)
}

// Self is the peer as its joined shows it.
func (p *Peer) Self() protocol.Peer {
	p.t.Helper()
	i := slices.IndexFunc(p.Joined.Peers, func(member protocol.Peer) bool { return member.ID == p.ID })
	if i < 0 {
		p.t.Fatalf("%s is not in %+v", p.ID, p.Joined.Peers)
	}
	return p.Joined.Peers[i]
}

// Instance is that of the peer, as its joined shows it.
func (p *Peer) Instance() string { p.t.Helper(); return p.Self().Instance }

// Leave closes the WebSocket the way a browser does with a page that is
// closed, without a leave.
func (p *Peer) Leave() { p.Close(protocol.CloseGoingAway) }

// Close closes the WebSocket with a code.
func (p *Peer) Close(code protocol.CloseCode) { _ = p.ws.Close(websocket.StatusCode(code), "") }

// Break cuts the connection without a word.
func (p *Peer) Break() { p.wire.Close() }

// SendBytes sends bytes below the WebSocket.
func (p *Peer) SendBytes(bytes []byte) {
	p.t.Helper()
	if _, err := p.wire.Write(bytes); err != nil {
		p.t.Fatalf("send: %v", err)
	}
}

// next takes the next frame, or tells why there is none.
func (p *Peer) next() (Received, error) {
	timeout := time.NewTimer(patience)
	defer timeout.Stop()
	for {
		p.mu.Lock()
		if len(p.inbox) > 0 {
			frame := p.inbox[0]
			p.inbox = p.inbox[1:]
			p.mu.Unlock()
			return frame, nil
		}
		end := p.end
		p.mu.Unlock()
		if end != nil {
			return Received{}, end
		}
		select {
		case <-p.arrived:
		case <-p.gone:
		case <-timeout.C:
			return Received{}, errQuiet
		}
	}
}

var errQuiet = fmt.Errorf("nothing within %v", patience)

// Ended tells whether the end of the connection has arrived.
func (p *Peer) Ended() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.end != nil
}

// Take takes everything that has arrived.
func (p *Peer) Take() []Received {
	p.mu.Lock()
	defer p.mu.Unlock()
	frames := p.inbox
	p.inbox = nil
	return frames
}
