package signaling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// sendData sends data from a number to the last, to one peer.
func sendData(from, to *Peer, first, last int) {
	for i := first; i <= last; i++ {
		from.Sendf(`{"type":"data","to":%q,"data":%d}`, to.ID, i)
	}
}

// expectData takes what sendData sent.
func expectData(to, from *Peer, first, last int) {
	for i := first; i <= last; i++ {
		to.ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, from.ID, i))
	}
}

// TestResume holds that a session goes on over another socket with nothing lost
// and nothing twice, whatever was under way when the first broke, and that the
// others see nothing of it.
func TestResume(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		mina, nana := peers[0], peers[1]
		sendData(mina, nana, 1, 10)
		expectData(nana, mina, 1, 10)
		sendData(nana, mina, 1, 5)
		expectData(mina, nana, 1, 5)
		nana.Break()
		s.Pass(time.Second)
		sendData(mina, nana, 11, 15)

		p, heard := s.Resume(nana, 6) // the last four were lost on their way
		if heard != 5 {
			t.Errorf("the server has got %d frames, want 5", heard)
		}
		if p.Joined.Session == nana.Joined.Session {
			t.Error("the token is no newer one")
		}
		expectData(p, mina, 7, 15)
		sendData(p, mina, 6, 8)
		expectData(mina, p, 6, 8)
		if got := p.ExpectPong(15).Got; got != 8 {
			t.Errorf("the server has got %d frames, want 8", got)
		}
		p.ExpectNothing()
		mina.ExpectNothing()

		p.Break()
		again, heard := s.Resume(p, 15) // with the token that came with the first
		if heard != 8 {
			t.Errorf("the server has got %d frames, want 8", heard)
		}
		sendData(mina, again, 16, 16)
		expectData(again, mina, 16, 16)
		s.Pass(10 * time.Second)
		again.ExpectNothing()
		mina.ExpectNothing()
		if got := again.ExpectPong(16).Got; got != 8 {
			t.Errorf("the server has got %d frames, want 8", got)
		}
	})
}

// TestResumeAnswersTheJoin holds that the first frame answers the join by its id.
func TestResumeAnswersTheJoin(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		old := s.Join("tea", "Mina")
		old.Break()
		p := s.Dial()
		join := old.Continue(0)
		join["id"] = 41
		p.SendJoin(join)
		if got := Into[protocol.Resumed](p, p.Expect(protocol.TypeJoined)); got.Re != 41 || !got.Resumed {
			t.Errorf("%+v", got)
		}
	})
}

// TestResumeOften holds that sockets may break again and again, also before the
// joined has arrived, and that the counts go on over all of them.
func TestResumeOften(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		mina, nana := peers[0], peers[1]
		for round := range 50 {
			sendData(mina, nana, 3*round+1, 3*round+2)
			if round%2 == 0 {
				s.Settle()
			}
			nana.Break()
			lost := s.Dial()
			lost.SendJoin(nana.Continue(int64(3 * round)))
			if round%3 == 0 {
				s.Settle()
			}
			lost.Break()
			s.Settle()
			sendData(mina, nana, 3*round+3, 3*round+3)
			var heard int64
			nana, heard = s.Resume(nana, int64(3*round))
			if heard != int64(round) {
				t.Fatalf("round %d: the server has got %d frames", round, heard)
			}
			expectData(nana, mina, 3*round+1, 3*round+3)
			sendData(nana, mina, round, round)
			expectData(mina, nana, round, round)
		}
		nana.ExpectNothing()
		mina.ExpectNothing()
	})
}

// TestAwayAndBack holds that who is without a socket for 3 s is shown away, to a
// late comer too, and is back with everything it showed before, whatever its
// join says.
func TestAwayAndBack(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr)
		if err != nil {
			t.Fatal(err)
		}
		mina := s.Join("tea", "Mina")
		nana := s.JoinAs(Frame{"room": "tea", "name": "Nana", "host": key, "media": Frame{"mic": true}})
		mina.Expect(protocol.TypePeerJoined)
		nana.Sendf(`{"type":"update","screen":true,"hand":true}`)
		want := nana.ExpectPeer(protocol.TypePeerChanged)
		mina.Expect(protocol.TypePeerChanged)
		nana.Break()
		began := time.Now()
		s.Pass(2900 * time.Millisecond)
		mina.ExpectNothing()
		mina.ExpectAway(nana, true)
		wantAfter(t, began, 3*time.Second)
		late := s.Join("tea", "Somi")
		mina.Expect(protocol.TypePeerJoined)
		away := want
		away.Away = true
		if !slices.Contains(late.Joined.Peers, away) {
			t.Errorf("a late comer sees %+v, want %+v in it", late.Joined.Peers, away)
		}
		s.Pass(10 * time.Second)

		p := s.Dial()
		join := nana.Continue(1)
		join["name"], join["media"], join["host"] = "Other", Frame{"camera": true}, "none"
		p.SendJoin(join)
		p.Expect(protocol.TypeJoined)
		if got := p.ExpectPeer(protocol.TypePeerChanged); got != away {
			t.Errorf("who was away is told %+v, want %+v", got, away)
		}
		p.Expect(protocol.TypePeerJoined) // the late comer
		for _, witness := range []*Peer{p, mina, late} {
			if got := witness.ExpectPeer(protocol.TypePeerChanged); got != want {
				t.Errorf("back as %+v, want %+v", got, want)
			}
			witness.ExpectNothing()
		}
		if got := s.Join("tea", "Dahl").Joined.Peers; !slices.Contains(got, want) {
			t.Errorf("a late comer sees %+v, want %+v in it", got, want)
		}
	})
}

