package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestHalfOpen holds that a resume takes a session from a socket that is still
// open, reads or not: what comes over that one is neither handled nor counted any
// more, and what is addressed to the peer arrives once, over the new one.
func TestHalfOpen(t *testing.T) {
	tests := []struct {
		name    string
		deafen  func(*Peer)
		waiting int // frames that the old socket has not read
	}{
		{"open", func(*Peer) {}, 0},
		{"deaf", (*Peer).Deafen, 0},
		{"deaf, with frames waiting", (*Peer).Deafen, 20},
		{"deaf, with a full queue", (*Peer).Deafen, 500},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				mina, old := peers[0], peers[1]
				sendData(old, mina, 1, 3)
				expectData(mina, old, 1, 3)
				tt.deafen(old)
				sendData(mina, old, 1, tt.waiting)
				s.Pass(time.Second)

				p, heard := s.Resume(old, 0)
				if heard != 3 {
					t.Errorf("the server has got %d frames, want 3", heard)
				}
				expectData(p, mina, 1, tt.waiting)
				sendTooMuch := func() {
					old.SendTooMuch(fmt.Sprintf(`{"type":"data","to":%q,"data":"old"}`, mina.ID))
					old.SendTooMuch(`{"type":"update","name":"Old"}`)
					old.SendTooMuch(`{"type":"leave"}`)
				}
				sendTooMuch()
				sendData(mina, p, tt.waiting+1, tt.waiting+2)
				expectData(p, mina, tt.waiting+1, tt.waiting+2)
				old.Listen()
				read := old.SkipToClose(protocol.CloseReplaced)
				if len(read) > tt.waiting {
					t.Errorf("%d frames came over the old socket", len(read))
				}
				sendTooMuch()
				s.Pass(20 * time.Second)
				if got := p.ExpectPong(int64(tt.waiting + 2)).Got; got != 3 {
					t.Errorf("the server has got %d frames, want 3", got)
				}
				p.ExpectNothing()
				mina.ExpectNothing()
			})
		})
	}
}

// TestHalfOpenUnread holds that an old socket which never reads is ended, and that
// its end is not that of the peer.
func TestHalfOpenUnread(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Deafen()
		sendData(peers[0], peers[1], 1, 10)
		s.Settle()
		p, _ := s.Resume(peers[1], 0)
		expectData(p, peers[0], 1, 10)
		s.Pass(30 * time.Second)
		p.ExpectPong(10)
		peers[0].ExpectNothing()
		s.Pass(11 * time.Second) // as long as an old socket could be found silent
		p.ExpectPong(10)
	})
}

// TestTakeoverInTurn holds that of several sockets that go on with a session the
// last has it, and that each of the others is told.
func TestTakeoverInTurn(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		chain := []*Peer{peers[1]}
		for i := range 10 {
			sendData(peers[0], peers[1], i, i)
			p, _ := s.Resume(chain[i], int64(i))
			chain[i].SkipToClose(protocol.CloseReplaced)
			expectData(p, peers[0], i, i)
			chain = append(chain, p)
		}
		peers[0].ExpectNothing()
		chain[10].ExpectNothing()
	})
}

// TestParkedTakeover holds that a socket without a goroutine is taken over too.
func TestParkedTakeover(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		for _, p := range peers {
			p.ExpectPong(0)
		}
		p, _ := s.Resume(peers[1], 0)
		peers[1].ExpectClose(protocol.CloseReplaced)
		sendData(peers[0], p, 1, 1)
		expectData(p, peers[0], 1, 1)
		peers[0].ExpectPong(0)
	})
}

// bounds are frames that an outbox just holds, and one more than that.
var bounds = []struct {
	name  string
	count int
	size  int // of the data
	fit   bool
}{
	{"500 frames", 500, 1, true},
	{"512 frames", 512, 1, true},
	{"513 frames", 513, 1, false},
	{"nearly 512 KiB", 32, 16000, true},
	{"more than 512 KiB", 33, 16000, false},
}

// TestBounds holds that who lacks more than what is kept for it gets a snapshot,
// with no gap before, of which the others see nothing, and all of it otherwise: of
// a socket that broke as of one that is dead and does not say so.
func TestBounds(t *testing.T) {
	ends := map[string]func(*Peer){"broken": (*Peer).Break, "half-open": (*Peer).Deafen}
	for _, tt := range bounds {
		for name, end := range ends {
			t.Run(tt.name+", "+name, func(t *testing.T) {
				Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
					peers := s.JoinAll("tea", "Mina", "Nana")
					mina, nana := peers[0], peers[1]
					end(nana)
					s.Settle()
					if name == "half-open" {
						sendData(mina, nana, 0, 0) // which the system takes before nothing more fits
						s.Settle()
					}
					for i := range tt.count {
						mina.Sendf(`{"type":"data","to":%q,"data":"%d%s"}`, nana.ID, i, strings.Repeat("x", tt.size))
					}
					s.Pass(time.Second)
					p := s.Dial()
					got := int64(0)
					if name == "half-open" {
						got = 1
					}
					p.SendJoin(nana.Continue(got))
					joined := p.Expect(protocol.TypeJoined).Text
					if resumed := strings.Contains(joined, `"resumed":true`); resumed != tt.fit {
						t.Fatalf("resumed %v: %.200s", resumed, joined)
					}
					if tt.fit {
						for i := range tt.count {
							want := fmt.Sprintf(`{"type":"data","from":%q,"data":"%d%s"}`, mina.ID, i, strings.Repeat("x", tt.size))
							p.ExpectText(want)
						}
					}
					p.ExpectNothing()
					mina.ExpectNothing()
					sendData(mina, nana, 7, 7)
					expectData(p, mina, 7, 7)
				})
			})
		}
	}
}

// TestWhatIsForgotten holds from which count on a session can go on when frames
// were written and forgotten, whether they were acknowledged or too many.
func TestWhatIsForgotten(t *testing.T) {
	tests := []struct {
		name         string
		frames       int
		acknowledged int64
		got          int64
		goesOn       bool
	}{
		{"all acknowledged", 400, 400, 400, true},
		{"some acknowledged", 400, 300, 300, true},
		{"more than acknowledged", 400, 300, 350, true},
		{"all of it", 400, 300, 400, true},
		{"less than acknowledged", 400, 300, 299, false},
		{"nothing", 400, 300, 0, false},
		{"more than was sent", 400, 300, 401, false},
		{"far more than was sent", 400, 0, 1<<53 - 1, false},
		{"as much as is kept", 600, 0, 88, true},
		{"less than is kept", 600, 0, 87, false},
		{"all without a word before", 600, 0, 600, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				mina, nana := peers[0], peers[1]
				for first := 1; first <= tt.frames; first += 100 {
					sendData(mina, nana, first, first+99)
					expectData(nana, mina, first, first+99)
				}
				if tt.acknowledged > 0 {
					nana.ExpectPong(tt.acknowledged)
				}
				nana.Break()
				if !tt.goesOn {
					if p := s.JoinAs(nana.Continue(tt.got)); p.Joined.Resumed || p.ID != nana.ID || p.Instance() != nana.Instance() {
						t.Errorf("joined as %+v", p.Joined)
					}
					mina.ExpectNothing()
					return
				}
				p, _ := s.Resume(nana, tt.got)
				expectData(p, mina, int(tt.got)+1, tt.frames)
				p.ExpectPong(int64(tt.frames))
				mina.ExpectNothing()
			})
		})
	}
}
