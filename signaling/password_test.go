package signaling_test

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
	"moim/signaling/signalingtest"
)

func TestPassword(t *testing.T) {
	keeper := &shelf{}
	var key string
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		key = makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: "찻잎 두 스푼"})
		if state, _ := s.Hub.RoomState("tea"); !state.HasPassword {
			t.Error("the room says that it has none")
		}
		if got := s.JoinAs(Frame{"room": "tea", "password": "찻잎 두 스푼"}).Joined.Room; !got.HasPassword {
			t.Errorf("joined %+v", got)
		}
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeBadPassword)
		refused(s, Dial{}, Frame{"room": "tea", "password": "찻잎 세 스푼"}, protocol.CodeBadPassword)
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		mina.Sendf(`{"type":"set-room","id":1,"password":"two lumps"}`)
		renewed(mina)
		mina.ExpectOK(1)
		refused(s, Dial{}, Frame{"room": "tea", "password": "찻잎 두 스푼"}, protocol.CodeBadPassword)
		s.JoinAs(Frame{"room": "tea", "password": "two lumps"})
		mina.Expect(protocol.TypePeerJoined)
		set(mina, 2, `"password":""`)
		s.JoinAs(Frame{"room": "tea"})
		mina.Expect(protocol.TypePeerJoined)
		set(mina, 3, `"password":"three"`)
	})
	kept := keeper.rooms["tea"].Password
	if !strings.HasPrefix(kept, "$argon2id$v=19$m=7168,t=5,p=1$") || strings.Contains(kept, "three") {
		t.Errorf("kept %q", kept)
	}
	Run(t, signaling.Config{Rooms: keeper}, func(_ *testing.T, s *Server) {
		refused(s, Dial{}, Frame{"room": "tea", "password": "two lumps"}, protocol.CodeBadPassword)
		s.JoinAs(Frame{"room": "tea", "password": "three"})
		s.JoinAs(Frame{"room": "tea", "host": key})
	})
}

func TestPasswordLimits(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		for _, bad := range []string{strings.Repeat("a", 201), "\xff"} {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Password: bad}, DefaultAddr); err == nil {
				t.Errorf("%.10q is taken", bad)
			}
		}
		makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: strings.Repeat("한", 200)})
		s.JoinAs(Frame{"room": "tea", "password": strings.Repeat("한", 200)})
	})
}

// TestGuesses holds that wrong passwords of an address are bounded, that this
// keeps nobody else out, nor the address for long, and that right ones cost nothing.
func TestGuesses(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		s.Hub.HashCheaply()
		makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: "two lumps"})
		guess := func(d Dial, password string, code protocol.Code) {
			t.Helper()
			p := s.DialWith(d)
			p.SendJoin(Frame{"room": "tea", "id": 1, "password": password})
			p.ExpectRefused(1, code)
		}
		for range 12 {
			s.JoinAs(Frame{"room": "tea", "password": "two lumps"}).Sendf(`{"type":"leave"}`)
		}
		near := Dial{From: netip.MustParseAddr("2001:db8::1")}
		same := Dial{From: netip.MustParseAddr("2001:db8::ffff:1")}
		for range 10 {
			guess(near, "three", protocol.CodeBadPassword)
		}
		guess(near, "two lumps", protocol.CodeRateLimited)
		guess(same, "three", protocol.CodeRateLimited)
		s.JoinAs(Frame{"room": "tea", "password": "two lumps"})
		s.Pass(5 * time.Second)
		s.DialWith(same).Join(Frame{"room": "tea", "password": "two lumps"})
		guess(near, "three", protocol.CodeBadPassword)
		guess(near, "three", protocol.CodeRateLimited)
	})
}

// TestGuessesOfRoom holds that wrong passwords from everywhere are bounded too, but
// that this keeps out nobody who has not guessed.
func TestGuessesOfRoom(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		s.Hub.HashCheaply()
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: "two lumps"})
		from := func(i int) Dial { return Dial{From: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})} }
		guess := func(i int, code protocol.Code) {
			t.Helper()
			p := s.DialWith(from(i))
			p.SendJoin(Frame{"room": "tea", "id": 1, "password": "three"})
			p.ExpectRefused(1, code)
		}
		for i := range 100 {
			guess(i, protocol.CodeBadPassword)
		}
		guess(0, protocol.CodeRateLimited)
		s.DialWith(from(200)).Join(Frame{"room": "tea", "password": "two lumps"})
		s.JoinAs(Frame{"room": "tea", "host": key})
		makeRoom(t, s, signaling.RoomSpec{Name: "coffee", Password: "none"})
		s.DialWith(from(0)).Join(Frame{"room": "coffee", "password": "none"})
	})
}

// TestPasswordTellsNothing holds that wrong passwords, near the right one or not,
// are answered after the time that the right one takes.
func TestPasswordTellsNothing(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(t *testing.T, s *Server) {
		makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: "two lumps"})
		try := func(password string, answered func(p *Peer)) func() time.Duration {
			return func() time.Duration {
				s.Hub.HoldTurns()() // nobody rests any more
				s.Hub.ForgetGuesses()
				p := s.Dial()
				began := time.Now()
				p.SendJoin(Frame{"room": "tea", "id": 1, "password": password})
				answered(p)
				return time.Since(began)
			}
		}
		right := func(p *Peer) {
			p.Expect(protocol.TypeJoined)
			p.Sendf(`{"type":"leave"}`)
		}
		wrong := func(p *Peer) { p.ExpectRefused(1, protocol.CodeBadPassword) }
		signalingtest.SameTime(t, 20, map[string]func() time.Duration{
			"right": try("two lumps", right), "short": try("x", wrong), "near": try("two lumpz", wrong),
			"long": try(strings.Repeat("two lumps", 20), wrong),
		})
	})
}
