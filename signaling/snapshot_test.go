package signaling_test

import (
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// overflow makes a session one that cannot go on: too much waits for it.
func overflow(s *Server, from, to *Peer) {
	to.Break()
	s.Settle()
	sendData(from, to, 1, 600)
	s.Settle()
}

// TestSnapshotOfThere holds that a peer which is still in the room and cannot be
// told all it lacks keeps its place in it, begins its counts anew, and that the
// others see of it what its join changes and nothing else.
func TestSnapshotOfThere(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr)
		if err != nil {
			t.Fatal(err)
		}
		mina := s.Join("tea", "Mina")
		nana := s.JoinAs(Frame{"room": "tea", "name": "Nana", "host": key, "media": Frame{"mic": true}})
		mina.Expect(protocol.TypePeerJoined)
		nana.Sendf(`{"type":"update","screen":true,"hand":true}`)
		want := mina.ExpectPeer(protocol.TypePeerChanged)

		overflow(s, mina, nana)
		join := nana.Continue(1)
		join["name"], join["media"] = "Nana", Frame{"mic": true}
		p := s.JoinAs(join)
		if p.ID != nana.ID || p.Self() != want || p.Joined.Got != 0 {
			t.Errorf("joined as %+v, want %+v", p.Joined, want)
		}
		s.Pass(5 * time.Second)
		p.ExpectNothing()
		mina.ExpectNothing()
		if got := p.ExpectPong(0).Got; got != 0 {
			t.Errorf("the server has got %d frames of a session that begins", got)
		}
		p.Sendf(`{"type":"ping","got":1}`)
		p.ExpectError(protocol.CodeBadMessage)

		overflow(s, mina, p)
		s.Pass(5 * time.Second)
		mina.ExpectAway(nana, true)
		join = p.Continue(0)
		join["name"], join["media"] = "Nana B", Frame{"camera": true}
		p = s.JoinAs(join)
		want.Name, want.Mic, want.Camera = "Nana B", false, true
		if got := mina.ExpectPeer(protocol.TypePeerChanged); got != want || p.Self() != want {
			t.Errorf("changed to %+v, want %+v", got, want)
		}
		mina.ExpectNothing()
		p.ExpectNothing()
	})
}

// TestSnapshotOverAnOpenSocket holds that the older socket of such a peer is
// closed, if there is one, and that nothing of it is handled any more.
func TestSnapshotOverAnOpenSocket(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		join := peers[1].Continue(99)
		join["name"] = "Nana"
		p := s.JoinAs(join)
		peers[1].SendTooMuch(`{"type":"update","name":"Old"}`)
		peers[1].SendTooMuch(`{"type":"leave"}`)
		peers[1].ExpectClose(protocol.CloseReplaced)
		s.Pass(20 * time.Second)
		peers[0].ExpectNothing()
		sendData(peers[0], p, 1, 1)
		expectData(p, peers[0], 1, 1)
	})
}

// TestAnotherHub holds that who comes to another hub with the same keys is whom it
// was, with the peer connections it had.
func TestAnotherHub(t *testing.T) {
	keys := signaling.NewKeyRing(time.Now())
	var before []*Peer
	Run(t, signaling.Config{SessionKeys: keys}, func(_ *testing.T, s *Server) {
		before = append(before, s.Join("tea", "Mina"))
		s.Pass(1500 * time.Millisecond)
		before = append(before, s.Join("tea", "Nana"))
		sendData(before[1], before[0], 1, 3)
	})
	Run(t, signaling.Config{SessionKeys: keys}, func(t *testing.T, s *Server) {
		s.Pass(time.Minute)
		var after []*Peer
		for i, name := range []string{"Mina", "Nana"} {
			join := before[i].Continue(5)
			join["name"] = name
			after = append(after, s.JoinAs(join))
			if got, want := after[i].Self(), before[i].Self(); got != want {
				t.Errorf("came back as %+v, was %+v", got, want)
			}
			if joined := after[i].Joined; joined.Resumed || joined.Got != 0 {
				t.Errorf("joined as %+v", joined)
			}
		}
		if got := after[0].ExpectPeer(protocol.TypePeerJoined); got != before[1].Self() {
			t.Errorf("peer-joined %+v, want %+v", got, before[1].Self())
		}
		after[1].Break()
		s.Settle()
		p, heard := s.Resume(after[1], 0)
		if heard != 0 {
			t.Errorf("the server has got %d frames", heard)
		}
		p.ExpectNothing()
		after[0].ExpectNothing()
	})
}

// TestReload holds that a join without a count begins another instance of the same
// peer, and that one of the instance before stays out from then on, whether its
// successor has a socket or not.
func TestReload(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		mina := s.Join("tea", "Mina")
		old := s.Join("tea", "Nana")
		mina.Expect(protocol.TypePeerJoined)
		page := s.JoinAs(Frame{"room": "tea", "name": "Nana", "session": old.Joined.Session})
		if page.ID != old.ID || page.Instance() == old.Instance() || page.Joined.Resumed {
			t.Errorf("%+v comes back as %+v", old.Self(), page.Self())
		}
		old.ExpectClose(protocol.CloseReplaced)
		mina.ExpectLeft(old, protocol.ReasonLost)
		if got := mina.ExpectPeer(protocol.TypePeerJoined); got != page.Self() {
			t.Errorf("peer-joined %+v, want %+v", got, page.Self())
		}
		for range 2 {
			stale := s.Dial()
			stale.SendJoin(old.Continue(0))
			stale.ExpectClose(protocol.CloseReplaced)
			mina.ExpectNothing()
			page.Break()
			s.Settle()
		}
		p, _ := s.Resume(page, 0)
		p.ExpectNothing()
		mina.ExpectNothing()
	})
}

// TestReloadOvertakes holds the same of two joins that wait for the room together.
func TestReloadOvertakes(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		mina := s.Join("tea", "Mina")
		old := s.Join("tea", "Nana")
		mina.Expect(protocol.TypePeerJoined)
		old.Sendf(`{"type":"leave"}`)
		old.ExpectClose(protocol.CloseLeft)
		mina.ExpectLeft(old, protocol.ReasonLeft)
		store.shut()
		page, stale := s.Dial(), s.Dial()
		page.SendJoin(Frame{"room": "tea", "session": old.Joined.Session})
		s.Settle()
		stale.SendJoin(old.Continue(0))
		s.Settle()
		store.open()
		page.Expect(protocol.TypeJoined)
		stale.ExpectClose(protocol.CloseReplaced)
		if got := mina.ExpectPeer(protocol.TypePeerJoined); got.Instance == old.Instance() {
			t.Errorf("peer-joined %+v", got)
		}
		mina.ExpectNothing()
	})
}

// TestPageClosedAndOpened holds that a page which is loaded anew within the second
// a closed one has comes in as the same peer.
func TestPageClosedAndOpened(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Leave()
		s.Pass(500 * time.Millisecond)
		peers[0].ExpectNothing()
		page := s.JoinAs(Frame{"room": "tea", "name": "Nana", "session": peers[1].Joined.Session})
		peers[0].ExpectLeft(peers[1], protocol.ReasonLost)
		if got := peers[0].ExpectPeer(protocol.TypePeerJoined); got != page.Self() || got.ID != peers[1].ID {
			t.Errorf("peer-joined %+v", got)
		}
		s.Pass(10 * time.Second)
		peers[0].ExpectNothing()
	})
}
