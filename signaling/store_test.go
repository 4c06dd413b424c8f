package signaling_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

// gate is a Store that can be held up or made to fail.
type gate struct {
	chat.Store
	busy  map[string]*atomic.Int32 // the calls of Apply under way, by room
	fails atomic.Bool
	calls atomic.Int64 // of Apply

	slow      atomic.Bool // searches last until they are given up
	searching atomic.Int32

	mu   sync.Mutex    // guards what follows
	held chan struct{} // nil while the gate is open
	seen []string      // rooms of the slow searches
}

var errDisk = errors.New("the disk is full")

func newGate(t *testing.T) *gate {
	t.Helper()
	store, err := chat.NewMemory(200, 100, 1<<24)
	if err != nil {
		t.Fatal(err)
	}
	return &gate{Store: store, busy: map[string]*atomic.Int32{"tea": {}}}
}

func (g *gate) shut() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.held = make(chan struct{})
}

func (g *gate) open() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.held)
	g.held = nil
}

func (g *gate) pass(ctx context.Context) error {
	g.mu.Lock()
	held := g.held
	g.mu.Unlock()
	if held != nil {
		select {
		case <-held:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if g.fails.Load() {
		return errDisk
	}
	return nil
}

func (g *gate) Apply(ctx context.Context, room string, ops []chat.Op) ([]chat.Outcome, error) {
	if g.busy[room].Add(1) > 1 {
		panic("two calls of Apply for one room at once")
	}
	defer g.busy[room].Add(-1)
	g.calls.Add(1)
	if err := g.pass(ctx); err != nil {
		return nil, err
	}
	return g.Store.Apply(ctx, room, ops)
}

func (g *gate) Find(ctx context.Context, q chat.Query) (chat.Page, error) {
	if q.Words != "" && g.slow.Load() {
		g.searching.Add(1)
		defer g.searching.Add(-1)
		g.mu.Lock()
		g.seen = append(g.seen, q.Room)
		g.mu.Unlock()
		<-ctx.Done()
		return chat.Page{}, ctx.Err()
	}
	if err := g.pass(ctx); err != nil {
		return chat.Page{}, err
	}
	return g.Store.Find(ctx, q)
}

// TestStoreFails holds that a line which could not be stored is refused and
// reaches nobody, and that calls go on.
func TestStoreFails(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.fails.Store(true)
		peers[0].Sendf(`{"type":"chat","id":1,"key":"a","text":"hello"}`)
		peers[0].ExpectRefused(1, protocol.CodeInternal)
		peers[0].Sendf(`{"type":"chat-history","id":2}`)
		peers[0].ExpectRefused(2, protocol.CodeInternal)
		peers[1].ExpectNothing()
		late := s.Join("tea", "Late")
		if len(late.Joined.Messages) != 0 || !late.Joined.More {
			t.Errorf("joined with %d lines, more %v", len(late.Joined.Messages), late.Joined.More)
		}
		peers[1].Expect(protocol.TypePeerJoined)
		peers[0].Expect(protocol.TypePeerJoined)
		peers[0].Sendf(`{"type":"data","data":1}`)
		peers[1].Expect(protocol.TypeData)

		store.fails.Store(false)
		peers[0].Sendf(`{"type":"chat","key":"a","text":"hello"}`)
		if got := peers[1].ExpectChat("hello"); got.N != 1 {
			t.Errorf("n %d after the failure, want 1", got.N)
		}
	})
}

// TestSlowStore holds that only chat waits for the store, and joins for a moment:
// who joined without the chat asks for it later and gets every line once.
func TestSlowStore(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.shut()
		peers[0].Sendf(`{"type":"chat","id":1,"key":"a","text":"one"}`)
		late := s.Dial()
		late.SendJoin(Frame{"room": "tea"})
		s.Pass(2900 * time.Millisecond)
		peers[0].ExpectNothing()
		late.ExpectNothing()
		s.Pass(100 * time.Millisecond)
		joined := Into[protocol.Joined](late, late.Expect(protocol.TypeJoined))
		if len(joined.Messages) != 0 || !joined.More || joined.Seq != nil || len(joined.Peers) != 3 {
			t.Errorf("joined with %+v", joined)
		}
		peers[1].Expect(protocol.TypePeerJoined)
		peers[0].Sendf(`{"type":"offer","to":%q,"sdp":"v=0"}`, peers[1].ID)
		peers[1].Expect(protocol.TypeOffer)
		late.Sendf(`{"type":"chat-history","since":0}`)
		store.open()
		peers[1].ExpectChat("one")
		late.ExpectChat("one")
		page := Into[protocol.History](late, late.Expect(protocol.TypeChatHistory))
		wantRun(t, "the answer", numbers(page.Messages), 1, 1)
		late.ExpectNothing()
	})
}

