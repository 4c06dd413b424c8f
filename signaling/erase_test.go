package signaling_test

import (
	"net/netip"
	"testing"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

// TestEraseRoom holds that whoever has the host key can make everything of a
// room go, and everyone out of it, and that the room begins anew then.
func TestEraseRoom(t *testing.T) {
	keeper := &shelf{}
	store, err := chat.NewMemory(100, 100, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	Run(t, signaling.Config{Rooms: keeper, Store: store}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{Public: true, Topic: "leaves"})
		mina.Sendf(`{"type":"kick","id":1,"peer":%q,"ban":true}`, jonas.ID)
		mina.ExpectLeft(jonas, protocol.ReasonKicked)
		renewed(mina)
		mina.ExpectOK(1)
		set(mina, 2, `"lobby":true`)
		nana := knock(s, elsewhere, Frame{"room": "tea"})
		heard(mina)
		mina.Sendf(`{"type":"chat","key":"a","text":"a secret"}`)
		mina.ExpectChat("a secret")
		for name, want := range map[string]protocol.Code{"": protocol.CodeForbidden, "guess": protocol.CodeForbidden} {
			if fault := s.Hub.EraseRoom(t.Context(), "tea", name, false); fault == nil || fault.Code != want {
				t.Errorf("with the key %q: %v", name, fault)
			}
		}
		if fault := s.Hub.EraseRoom(t.Context(), "coffee", key, false); fault == nil || fault.Code != protocol.CodeNoSuchRoom {
			t.Errorf("a room that is not there: %v", fault)
		}
		mina.ExpectNothing()
		if fault := s.Hub.EraseRoom(t.Context(), "TEA", key, false); fault != nil {
			t.Fatal(fault)
		}
		mina.SkipToClose(protocol.CloseErased)
		nana.ExpectRefused(5, protocol.CodeRejected)
		nana.ExpectClose(protocol.CloseRefused)
		s.Settle()
		if state, _ := s.Hub.RoomState("tea"); state.Exists || len(s.Hub.PublicRooms()) > 0 || len(keeper.rooms) > 0 {
			t.Errorf("left are %+v and %v", state, keeper.rooms)
		}
		again := s.JoinAs(Frame{"room": "tea", "host": key})
		if joined := again.Joined; len(joined.Messages) > 0 || joined.Room.Topic != "" || again.Self().Role != protocol.RoleGuest {
			t.Errorf("joined %+v", joined)
		}
		if fault := s.Hub.EraseRoom(t.Context(), "tea", "", true); fault != nil {
			t.Errorf("a room that nobody made: %v", fault)
		}
		again.ExpectClose(protocol.CloseErased)
		if fault := s.Hub.EraseRoom(t.Context(), "no spaces", "", true); fault == nil || fault.Code != protocol.CodeBadRoom {
			t.Errorf("a bad name: %v", fault)
		}
		s.Settle()
		makeRoom(t, s, signaling.RoomSpec{Name: "tea"})
		keeper.set(true)
		if fault := s.Hub.EraseRoom(t.Context(), "tea", "", true); fault == nil || fault.Code != protocol.CodeInternal {
			t.Errorf("a room that cannot be forgotten: %v", fault)
		}
	})
}

// TestErasedNameIsFree holds that a room can be made under the name of an erased
// one as soon as it is erased.
func TestErasedNameIsFree(t *testing.T) {
	RunTCP(t, signaling.Config{}, func(t *testing.T, s *Server) {
		for i := range 250 {
			_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}))
			if err != nil {
				t.Fatal(err)
			}
			if fault := s.Hub.EraseRoom(t.Context(), "tea", key, false); fault != nil {
				t.Fatal(fault)
			}
		}
	})
}
