package signaling_test

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestGrace holds that the grace time is the one of the limits: within it a session
// goes on, and not after.
func TestGrace(t *testing.T) {
	for _, grace := range []time.Duration{0, time.Second, 5 * time.Second, 10 * time.Minute} {
		t.Run(grace.String(), func(t *testing.T) {
			limits := signaling.DefaultLimits()
			limits.Grace = grace
			Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				wait := func(d time.Duration) {
					for end := time.Now().Add(d); time.Now().Before(end); {
						s.Pass(min(20*time.Second, time.Until(end)))
						peers[0].Sendf(`{"type":"pong","got":0}`)
					}
				}
				p := peers[1]
				if grace > 0 {
					p.Break()
					wait(grace - time.Millisecond)
					p, _ = s.Resume(p, 0)
					s.Settle()
					if peers[0].Take(); grace > 3*time.Second {
						p.ExpectAway(p, true)
						p.ExpectAway(p, false)
					}
				}
				p.Break()
				began := time.Now()
				s.Settle()
				wait(grace)
				if grace > 3*time.Second {
					peers[0].ExpectAway(p, true)
				}
				peers[0].ExpectLeft(p, protocol.ReasonLost)
				wantAfter(t, began, grace)
				if again := s.JoinAs(p.Continue(0)); again.Joined.Resumed || again.ID != p.ID || again.Instance() != p.Instance() {
					t.Errorf("joined as %+v", again.Joined)
				}
				if got := peers[0].ExpectPeer(protocol.TypePeerJoined); got.ID != p.ID || got.Instance != p.Instance() {
					t.Errorf("peer-joined %+v", got)
				}
			})
		})
	}
}

// TestPartingWithoutGrace holds that who closes a page has no longer than who loses
// the connection.
func TestPartingWithoutGrace(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Grace = 0
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		wantNow(t, func() {
			peers[1].Leave()
			peers[0].ExpectLeft(peers[1], protocol.ReasonLeft)
		})
	})
}

// TestPartingResumed holds that a socket which its client closes does not end the
// session within the second.
func TestPartingResumed(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Leave()
		s.Pass(900 * time.Millisecond)
		p, _ := s.Resume(peers[1], 0)
		s.Pass(20 * time.Second)
		p.ExpectNothing()
		peers[0].ExpectNothing()
	})
}

// TestServerClosedForGood holds that who is closed with a final code has no grace
// time.
func TestServerClosedForGood(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		wantNow(t, func() {
			peers[1].SendBinary(nil)
			peers[1].ExpectClose(protocol.CloseUnsupported)
			peers[0].ExpectLeft(peers[1], protocol.ReasonLost)
		})
		p := s.JoinAs(peers[1].Continue(0))
		if p.Joined.Resumed || p.ID != peers[1].ID {
			t.Errorf("joined as %+v", p.Joined)
		}
	})
}

