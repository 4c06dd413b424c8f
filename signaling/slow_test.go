package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// deaf joins a peer that reads nothing.
func deaf(s *Server, room string, witness *Peer) *Peer {
	p := s.DialWith(Dial{Deaf: true})
	p.SendJoin(Frame{"room": room})
	p.ID = witness.ExpectPeer(protocol.TypePeerJoined).ID
	return p
}

// TestSlowReader holds that a peer which never reads is closed with 4000, that
// the others get everything at once meanwhile, and that little is kept for it.
func TestSlowReader(t *testing.T) {
	tests := []struct {
		name   string
		frames int
		size   int
	}{
		{"many small frames", 1500, 10},
		{"great frames", 60, 16000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				slow := deaf(s, "tea", peers[0])
				peers[1].Expect(protocol.TypePeerJoined)
				began := time.Now()
				data := strings.Repeat("x", tt.size)
				for i := range tt.frames {
					peers[0].Sendf(`{"type":"data","data":"%d%s"}`, i, data)
					peers[1].ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":"%d%s"}`, peers[0].ID, i, data))
					if frames, bytes := s.Hub.Kept("tea", signaling.PeerID(slow.ID)); frames > 513 || bytes > 512<<10+200 {
						t.Fatalf("%d frames of %d bytes are kept", frames, bytes)
					}
				}
				if frames, _ := s.Hub.Kept("tea", signaling.PeerID(slow.ID)); frames > tt.frames/2 {
					t.Errorf("%d frames are kept for who is closed", frames)
				}
				peers[0].ExpectPong(0)
				if d := time.Since(began); d > 0 {
					t.Errorf("took %v", d)
				}
				slow.Listen()
				before := slow.SkipToClose(protocol.CloseTooSlow)
				if len(before) == 0 || before[0].Type != protocol.TypeJoined || len(before) > tt.frames/2 {
					t.Errorf("%d frames came before the close", len(before))
				}
				for i, frame := range before[1:] {
					if !strings.HasPrefix(frame.Text, fmt.Sprintf(`{"type":"data","from":%q,"data":"%d`, peers[0].ID, i)) {
						t.Fatalf("frame %d is %.80s", i, frame.Text)
					}
				}
				for _, p := range peers {
					p.ExpectLost(slow)
					p.ExpectNothing()
				}
			})
		})
	}
}

// TestSlowReaderForGood holds that one which does not read its close frame
// either is cut, and the others told, within the time a close gets.
func TestSlowReaderForGood(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		slow := deaf(s, "tea", p)
		for range 1500 {
			p.Sendf(`{"type":"data","to":%q,"data":1}`, slow.ID)
		}
		p.ExpectNothing()
		s.Pass(10 * time.Second)
		p.ExpectLost(slow)
	})
}

// TestSlowReaderCatchesUp holds that one which stalled and reads again in time
// loses nothing.
func TestSlowReaderCatchesUp(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		slow := deaf(s, "tea", p)
		for i := range 500 {
			p.Sendf(`{"type":"data","to":%q,"data":%d}`, slow.ID, i)
		}
		s.Pass(15 * time.Second)
		slow.Listen()
		slow.Expect(protocol.TypeJoined)
		for i := range 500 {
			slow.ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, p.ID, i))
		}
		slow.ExpectPong(500)
	})
}

// TestStalledWrite holds that one which does not read is given up even when
// little waits for it.
func TestStalledWrite(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		slow := deaf(s, "tea", p)
		for range 2 {
			s.Pass(10 * time.Second)
			slow.Sendf(`{"type":"typing"}`) // it is not silent
			p.Expect(protocol.TypeTyping)
		}
		s.Pass(20 * time.Second)
		p.ExpectLost(slow)
	})
}

// TestGreatFrames holds that one peer cannot run over the outbox of another
// with great frames: they use up its own limit first, even while the other does
// not read for a moment.
func TestGreatFrames(t *testing.T) {
	lines := strings.Repeat("<", 4000)
	wide := strings.Repeat("\U0001f600", 4000)
	offer := strings.Repeat("x", 60<<10)
	tests := []struct {
		name  string
		frame func(i int, to string) string
	}{
		{"lines", func(i int, _ string) string { return fmt.Sprintf(`{"type":"chat","key":"%d","text":%q}`, i, lines) }},
		{"wide lines", func(i int, _ string) string { return fmt.Sprintf(`{"type":"chat","key":"%d","text":%q}`, i, wide) }},
		{"offers", func(_ int, to string) string { return fmt.Sprintf(`{"type":"offer","to":%q,"sdp":%q}`, to, offer) }},
		{"data", func(_ int, _ string) string { return fmt.Sprintf(`{"type":"data","data":%q}`, offer[:16000]) }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				sender := s.Join("tea", "Mina")
				slow := deaf(s, "tea", sender)
				for i := range 60 {
					sender.SendText(tt.frame(i, slow.ID))
				}
				slow.Listen()
				slow.Expect(protocol.TypeJoined)
				refused := 0
				for _, frame := range sender.Drain() {
					if frame.Type == protocol.TypeError {
						refused++
					}
				}
				if got := len(slow.Drain()); got == 0 || got+refused != 60 {
					t.Errorf("%d arrived, %d were refused, of 60", got, refused)
				}
			})
		})
	}
}

// TestUnacknowledged holds that one which reads but never says what it has got
// is served for good, with as little kept for it.
func TestUnacknowledged(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		for i := range 2000 {
			peers[0].Sendf(`{"type":"data","data":%d}`, i)
			peers[1].ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, peers[0].ID, i))
		}
		if frames, _ := s.Hub.Kept("tea", signaling.PeerID(peers[1].ID)); frames != 512 {
			t.Errorf("%d frames are kept, want 512", frames)
		}
		peers[1].ExpectPong(2000)
		if frames, bytes := s.Hub.Kept("tea", signaling.PeerID(peers[1].ID)); frames > 1 || bytes > 0 {
			t.Errorf("%d frames of %d bytes are kept after the count", frames, bytes)
		}
	})
}
