package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestLimitsOverSnapshot holds that a client cannot shake off its limits, nor what
// it was refused for, by asking for snapshots, or by coming as a page loaded anew.
func TestLimitsOverSnapshot(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Chats.PerSecond = 0.001
	for _, reload := range []bool{false, true} {
		Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
			peers := s.JoinAll("tea", "Mina", "Nana")
			mina, nana := peers[0], peers[1]
			n, said := 0, 0
			for range 5 {
				for range 20 {
					nana.Sendf(`{"type":"chat","key":"k%d","text":"much"}`, n)
					n++
				}
				for _, f := range mina.Drain() {
					if f.Type == protocol.TypeChat {
						said++
					}
				}
				join := nana.Continue(1 << 52)
				if reload {
					delete(join, "got")
				}
				nana = s.JoinAs(join)
			}
			if said != 40 {
				t.Errorf("reload %v: %d lines were said at once, want 40", reload, said)
			}
			for range protocol.MaxFaults {
				nana.SendTooMuch(`{`)
				s.Settle()
				if nana.Ended() {
					break
				}
				nana = s.JoinAs(nana.Continue(1 << 52))
			}
			nana.SkipToClose(protocol.CloseFaults)
		})
	}
}

// TestShareOfAbsent holds that what is kept for some absent peers costs the others
// nothing of their share.
func TestShareOfAbsent(t *testing.T) {
	limits := unlimited()
	limits.Peers, limits.Joins = 300, limits.Signals
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		honest := s.JoinAll("tea", "Mina", "Nana")
		crowd := make([]*Peer, 200)
		for i := range crowd {
			crowd[i] = s.Join("crowd", "")
		}
		for _, p := range crowd[1:] {
			p.Break()
		}
		for range 20 {
			crowd[0].Sendf(`{"type":"data","data":"%s"}`, strings.Repeat("x", 16_000))
			s.Settle()
		}
		for i := 1; ; i++ { // up to the brim
			rest := 64<<20 - int(s.Hub.Left().Bytes)
			if rest < 1000 {
				break
			}
			crowd[0].Sendf(`{"type":"data","to":%q,"data":"%s"}`, crowd[1+i%199].ID, strings.Repeat("x", min(16_000, rest-500)))
			s.Settle()
		}
		honest[1].Break()
		s.Settle()
		sdp := strings.Repeat("v", 5000)
		honest[0].Sendf(`{"type":"offer","to":%q,"sdp":%q}`, honest[1].ID, sdp)
		s.Settle()
		again := s.Dial()
		again.SendJoin(honest[1].Continue(0))
		if got := again.Expect(protocol.TypeJoined).Text; !strings.Contains(got, `"resumed":true`) {
			t.Errorf("joined as %.100s", got)
		}
		again.ExpectText(fmt.Sprintf(`{"type":"offer","from":%q,"sdp":%q}`, honest[0].ID, sdp))
	})
}

// TestBoundOfResume holds that a session with as much as may be kept goes on, the
// news that it was away included.
func TestBoundOfResume(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Break()
		s.Pass(4 * time.Second)
		sendData(peers[0], peers[1], 1, 510)
		s.Settle()
		again := s.Dial()
		again.SendJoin(peers[1].Continue(0))
		again.Expect(protocol.TypeJoined)
		again.ExpectPeer(protocol.TypePeerChanged)
		expectData(again, peers[0], 1, 510)
		again.ExpectPeer(protocol.TypePeerChanged)
		again.ExpectNothing()
	})
}

// TestFloodIsSlowed holds that little is read of who sends much that is refused.
func TestFloodIsSlowed(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		began := time.Now()
		for range 500 {
			p.Sendf(`{"type":"candidate","to":"aaaaaaaaaaaaaaaa","candidate":null}`)
		}
		s.Settle()
		refused, limited := 0, 0
		for _, f := range p.Take() {
			if strings.Contains(f.Text, string(protocol.CodeRateLimited)) {
				limited++
			} else {
				refused++
			}
		}
		if took := time.Since(began); refused < 400 || limited > 0 && took < time.Duration(limited-1)*5*time.Millisecond {
			t.Errorf("%d refused and %d over the limit within %v", refused, limited, took)
		}
	})
}
