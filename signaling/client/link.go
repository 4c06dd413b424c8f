package client

import (
	"encoding/json"
	"errors"
	"fmt"

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
type link struct {
	// Static after newLink.
	mesh   *Mesh
	peer   string
	polite bool
	pc     *webrtc.PeerConnection
	steps  steps

	// Owned by the steps.
	state    webrtc.PeerConnectionState // as told last
	wanted   wish                       // still to be offered
	offered  wish                       // in the offer that waits for its answer
	offer    *webrtc.SessionDescription // of the polite side, sent and not applied
	ignoring bool                       // the last offer of the peer was ignored
	early    []webrtc.ICECandidateInit
	flows    map[Kind]*flow
}

// wish is what a negotiation was asked for.
type wish struct{ negotiation, restart bool }

func newLink(m *Mesh, peer string, pc *webrtc.PeerConnection) *link {
	l := &link{mesh: m, peer: peer, polite: m.you > peer, pc: pc, flows: make(map[Kind]*flow)}
	l.steps.ended = make(chan struct{})
	for _, kind := range kinds {
		l.flows[kind] = new(flow)
	}
	return l
}

// start is the first step.
func (l *link) start() {
	l.pc.OnNegotiationNeeded(func() { l.negotiate(false) })
	l.pc.OnConnectionStateChange(func(webrtc.PeerConnectionState) { l.steps.push(l.tellState) })
	l.pc.OnICECandidate(func(c *webrtc.ICECandidate) { l.steps.push(func() { l.sendCandidate(c) }) })
	l.pc.OnTrack(func(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		l.steps.run(func() { l.tellTrack(track, receiver) })
	})
	if l.mesh.cfg.OnPeer != nil {
		l.mesh.cfg.OnPeer(l.peer, l.pc)
	}
	if l.polite {
		return
	}
	for _, kind := range kinds {
		transceiver, err := l.pc.AddTransceiverFromTrack(l.source(kind))
		if err != nil {
			l.fault(fmt.Errorf("add a transceiver: %w", err))
			return
		}
		l.drain(transceiver.Sender())
	}
}

// close is the last step.
func (l *link) close() {
	l.steps.last(func() {
		if err := l.pc.GracefulClose(); err != nil {
			l.fault(fmt.Errorf("close: %w", err))
		}
		l.tellState()
	})
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
		if l.mesh.cfg.OnState != nil {
			l.mesh.cfg.OnState(l.peer, state)
		}
	}
}

func (l *link) tellTrack(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	for kind, transceiver := range l.transceivers() {
		if transceiver.Receiver() == receiver && l.mesh.cfg.OnTrack != nil {
			l.mesh.cfg.OnTrack(l.peer, kind, track)
		}
	}
}

// transceivers finds the transceiver of each kind: audio is the first of
// audio, camera and screen are the first two of video.
func (l *link) transceivers() map[Kind]*webrtc.RTPTransceiver {
	found := make(map[Kind]*webrtc.RTPTransceiver, len(kinds))
	for _, t := range l.pc.GetTransceivers() {
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
	return &source{kind: kind, id: streamID(l.mesh.you, kind), track: l.mesh.track(kind), flow: l.flows[kind]}
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
	if err := l.mesh.send(s); err != nil && !errors.Is(err, ErrClosed) {
		l.fault(fmt.Errorf("send %s: %w", s.Type, err))
	}
}
