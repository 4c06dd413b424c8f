package client

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/pion/webrtc/v4"

	"moim/signaling/protocol"
)

// negotiate asks for an offer to be made as soon as one may be.
func (l *link) negotiate(restart bool) {
	l.push(func() { l.want(restart) })
}

func (l *link) want(restart bool) {
	l.wanted.negotiation = true
	l.wanted.restart = l.wanted.restart || restart
	l.makeOffer()
}

// makeOffer makes the offer that is wanted, unless one is under way. Only who
// began makes the first one: the order of the m-lines is that side's.
func (l *link) makeOffer() {
	switch {
	case !l.wanted.negotiation, l.offer != nil, l.pc.SignalingState() != webrtc.SignalingStateStable,
		!l.begun && l.pc.CurrentRemoteDescription() == nil:
		return
	}
	l.offered, l.wanted = l.wanted, wish{}
	offer, err := l.pc.CreateOffer(&webrtc.OfferOptions{ICERestart: l.offered.restart})
	if err != nil {
		l.fault(fmt.Errorf("make an offer: %w", err))
		return
	}
	if l.polite {
		l.offer = &offer
	} else if err := l.pc.SetLocalDescription(offer); err != nil {
		l.fault(fmt.Errorf("apply an offer: %w", err))
		return
	}
	l.sendDescription(offer)
}

// receive takes what the peer sent, in the order it was sent.
func (l *link) receive(s Signal) {
	l.push(func() {
		var err error
		switch s.Type {
		case protocol.TypeOffer:
			err = l.takeOffer(s.SDP)
		case protocol.TypeAnswer:
			err = l.takeAnswer(s.SDP)
		case protocol.TypeCandidate:
			err = l.takeCandidate(s.Candidate)
		default:
		}
		if err != nil {
			l.fault(fmt.Errorf("take %s: %w", s.Type, err))
		}
	})
}

func (l *link) takeOffer(sdp string) error {
	l.ignoring = false
	switch {
	case l.isOther(sdp):
		if !l.renewConn(false) {
			return nil
		}
	case !l.polite && l.offering():
		l.ignoring = true
		return nil
	}
	if l.offer != nil {
		l.offer = nil
		l.wanted = wish{negotiation: true, restart: l.wanted.restart || l.offered.restart}
	}
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: sdp}); err != nil {
		return err
	}
	if err := l.fillTransceivers(); err != nil {
		return err
	}
	answer, err := l.pc.CreateAnswer(nil)
	if err != nil {
		return err
	}
	if err := l.pc.SetLocalDescription(answer); err != nil {
		return err
	}
	l.sendDescription(answer)
	l.rest()
	l.tries = max(l.tries, 1) // the peer is at it
	return l.described()
}

// offering tells whether an offer waits for its answer.
func (l *link) offering() bool {
	return l.offer != nil || l.pc.SignalingState() != webrtc.SignalingStateStable
}

// isOther tells whether a description is of another RTCPeerConnection than the
// one the link is connected to.
func (l *link) isOther(sdp string) bool {
	current := l.pc.CurrentRemoteDescription()
	if current == nil {
		return false
	}
	is, was := fingerprint(sdp), fingerprint(current.SDP)
	return is != "" && was != "" && is != was
}

// fingerprint is the first of a description, "" for none.
func fingerprint(sdp string) string {
	_, rest, _ := strings.Cut(sdp, "a=fingerprint:")
	value, _, _ := strings.Cut(rest, "\n")
	return strings.ToLower(strings.TrimSpace(value))
}

// fillTransceivers gives each transceiver that an offer made its sender.
func (l *link) fillTransceivers() error {
	offered := l.transceivers()
	for _, kind := range kinds {
		t := offered[kind]
		if t == nil || t.Sender() != nil {
			continue
		}
		sender, err := l.pc.AddTrack(l.source(kind))
		if err != nil {
			return err
		}
		l.drain(sender)
	}
	return nil
}

func (l *link) takeAnswer(sdp string) error {
	l.ignoring = false
	switch {
	case l.isOther(sdp):
		l.renewConn(true)
		return nil
	case !l.offering() && fingerprint(sdp) != "":
		return nil // to an offer that was sent twice, or by a connection that is gone
	}
	if l.offer != nil {
		offer := *l.offer
		l.offer = nil
		if err := l.pc.SetLocalDescription(offer); err != nil {
			return err
		}
	}
	if err := l.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: sdp}); err != nil {
		return err
	}
	l.rest()
	return l.described()
}

// described does what had to wait for a description of the peer.
func (l *link) described() error {
	early := l.early
	l.early = nil
	var errs []error
	for _, c := range early {
		errs = append(errs, l.pc.AddICECandidate(c))
	}
	l.makeOffer()
	return errors.Join(errs...)
}

func (l *link) takeCandidate(raw json.RawMessage) error {
	var candidate webrtc.ICECandidateInit // empty for the end of candidates (RFC 8838, section 13)
	if err := json.Unmarshal(raw, &candidate); err != nil {
		return err
	}
	if l.pc.RemoteDescription() == nil {
		if len(l.early) >= maxEarly {
			return errors.New("too many candidates came before a description")
		}
		l.early = append(l.early, candidate)
		return nil
	}
	if err := l.pc.AddICECandidate(candidate); err != nil && !l.ignoring {
		return err
	}
	return nil
}
