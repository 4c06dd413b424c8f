package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

// shelf is a RoomKeeper that can be held up or made to fail.
type shelf struct {
	mu    sync.Mutex // guards what follows
	rooms map[string]chat.MadeRoom
	calls []string
	busy  int
	held  chan struct{} // nil while nothing is held up
	fails bool
}

func (k *shelf) do(ctx context.Context, call string, change func()) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.calls = append(k.calls, call)
	k.busy++
	defer func() { k.busy-- }()
	if held := k.held; held != nil {
		k.mu.Unlock()
		select {
		case <-held:
		case <-ctx.Done():
		}
		k.mu.Lock()
	}
	if k.fails {
		return errDisk
	}
	if ctx.Err() == nil {
		change()
	}
	return ctx.Err()
}

func (k *shelf) Keep(ctx context.Context, room chat.MadeRoom) error {
	return k.do(ctx, "keep "+room.ID, func() {
		if k.rooms == nil {
			k.rooms = make(map[string]chat.MadeRoom)
		}
		k.rooms[room.ID] = room
	})
}

func (k *shelf) Forget(ctx context.Context, id string) error {
	return k.do(ctx, "forget "+id, func() { delete(k.rooms, id) })
}

func (k *shelf) Kept(ctx context.Context) (rooms []chat.MadeRoom, err error) {
	err = k.do(ctx, "kept", func() {
		for _, room := range k.rooms {
			rooms = append(rooms, room)
		}
	})
	return rooms, err
}

// set makes the keeper fail or not.
func (k *shelf) set(fails bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.fails = fails
}

// shut holds up all calls until the function it answers is called.
func (k *shelf) shut() (open func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	held := make(chan struct{})
	k.held = held
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		k.held = nil
		close(held)
	}
}

// state is which rooms are kept, and the calls that were made since New.
func (k *shelf) state() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	var ids []string
	for id := range k.rooms {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	calls := slices.DeleteFunc(slices.Clone(k.calls), func(call string) bool { return call == "kept" })
	return fmt.Sprint(ids, calls)
}

func mustMake(t *testing.T, s *Server, spec signaling.RoomSpec) (room protocol.Room, key string) {
	t.Helper()
	room, key, err := s.Hub.MakeRoom(t.Context(), spec, DefaultAddr)
	if err != nil {
		t.Fatalf("%+v: %v", spec, err)
	}
	return room, key
}

func exists(t *testing.T, s *Server, name string) bool {
	t.Helper()
	state, fault := s.Hub.RoomState(name)
	if fault != nil {
		t.Fatal(fault)
	}
	return state.Exists
}

// TestRoomsSurvive holds that a made room is there after a restart as it was,
// its host key too, and goes once it was empty for a day.
func TestRoomsSurvive(t *testing.T) {
	keeper := &shelf{}
	var room protocol.Room
	var key string
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		room, key = mustMake(t, s, signaling.RoomSpec{Name: "Tea", Topic: "Tea at four", Public: true})
		mustMake(t, s, signaling.RoomSpec{Name: "coffee"})
		s.Join("water", "Mina")
	})
	if got := keeper.state(); got != "[coffee tea] [keep tea keep coffee]" {
		t.Errorf("kept %s", got)
	}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		if !exists(t, s, "tea") || !exists(t, s, "coffee") || exists(t, s, "water") {
			t.Error("the rooms are not those that were made")
		}
		want := []signaling.Listing{{Name: "Tea", Topic: "Tea at four", Created: room.Created}}
		if got := s.Hub.PublicRooms(); !slices.Equal(got, want) {
			t.Errorf("listed are %+v, want %+v", got, want)
		}
		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "TEA"}, DefaultAddr); !errors.Is(err, signaling.ErrRoomExists) {
			t.Errorf("the name is free: %v", err)
		}
		p := s.JoinAs(Frame{"room": "tea", "host": key})
		if p.Joined.Room != room || p.Joined.Peers[0].Role != protocol.RoleHost {
			t.Errorf("joined as %+v", p.Joined)
		}
		p.Sendf(`{"type":"leave"}`)
		p.ExpectClose(protocol.CloseLeft)
		s.Pass(25 * time.Hour)
		if exists(t, s, "tea") || len(s.Hub.PublicRooms()) > 0 {
			t.Error("it is not forgotten")
		}
	})
	if got := keeper.state(); got != "[coffee] [keep tea keep coffee forget tea]" {
		t.Errorf("kept %s", got)
	}
}

