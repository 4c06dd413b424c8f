package signaling_test

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

func TestNewRefuses(t *testing.T) {
	store, err := chat.NewMemory(1, 1, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	good := signaling.Config{Store: store, Log: slog.New(slog.DiscardHandler), Limits: signaling.DefaultLimits()}
	tests := []struct {
		name  string
		alter func(*signaling.Config)
	}{
		{"no store", func(c *signaling.Config) { c.Store = nil }},
		{"no log", func(c *signaling.Config) { c.Log = nil }},
		{"no limits", func(c *signaling.Config) { c.Limits = signaling.Limits{} }},
		{"nobody in a room", func(c *signaling.Config) { c.Limits.Peers = 0 }},
		{"no burst of signals", func(c *signaling.Config) { c.Limits.Signals.Burst = 0 }},
		{"no burst of chats", func(c *signaling.Config) { c.Limits.Chats.Burst = 0 }},
		{"no burst of updates", func(c *signaling.Config) { c.Limits.Updates.Burst = 0 }},
		{"no burst of joins", func(c *signaling.Config) { c.Limits.Joins.Burst = 0 }},
		{"a pattern that is none", func(c *signaling.Config) { c.Origins = []string{"moim.example", "[a-"} }},
	}
	for _, tt := range tests {
		cfg := good
		tt.alter(&cfg)
		if hub, err := signaling.New(cfg); err == nil || hub != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestMakeRoom(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		room, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: " Cafe\u0301 ", Topic: " Tea \n", Public: true}, DefaultAddr)
		want := protocol.Room{Name: "Café", Topic: "Tea", Public: true, Created: protocol.At(time.Now())}
		if err != nil || room != want || len(key) < 26 {
			t.Errorf("got %+v, %q, %v; want %+v", room, key, err, want)
		}
		for _, again := range []string{"Café", "CAFÉ", "cafe\u0301"} {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: again}, DefaultAddr); !errors.Is(err, signaling.ErrRoomExists) {
				t.Errorf("%q again: %v", again, err)
			}
		}
		s.Pass(time.Minute)
		if got := s.Join("café", "Mina").Joined.Room; got != want {
			t.Errorf("joined %+v, want %+v", got, want)
		}
		s.Join("tea", "Nana")
		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr); !errors.Is(err, signaling.ErrRoomExists) {
			t.Errorf("a room that is in use is made: %v", err)
		}
	})
}

func TestMakeRoomNamed(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		names, keys := map[string]bool{}, map[string]bool{}
		for range 20 {
			room, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{}, DefaultAddr)
			if err != nil {
				t.Fatal(err)
			}
			if _, _, fault := signaling.ParseRoom(room.Name); fault != nil || len(room.Name) < 20 {
				t.Errorf("the name %q: %v", room.Name, fault)
			}
			names[room.Name], keys[key] = true, true
		}
		if len(names) != 20 || len(keys) != 20 {
			t.Errorf("%d names and %d keys of 20 rooms", len(names), len(keys))
		}
	})
}

func TestMakeRoomRefused(t *testing.T) {
	tests := []struct {
		name string
		spec signaling.RoomSpec
		code protocol.Code
	}{
		{"name", signaling.RoomSpec{Name: "a room"}, protocol.CodeBadRoom},
		{"200 characters of topic", signaling.RoomSpec{Topic: strings.Repeat("한", 200)}, ""},
		{"201 characters of topic", signaling.RoomSpec{Topic: strings.Repeat("한", 201)}, protocol.CodeTooLong},
	}
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		for _, tt := range tests {
			_, key, err := s.Hub.MakeRoom(t.Context(), tt.spec, DefaultAddr)
			var fault *protocol.Error
			if errors.As(err, &fault) != (tt.code != "") || fault != nil && fault.Code != tt.code || (key == "") != (err != nil) {
				t.Errorf("%s: %q, %v", tt.name, key, err)
			}
		}
	})
}

// TestTooManyRooms holds that the rooms made on request are bounded: one that
// nobody is in makes place for a new one, one with people in it does not.
func TestTooManyRooms(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins, limits.RoomsPerAddress = signaling.Rate{PerSecond: 1e6, Burst: 1e6}, 1e6
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		for i := range 10_000 {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: fmt.Sprint(i)}, DefaultAddr); err != nil {
				t.Fatal(i, err)
			}
		}
		s.Join("0", "Mina")
		s.Pass(time.Second)
		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr); err != nil {
			t.Error(err)
		}
		s.Settle()
		kept := 0
		for i := range 10_000 {
			state, _ := s.Hub.RoomState(fmt.Sprint(i))
			if i == 0 && !state.Exists {
				t.Error("the room with someone in it is forgotten")
			}
			if state.Exists {
				kept++
			}
		}
		if kept != 9999 {
			t.Errorf("%d rooms are kept, want 9999", kept)
		}
	})
}

