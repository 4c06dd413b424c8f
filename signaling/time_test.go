package signaling_test

import (
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// wantNow checks that something takes no time.
func wantNow(t *testing.T, do func()) {
	t.Helper()
	began := time.Now()
	do()
	if d := time.Since(began); d > 0 {
		t.Errorf("took %v", d)
	}
}

// TestSilence holds that 40 s without a frame close, and that any frame is one.
func TestSilence(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi", "Dahl")
		s.Pass(20 * time.Second)
		peers[1].Sendf(`{"type":"pong","got":0}`)
		peers[2].Sendf(`{"type":"dance"}`)
		peers[2].Expect(protocol.TypeError)
		s.Pass(19 * time.Second)
		for _, p := range peers {
			p.ExpectNothing() // 39 s
		}
		peers[3].ExpectPong(0)
		s.Pass(3 * time.Second)
		wantNow(t, func() { peers[0].ExpectClose(protocol.CloseSilent) }) // 42 s
		for _, p := range peers[1:] {
			p.ExpectAway(peers[0], true)
			p.Sendf(`{"type":"pong","got":0}`)
		}
		for _, p := range peers[1:] {
			p.ExpectLeft(peers[0], protocol.ReasonLost)
			p.ExpectNothing()
		}
	})
}

// TestPingedWhenSilent holds that a peer whose own timers are slowed to one a
// minute, as browsers do to hidden pages, stays by answering the server's pings.
func TestPingedWhenSilent(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		s.Pass(25 * time.Second)
		p.ExpectPings(0)
		for range 20 {
			s.Pass(2 * time.Second)
			p.ExpectPings(1)
			p.Sendf(`{"type":"pong","got":0}`)
			s.Pass(25 * time.Second)
		}
		p.ExpectPings(0)
		s.Pass(30 * time.Second)
		p.ExpectPings(1)
		s.Pass(12 * time.Second)
		p.ExpectClose(protocol.CloseSilent)
	})
}

// TestHeartbeat holds that a client which pings every 15 s stays for good.
func TestHeartbeat(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		for range 240 {
			s.Pass(15 * time.Second)
			p.ExpectPong(0)
		}
	})
}

// TestSilentAndGone holds that a client which does not even end the connection
// is gone ten seconds after it was given up.
func TestSilentAndGone(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		gone := deaf(s, "tea", p)
		for range 5 {
			s.Pass(10 * time.Second)
			p.Sendf(`{"type":"pong","got":0}`)
		}
		p.ExpectLost(gone)
	})
}

func TestNoJoinInTime(t *testing.T) {
	tests := []struct {
		name, send string
		answer     protocol.Type
	}{
		{"silent", "", protocol.TypeNone},
		{"pings", `{"type":"ping","got":0}`, protocol.TypePong},
		{"faults", `{`, protocol.TypeError},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				p := s.Dial()
				for range 9 {
					s.Pass(time.Second)
					if tt.send != "" {
						p.SendText(tt.send)
						p.Expect(tt.answer)
					}
				}
				p.ExpectNothing()
				s.Pass(time.Second)
				wantNow(t, func() { p.ExpectClose(protocol.ClosePolicy) })
			})
		})
	}
	t.Run("joined in time", func(t *testing.T) {
		Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
			p := s.Dial()
			s.Pass(9 * time.Second)
			p.Join(Frame{"room": "tea"})
			s.Pass(20 * time.Second)
			p.ExpectNothing()
		})
	})
}

// TestUpgradeAlone holds that a connection which never finishes a frame is
// closed like one that says nothing.
func TestUpgradeAlone(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Dial()
		p.SendBytes([]byte{0x81, 0xfe, 0x10}) // a header, cut off
		s.Pass(10 * time.Second)
		wantNow(t, func() { p.ExpectClose(protocol.ClosePolicy) })

		joined, witness := s.Join("tea", "Mina"), s.Join("tea", "Nana")
		joined.Expect(protocol.TypePeerJoined)
		joined.SendBytes([]byte{0x81, 0xfe, 0x10, 0x00, 1, 2, 3, 4, 'x'}) // a payload, cut off
		s.Pass(39 * time.Second)
		witness.ExpectPong(0)
		s.Pass(3 * time.Second)
		wantNow(t, func() { joined.ExpectClose(protocol.CloseSilent) })
		witness.ExpectLost(joined)
	})
}