func TestRoomsNotRead(t *testing.T) {
	store, err := chat.NewMemory(1, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := signaling.New(signaling.Config{
		Store: store, Log: slog.New(slog.DiscardHandler), Limits: signaling.DefaultLimits(), Rooms: &shelf{fails: true},
	})
	if hub != nil || !errors.Is(err, errDisk) || !strings.HasPrefix(err.Error(), "read the rooms that were made: ") {
		t.Errorf("%v, %v", hub, err)
	}
}

// TestRoomNotKept holds that a room which cannot be kept is not made and
// leaves nothing behind, not even when somebody joins meanwhile.
func TestRoomNotKept(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper, Limits: limits}, func(t *testing.T, s *Server) {
		keeper.set(true)
		for i := range 10_001 { // more than may be made
			_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: fmt.Sprint(i), Public: true}, DefaultAddr)
			if fault, ok := errors.AsType[*protocol.Error](err); !ok || fault.Code != protocol.CodeInternal || key != "" {
				t.Fatalf("%q, %v", key, err)
			}
		}
		s.Settle()
		if exists(t, s, "0") || len(s.Hub.PublicRooms()) > 0 {
			t.Error("it is made")
		}

		open := keeper.shut()
		made := make(chan error)
		go func() {
			_, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea", Topic: "secret"}, DefaultAddr)
			made <- err
		}()
		s.Settle()
		p := s.Dial()
		p.SendJoin(Frame{"room": "tea"})
		p.ExpectNothing()
		open()
		if err := <-made; err == nil {
			t.Error("it is made")
		}
		joined := Into[protocol.Joined](p, p.Expect(protocol.TypeJoined))
		if joined.Room.Topic != "" || joined.Peers[0].Role != protocol.RoleGuest {
			t.Errorf("joined as %+v", joined)
		}
		p.Sendf(`{"type":"leave"}`)
		s.Settle()
		keeper.set(false)
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
	})
}

// TestSlowKeeper holds that who joins a room that is being made waits for it,
// and nobody else.
func TestSlowKeeper(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		open := keeper.shut()
		made := make(chan string)
		go func() {
			_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea", Topic: "Tea at four", Public: true}, DefaultAddr)
			if err != nil {
				t.Error(err)
			}
			made <- key
		}()
		s.Settle()
		if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr); !errors.Is(err, signaling.ErrRoomExists) {
			t.Errorf("the name is free: %v", err)
		}
		p := s.Dial()
		p.SendJoin(Frame{"room": "tea"})
		s.Pass(3 * time.Second)
		p.ExpectNothing()
		other := s.Join("coffee", "Mina")
		sayTo([]*Peer{other}, other, "", "hello")
		if len(s.Hub.PublicRooms()) > 0 {
			t.Error("it is listed before it is made")
		}
		open()
		key := <-made
		joined := Into[protocol.Joined](p, p.Expect(protocol.TypeJoined))
		if joined.Room.Topic != "Tea at four" || !joined.Room.Public || len(s.Hub.PublicRooms()) != 1 {
			t.Errorf("joined as %+v", joined)
		}
		if host := s.JoinAs(Frame{"room": "tea", "host": key}); host.Joined.Peers[1].Role != protocol.RoleHost {
			t.Errorf("the host joined as %+v", host.Joined)
		}
	})
}

