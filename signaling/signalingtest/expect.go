package signalingtest

import (
	"bytes"
	"encoding/json"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// Next takes the next frame.
func (p *Peer) Next() Received {
	p.t.Helper()
	frame, err := p.next()
	if err != nil {
		p.t.Fatalf("want a frame, but: %v", err)
	}
	return frame
}

// Expect takes the next frame, which must be of the type.
func (p *Peer) Expect(want protocol.Type) Received {
	p.t.Helper()
	frame, err := p.next()
	if err != nil {
		p.t.Fatalf("want a frame %v, but: %v", want, err)
	}
	if frame.Type != want {
		p.t.Fatalf("want a frame %v, got %.500s", want, frame.Text)
	}
	return frame
}

// ExpectText takes the next frame, which must be this very text.
func (p *Peer) ExpectText(want string) {
	p.t.Helper()
	frame, err := p.next()
	if err != nil {
		p.t.Fatalf("want %.500s, but: %v", want, err)
	}
	if frame.Text != want {
		p.t.Fatalf("want %.500s\n got %.500s", want, frame.Text)
	}
}

// ExpectError takes the next frame, which must be an error with the code.
func (p *Peer) ExpectError(code protocol.Code) protocol.ErrorFrame {
	p.t.Helper()
	got := Into[protocol.ErrorFrame](p, p.Expect(protocol.TypeError))
	if got.Code != code {
		p.t.Fatalf("want the error %s, got %s: %s", code, got.Code, got.Message)
	}
	if got.Message == "" {
		p.t.Errorf("the error %s says nothing", code)
	}
	return got
}

// ExpectRefused takes the next frame, which must be an error with the code
// that answers the request re.
func (p *Peer) ExpectRefused(re int64, code protocol.Code) {
	p.t.Helper()
	if got := p.ExpectError(code); got.Re != re {
		p.t.Fatalf("the error %s answers %d, want %d", code, got.Re, re)
	}
}

// ExpectOK takes the next frame, which must be the ok that answers re.
func (p *Peer) ExpectOK(re int64) {
	p.t.Helper()
	if got := Into[protocol.OK](p, p.Expect(protocol.TypeOK)); got.Re != re {
		p.t.Fatalf("the ok answers %d, want %d", got.Re, re)
	}
}

// ExpectChat takes the next frame, which must be a chat line with the text.
func (p *Peer) ExpectChat(text string) protocol.ChatMessage {
	p.t.Helper()
	got := Into[protocol.ChatEvent](p, p.Expect(protocol.TypeChat)).Message
	if got.Text != text {
		p.t.Fatalf("want the line %.100q, got %.100q", text, got.Text)
	}
	return got
}

// ExpectPeer takes the next frame, which must be a peer-joined or peer-changed.
func (p *Peer) ExpectPeer(want protocol.Type) protocol.Peer {
	p.t.Helper()
	return Into[protocol.PeerEvent](p, p.Expect(want)).Peer
}

// ExpectLeft takes the next frame, which must be the peer-left of a peer.
func (p *Peer) ExpectLeft(who *Peer, reason protocol.LeftReason) {
	p.t.Helper()
	got := Into[protocol.PeerLeft](p, p.Expect(protocol.TypePeerLeft))
	if got.Peer != who.ID || got.Reason != reason {
		p.t.Fatalf("want %s gone as %s, got %s gone as %s", who.ID, reason, got.Peer, got.Reason)
	}
}

// ExpectLost takes what the others get of a peer that lost its socket and does
// not come back: it is away, and when its grace time is over it has left. The
// peer is not silent meanwhile.
func (p *Peer) ExpectLost(who *Peer) {
	p.t.Helper()
	p.ExpectAway(who, true)
	p.Sendf(`{"type":"pong","got":0}`)
	p.ExpectLeft(who, protocol.ReasonLost)
}

// ExpectAway takes the next frame, which must be the peer-changed of a peer that
// is away, or back.
func (p *Peer) ExpectAway(who *Peer, away bool) {
	p.t.Helper()
	if got := p.ExpectPeer(protocol.TypePeerChanged); got.ID != who.ID || got.Away != away {
		p.t.Fatalf("want %s with away %v, got %+v", who.ID, away, got)
	}
}

// ExpectRestarting takes the next frame, which must be restarting, and answers
// after how long to come back.
func (p *Peer) ExpectRestarting() time.Duration {
	p.t.Helper()
	got := Into[protocol.Restarting](p, p.Expect(protocol.TypeRestarting))
	return time.Duration(got.After) * time.Millisecond
}

// ExpectPong sends a ping and takes the next frame, which must be the pong to
// it. Whatever was on its way to the peer before has arrived then.
func (p *Peer) ExpectPong(got int64) protocol.Beat {
	p.t.Helper()
	p.Sendf(`{"type":"ping","got":%d}`, got)
	return Into[protocol.Beat](p, p.Expect(protocol.TypePong))
}

// ExpectPings expects that the server has sent so many pings since the last
// time it was asked. It is for Run only.
func (p *Peer) ExpectPings(want int) {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pings != want {
		p.t.Fatalf("want %d pings, got %d", want, p.pings)
	}
	p.pings = 0
}

// ExpectClose expects the WebSocket to be closed with the code, and no frame
// before.
func (p *Peer) ExpectClose(code protocol.CloseCode) {
	p.t.Helper()
	if before := p.SkipToClose(code); len(before) > 0 {
		p.t.Fatalf("got %d frames before the close %d, first %.500s", len(before), code, before[0].Text)
	}
}

// SkipToClose expects the WebSocket to be closed with the code, and answers
// the frames before that.
func (p *Peer) SkipToClose(code protocol.CloseCode) []Received {
	p.t.Helper()
	var before []Received
	for {
		frame, err := p.next()
		if err == nil {
			before = append(before, frame)
			continue
		}
		if got := websocket.CloseStatus(err); got != websocket.StatusCode(code) {
			p.t.Fatalf("want the close code %d, got %d after %d frames: %v", code, got, len(before), err)
		}
		return before
	}
}

// Drain takes all that has arrived once everything has come to rest, and
// expects the connection to be open. It is for Run only.
func (p *Peer) Drain() []Received {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.end != nil {
		p.t.Fatalf("the connection has ended: %v", p.end)
	}
	frames := p.inbox
	p.inbox = nil
	return frames
}

// ExpectNothing expects that nothing has arrived and the connection is open
// once everything has come to rest. It is for Run only.
func (p *Peer) ExpectNothing() {
	p.t.Helper()
	synctest.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.inbox) > 0 {
		p.t.Fatalf("want nothing, got %d frames, first %.500s", len(p.inbox), p.inbox[0].Text)
	}
	if p.end != nil {
		p.t.Fatalf("want nothing, but: %v", p.end)
	}
}

// Into decodes a frame, all of whose fields T must know.
func Into[T any](p *Peer, frame Received) T {
	p.t.Helper()
	var value T
	decoder := json.NewDecoder(bytes.NewReader([]byte(frame.Text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		p.t.Fatalf("%v: %.500s", err, frame.Text)
	}
	return value
}