func TestEmptyRoomForgotten(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		exists := func(name string) bool {
			s.Settle()
			state, fault := s.Hub.RoomState(name)
			if fault != nil {
				t.Fatal(fault)
			}
			return state.Exists
		}
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[0].Break()
		peers[1].ExpectLost(peers[0])
		if !exists("tea") {
			t.Error("a room is forgotten while somebody is in it")
		}
		peers[1].Sendf(`{"type":"leave"}`)
		peers[1].ExpectClose(protocol.CloseLeft)
		if exists("tea") {
			t.Error("a room outlives who was in it")
		}

		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "coffee"}, DefaultAddr); err != nil {
			t.Fatal(err)
		}
		s.Pass(24*time.Hour - time.Minute)
		if !exists("coffee") {
			t.Fatal("a made room is forgotten before 24 hours")
		}
		p := s.Join("coffee", "Mina")
		p.Sendf(`{"type":"leave"}`)
		p.ExpectClose(protocol.CloseLeft)
		s.Pass(24*time.Hour - time.Minute)
		if !exists("coffee") {
			t.Error("a made room is forgotten before it was empty for 24 hours")
		}
		s.Pass(2 * time.Minute)
		if exists("coffee") {
			t.Error("a made room is kept for longer than 24 hours")
		}
	})
}

func TestRoomState(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		s.JoinAll("Tea", "Mina", "Nana")
		tests := []struct {
			name string
			want signaling.RoomState
		}{
			{"tea", signaling.RoomState{Room: "Tea", Exists: true, Peers: 2, Open: true}},
			{"Coffee", signaling.RoomState{Room: "Coffee", Open: true}},
		}
		for _, tt := range tests {
			if got, fault := s.Hub.RoomState(tt.name); fault != nil || got != tt.want {
				t.Errorf("%s: %+v, %v; want %+v", tt.name, got, fault, tt.want)
			}
		}
		if _, fault := s.Hub.RoomState("a room"); fault == nil || fault.Code != protocol.CodeBadRoom {
			t.Errorf("not a name: %v", fault)
		}
	})
}

func TestPublicRooms(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		if got := s.Hub.PublicRooms(); got == nil || len(got) > 0 {
			t.Errorf("with no room: %v", got)
		}
		for _, spec := range []signaling.RoomSpec{{Name: "b", Public: true}, {Name: "a", Public: true}, {Name: "tea", Topic: "Tea", Public: true}, {Name: "hidden"}} {
			if _, _, err := s.Hub.MakeRoom(t.Context(), spec, DefaultAddr); err != nil {
				t.Fatal(err)
			}
		}
		created := protocol.At(time.Now())
		s.Pass(time.Second)
		s.JoinAll("tea", "Mina", "Nana")
		s.JoinAll("hidden", "Somi", "Dahl")
		s.Join("made-by-joining", "Ana")
		want := []signaling.Listing{
			{Name: "tea", Topic: "Tea", Peers: 2, Created: created},
			{Name: "a", Created: created},
			{Name: "b", Created: created},
		}
		if got := s.Hub.PublicRooms(); !slices.Equal(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	})
}

func TestWatchRooms(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		changes, stop, ok := s.Hub.WatchRooms(DefaultAddr)
		if !ok {
			t.Fatal("nobody may watch")
		}
		other, stopOther, _ := s.Hub.WatchRooms(DefaultAddr)
		notified := func(c <-chan struct{}) bool {
			s.Settle()
			select {
			case <-c:
				return true
			default:
				return false
			}
		}
		var p, lost *Peer
		makeRoom := func(name string, public bool) {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: name, Public: public}, DefaultAddr); err != nil {
				t.Fatal(err)
			}
		}
		steps := []struct {
			name string
			do   func()
			want bool
		}{
			{"nothing", func() {}, false},
			{"a hidden room is made", func() { makeRoom("hidden", false) }, false},
			{"a hidden room is joined", func() { s.Join("hidden", "Somi") }, false},
			{"a public room is made", func() { makeRoom("tea", true) }, true},
			{"it is joined", func() { p = s.Join("tea", "Mina") }, true},
			{"it is joined twice", func() { lost = s.Join("tea", "Nana"); s.Join("tea", "Dahl") }, true},
			{"something is said", func() { p.Sendf(`{"type":"chat","key":"k","text":"x"}`) }, false},
			{"it is left", func() { p.Sendf(`{"type":"leave"}`) }, true},
			{"somebody loses the socket", func() { lost.Break() }, false},
			{"and is away", func() { s.Pass(5 * time.Second) }, false},
			{"and does not come back", func() { s.Pass(20 * time.Second) }, true},
			{"it is forgotten", func() { s.Pass(25 * time.Hour) }, true},
		}
		for _, step := range steps {
			step.do()
			if notified(changes) != step.want || notified(other) != step.want {
				t.Errorf("%s: not as wanted, %v", step.name, step.want)
			}
			if notified(changes) {
				t.Errorf("%s: told twice", step.name)
			}
		}
		stop()
		stop()
		makeRoom("coffee", true)
		if notified(changes) || !notified(other) {
			t.Error("who stopped is told, or who did not is not")
		}
		stopOther()
	})
}

func TestTooManyWatchers(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		from := func(i int) netip.Addr { return netip.AddrFrom4([4]byte{198, 51, 100, byte(i)}) }
		var stops []func()
		for i := range 21 {
			for {
				_, stop, ok := s.Hub.WatchRooms(from(i))
				if !ok {
					break
				}
				stops = append(stops, stop)
			}
			if want := min((i+1)*500, 10_000); len(stops) != want {
				t.Fatalf("%d may watch from %d addresses, want %d", len(stops), i+1, want)
			}
		}
		stops[0]()
		stops[0]()
		if _, _, ok := s.Hub.WatchRooms(from(1)); ok {
			t.Error("one that stopped makes place for an address that has all it may")
		}
		if _, _, ok := s.Hub.WatchRooms(from(0)); !ok {
			t.Error("one that stopped makes no place")
		}
	})
}