// TestSlowForget holds that nobody waits for a room to be forgotten but who
// joins it.
func TestSlowForget(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		_, key := mustMake(t, s, signaling.RoomSpec{Name: "tea", Topic: "Tea at four", Public: true})
		s.Pass(24*time.Hour - time.Minute)
		mina := s.Join("coffee", "Mina")
		open := keeper.shut()
		for range 9 {
			s.Pass(10 * time.Second)
			mina.ExpectPong(0)
		}
		if len(s.Hub.PublicRooms()) > 0 {
			t.Error("it is still listed")
		}
		late := s.Dial()
		late.SendJoin(Frame{"room": "tea", "host": key})
		late.ExpectNothing()
		sayTo([]*Peer{mina}, mina, "", "hello")
		open()
		joined := Into[protocol.Joined](late, late.Expect(protocol.TypeJoined))
		if joined.Room.Topic != "" || joined.Room.Public || joined.Peers[0].Role != protocol.RoleGuest {
			t.Errorf("joined a room that is forgotten as %+v", joined)
		}
		late.Sendf(`{"type":"leave"}`)
		late.ExpectClose(protocol.CloseLeft)
		s.Settle()
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
	})
	if got := keeper.state(); got != "[tea] [keep tea forget tea keep tea]" {
		t.Errorf("kept %s", got)
	}
}

// TestStopWhileForgetting holds that Run waits for a room that is being
// forgotten, but not for a keeper that hangs.
func TestStopWhileForgetting(t *testing.T) {
	for _, opens := range []bool{true, false} {
		keeper := &shelf{}
		Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
			mustMake(t, s, signaling.RoomSpec{Name: "tea"})
			open := keeper.shut()
			s.Pass(24*time.Hour + time.Second)
			if opens {
				time.AfterFunc(2*time.Second, open)
			}
			began := time.Now()
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
			d := time.Since(began)
			keeper.mu.Lock()
			defer keeper.mu.Unlock()
			if keeper.busy > 0 || opens != (len(keeper.rooms) == 0) || opens != (d == 2*time.Second) || d > 6*time.Second {
				t.Errorf("after %v %d calls are under way, and kept are %v", d, keeper.busy, keeper.rooms)
			}
		})
	}
}

// TestNotForgotten holds that a keeper which fails to forget keeps nothing
// from going on.
func TestNotForgotten(t *testing.T) {
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper}, func(t *testing.T, s *Server) {
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
		keeper.set(true)
		s.Pass(24*time.Hour + time.Second)
		if exists(t, s, "tea") {
			t.Error("the room is not forgotten")
		}
		keeper.set(false)
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
		if got := keeper.state(); got != "[tea] [keep tea forget tea keep tea]" {
			t.Errorf("kept %s", got)
		}
	})
}

// TestEvictedRoomForgotten holds that a room which makes place for another is
// not kept either.
func TestEvictedRoomForgotten(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins, limits.RoomsPerAddress = signaling.Rate{PerSecond: 1e6, Burst: 1e6}, 1e6
	keeper := &shelf{}
	Run(t, signaling.Config{Rooms: keeper, Limits: limits}, func(t *testing.T, s *Server) {
		for i := range 10_000 {
			mustMake(t, s, signaling.RoomSpec{Name: fmt.Sprint(i)})
			if i == 0 {
				s.Pass(time.Second)
			}
		}
		mustMake(t, s, signaling.RoomSpec{Name: "tea"})
		s.Settle()
		if exists(t, s, "0") || !exists(t, s, "1") {
			t.Error("it was not the room that nobody was in for longest")
		}
		keeper.mu.Lock()
		defer keeper.mu.Unlock()
		if _, kept := keeper.rooms["0"]; kept || len(keeper.rooms) != 10_000 {
			t.Errorf("%d rooms are kept", len(keeper.rooms))
		}
	})
	Run(t, signaling.Config{Rooms: keeper, Limits: limits}, func(t *testing.T, s *Server) {
		mustMake(t, s, signaling.RoomSpec{Name: "water"})
		s.Settle()
		keeper.mu.Lock()
		defer keeper.mu.Unlock()
		if len(keeper.rooms) != 10_000 {
			t.Errorf("%d rooms are kept", len(keeper.rooms))
		}
	})
}