// TestBytesOfAbsent holds that what waits for peers without a socket is bounded in
// all, that those for whom there is no place get a snapshot, and that every way out
// of the absence gives the place back.
func TestBytesOfAbsent(t *testing.T) {
	const peers = 200
	limits := unlimited()
	limits.Peers, limits.Joins = 300, limits.Signals
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		var absent []*Peer
		for range peers {
			absent = append(absent, s.Join("tea", ""))
		}
		for _, p := range absent {
			p.Break()
		}
		s.Pass(5 * time.Second) // they are away
		mina := s.Join("tea", "Mina")
		data := strings.Repeat("x", 16_000)
		for i := range 24 { // 77 MB in all, were there no bound
			mina.Sendf(`{"type":"data","data":"%d%s"}`, i, data)
			s.Settle()
			if err := s.Hub.Audit(); err != nil {
				t.Fatal(err)
			}
		}
		full := s.Hub.Left().Bytes
		if full < 50<<20 || full > 64<<20 {
			t.Errorf("%d bytes are kept, want nearly 64 MiB", full)
		}
		ways := map[bool]int{}
		for i, p := range absent[:100] {
			join := p.Continue(int64(peers - 1 - i)) // each has seen those after it join
			if i%2 == 0 {
				delete(join, "got") // a page loaded anew
			}
			again := s.Dial()
			again.SendJoin(join)
			resumed := strings.Contains(again.Expect(protocol.TypeJoined).Text, `"resumed":true`)
			ways[resumed]++
			again.Sendf(`{"type":"leave"}`)
			again.SkipToClose(protocol.CloseLeft)
			mina.Take()
			s.Settle()
			if err := s.Hub.Audit(); err != nil {
				t.Fatal(err)
			}
		}
		if ways[true] == 0 || ways[false] < 50 {
			t.Errorf("%d went on, %d did not", ways[true], ways[false])
		}
		if left := s.Hub.Left(); left.Bytes >= full || left.Absent != 100 {
			t.Errorf("%+v are left of %d bytes", left, full)
		}
		s.Pass(20 * time.Second)
		if left := s.Hub.Left(); left.Bytes != 0 || left.Absent != 0 {
			t.Errorf("when all have gone there are %+v", left)
		}
	})
}

// TestForgeriesLimited holds that an address, or the /64 of one, may bring ten
// tokens that are none, and one a second then; that those are refused before any
// room is looked up; and that nobody else is held up by it, nor the same address
// with a token that is one, or was.
func TestForgeriesLimited(t *testing.T) {
	for name, tt := range map[string]struct{ from, same, other netip.Addr }{
		"IPv4": {netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.1"), netip.MustParseAddr("198.51.100.2")},
		"IPv6": {netip.MustParseAddr("2001:db8:1:2::1"), netip.MustParseAddr("2001:db8:1:2:ffff::9"), netip.MustParseAddr("2001:db8:1:3::1")},
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				mina := s.Join("tea", "Mina")
				forged := mina.Joined.Session[:len(mina.Joined.Session)-10] + "AAAAAAAAAA"
				old := s.Hub.IssueSession("coffee", signaling.PeerID(mina.ID), time.Now().Add(-8*24*time.Hour))
				try := func(from netip.Addr, room, token string) *Peer {
					p := s.DialWith(Dial{From: from})
					p.SendJoin(Frame{"id": 1, "room": room, "session": token, "got": 0})
					return p
				}
				for range 20 { // these are no forgeries
					try(tt.from, "coffee", old).Expect(protocol.TypeJoined)
				}
				for i := range 10 {
					p := try(tt.from, fmt.Sprint("room", i), forged)
					p.ExpectRefused(1, protocol.CodeBadToken)
					p.ExpectClose(protocol.CloseRefused)
				}
				for i := range 5 {
					p := try(tt.same, fmt.Sprint("room", 10+i), forged)
					p.ExpectRefused(1, protocol.CodeRateLimited)
					p.SendJoin(Frame{"room": "cocoa"}) // it may try again
					p.Expect(protocol.TypeJoined)
				}
				for i := range 15 {
					if state, _ := s.Hub.RoomState(fmt.Sprint("room", i)); state.Exists {
						t.Error("a forged token makes a room")
					}
				}
				mina.ExpectNothing()
				try(tt.other, "room", forged).ExpectRefused(1, protocol.CodeBadToken)
				try(tt.same, "coffee", old).Expect(protocol.TypeJoined)
				mina.Break()
				p := try(tt.same, "tea", mina.Joined.Session)
				if got := Into[protocol.Resumed](p, p.Expect(protocol.TypeJoined)); !got.Resumed {
					t.Errorf("a good token gets %+v", got)
				}
				s.Pass(time.Second)
				try(tt.same, "room", forged).ExpectRefused(1, protocol.CodeBadToken)
				try(tt.from, "room", forged).ExpectRefused(1, protocol.CodeRateLimited)
			})
		})
	}
}
