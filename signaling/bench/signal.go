package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
)

// signals measures relayed signals: pairs of peers in rooms of their own, all at work at
// the same time. In a pair one side sends an SDP offer of 2 KB and right behind it a
// candidate of 200 B, as trickle ICE does, and the other answers with the same once it has
// both. So a pair has two frames under way at most, each written by itself.
//
// Every frame is checked for kind, order and length, those of the warm-up for content.
func signals(ctx context.Context, m *meter, s *server, pairs, exchanges int) ([]figure, error) {
	crowd := newCrowd(ctx, s)
	defer crowd.drop()
	peers, err := crowd.enter(ctx, pairs, 2)
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	sides := make([]*signalSide, len(peers))
	for i, p := range peers {
		p.size = largeBuffer
		sides[i] = newSignalSide(p, peers[i^1].id)
	}
	talk := func(n int) error {
		return crowd.each(peers, func(i int, _ *peer) error { return sides[i].talk(n, i%2 == 0) })
	}
	if err := talk(max(1, exchanges/10)); err != nil {
		return nil, err
	}
	for _, side := range sides {
		side.trusted = true
	}
	spent, err := m.during(ctx, s, "signal", func() error { return talk(exchanges) })
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	return spent.per(pairs*exchanges*2*len(signalKinds), rowSignalCPU, rowSignalInstructions), nil
}

var signalKinds = [...]kind{kindOffer, kindCandidate}

// signalSide is one peer of a pair.
type signalSide struct {
	*peer
	from    string
	frames  [len(signalKinds)][]byte
	lengths [len(signalKinds)]int
	trusted bool
}

func newSignalSide(p *peer, other string) *signalSide {
	s := &signalSide{peer: p, from: other}
	for i, k := range signalKinds {
		s.frames[i] = p.appendFrame(nil, p.address(other, signalMessage(k, other)))
	}
	return s
}

// talk makes n exchanges; the side that starts sends first in each.
func (s *signalSide) talk(n int, starts bool) error {
	steps := [2]func() error{s.receive, s.transmit}
	if starts {
		steps = [2]func() error{s.transmit, s.receive}
	}
	for i := range n {
		for _, step := range steps {
			if err := step(); err != nil {
				return fmt.Errorf("exchange %d of %d: %w", i+1, n, err)
			}
		}
	}
	return nil
}

func (s *signalSide) transmit() error {
	for _, f := range s.frames {
		if err := s.write(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *signalSide) receive() error {
	for i, k := range signalKinds {
		message, err := s.expect(k)
		if err != nil {
			return err
		}
		if s.trusted {
			if len(message) != s.lengths[i] {
				return fmt.Errorf("signal of %d bytes instead of %d: %s", len(message), s.lengths[i], message)
			}
			continue
		}
		if err := s.check(message, k); err != nil {
			return err
		}
		s.lengths[i] = len(message)
	}
	return nil
}

type signalFrame struct {
	Type      string          `json:"type"`
	To        string          `json:"to,omitempty"`
	From      string          `json:"from,omitempty"`
	SDP       string          `json:"sdp,omitempty"`
	Candidate json.RawMessage `json:"candidate,omitempty"`
}

// check compares a received signal with the one that was sent.
func (s *signalSide) check(message []byte, k kind) error {
	var got, want signalFrame
	if err := json.Unmarshal(message, &got); err != nil {
		return fmt.Errorf("read a signal: %w", err)
	}
	if err := json.Unmarshal(signalMessage(k, ""), &want); err != nil {
		return err
	}
	if got.Type != want.Type || got.SDP != want.SDP || !bytes.Equal(got.Candidate, want.Candidate) {
		return fmt.Errorf("signal arrived changed: %s", message)
	}
	if s.acknowledges() && got.From != s.from {
		return fmt.Errorf("signal from %q instead of %q", got.From, s.from)
	}
	return nil
}

func signalMessage(k kind, to string) []byte {
	s := signalFrame{Type: "offer", To: to, SDP: sampleSDP}
	if k == kindCandidate {
		s = signalFrame{Type: "candidate", To: to, Candidate: json.RawMessage(sampleCandidate)}
	}
	message, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return message
}

// sampleCandidate has 200 bytes.
const sampleCandidate = `{"candidate":"candidate:30981758 1 udp 1677729535 192.0.2.17 51472 typ srflx ` +
	`raddr 10.0.0.17 rport 51472 generation 0 ufrag mE3k network-id 1",` +
	`"sdpMid":"0","sdpMLineIndex":0,"usernameFragment":"mE3k"}`

// sampleSDP is a browser's offer for audio and video, 2,000 bytes long.
var sampleSDP = func() string {
	var b strings.Builder
	b.WriteString("v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n" +
		"a=group:BUNDLE 0 1\r\na=extmap-allow-mixed\r\na=msid-semantic: WMS\r\n")
	for mid, media := range []string{"audio 9 UDP/TLS/RTP/SAVPF 111", "video 9 UDP/TLS/RTP/SAVPF 96"} {
		fmt.Fprintf(&b, "m=%s\r\nc=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n"+
			"a=ice-ufrag:mE3k\r\na=ice-pwd:Qh0l8TfV3sJbX2nZ5cRgW7yK\r\na=ice-options:trickle\r\n"+
			"a=fingerprint:sha-256 5B:0C:9E:41:77:D2:3A:F8:16:84:CB:60:2F:B5:93:0E:"+
			"D7:48:A1:3C:6F:E2:59:8B:04:BD:71:26:9A:F3:CE:15\r\n"+
			"a=setup:actpass\r\na=mid:%d\r\na=sendrecv\r\na=rtcp-mux\r\n", media, mid)
	}
	for payload := 97; b.Len() < 1940; payload++ {
		fmt.Fprintf(&b, "a=rtpmap:%d rtx/90000\r\na=fmtp:%d apt=%d\r\n", payload, payload, payload-1)
	}
	fmt.Fprintf(&b, "a=msid:- %s\r\n", strings.Repeat("0", max(0, 2000-b.Len()-11)))
	return b.String()
}()
