package signaling_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

// TestTokenFromBefore holds that a session token of a room of that name that was
// before gets nobody past what guards the one that is now.
func TestTokenFromBefore(t *testing.T) {
	guarded := signaling.RoomSpec{Name: "tea", Lobby: true, Password: "two lumps"}
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		eve := s.Join("tea", "Eve")
		eve.Leave()
		s.Pass(2 * time.Second)
		makeRoom(t, s, guarded)
		s.Pass(10 * time.Hour)
		refused(s, elsewhere, Frame{"room": "tea", "session": eve.Joined.Session}, protocol.CodeBadPassword)
	})
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		mina.Sendf(`{"type":"kick","id":1,"peer":%q,"ban":true}`, jonas.ID)
		mina.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(mina)
		mina.ExpectOK(1)
		if fault := s.Hub.EraseRoom(context.Background(), "tea", key, false); fault != nil {
			t.Fatal(fault)
		}
		s.Settle()
		makeRoom(t, s, guarded)
		refused(s, elsewhere, Frame{"room": "tea", "session": jonas.Joined.Session}, protocol.CodeBadPassword)
	})
}

// TestSessionNeedsItsToken holds that what a token gave goes with that token alone:
// not its role, without its bounds, nor its name or subject.
func TestSessionNeedsItsToken(t *testing.T) {
	Run(t, signaling.Config{Passes: testPasses}, func(t *testing.T, s *Server) {
		usher := s.JoinAs(Frame{"room": "tea", "token": "usher"})
		for _, token := range []string{"", "jonas"} {
			again := s.JoinAs(Frame{"room": "tea", "session": usher.Joined.Session, "got": 4000, "token": token})
			if again.ID == usher.ID || again.Self().Role != protocol.RoleGuest {
				t.Errorf("with the token %q it is %+v", token, again.Self())
			}
		}
		if again := s.JoinAs(Frame{"room": "tea", "session": usher.Joined.Session, "got": 4000, "token": "usher"}); again.ID != usher.ID {
			t.Error("with its own it is somebody else")
		}
	})
}

// TestGuardedRoomForgotten holds that what was said in a room that keeps people out
// is not there for all when that is forgotten, and that no other room takes its place.
func TestGuardedRoomForgotten(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Rooms = 3
	keeper := &shelf{}
	Run(t, signaling.Config{Limits: limits, Rooms: keeper}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Password: "two lumps"})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		mina.Sendf(`{"type":"chat","key":"a","text":"a secret"}`)
		mina.ExpectChat("a secret")
		mina.Leave()
		s.Pass(3 * time.Second)
		for i := range 5 {
			makeRoom(t, s, signaling.RoomSpec{Name: fmt.Sprint("other", i)})
			s.Settle()
		}
		s.Hub.Age("tea", 25*time.Hour)
		s.Pass(2 * time.Second)
		refused(s, elsewhere, Frame{"room": "tea"}, protocol.CodeBadPassword)
		s.Hub.Age("tea", 30*24*time.Hour)
		s.Pass(2 * time.Second)
		if eve := s.JoinAs(Frame{"room": "tea"}); len(eve.Joined.Messages) > 0 {
			t.Errorf("a stranger reads %q", eve.Joined.Messages[0].Text)
		}
		if _, kept := keeper.rooms["tea"]; kept {
			t.Errorf("kept %s", keeper.state())
		}
	})
}

// TestErasedMeanwhile holds that nothing of what was asked for before a room was
// erased happens to the one after it.
func TestErasedMeanwhile(t *testing.T) {
	keeper, store := &shelf{}, newGate(t)
	Run(t, signaling.Config{Rooms: keeper, Store: store}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		store.shut()
		jonas.Sendf(`{"type":"chat","key":"a","text":"busy"}`)
		s.Settle()
		done := make(chan *protocol.Error)
		go func() { done <- s.Hub.EraseRoom(context.Background(), "tea", key, false) }()
		s.Settle()
		mina.Sendf(`{"type":"set-room","id":1,"public":true}`)
		jonas.Sendf(`{"type":"chat","key":"b","text":"late"}`)
		s.Settle()
		store.open()
		if fault := <-done; fault != nil {
			t.Fatal(fault)
		}
		s.Settle()
		if state, _ := s.Hub.RoomState("tea"); state.Exists || len(keeper.rooms) > 0 {
			t.Errorf("the room is %+v, kept %v", state, keeper.rooms)
		}
		if page, err := store.Find(t.Context(), chat.Query{Room: "tea", Limit: 10}); err != nil || len(page.Messages) > 0 {
			t.Errorf("left is %+v, %v", page.Messages, err)
		}
	})
}

// TestErasedWhileHashed holds the same of settings that wait for a password to be
// hashed, while the room is made anew.
func TestErasedWhileHashed(t *testing.T) {
	keeper := &shelf{}
	RunTCP(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea"})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		release := s.Hub.HoldTurns()
		held := s.Hub.Hashing()
		mina.Sendf(`{"type":"set-room","id":1,"password":"ghost"}`)
		for s.Hub.Hashing() == held {
			runtime.Gosched()
		}
		if fault := s.Hub.EraseRoom(context.Background(), "tea", key, false); fault != nil {
			t.Fatal(fault)
		}
		mina.ExpectClose(protocol.CloseErased)
		for exists(t, s, "tea") {
			runtime.Gosched()
		}
		makeRoom(t, s, signaling.RoomSpec{Name: "tea"})
		release()
		for s.Hub.Hashing() > 0 {
			runtime.Gosched()
		}
		s.JoinAs(Frame{"room": "tea"})
		if kept := keeper.rooms["tea"]; kept.Password != "" {
			t.Errorf("kept %+v", kept)
		}
	})
}

