package client_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// hand is a peer whose connection the test negotiates by hand.
type hand struct {
	*client.Client
	s    *service
	t    *testing.T
	to   string // id of the other
	pc   *webrtc.PeerConnection
	done <-chan struct{} // all candidates are gathered
}

// againstHand joins a participant and a hand, of which polite says which side
// the hand has.
func againstHand(t *testing.T, polite bool) (*service, *participant, *hand) {
	t.Helper()
	s := startService(t, withoutGrace())
	p, c := s.prepare("Mina"), s.dial("Hand")
	if (c.You() > p.You()) != polite {
		c, p.Client = p.Client, c
	}
	pc, err := loopback().NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.GracefulClose() })
	return s, p, &hand{Client: c, s: s, t: t, to: p.You(), pc: pc, done: webrtc.GatheringCompletePromise(pc)}
}

func (h *hand) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hand) send(signal client.Signal) {
	h.t.Helper()
	signal.Peer = h.to
	h.must(h.Relay(h.s.ctx, signal))
}

// describe applies a description, and sends all candidates before it.
func (h *hand) describe(d webrtc.SessionDescription, t protocol.Type) {
	h.t.Helper()
	h.must(h.pc.SetLocalDescription(d))
	<-h.done
	sdp, candidates := withoutCandidates(h.pc.LocalDescription().SDP)
	if len(candidates) == 0 {
		h.t.Fatal("no candidates were gathered")
	}
	for _, candidate := range candidates {
		init, err := json.Marshal(webrtc.ICECandidateInit{Candidate: candidate, SDPMid: new("0")})
		h.must(err)
		h.send(client.Signal{Type: protocol.TypeCandidate, Candidate: init})
	}
	h.send(client.Signal{Type: protocol.TypeCandidate})
	h.send(client.Signal{Type: t, SDP: sdp})
}

// take applies the next description of this type and looks for the end of
// candidates. The candidates themselves are ignored: only those of the hand
// can connect the two.
func (h *hand) take(t protocol.Type, sdpType webrtc.SDPType) string {
	h.t.Helper()
	d := next(h.s, h.Client, func(s client.Signal) bool { return s.Type == t })
	sdp, _ := withoutCandidates(d.SDP)
	h.must(h.pc.SetRemoteDescription(webrtc.SessionDescription{Type: sdpType, SDP: sdp}))
	next(h.s, h.Client, func(s client.Signal) bool { return string(s.Candidate) == "null" })
	return d.SDP
}

func withoutCandidates(sdp string) (string, []string) {
	var (
		rest       strings.Builder
		candidates []string
	)
	for line := range strings.Lines(sdp) {
		attribute := strings.TrimPrefix(strings.TrimSpace(line), "a=")
		switch {
		case strings.HasPrefix(attribute, "candidate:"):
			candidates = append(candidates, attribute)
		case attribute != "end-of-candidates":
			rest.WriteString(line)
		}
	}
	slices.Sort(candidates)
	return rest.String(), slices.Compact(candidates)
}

func TestEarlyCandidatesBeforeOffer(t *testing.T) {
	_, p, h := againstHand(t, false)
	p.start(client.Audio)
	for _, kind := range []client.Kind{client.Audio, client.Camera, client.Screen} {
		_, err := h.pc.AddTransceiverFromTrack(p.track(kind, "by hand, "+string(kind)))
		h.must(err)
	}
	offer, err := h.pc.CreateOffer(nil)
	h.must(err)
	h.describe(offer, protocol.TypeOffer)
	answer := h.take(protocol.TypeAnswer, webrtc.SDPTypeAnswer)
	if got := mLines(answer); !slices.Equal(got, []string{"audio", "video", "video"}) { // an older client's three
		t.Errorf("m-lines %v", got)
	}
	for _, kind := range []client.Kind{client.Audio, client.Camera, client.Screen} {
		want := heard{h.You(), kind, "by hand, " + string(kind)}
		p.wait(want.text, func() bool { return p.media[want] })
	}
	p.noErrors()
}

func TestEarlyCandidatesBeforeAnswer(t *testing.T) {
	_, p, h := againstHand(t, true)
	p.start(client.Audio)
	offer := h.take(protocol.TypeOffer, webrtc.SDPTypeOffer)
	checkMLines(t, offer)
	_, err := h.pc.AddTrack(p.track(client.Audio, "by hand"))
	h.must(err)
	answer, err := h.pc.CreateAnswer(nil)
	h.must(err)
	h.describe(answer, protocol.TypeAnswer)
	want := heard{h.You(), client.Audio, "by hand"}
	p.wait(want.text, func() bool { return p.media[want] })
	p.noErrors()
}

// checkMLines looks for the contract of all clients: audio, camera, screen and
// its sound, all both ways.
func checkMLines(t *testing.T, sdp string) {
	t.Helper()
	if got := mLines(sdp); !slices.Equal(got, []string{"audio", "video", "video", "audio"}) {
		t.Errorf("m-lines %v", got)
	}
	if got := strings.Count(sdp, "a=sendrecv"); got != 4 {
		t.Errorf("%d m-lines are both ways", got)
	}
}

func TestBadSignals(t *testing.T) {
	s, p, h := againstHand(t, false)
	p.start(client.Audio)
	other := s.join("Nana", client.Audio)
	other.hears(p, client.Audio)
	for i, signal := range []client.Signal{
		{Type: protocol.TypeOffer, SDP: "no description"},
		{Type: protocol.TypeAnswer, SDP: "no description"},
		{Type: protocol.TypeAnswer, SDP: "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n"},
		{Type: protocol.TypeCandidate, Candidate: json.RawMessage(`{"candidate":5}`)},
	} {
		h.send(signal)
		p.wait("error", func() bool { return len(p.errs) > i })
	}
	before := len(p.errsOf())
	for range 257 {
		h.send(client.Signal{Type: protocol.TypeCandidate, Candidate: json.RawMessage(`{"candidate":"candidate:nonsense"}`)})
	}
	p.wait("error", func() bool { return len(p.errs) > before })
	p.play(client.Audio, "unharmed")
	other.hearsText(p, client.Audio, "unharmed")
	h.Close()
	p.wait("end", func() bool { return p.states[h.You()] == webrtc.PeerConnectionStateClosed })
}

func TestBadServers(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, _ := s.dial("Mina"), s.dial("Nana")
	errs := make(chan error, 1)
	mesh, err := client.NewMesh(mina, client.MeshConfig{
		API: loopback(), ICE: []webrtc.ICEServer{{URLs: []string{"gopher:1"}}},
		OnError: func(_ string, err error) { errs <- err },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer mesh.Close()
	mesh.Handle(next[client.PeerJoined](s, mina, nil))
	if err := <-errs; err == nil {
		t.Error("a connection was made with a server that is none")
	}
}
