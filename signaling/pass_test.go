package signaling_test

import (
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// passes reads tokens that are the keys of a map.
type passes map[string]signaling.Pass

func (p passes) Pass(token string, room signaling.RoomID, now time.Time, late bool) (signaling.Pass, error) {
	pass, known := p[token]
	if !known || room != "tea" && room != "coffee" || token == "ended" && !late && now.After(ending) {
		return signaling.Pass{}, protocol.Errorf(protocol.CodeBadToken, "The token is not good.")
	}
	return pass, nil
}

// ending is when the token "ended" ends.
var ending = time.Date(2000, 1, 1, 1, 0, 0, 0, time.UTC)

var testPasses = passes{
	"host":   {Name: "Mina", Host: true, Rights: signaling.AllRights, Subject: "mina"},
	"usher":  {Host: true, Rights: signaling.RightAdmit | signaling.RightChat},
	"jonas":  {Rights: signaling.AllRights, Subject: "jonas"},
	"mute":   {Rights: signaling.AllRights &^ signaling.RightChat},
	"blank":  {Rights: signaling.AllRights &^ signaling.RightHistory},
	"ended":  {Rights: signaling.AllRights},
	"broken": {Name: "\u202e", Rights: signaling.AllRights},
}

// TestTokenRequired holds that a server may take nobody without a token, also
// those not who come back, who need not have one that goes on.
func TestTokenRequired(t *testing.T) {
	Run(t, signaling.Config{Passes: testPasses, RequirePass: true}, func(t *testing.T, s *Server) {
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeTokenRequired)
		refused(s, Dial{}, Frame{"room": "tea", "token": "none"}, protocol.CodeBadToken)
		refused(s, Dial{}, Frame{"room": "cake", "token": "jonas"}, protocol.CodeBadToken)
		refused(s, Dial{}, Frame{"room": "tea", "token": "broken"}, protocol.CodeBadName)
		jonas := s.JoinAs(Frame{"room": "tea", "token": "jonas", "name": "Jonas"})
		session := jonas.Joined.Session
		refused(s, Dial{}, Frame{"room": "tea", "session": session}, protocol.CodeTokenRequired)
		other := s.JoinAs(Frame{"room": "tea", "token": "ended"})
		s.Pass(2 * time.Hour)
		refused(s, Dial{}, Frame{"room": "tea", "token": "ended"}, protocol.CodeBadToken)
		refused(s, Dial{}, Frame{"room": "tea", "token": "ended", "session": session}, protocol.CodeBadToken)
		if again := s.JoinAs(Frame{"room": "tea", "token": "ended", "session": other.Joined.Session}); again.ID != other.ID {
			t.Error("who goes on with a token that has ended is somebody new")
		}
		if state, _ := s.Hub.RoomState("tea"); !state.Token {
			t.Error("the room does not say that a token is needed")
		}
		for range 8 {
			refused(s, Dial{}, Frame{"room": "tea", "token": "guessed"}, protocol.CodeBadToken)
		}
		p := s.Dial()
		p.SendJoin(Frame{"room": "tea", "token": "guessed", "id": 1})
		p.ExpectRefused(1, protocol.CodeRateLimited)
	})
}

// TestTokenGives holds that a token gives its bearer a role and a name, in a room
// that nobody made too, which a host's doing makes one that lasts.
func TestTokenGives(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Passes: testPasses, Rooms: keeper}, func(t *testing.T, s *Server) {
		mina := s.JoinAs(Frame{"room": "tea", "token": "host", "name": "Nana"})
		if self := mina.Self(); self.Name != "Mina" || self.Role != protocol.RoleHost {
			t.Errorf("the host is %+v", self)
		}
		mina.Sendf(`{"type":"update","id":1,"name":"Nana"}`)
		mina.ExpectRefused(1, protocol.CodeForbidden)
		mina.Sendf(`{"type":"update","id":2,"hand":true}`)
		mina.ExpectPeer(protocol.TypePeerChanged)
		mina.ExpectOK(2)
		jonas := s.JoinAs(Frame{"room": "tea", "token": "jonas", "name": "Jonas"})
		if self := jonas.Self(); self.Name != "Jonas" || self.Role != protocol.RoleGuest {
			t.Errorf("the guest is %+v", self)
		}
		mina.ExpectPeer(protocol.TypePeerJoined)
		mina.Sendf(`{"type":"kick","id":3,"peer":%q,"ban":true}`, jonas.ID)
		mina.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(mina)
		mina.ExpectOK(3)
		if got := keeper.state(); got != "[tea] [keep tea]" {
			t.Errorf("kept %s", got)
		}
		refused(s, elsewhere, Frame{"room": "tea", "token": "jonas"}, protocol.CodeBanned)
		s.DialWith(elsewhere).Join(Frame{"room": "tea"})
		makeRoom(t, s, signaling.RoomSpec{Name: "coffee", Lobby: true, Password: "two lumps"})
		s.JoinAs(Frame{"room": "coffee", "token": "host"})
	})
}