// slowErase is a store that takes its time to erase a room.
type slowErase struct {
	*gate
	hold chan struct{}
}

func (s *slowErase) Erase(ctx context.Context, room string) error {
	<-s.hold
	return s.gate.Erase(ctx, room)
}

// TestJoinedWhileErased holds that nobody is left of those who came in, or began
// to wait, while a room was erased.
func TestJoinedWhileErased(t *testing.T) {
	for _, lobby := range []bool{false, true} {
		store := &slowErase{newGate(t), nil}
		Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
			store.hold = make(chan struct{})
			key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: lobby})
			done := make(chan *protocol.Error)
			go func() { done <- s.Hub.EraseRoom(context.Background(), "tea", key, false) }()
			s.Settle()
			if lobby {
				p := knock(s, elsewhere, Frame{"room": "tea"})
				close(store.hold)
				<-done
				p.ExpectRefused(5, protocol.CodeRejected)
				return
			}
			late := s.JoinAs(Frame{"room": "tea", "host": key}) // when its patience has ended
			close(store.hold)
			<-done
			late.ExpectClose(protocol.CloseErased)
		})
	}
}

// TestKickedWhileSettingsWait holds that who was removed does not get past settings
// that were asked for before and take effect after it.
func TestKickedWhileSettingsWait(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Rooms: &shelf{}, Store: store}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		store.shut()
		jonas.Sendf(`{"type":"chat","key":"a","text":"busy"}`)
		s.Settle()
		mina.Sendf(`{"type":"set-room","id":1,"locked":true}`)
		s.Pass(50 * time.Millisecond)
		jonas.Break()
		again, _ := s.Resume(jonas, 0)
		s.Pass(50 * time.Millisecond)
		mina.Sendf(`{"type":"kick","id":2,"peer":%q}`, jonas.ID)
		s.Settle()
		store.open()
		s.Pass(time.Second)
		refused(s, elsewhere, Frame{"room": "tea", "session": again.Joined.Session}, protocol.CodeRoomLocked)
	})
}

// TestOpenedLobbyGuards holds that who waits when a lobby ends needs the password
// then, and that who is banned meanwhile waits no longer.
func TestOpenedLobbyGuards(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		set(mina, 1, `"lobby":true`)
		eve := knock(s, Dial{}, Frame{"room": "tea"}) // from the address of Jonas
		heard(mina)
		nana := knock(s, elsewhere, Frame{"room": "tea"})
		heard(mina)
		mina.Sendf(`{"type":"kick","id":2,"peer":%q,"ban":true}`, jonas.ID)
		eve.ExpectRefused(5, protocol.CodeBanned)
		mina.Sendf(`{"type":"set-room","id":3,"lobby":false,"password":"two lumps"}`)
		nana.ExpectRefused(5, protocol.CodeBadPassword)
	})
}

// TestLockEndsLater holds that a lock of a room that nobody is in ends, when that
// could not be stored at first and after a restart too.
func TestLockEndsLater(t *testing.T) {
	keeper := &shelf{}
	locked := func(s *Server) bool {
		s.Hub.Sweep(time.Now().Add(100 * 365 * 24 * time.Hour))
		s.Settle()
		state, _ := s.Hub.RoomState("tea")
		return state.Locked
	}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		set(mina, 1, `"locked":true`)
		keeper.set(true)
		mina.Sendf(`{"type":"leave"}`)
		jonas.Sendf(`{"type":"leave"}`)
		s.Settle()
		keeper.set(false)
		if locked(s) {
			t.Error("the lock stays when its end could not be stored")
		}
		mina = s.JoinAs(Frame{"room": "tea", "host": key})
		set(mina, 1, `"locked":true`)
	})
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		if locked(s) {
			t.Error("the lock stays after a restart")
		}
	})
}

// TestVoidSettings holds that settings which are so already cost nothing.
func TestVoidSettings(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{Topic: "leaves"})
		before := keeper.state()
		mina.Sendf(`{"type":"set-room","id":1,"topic":"leaves","locked":false,"lobby":false,"public":false,"password":""}`)
		mina.ExpectOK(1)
		jonas.ExpectNothing()
		if after := keeper.state(); after != before {
			t.Errorf("kept %s, then %s", before, after)
		}
	})
}

// TestSettingsInOrder holds that of two changes which wait the later one counts, also
// when it asks for what is so before the first.
func TestSettingsInOrder(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store, Rooms: &shelf{}}, func(t *testing.T, s *Server) {
		_, mina, jonas := open(t, s, signaling.RoomSpec{})
		store.shut()
		jonas.Sendf(`{"type":"chat","key":"a","text":"busy"}`)
		s.Settle()
		mina.Sendf(`{"type":"set-room","id":1,"locked":true}`)
		mina.Sendf(`{"type":"set-room","id":2,"locked":false}`)
		s.Settle()
		store.open()
		s.Settle()
		if state, _ := s.Hub.RoomState("tea"); state.Locked {
			t.Error("the room is locked still")
		}
	})
}

// TestAdmittedAtTheEnd holds that who is let in as the server stops is told to come
// back.
func TestAdmittedAtTheEnd(t *testing.T) {
	for range 20 {
		Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
			_, mina, _ := open(t, s, signaling.RoomSpec{})
			set(mina, 1, `"lobby":true`)
			eve := knock(s, elsewhere, Frame{"room": "tea"})
			mina.Sendf(`{"type":"admit","peer":%q}`, heard(mina).ID)
			_ = s.Stop() // its error is looked at elsewhere
			eve.SkipToClose(protocol.CloseGoingAway)
		})
	}
}