// TestRepliesOverResume holds that what was asked for before a socket broke is
// answered once, over the next.
func TestRepliesOverResume(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.shut()
		peers[1].Sendf(`{"type":"chat","id":1,"key":"k","text":"hello"}`)
		peers[1].Sendf(`{"type":"chat-history","id":2}`)
		peers[1].Sendf(`{"type":"update","id":3,"hand":true}`)
		peers[1].ExpectPeer(protocol.TypePeerChanged)
		peers[1].ExpectOK(3)
		peers[0].Expect(protocol.TypePeerChanged)
		peers[1].Break()
		s.Settle()
		peers[0].ExpectNothing()
		p, heard := s.Resume(peers[1], 1)
		if heard != 3 {
			t.Errorf("the server has got %d frames, want 3", heard)
		}
		p.ExpectOK(3)
		p.ExpectNothing()
		p.Break()
		s.Settle()
		store.open()
		peers[0].ExpectChat("hello")
		p, _ = s.Resume(p, 2)
		p.ExpectChat("hello")
		p.ExpectOK(1)
		if got := Into[protocol.History](p, p.Expect(protocol.TypeChatHistory)); got.Re != 2 || len(got.Messages) != 1 {
			t.Errorf("%+v", got)
		}
		p.ExpectNothing()
		peers[0].ExpectNothing()
	})
}

// TestLimitsOverResume holds that another socket gives no new tokens.
func TestLimitsOverResume(t *testing.T) {
	limits := unlimited()
	limits.Chats = signaling.Rate{PerSecond: 1e-6, Burst: 3}
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		say(p, 1, 2)
		p.Break()
		p, _ = s.Resume(p, 2)
		say(p, 3, 3)
		p.Break()
		p, _ = s.Resume(p, 3)
		p.Sendf(`{"type":"chat","id":9,"key":"k","text":"x"}`)
		p.ExpectRefused(9, protocol.CodeRateLimited)
	})
}

// TestFaultsOverResume holds that faults are counted over all sockets of a
// session, and that who was closed for them is out.
func TestFaultsOverResume(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		p := peers[1]
		for i := range 19 {
			p.SendText(`{`)
			p.ExpectError(protocol.CodeBadMessage)
			p.Break()
			p, _ = s.Resume(p, int64(i+1))
		}
		p.SendText(`{`)
		p.ExpectError(protocol.CodeBadMessage)
		p.ExpectClose(protocol.CloseFaults)
		peers[0].ExpectLeft(p, protocol.ReasonLost)
		if again := s.JoinAs(p.Continue(20)); again.Joined.Resumed {
			t.Error("a session that was closed for good goes on")
		}
	})
}

// TestFloodOverResume holds the same of running into limits.
func TestFloodOverResume(t *testing.T) {
	limits := unlimited()
	limits.Chats = signaling.Rate{PerSecond: 1e-6, Burst: 1}
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		say(peers[1], 1, 1)
		peers[0].ExpectChat("line 1")
		p, got := peers[1], int64(1)
		for range 10 {
			p.Sendf(`{"type":"chat","key":"k","text":"x"}`)
			p.ExpectError(protocol.CodeRateLimited)
			got++
			p.Break()
			s.Pass(500 * time.Millisecond)
			p, _ = s.Resume(p, got)
		}
		p.Sendf(`{"type":"chat","key":"k","text":"x"}`)
		p.ExpectError(protocol.CodeRateLimited)
		p.ExpectClose(protocol.CloseFaults)
		peers[0].ExpectLeft(p, protocol.ReasonLost)
	})
}

// TestSessionRenewed holds that a peer gets another token each 12 hours, in a
// frame that counts, and that it is as good as the first.
func TestSessionRenewed(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		stay := func(d time.Duration) {
			for until := time.Now().Add(d); time.Now().Before(until); {
				s.Pass(20 * time.Second)
				p.Sendf(`{"type":"pong","got":0}`)
			}
		}
		stay(12*time.Hour - time.Minute)
		p.ExpectNothing()
		stay(2 * time.Minute)
		token := Into[protocol.SessionFrame](p, p.Expect(protocol.TypeSession)).Session
		if token == p.Joined.Session || strings.Contains(token, "tea") {
			t.Errorf("the token is %q", token)
		}
		p.ExpectPong(1)
		p.Joined.Session = token
		p.Break()
		p, _ = s.Resume(p, 1)
		stay(12*time.Hour - time.Minute)
		p.ExpectNothing()
		stay(2 * time.Minute)
		p.Expect(protocol.TypeSession)
		p.ExpectPong(2)
	})
}
