package signaling_test

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"moim/chat"
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
		for i, p := range peers {
			if joined := i < 3; joined {
				p.ExpectRestarting()
			}
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
		p.ExpectRestarting()
		p.ExpectClose(protocol.CloseGoingAway)
		if n := len(slow.SkipToClose(protocol.CloseGoingAway)); n != 102 {
			t.Errorf("%d frames came before the close, want joined, 100 and restarting", n)
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
		p.ExpectRestarting()
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
		_, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, netip.Addr{})
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

// TestRestarting holds that a stop asks everyone to come back at another time, not
// all at once and not before there can be a server, that nobody is shown as gone,
// and that whose sockets broke before is told nothing but stays whom it was.
func TestRestarting(t *testing.T) {
	keys := signaling.NewKeyRing(time.Now())
	var peers []*Peer
	Run(t, signaling.Config{SessionKeys: keys}, func(t *testing.T, s *Server) {
		peers = s.JoinAll("tea", make([]string, 40)...)
		absent := s.Join("coffee", "Dahl")
		absent.Break()
		s.Settle()
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		asked := make(map[time.Duration]bool)
		for _, p := range peers {
			after := p.ExpectRestarting()
			if after < 500*time.Millisecond || after >= time.Second {
				t.Errorf("asked to come back after %v", after)
			}
			asked[after] = true
			p.ExpectClose(protocol.CloseGoingAway)
		}
		if len(asked) < 20 {
			t.Errorf("%d peers are asked to come back at %d times", len(peers), len(asked))
		}
		peers = append(peers, absent)
	})
	Run(t, signaling.Config{SessionKeys: keys}, func(t *testing.T, s *Server) {
		for _, p := range peers {
			if again := s.JoinAs(p.Continue(1)); again.ID != p.ID || again.Instance() != p.Instance() {
				t.Errorf("%s comes back as %+v", p.ID, again.Self())
			}
		}
	})
}

// TestRestartingSpread holds that many come back over a longer time.
func TestRestartingSpread(t *testing.T) {
	limits := unlimited()
	limits.Joins = limits.Signals
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		var peers []*Peer
		for i := range 1000 {
			peers = append(peers, s.Join(fmt.Sprint("room", i), ""))
		}
		s.Settle()
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		var latest time.Duration
		for _, p := range peers {
			latest = max(latest, p.ExpectRestarting())
			p.ExpectClose(protocol.CloseGoingAway)
		}
		if latest < 2*time.Second || latest >= 2500*time.Millisecond {
			t.Errorf("the last of 1000 is asked to come back after %v, want nearly 2.5 s", latest)
		}
	})
}

// TestStopKeepsWhatWasSaid holds that what was said before a stop is stored, and
// that each line which its sender was told of is.
func TestStopKeepsWhatWasSaid(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.shut()
		for i := range 20 {
			peers[i%2].Sendf(`{"type":"chat","id":%d,"key":"%d","text":"line %d"}`, i+1, i, i)
		}
		s.Settle()
		time.AfterFunc(time.Second, store.open)
		if err := s.Stop(); err != nil {
			t.Errorf("Run ended with: %v", err)
		}
		told := 0
		for _, p := range peers {
			for _, frame := range p.SkipToClose(protocol.CloseGoingAway) {
				if frame.Type == protocol.TypeOK {
					told++
				}
			}
		}
		page, err := store.Find(t.Context(), chat.Query{Room: "tea", Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		if n := len(page.Messages); n != 20 || told > n {
			t.Errorf("%d lines are stored, and their senders told of %d", n, told)
		}
	})
}

// TestStopWhileComingBack holds that who comes back to a hub that stops is told to
// come again.
func TestStopWhileComingBack(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		stuck := s.Dial() // keeps the hub from having stopped
		stuck.Deafen()
		peers[1].Break()
		p := s.Dial()
		s.Settle()
		stopped := make(chan error)
		go func() { stopped <- s.Stop() }()
		p.SendTooMuch(fmt.Sprintf(`{"type":"join","room":"tea","session":%q,"got":0}`, peers[1].Joined.Session))
		for _, frame := range p.SkipToClose(protocol.CloseGoingAway) {
			if frame.Type != protocol.TypeError && frame.Type != protocol.TypeJoined && frame.Type != protocol.TypeRestarting {
				t.Errorf("got %s", frame.Text)
			}
		}
		if err := <-stopped; err != nil {
			t.Errorf("Run ended with: %v", err)
		}
	})
}
