package echo

import (
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

func TestGreatestMessage(t *testing.T) {
	s := serve(t, Config{})
	pc := caller(t)
	channel, err := pc.CreateDataChannel("probe", nil)
	if err != nil {
		t.Fatal(err)
	}
	sizes := make(chan int, 2)
	channel.OnOpen(func() {
		channel.Send(make([]byte, maxMessage+1))
		channel.Send(make([]byte, maxMessage))
	})
	channel.OnMessage(func(m webrtc.DataChannelMessage) { sizes <- len(m.Data) })
	place(t, s, pc)
	if got := wait(t, "a message comes back", sizes); got != maxMessage {
		t.Errorf("%d bytes came back", got)
	}
}

func TestSecondChannel(t *testing.T) {
	s := serve(t, Config{Probe: time.Hour})
	pc := caller(t)
	closed := make(chan struct{}, 2)
	for _, label := range []string{"one", "two"} {
		channel, err := pc.CreateDataChannel(label, nil)
		if err != nil {
			t.Fatal(err)
		}
		channel.OnClose(func() { closed <- struct{}{} })
	}
	place(t, s, pc)
	wait(t, "one of them is closed", closed)
}

// TestCallerLeaves counts on no timer of the call.
func TestCallerLeaves(t *testing.T) {
	s := serve(t, Config{Probe: time.Hour})
	pc := caller(t)
	channel, err := pc.CreateDataChannel("probe", nil)
	if err != nil {
		t.Fatal(err)
	}
	open := make(chan struct{})
	channel.OnOpen(func() { close(open) })
	place(t, s, pc)
	wait(t, "the channel opens", open)
	pc.GracefulClose()
	waitForEnd(t, s)
}

// waitForEnd waits until all calls have ended.
func waitForEnd(t *testing.T, s *Server) {
	t.Helper()
	ended := make(chan struct{})
	go func() { s.alive.Wait(); close(ended) }()
	wait(t, "the call ends", ended)
}

func TestCloseWhileCalled(t *testing.T) {
	s, err := New(Config{Connect: time.Hour, PerPlace: 8})
	if err != nil {
		t.Fatal(err)
	}
	var offers []string
	for range 8 {
		pc := caller(t)
		pc.CreateDataChannel("probe", nil)
		offers = append(offers, offerOf(t, pc))
	}
	var callers sync.WaitGroup
	for _, offer := range offers {
		callers.Go(func() { s.Answer(t.Context(), home, offer) })
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	callers.Wait()
	if _, err := s.Answer(t.Context(), home, offers[0]); refusal(err) != CodeBusy {
		t.Errorf("after the end: %v", err)
	}
}

// TestCallThatEndedHasNoPeer is the case of a server that stops between a call's
// admission and its begin.
func TestCallThatEndedHasNoPeer(t *testing.T) {
	s := serve(t, Config{Connect: time.Hour})
	pc := caller(t)
	pc.CreateDataChannel("probe", nil)
	wanted, err := parseOffer(offerOf(t, pc))
	if err != nil {
		t.Fatal(err)
	}
	c := &call{server: s, place: placeOf(home), done: make(chan struct{})}
	if err := s.admit(c); err != nil {
		t.Fatal(err)
	}
	c.end()
	if _, err := c.begin(t.Context(), wanted); refusal(err) != CodeBusy || c.peer != nil {
		t.Errorf("begun with %v and a peer: %t", err, c.peer != nil)
	}
}

// TestReconnectedCall holds that a call which is cut off now and then has no longer
// life than others.
func TestReconnectedCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &Server{cfg: Config{Log: slog.New(slog.DiscardHandler)}, line: &line{}, calls: make(map[*call]struct{}), places: make(map[netip.Prefix]int)}
		s.cfg.fill()
		s.line.addrs = addresses()
		c := &call{server: s, place: placeOf(home), done: make(chan struct{})}
		if err := s.admit(c); err != nil {
			t.Fatal(err)
		}
		begun := time.Now()
		for _, state := range []webrtc.PeerConnectionState{
			webrtc.PeerConnectionStateConnected, webrtc.PeerConnectionStateDisconnected, webrtc.PeerConnectionStateConnected,
		} {
			c.changed(state, time.Minute)
			time.Sleep(20 * time.Second)
		}
		<-c.done
		if took := time.Since(begun); took != time.Minute {
			t.Errorf("ended after %v", took)
		}
	})
}

func TestDelayLineIsBounded(t *testing.T) {
	for name, step := range map[string]struct{ size, most int }{
		"bytes": {1200, maxBytes/1200 + 50}, "packets": {1, maxPackets},
	} {
		line := newDelayLine(nil, time.Hour)
		for range 2 * maxPackets {
			line.push(&rtp.Packet{Payload: make([]byte, step.size)})
		}
		if got := len(line.waiting); got == 0 || got > step.most {
			t.Errorf("%s: %d packets wait, want at most %d", name, got, step.most)
		}
	}
}

func TestDelayLineDropsExtensions(t *testing.T) {
	line := newDelayLine(nil, 0)
	packet := &rtp.Packet{Payload: []byte{1}}
	if err := packet.SetExtension(1, []byte{1}); err != nil {
		t.Fatal(err)
	}
	line.push(packet)
	if got := (<-line.waiting).packet; got.Extension || len(got.Extensions) > 0 {
		t.Errorf("%v goes on", got.Extensions)
	}
}

// TestPrivateServer is behind a router that nobody told it of: only a relay beside
// it leads there.
func TestPrivateServer(t *testing.T) {
	const candidate = "a=candidate:1 1 udp 1 10.0.0.5 9 typ host\r\n"
	answer := "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n" + candidate
	stranger := netip.MustParseAddr("198.51.100.7")
	for _, public := range [][]netip.Addr{nil, {netip.MustParseAddr("203.0.113.5")}} {
		got, err := completeAnswer(answer, public, 9, stranger)
		if err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(got, "10.0.0.5"); told != (public == nil) {
			t.Errorf("with the public addresses %v: told of the private one: %t", public, told)
		}
	}
}

// TestOtherAddresses has the machine's addresses change between two calls.
func TestOtherAddresses(t *testing.T) {
	s := serve(t, Config{Probe: time.Hour})
	call := func() {
		t.Helper()
		pc := caller(t)
		channel, err := pc.CreateDataChannel("probe", nil)
		if err != nil {
			t.Fatal(err)
		}
		back := make(chan struct{})
		channel.OnOpen(func() { channel.SendText("there") })
		channel.OnMessage(func(webrtc.DataChannelMessage) { close(back) })
		place(t, s, pc)
		wait(t, "a message comes back", back)
		pc.GracefulClose()
		waitForEnd(t, s)
	}
	call()
	first := s.line
	call()
	if s.line != first {
		t.Error("the port was taken anew for the same addresses")
	}
	first.addrs = nil
	call()
	if s.line == first || s.line.port != first.port {
		t.Error("the port was not taken on the new addresses")
	}
}
