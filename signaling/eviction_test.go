package signaling_test

import (
	"errors"
	"fmt"
	"net/netip"
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

// TestRoomsOfNetwork holds that a network has so many rooms and no more, that its own
// make place for them, and that it keeps no other from making some.
func TestRoomsOfNetwork(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.RoomsPerAddress = 3
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		made := func(addr string, spec signaling.RoomSpec) (key string, code protocol.Code) {
			t.Helper()
			s.Pass(time.Second)
			_, key, err := s.Hub.MakeRoom(t.Context(), spec, netip.MustParseAddr(addr))
			if fault, refused := errors.AsType[*protocol.Error](err); refused {
				code = fault.Code
			} else if err != nil {
				t.Fatal(err)
			}
			s.Settle()
			return key, code
		}
		made("2001:db8::1", signaling.RoomSpec{Name: "old"})
		for i, name := range []string{"a", "b", "c", "d", "e"} {
			if _, code := made(fmt.Sprintf("2001:db8:1:%d::1", i), signaling.RoomSpec{Name: name}); code != "" {
				t.Errorf("%s: %s", name, code)
			}
		}
		for name, want := range map[string]bool{"old": true, "a": false, "b": false, "c": true, "d": true, "e": true} {
			if exists(t, s, name) != want {
				t.Errorf("%s is there: %v", name, !want)
			}
		}
		key, code := "", protocol.Code("")
		for i := range 4 {
			name := fmt.Sprint("lobby", i)
			if key, code = made("2001:db8:1::1", signaling.RoomSpec{Name: name, Lobby: true}); code != "" {
				t.Errorf("%s: %s", name, code)
			}
			if i > 0 { // nobody has ever been in the first
				p := s.JoinAs(Frame{"room": name, "host": key})
				p.Sendf(`{"type":"leave"}`)
				p.ExpectClose(protocol.CloseLeft)
			}
		}
		if exists(t, s, "lobby0") || !exists(t, s, "lobby1") {
			t.Error("not the room that nobody has ever been in made place")
		}
		if _, code := made("2001:db8:1::1", signaling.RoomSpec{Name: "full"}); code != protocol.CodeServerFull {
			t.Errorf("one more gets %q", code)
		}
		if _, code := made("2001:db8:2::1", signaling.RoomSpec{Name: "other"}); code != "" {
			t.Errorf("another network gets %q", code)
		}
		if _, code := made("2001:db8:1::1", signaling.RoomSpec{Name: "trusted", Trusted: true}); code != "" {
			t.Errorf("who is trusted gets %q", code)
		}
		if fault := s.Hub.EraseRoom(t.Context(), "lobby3", key, false); fault != nil {
			t.Fatal(fault)
		}
		if _, code := made("2001:db8:1::1", signaling.RoomSpec{Name: "place"}); code != "" {
			t.Errorf("when one is erased it gets %q", code)
		}
		if err := s.Hub.Audit(); err != nil {
			t.Error(err)
		}
	})
}

// TestRoomsOfNetworkInFullServer holds that the place of a network's own room is
// enough: no other has to go beside it.
func TestRoomsOfNetworkInFullServer(t *testing.T) {
	for _, lobby := range []bool{false, true} {
		limits := signaling.DefaultLimits()
		limits.RoomsPerAddress, limits.Rooms = 2, 3
		Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
			for _, room := range []struct{ name, addr string }{{"other", "192.0.2.1"}, {"a", "192.0.2.2"}, {"b", "192.0.2.2"}, {"c", "192.0.2.2"}} {
				_, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: room.name, Lobby: lobby && room.name == "other"}, netip.MustParseAddr(room.addr))
				if err != nil {
					t.Errorf("%s: %v", room.name, err)
				}
				s.Pass(time.Second)
			}
			for name, want := range map[string]bool{"other": true, "a": false, "b": true, "c": true} {
				if exists(t, s, name) != want {
					t.Errorf("%s is there: %v", name, !want)
				}
			}
		})
	}
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
