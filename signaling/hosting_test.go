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

// makeRoom makes a room and answers its host key.
func makeRoom(t *testing.T, s *Server, spec signaling.RoomSpec) string {
	t.Helper()
	_, key, err := s.Hub.MakeRoom(t.Context(), spec, DefaultAddr)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// open makes the room tea, with Mina as its host and Jonas as a guest.
func open(t *testing.T, s *Server, spec signaling.RoomSpec) (key string, mina, jonas *Peer) {
	t.Helper()
	spec.Name = "tea"
	key = makeRoom(t, s, spec)
	mina = s.JoinAs(Frame{"room": "tea", "name": "Mina", "host": key})
	jonas = s.JoinAs(Frame{"room": "tea", "name": "Jonas"})
	mina.ExpectPeer(protocol.TypePeerJoined)
	return key, mina, jonas
}

// set changes settings and takes what the host gets of it.
func set(host *Peer, re int, fields string) protocol.Room {
	host.Sendf(`{"type":"set-room","id":%d,%s}`, re, fields)
	room := signalingtest.Into[protocol.RoomEvent](host, host.Expect(protocol.TypeRoom)).Room
	if strings.Contains(fields, "lock") || strings.Contains(fields, "lobby") || strings.Contains(fields, "password") {
		renewed(host)
	}
	host.ExpectOK(int64(re))
	return room
}

// renewed takes a fresh session token.
func renewed(p *Peer) {
	p.Joined.Session = signalingtest.Into[protocol.SessionFrame](p, p.Expect(protocol.TypeSession)).Session
}

// refused joins, is refused with a code and closed.
func refused(s *Server, d Dial, fields Frame, code protocol.Code) {
	p := s.DialWith(d)
	fields["id"] = 1
	p.SendJoin(fields)
	p.ExpectRefused(1, code)
	p.ExpectClose(protocol.CloseRefused)
}

var elsewhere = Dial{From: netip.MustParseAddr("198.51.100.7")}

// TestHostFrames holds that guests may do nothing that hosts may, and hosts nothing
// with who is not there.
func TestHostFrames(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		for i, frame := range []string{
			`"kick","peer":"` + mina.ID + `"`, `"mute","peer":"` + mina.ID + `"`,
			`"admit","peer":"` + mina.ID + `"`, `"reject","peer":"` + mina.ID + `"`,
			`"set-room","public":true`, `"set-room"`,
		} {
			jonas.Sendf(`{"type":%s,"id":%d}`, frame, i+1)
			jonas.ExpectRefused(int64(i+1), protocol.CodeForbidden)
		}
		mina.ExpectNothing()
		for i, kind := range []string{"kick", "mute", "admit", "reject"} {
			mina.Sendf(`{"type":%q,"id":%d,"peer":"aaaaaaaaaaaaaaaa"}`, kind, i+1)
			mina.ExpectRefused(int64(i+1), protocol.CodeNoSuchPeer)
		}
		mina.Sendf(`{"type":"kick","id":9,"peer":%q}`, mina.ID)
		mina.ExpectRefused(9, protocol.CodeForbidden)
		jonas.ExpectNothing()
	})
}

func TestSetRoom(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		got := set(mina, 1, `"public":true,"topic":" Plans ","password":"two lumps"`)
		if !got.Public || got.Topic != "Plans" || !got.HasPassword || got.Locked || got.Lobby {
			t.Errorf("got %+v", got)
		}
		if seen := signalingtest.Into[protocol.RoomEvent](jonas, jonas.Expect(protocol.TypeRoom)).Room; seen != got {
			t.Errorf("a guest sees %+v", seen)
		}
		renewed(jonas)
		if list := s.Hub.PublicRooms(); len(list) != 1 || list[0].Topic != "Plans" {
			t.Errorf("listed %+v", list)
		}
		if got = set(mina, 2, `"public":false,"topic":"","password":""`); got.Public || got.Topic != "" || got.HasPassword {
			t.Errorf("got %+v", got)
		}
		if list := s.Hub.PublicRooms(); len(list) != 0 {
			t.Errorf("listed %+v", list)
		}
		jonas.Expect(protocol.TypeRoom)
		renewed(jonas)
		for i, bad := range []string{`"topic":"` + strings.Repeat("a", 201) + `"`, `"topic":"\u202e"`, `"password":"` + strings.Repeat("a", 201) + `"`} {
			mina.Sendf(`{"type":"set-room","id":%d,%s}`, i+3, bad)
			mina.ExpectError([]protocol.Code{protocol.CodeTooLong, protocol.CodeBadMessage, protocol.CodeTooLong}[i])
		}
		keeper.set(true)
		mina.Sendf(`{"type":"set-room","id":7,"public":true}`)
		mina.ExpectRefused(7, protocol.CodeInternal)
		jonas.ExpectNothing()
	})
}