// TestBusyStore holds that what waits for the store is bounded, and that what
// is over the bound is refused rather than left without an answer.
func TestBusyStore(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store, Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi", "Dahl")
		store.shut()
		refused := 0
		for _, p := range peers {
			for i := range 300 {
				p.Sendf(`{"type":"chat","id":%d,"key":"%d","text":"x"}`, i+1, i)
			}
			s.Settle()
			for _, frame := range p.Take() {
				if Into[protocol.ErrorFrame](p, frame).Code != protocol.CodeInternal {
					t.Fatalf("got %s", frame.Text)
				}
				refused++
			}
		}
		if refused == 0 {
			t.Fatal("nothing was refused")
		}
		if joined := s.Join("tea", "Late").Joined; joined.Seq != nil || !joined.More {
			t.Errorf("who joins meanwhile is shown %d lines", len(joined.Messages))
		}
		store.open()
		s.Settle()
		if n := s.Join("tea", "").Joined.Messages[49].N; n != int64(1200-refused) {
			t.Errorf("the newest line is %d, and %d of 1200 were refused", n, refused)
		}
	})
}

// TestRoomOutlivesItsLines holds that the lines a peer leaves behind in the
// store's queue come before all that a next comer sees.
func TestRoomOutlivesItsLines(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		mina := s.Join("tea", "Mina")
		store.shut()
		for i := range 3 {
			mina.Sendf(`{"type":"chat","key":"%d","text":"x"}`, i)
		}
		mina.Sendf(`{"type":"leave"}`)
		mina.ExpectClose(protocol.CloseLeft)
		nana := s.Dial()
		nana.SendJoin(Frame{"room": "tea"})
		s.Settle()
		store.open()
		joined := Into[protocol.Joined](nana, nana.Expect(protocol.TypeJoined))
		wantRun(t, "joined", numbers(joined.Messages), 1, 3)
		nana.Sendf(`{"type":"chat","key":"a","text":"y"}`)
		if got := nana.ExpectChat("y").N; got != 4 {
			t.Errorf("n %d, want 4", got)
		}
		nana.Sendf(`{"type":"leave"}`)
		nana.ExpectClose(protocol.CloseLeft)
		s.Settle()
		if state, _ := s.Hub.RoomState("tea"); state.Exists {
			t.Error("the room is still there")
		}
	})
}

// TestStopWaitsForTheStore holds that nothing calls the store once Run has
// returned, and that Run does not wait for a store that hangs.
func TestStopWaitsForTheStore(t *testing.T) {
	for _, opens := range []bool{true, false} {
		t.Run(fmt.Sprint("opens ", opens), func(t *testing.T) {
			store := newGate(t)
			Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				store.shut()
				peers[0].Sendf(`{"type":"chat","key":"a","text":"x"}`)
				late := s.Dial()
				late.SendJoin(Frame{"room": "tea"})
				s.Settle()
				if opens {
					time.AfterFunc(2*time.Second, store.open)
				}
				began := time.Now()
				if err := s.Stop(); err != nil {
					t.Error(err)
				}
				if n := store.busy["tea"].Load(); n > 0 {
					t.Errorf("%d calls of the store under way", n)
				}
				if d := time.Since(began); opens != (d == 2*time.Second) || d > 10*time.Second {
					t.Errorf("took %v", d)
				}
				for _, p := range peers {
					p.SkipToClose(protocol.CloseGoingAway)
				}
				late.SkipToClose(protocol.CloseGoingAway)
			})
		})
	}
}
