package signaling_test

import (
	"errors"
	"net/netip"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestStop holds that everyone is told that the server goes away, joined or
// not, and that Run returns at once when everyone reads.
func TestStop(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := append(s.JoinAll("tea", "Mina", "Nana"), s.Join("coffee", "Somi"), s.Dial())
		s.Settle()
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		if d := time.Since(began); d > 0 {
			t.Errorf("took %v", d)
		}
		for _, p := range peers {
			p.ExpectClose(protocol.CloseGoingAway)
		}
		if !s.Hub.Draining() {
			t.Error("the hub does not say that it is stopping")
		}
	})
}

// TestStopSendsWhatWaits holds that what was on its way arrives before the close.
func TestStopSendsWhatWaits(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		slow := deaf(s, "tea", p)
		for range 100 {
			p.Sendf(`{"type":"data","to":%q,"data":1}`, slow.ID)
		}
		s.Settle()
		time.AfterFunc(time.Second, slow.Listen)
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		p.ExpectClose(protocol.CloseGoingAway)
		if n := len(slow.SkipToClose(protocol.CloseGoingAway)); n != 101 {
			t.Errorf("%d frames came before the close, want joined and 100", n)
		}
	})
}

// TestStopWithDeafPeers holds that those who do not read cannot hold it up.
func TestStopWithDeafPeers(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		slow := []*Peer{deaf(s, "tea", p), deaf(s, "tea", p), s.DialWith(Dial{Deaf: true})}
		for range 1500 {
			p.Sendf(`{"type":"data","to":%q,"data":1}`, slow[0].ID)
		}
		s.Settle()
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		if d := time.Since(began); d > 10*time.Second {
			t.Errorf("took %v", d)
		}
		p.ExpectClose(protocol.CloseGoingAway)
	})
}

// TestStopped holds that a stopped hub turns everyone away and says why.
func TestStopped(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		p := s.Dial()
		p.ExpectError(protocol.CodeRestarting)
		p.ExpectClose(protocol.CloseGoingAway)
		_, _, err := s.Hub.MakeRoom(signaling.RoomSpec{Name: "tea"}, netip.Addr{})
		var fault *protocol.Error
		if !errors.As(err, &fault) || fault.Code != protocol.CodeRestarting {
			t.Errorf("a room is made: %v", err)
		}
	})
}

// TestStopWhileJoining holds that one that comes in while the hub stops is
// told to come again, whatever it has reached by then.
func TestStopWhileJoining(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		store.shut()
		p := s.Dial()
		p.SendJoin(Frame{"room": "tea"})
		s.Settle()
		time.AfterFunc(time.Second, store.open)
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		p.SkipToClose(protocol.CloseGoingAway)
	})
}