func TestMute(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		mina.Sendf(`{"type":"mute","id":1,"peer":%q}`, jonas.ID)
		mina.ExpectOK(1)
		if by := signalingtest.Into[protocol.Muted](jonas, jonas.Expect(protocol.TypeMuted)).By; by != mina.ID {
			t.Errorf("muted by %s", by)
		}
	})
}

// TestKick holds that who is removed is out at once and may come back as a
// stranger, but not with what it had.
func TestKick(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		nana := s.Join("tea", "Nana")
		mina.ExpectPeer(protocol.TypePeerJoined)
		jonas.ExpectPeer(protocol.TypePeerJoined)
		mina.Sendf(`{"type":"kick","id":1,"peer":%q}`, jonas.ID)
		mina.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(mina)
		mina.ExpectOK(1)
		nana.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(nana)
		jonas.ExpectClose(protocol.CloseKicked)

		set(mina, 2, `"locked":true`)
		nana.Expect(protocol.TypeRoom)
		renewed(nana)
		refused(s, Dial{}, Frame{"room": "tea", "session": jonas.Joined.Session, "got": 3}, protocol.CodeRoomLocked)
		s.JoinAs(nana.Continue(4))
		set(mina, 3, `"locked":false`)
		s.JoinAs(Frame{"room": "tea", "session": jonas.Joined.Session})
	})
}

// TestBan holds that who is banned stays out, with its token, from its address,
// and also after a restart; that others at the address who have been in before
// do not, and hosts never.
func TestBan(t *testing.T) {
	keeper := &shelf{}
	keys := signaling.NewKeyRing(time.Now())
	var host string
	var mina, jonas, nana *Peer
	Run(t, signaling.Config{Rooms: keeper, SessionKeys: keys}, func(t *testing.T, s *Server) {
		host, mina, jonas = open(t, s, signaling.RoomSpec{})
		nana = s.Join("tea", "Nana")
		mina.ExpectPeer(protocol.TypePeerJoined)
		mina.Sendf(`{"type":"kick","id":1,"peer":%q,"ban":true}`, jonas.ID)
		mina.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(mina)
		nana.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(nana)
		mina.ExpectOK(1)
		refused(s, elsewhere, Frame{"room": "tea", "session": jonas.Joined.Session}, protocol.CodeBanned)
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeBanned)
		s.JoinAs(Frame{"room": "coffee"})
		stranger := s.DialWith(elsewhere)
		stranger.Join(Frame{"room": "tea"})
	})
	Run(t, signaling.Config{Rooms: keeper, SessionKeys: keys}, func(_ *testing.T, s *Server) {
		refused(s, elsewhere, Frame{"room": "tea", "session": jonas.Joined.Session}, protocol.CodeBanned)
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeBanned)
		s.JoinAs(nana.Continue(2))
		s.JoinAs(Frame{"room": "tea", "host": host})
	})
}

// TestLockEnds holds that a lock is for those who are in: it ends with the last.
func TestLockEnds(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		set(mina, 1, `"locked":true`)
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeRoomLocked)
		jonas.Sendf(`{"type":"leave"}`)
		jonas.SkipToClose(protocol.CloseLeft)
		if state, _ := s.Hub.RoomState("tea"); !state.Locked {
			t.Error("the lock has ended with somebody in the room")
		}
		again := s.JoinAs(Frame{"room": "tea", "host": key})
		again.Sendf(`{"type":"leave"}`)
		again.ExpectClose(protocol.CloseLeft)
		mina.Sendf(`{"type":"leave"}`)
		mina.SkipToClose(protocol.CloseLeft)
		s.Settle()
		if state, _ := s.Hub.RoomState("tea"); state.Locked {
			t.Error("the lock of an empty room holds")
		}
		s.Join("tea", "Nana")
	})
}

// TestMembersReturn holds that settings do not keep out who was in when they
// changed, not even when the server starts anew.
func TestMembersReturn(t *testing.T) {
	keeper, keys := &shelf{}, signaling.NewKeyRing(time.Now())
	var jonas *Peer
	Run(t, signaling.Config{Rooms: keeper, SessionKeys: keys}, func(t *testing.T, s *Server) {
		var mina *Peer
		_, mina, jonas = open(t, s, signaling.RoomSpec{})
		before := jonas.Joined.Session
		set(mina, 1, `"locked":true,"password":"two lumps","lobby":true`)
		jonas.Expect(protocol.TypeRoom)
		renewed(jonas)
		jonas.Sendf(`{"type":"leave"}`)
		jonas.ExpectClose(protocol.CloseLeft)
		refused(s, Dial{}, Frame{"room": "tea", "session": before}, protocol.CodeRoomLocked)
	})
	Run(t, signaling.Config{Rooms: keeper, SessionKeys: keys}, func(_ *testing.T, s *Server) {
		s.JoinAs(jonas.Continue(2))
	})
}
