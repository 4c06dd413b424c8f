package signaling_test

import (
	"fmt"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestEviction holds that rooms make place in the order in which they were left,
// whoever has come back into one meanwhile, and that those which keep somebody out
// never do.
func TestEviction(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Rooms = 200
	limits.Joins = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		mustMake(t, s, signaling.RoomSpec{Name: "lobby", Lobby: true})
		for i := range 199 {
			mustMake(t, s, signaling.RoomSpec{Name: fmt.Sprint(i)})
			s.Pass(time.Millisecond)
		}
		mustMake(t, s, signaling.RoomSpec{Name: "onemore"})
		s.Settle()
		back := s.Join("1", "Mina")
		s.Pass(time.Millisecond)
		back.Sendf(`{"type":"leave"}`)
		back.ExpectClose(protocol.CloseLeft)
		s.Settle()
		for i := range 150 {
			mustMake(t, s, signaling.RoomSpec{Name: fmt.Sprint("new", i)})
			s.Settle()
		}
		for room, want := range map[string]bool{"lobby": true, "0": false, "1": true, "2": false, "151": false, "152": true, "onemore": true, "new0": true} {
			if exists(t, s, room) != want {
				t.Errorf("%s is there: %v", room, !want)
			}
		}
	})
}

// TestNoEviction holds that a server full of rooms which keep somebody out says so,
// until one of them is gone.
func TestNoEviction(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Rooms = 3
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		makeRoom(t, s, signaling.RoomSpec{Name: "coffee", Lobby: true})
		mustMake(t, s, signaling.RoomSpec{Name: "water"})
		mina := s.Join("water", "Mina")
		for range 2 {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "milk"}, DefaultAddr); err == nil {
				t.Error("a room of too many was made")
			}
		}
		mina.Sendf(`{"type":"leave"}`)
		mina.ExpectClose(protocol.CloseLeft)
		s.Pass(time.Second)
		mustMake(t, s, signaling.RoomSpec{Name: "milk"})
		s.Settle()
		if exists(t, s, "water") || !exists(t, s, "tea") {
			t.Error("another one made place")
		}
		if fault := s.Hub.EraseRoom(t.Context(), "tea", key, false); fault != nil {
			t.Fatal(fault)
		}
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
	})
}
