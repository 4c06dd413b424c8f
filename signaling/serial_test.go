package signaling_test

import (
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestSnapshotLost holds that a client which never got the snapshot it was sent
// is sent another: its counts are those of the session before, and may by chance
// fit the one that began with the snapshot.
func TestSnapshotLost(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		mina, nana := s.Join("tea", "Mina"), s.Join("tea", "Nana")
		mina.Expect(protocol.TypePeerJoined)
		overflow(s, mina, nana)
		join := nana.Continue(5)

		lost := s.Dial()
		lost.SendJoin(join)
		lost.Expect(protocol.TypeJoined)
		sendData(mina, nana, 1, 10)
		s.Settle()
		lost.Break()
		s.Settle()

		again := s.JoinAs(join)
		if again.ID != nana.ID || again.Joined.Resumed || again.Instance() != nana.Instance() {
			t.Errorf("joined as %+v", again.Joined)
		}
		again.ExpectNothing()
		mina.ExpectNothing()
	})
}

// TestLateAttempt holds that of two joins of one client the later one stays, in
// whichever order they come.
func TestLateAttempt(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		mina, nana := s.Join("tea", "Mina"), s.Join("tea", "Nana")
		mina.Expect(protocol.TypePeerJoined)
		nana.Break()
		s.Settle()
		attempt := func(n int64) Frame {
			join := nana.Continue(0)
			join["attempt"] = n
			return join
		}
		second := s.Dial()
		second.SendJoin(attempt(2))
		second.Expect(protocol.TypeJoined)
		for _, late := range []int64{1, 2} {
			first := s.Dial()
			first.SendJoin(attempt(late))
			first.ExpectClose(protocol.CloseReplaced)
		}
		sendData(mina, nana, 1, 1)
		expectData(second, mina, 1, 1)
		third := s.Dial()
		third.SendJoin(attempt(3))
		third.Expect(protocol.TypeJoined)
		second.SkipToClose(protocol.CloseReplaced)
		mina.ExpectNothing()
	})
}
