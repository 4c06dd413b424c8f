//go:build !plain

package signaling_test

import (
	"bytes"
	"fmt"
	"runtime"
	"runtime/pprof"
	"sync"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// wantParked waits until no goroutine reads from the peers.
func wantParked(t *testing.T, s *Server, peers ...*Peer) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for _, p := range peers {
		for !s.Hub.Parked("tea", signaling.PeerID(p.ID)) {
			if time.Now().After(deadline) {
				t.Fatal("a socket that is idle is not parked")
			}
			runtime.Gosched()
		}
	}
}

// readers counts the goroutines that read from sockets of clients.
func readers(t *testing.T) int {
	t.Helper()
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	return bytes.Count(stacks.Bytes(), []byte("signaling.(*socket).read("))
}

// wantNoReaders waits until those who parked their sockets are gone too.
func wantNoReaders(t *testing.T) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for readers(t) > 0 {
		if time.Now().After(deadline) {
			t.Fatalf("%d goroutines read from idle sockets", readers(t))
		}
		runtime.Gosched()
	}
}

func joinMany(s *Server, n int) []*Peer {
	return s.JoinAll("tea", make([]string, n)...)
}

// TestParked holds that idle sockets have no goroutine, still receive, and
// wake for what they send.
func TestParked(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := joinMany(s, 20)
		for round := range 3 {
			wantParked(t, s, peers...)
			wantNoReaders(t)
			peers[round].Sendf(`{"type":"data","data":%d}`, round)
			for i, p := range peers {
				if i != round {
					p.ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, peers[round].ID, round))
				}
			}
			for _, p := range peers {
				p.ExpectPong(0)
			}
		}
	})
}

// TestParkedOverAndOver holds that a socket survives being parked often, with
// others beside it that are not.
func TestParkedOverAndOver(t *testing.T) {
	RunTCP(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := joinMany(s, 3)
		var wg sync.WaitGroup
		wg.Go(func() {
			for i := range 1000 {
				peers[0].Sendf(`{"type":"data","to":%q,"data":%d}`, peers[1].ID, i)
				peers[1].ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, peers[0].ID, i))
			}
		})
		for range 1000 {
			wantParked(t, s, peers[2])
			peers[2].ExpectPong(0)
		}
		wg.Wait()
	})
}

// TestParkedGreatFrames holds that a frame greater than every buffer wakes a
// socket and is read whole, also when the next is there with it.
func TestParkedGreatFrames(t *testing.T) {
	RunTCP(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := joinMany(s, 2)
		for range 20 {
			wantParked(t, s, peers...)
			peers[0].SendBytes(append(Text(sized(60000)), Text(sized(50))...))
			peers[1].Expect(protocol.TypeTyping)
			peers[1].Expect(protocol.TypeTyping)
			wantParked(t, s, peers...)
			peers[0].SendBytes(Text(sized(5000))[:1])
			for s.Hub.Parked("tea", signaling.PeerID(peers[0].ID)) {
				runtime.Gosched()
			}
			peers[0].SendBytes(Text(sized(5000))[1:])
			peers[1].Expect(protocol.TypeTyping)
		}
	})
}

func TestParkedEnds(t *testing.T) {
	tests := []struct {
		name   string
		end    func(*Server, *Peer)
		reason protocol.LeftReason
	}{
		{"leave", func(_ *Server, p *Peer) { p.Sendf(`{"type":"leave"}`); p.ExpectClose(protocol.CloseLeft) }, protocol.ReasonLeft},
		{"close", func(_ *Server, p *Peer) { p.Leave() }, protocol.ReasonLeft},
		{"break", func(_ *Server, p *Peer) { p.Break() }, protocol.ReasonLost},
		{"binary", func(_ *Server, p *Peer) { p.SendBinary(nil); p.ExpectClose(protocol.CloseUnsupported) }, protocol.ReasonLost},
		{"too big", func(_ *Server, p *Peer) {
			p.SendTooMuch(sized(protocol.MaxFrame + 1))
			p.ExpectClose(protocol.CloseTooBig)
		}, protocol.ReasonLost},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := signaling.DefaultLimits()
			limits.Grace = time.Second
			RunTCP(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				peers := joinMany(s, 3)
				wantParked(t, s, peers...)
				tt.end(s, peers[2])
				for _, p := range peers[:2] {
					p.ExpectLeft(peers[2], tt.reason)
				}
				wantParked(t, s, peers[:2]...)
				wantNoReaders(t)
			})
		})
	}
}

// TestParkedSwept holds that silent sockets are found while they are parked.
func TestParkedSwept(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := joinMany(s, 10)
		wantParked(t, s, peers...)
		s.Hub.Sweep(time.Now().Add(39 * time.Second))
		for _, p := range peers {
			p.ExpectPong(0)
		}
		wantParked(t, s, peers...)
		s.Hub.Sweep(time.Now().Add(time.Minute))
		for _, p := range peers {
			p.ExpectClose(protocol.CloseSilent)
		}
	})
}

func TestParkedStop(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := joinMany(s, 20)
		wantParked(t, s, peers...)
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		if d := time.Since(began); d > 4*time.Second {
			t.Errorf("took %v", d)
		}
		for _, p := range peers {
			p.ExpectRestarting()
			p.ExpectClose(protocol.CloseGoingAway)
		}
	})
}

// TestParkedChurn holds that sockets which come and go, and so use the same
// descriptors again and again, take none from the others.
func TestParkedChurn(t *testing.T) {
	limits := unlimited()
	limits.Joins = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	limits.Peers = 200 // those without a socket stay for a while
	RunTCP(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		var wg sync.WaitGroup
		for i := range 6 {
			wg.Go(func() {
				for round := range 30 {
					p := s.Join("tea", "")
					p.Sendf(`{"type":"ping","got":0}`)
					for pong := false; !pong; {
						pong = p.Next().Type == protocol.TypePong
					}
					switch (i + round) % 3 {
					case 0:
						p.Leave()
					case 1:
						p.Break()
					default:
						p.Sendf(`{"type":"leave"}`)
						p.SkipToClose(protocol.CloseLeft)
					}
				}
			})
		}
		wg.Wait()
	})
}