// TestRights holds that a token's bearer may do what that says and nothing else.
func TestRights(t *testing.T) {
	Run(t, signaling.Config{Passes: testPasses}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		mina.Sendf(`{"type":"chat","key":"a","text":"before"}`)
		mina.ExpectChat("before")
		usher := s.JoinAs(Frame{"room": "tea", "token": "usher"})
		for i, frame := range []string{`"kick","peer":"` + mina.ID + `"`, `"mute","peer":"` + mina.ID + `"`, `"set-room","lobby":false`, `"chat-delete","n":1`, `"chat-history"`, `"chat-search","query":"a"`} {
			usher.Sendf(`{"type":%s,"id":%d}`, frame, i+1)
			usher.ExpectRefused(int64(i+1), protocol.CodeForbidden)
		}
		knock(s, Dial{}, Frame{"room": "tea", "token": "blank"})
		who := heard(usher)
		usher.Sendf(`{"type":"admit","id":9,"peer":%q}`, who.ID)
		ended(t, usher, who.ID, protocol.KnockAdmitted)
		usher.ExpectOK(9)
	})
	Run(t, signaling.Config{Passes: testPasses}, func(t *testing.T, s *Server) {
		mute := s.JoinAs(Frame{"room": "tea", "token": "mute"})
		for i, frame := range []string{`"chat","key":"a","text":"hello"`, `"chat-edit","n":1,"text":"hello"`} {
			mute.Sendf(`{"type":%s,"id":%d}`, frame, i+1)
			mute.ExpectRefused(int64(i+1), protocol.CodeForbidden)
		}
		mute.Sendf(`{"type":"chat-history","id":3}`)
		mute.Expect(protocol.TypeChatHistory)
		jonas := s.Join("tea", "Jonas")
		jonas.Sendf(`{"type":"chat","key":"a","text":"hello"}`)
		jonas.ExpectChat("hello")
		blank := s.JoinAs(Frame{"room": "tea", "token": "blank"})
		if joined := blank.Joined; len(joined.Messages) > 0 || joined.More || joined.Seq != nil {
			t.Errorf("who may not read what was said gets %+v", joined)
		}
	})
}

// TestClosedRooms holds that a server whose rooms are made on request alone lets
// nobody make one by joining.
func TestClosedRooms(t *testing.T) {
	Run(t, signaling.Config{ClosedRooms: true}, func(t *testing.T, s *Server) {
		refused(s, Dial{}, Frame{"room": "tea"}, protocol.CodeNoSuchRoom)
		if state, _ := s.Hub.RoomState("tea"); state.Open || state.Exists {
			t.Errorf("the room is %+v", state)
		}
		makeRoom(t, s, signaling.RoomSpec{Name: "tea"})
		s.JoinAs(Frame{"room": "tea"})
	})
}

// TestServerFull holds that rooms, and peers of an address, are bounded, that
// one too many is told so, and that the room or place of one that goes is free.
func TestServerFull(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Rooms, limits.PeersPerAddress = 2, 3
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		s.Join("tea", "Mina")
		coffee := s.Join("coffee", "Jonas")
		refused(s, Dial{}, Frame{"room": "cake"}, protocol.CodeServerFull)
		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{}, DefaultAddr); err == nil {
			t.Error("one room too many is made")
		}
		s.Settle()
		third := s.Join("tea", "Nana")
		fourth := s.Dial()
		fourth.ExpectError(protocol.CodeServerFull)
		fourth.ExpectClose(protocol.CloseRefused)
		s.DialWith(elsewhere).Join(Frame{"room": "tea"})
		third.Sendf(`{"type":"leave"}`)
		third.SkipToClose(protocol.CloseLeft)
		s.Settle()
		coffee.Sendf(`{"type":"leave"}`)
		coffee.ExpectClose(protocol.CloseLeft)
		s.Settle()
		s.Join("cake", "Sora")
	})
}
