package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/pion/webrtc/v4"

	"moim/signaling/protocol"
)

// maxEarly bounds the candidates kept for a description that has not come.
const maxEarly = 256

// link is the connection to one peer. It is negotiated by perfect negotiation
// (W3C WebRTC 1.0, section 10.7); of two peers the one with the greater id is
// polite. The impolite one adds the transceivers (audio, camera, screen; all
// sendrecv) and makes the first offer; the polite one answers with the
// transceivers it was offered.
//
// How the text is mapped to pion: everything happens in the steps of one
// queue, so making an offer and applying a description are not interrupted,
// and the flags makingOffer and isSettingRemoteAnswerPending fall away. pion
// cannot roll back a local offer. So the polite side sends its offer without
// applying it and applies it when the answer has come; an offer of the other
// side that comes before just takes its place, which is the rollback. What was
// to be negotiated is then offered anew.
//
// The connection to a peer may be made anew, by either side: the fingerprint of
// a description (RFC 8122) names the RTCPeerConnection that made it. Whoever
// begins adds the transceivers and makes the first offer. If both do, that of
// the impolite one stands, and pion gives its m-lines the transceivers that the
// polite one has added.
type link struct {
	// Static after newLink.
	mesh      *Mesh
	peer, you string
	polite    bool
	steps     steps
	connected atomic.Bool // as told last

	// Guarded by Mesh.mu.
	instance  string      // of the peer
	lingering *time.Timer // to the removal; nil for a peer that is in the room

	// Owned by the steps.
	*conn                              // nil until there is one
	state   webrtc.PeerConnectionState // as told last
	wanted  wish                       // still to be offered
	tries   int                        // to mend, since it was settled
	mending *time.Timer                // to the next; nil for none
}

// conn is one RTCPeerConnection.
type conn struct {
	pc    *webrtc.PeerConnection // static
	flows map[Kind]*flow         // static

	// Owned by the steps.
	begun    bool                       // this side made the transceivers
	offered  wish                       // in the offer that waits for its answer
	offer    *webrtc.SessionDescription // of the polite side, sent and not applied
	ignoring bool                       // the last offer of the peer was ignored
	early    []webrtc.ICECandidateInit
}

// wish is what a negotiation was asked for.
type wish struct{ negotiation, restart bool }

// newLink makes a link. Caller holds Mesh.mu.
func newLink(m *Mesh, peer string) *link {
	l := &link{mesh: m, peer: peer, you: m.you, polite: m.you > peer}
	l.steps.ended = make(chan struct{})
	return l
}

// push adds a step of a link that has a connection.
func (l *link) push(step func()) {
	l.steps.push(func() {
		if l.conn != nil {
			step()
			l.watch()
		}
	})
}

// start connects, for the first time or to a new instance of the peer.
func (l *link) start() {
	l.tries = 0
	if l.renewConn(!l.polite) {
		l.watch()
	}
}

// renewConn replaces the connection, if there is one, by a new one; false when
// that cannot be made. With begin this side is to make the offer.
func (l *link) renewConn(begin bool) bool {
	pc, err := l.mesh.cfg.API.NewPeerConnection(webrtc.Configuration{ICEServers: l.mesh.iceServers()})
	if err != nil {
		l.fault(fmt.Errorf("make a connection: %w", err))
		return false
	}
	if l.conn != nil {
		l.closeConn()
	}
	c := &conn{pc: pc, flows: make(map[Kind]*flow), begun: begin}
	for _, kind := range kinds {
		c.flows[kind] = new(flow)
	}
	l.conn, l.wanted = c, wish{}
	push := func(step func()) {
		l.push(func() {
			if l.conn == c {
				step()
			}
		})
	}
	pc.OnNegotiationNeeded(func() { push(func() { l.want(false) }) })
	pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { push(l.tellState) })
	pc.OnICECandidate(func(candidate *webrtc.ICECandidate) { push(func() { l.sendCandidate(candidate) }) })
	pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		l.steps.run(func() { l.tellTrack(c, track, receiver) })
	})
	if l.mesh.cfg.OnPeer != nil {
		l.mesh.cfg.OnPeer(l.peer, pc)
	}
	if begin {
		l.addTransceivers()
	}
	return true
}

// serve gives the connection the servers of the mesh.
func (l *link) serve() {
	configuration := l.pc.GetConfiguration()
	configuration.ICEServers = l.mesh.iceServers()
	if err := l.pc.SetConfiguration(configuration); err != nil && l.pc.ConnectionState() != webrtc.PeerConnectionStateClosed {
		l.fault(fmt.Errorf("use other servers: %w", err))
	}
}

func (l *link) addTransceivers() {
	for _, kind := range kinds {
		transceiver, err := l.pc.AddTransceiverFromTrack(l.source(kind))
		if err != nil {
			l.fault(fmt.Errorf("add a transceiver: %w", err))
			return
		}
		l.drain(transceiver.Sender())
	}
}

// stayLocked keeps the link; true when it was to be removed. Caller holds
// Mesh.mu.
func (l *link) stayLocked() bool {
	if l.lingering == nil {
		return false
	}
	l.lingering.Stop()
	l.lingering = nil
	return true
}

// close is the last step. Caller holds Mesh.mu.
func (l *link) close() {
	l.stayLocked()
	l.steps.last(func() {
		l.rest()
		if l.conn != nil {
			l.closeConn()
			l.tellState()
		}
	})
}

func (l *link) closeConn() {
	if err := l.pc.GracefulClose(); err != nil {
		l.fault(fmt.Errorf("close: %w", err))
	}
}

// drain reads the RTCP that comes for a sender, as its interceptors need.
func (l *link) drain(sender *webrtc.RTPSender) {
	l.steps.run(func() {
		b := make([]byte, 1500)
		for {
			if _, _, err := sender.Read(b); err != nil {
				return
			}
		}
	})
}

func (l *link) tellState() {
	if state := l.pc.ConnectionState(); state != l.state {
		l.state = state
		l.connected.Store(state == webrtc.PeerConnectionStateConnected)
		if l.mesh.cfg.OnState != nil {
			l.mesh.cfg.OnState(l.peer, state)
		}
	}
}

func (l *link) tellTrack(c *conn, track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	for kind, transceiver := range c.transceivers() {
		if transceiver.Receiver() == receiver && l.mesh.cfg.OnTrack != nil {
			l.mesh.cfg.OnTrack(l.peer, kind, track)
		}
	}
}

// transceivers finds the transceiver of each kind: voice and the screen's sound
// are the first two of audio, camera and screen the first two of video.
func (c *conn) transceivers() map[Kind]*webrtc.RTPTransceiver {
	found := make(map[Kind]*webrtc.RTPTransceiver, len(kinds))
	for _, t := range c.pc.GetTransceivers() {
		for _, kind := range kinds {
			if kind.codecType() == t.Kind() && found[kind] == nil {
				found[kind] = t
				break
			}
		}
	}
	return found
}

// source is what is to be sent as a kind now.
func (l *link) source(kind Kind) *source {
	return &source{kind: kind, id: streamID(l.you, kind), track: l.mesh.track(kind), flow: l.flows[kind]}
}

// setTrack sends what the mesh now sends as a kind.
func (l *link) setTrack(kind Kind) {
	transceiver := l.transceivers()[kind]
	if transceiver == nil || transceiver.Sender() == nil {
		return // it comes with the transceiver
	}
	if err := transceiver.Sender().ReplaceTrack(l.source(kind)); err != nil {
		l.fault(fmt.Errorf("send %s: %w", kind, err))
	}
}

func (l *link) fault(err error) {
	if l.mesh.cfg.OnError != nil {
		l.mesh.cfg.OnError(l.peer, err)
	}
}

func (l *link) sendCandidate(c *webrtc.ICECandidate) {
	signal := Signal{Peer: l.peer, Type: protocol.TypeCandidate}
	if c != nil {
		init, err := json.Marshal(c.ToJSON())
		if err != nil {
			l.fault(fmt.Errorf("encode a candidate: %w", err))
			return
		}
		signal.Candidate = init
	}
	l.send(signal)
}

func (l *link) sendDescription(d webrtc.SessionDescription) {
	t := protocol.TypeOffer
	if d.Type == webrtc.SDPTypeAnswer {
		t = protocol.TypeAnswer
	}
	l.send(Signal{Peer: l.peer, Type: t, SDP: d.SDP})
}

func (l *link) send(s Signal) {
	if err := l.mesh.send(s); err != nil && !errors.Is(err, ErrClosed) && !errors.Is(err, context.Canceled) {
		l.fault(fmt.Errorf("send %s: %w", s.Type, err))
	}
}
