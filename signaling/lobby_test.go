package signaling_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
	"moim/signaling/signalingtest"
)

// knock joins a room with a lobby and waits to be told so.
func knock(s *Server, d Dial, fields Frame) *Peer {
	p := s.DialWith(d)
	fields["id"] = 5
	p.SendJoin(fields)
	p.ExpectText(`{"type":"waiting","re":5}`)
	return p
}

// heard takes a knock and answers who it is.
func heard(host *Peer) protocol.Peer {
	return signalingtest.Into[protocol.PeerEvent](host, host.Expect(protocol.TypeKnock)).Peer
}

// ended takes the end of a knock.
func ended(t *testing.T, host *Peer, id string, reason protocol.KnockReason) {
	t.Helper()
	got := signalingtest.Into[protocol.KnockEnded](host, host.Expect(protocol.TypeKnockEnded))
	if got.Peer != id || got.Reason != reason {
		t.Fatalf("the knock of %s ended as %s, want %s as %s", got.Peer, got.Reason, id, reason)
	}
}

// TestLobby holds that who knocks sees nothing of the room until a host, one of
// several and not a guest, lets it in, and then sees all.
func TestLobby(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		set(mina, 1, `"lobby":true`)
		jonas.Expect(protocol.TypeRoom)
		renewed(jonas)
		nana := knock(s, elsewhere, Frame{"room": "tea", "name": "Nana", "media": Frame{"mic": true, "camera": false}})
		who := heard(mina)
		if who.Name != "Nana" || who.Role != protocol.RoleGuest || !who.Mic || who.Camera {
			t.Errorf("%+v knocks", who)
		}
		mina.Sendf(`{"type":"chat","key":"a","text":"among us"}`)
		mina.ExpectChat("among us")
		jonas.ExpectChat("among us")
		nana.ExpectNothing()
		for i, frame := range []string{
			`"chat","key":"a","text":"let me in"`, `"offer","to":"` + mina.ID + `","sdp":"v=0"`, `"chat-history"`, `"update","hand":true`,
			`"admit","peer":"` + who.ID + `"`, `"join","room":"tea"`,
		} {
			nana.Sendf(`{"type":%s,"id":%d}`, frame, i+1)
			nana.ExpectRefused(int64(i+1), protocol.CodeNotJoined)
		}
		nana.ExpectPong(0)
		jonas.ExpectNothing()

		sora := s.JoinAs(Frame{"room": "tea", "name": "Sora", "host": key})
		mina.ExpectPeer(protocol.TypePeerJoined)
		jonas.ExpectPeer(protocol.TypePeerJoined)
		if heard(sora).ID != who.ID {
			t.Error("a host who comes later hears of another knock")
		}
		sora.Sendf(`{"type":"admit","id":1,"peer":%q}`, who.ID)
		sora.ExpectText(fmt.Sprintf(`{"type":"knock-ended","peer":%q,"reason":"admitted"}`, who.ID))
		sora.ExpectOK(1)
		ended(t, mina, who.ID, protocol.KnockAdmitted)
		nana.Joined = signalingtest.Into[protocol.Joined](nana, nana.Expect(protocol.TypeJoined))
		if nana.ID = nana.Joined.You; nana.ID != who.ID || nana.Joined.Re != 5 || len(nana.Joined.Peers) != 4 || len(nana.Joined.Messages) != 1 {
			t.Errorf("joined %+v", nana.Joined)
		}
		for _, member := range []*Peer{mina, jonas, sora} {
			if got := member.ExpectPeer(protocol.TypePeerJoined); got.ID != who.ID {
				t.Errorf("%+v joined", got)
			}
		}
		nana.Sendf(`{"type":"chat","key":"b","text":"thank you"}`)
		nana.ExpectChat("thank you")
		mina.ExpectChat("thank you")
		s.Pass(time.Minute / 2)
		nana.ExpectPong(1)
		s.JoinAs(nana.Continue(1))
	})
}

func TestKnockRejected(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		nana := knock(s, Dial{}, Frame{"room": "tea"})
		who := heard(mina)
		mina.Sendf(`{"type":"reject","id":1,"peer":%q}`, who.ID)
		ended(t, mina, who.ID, protocol.KnockRejected)
		mina.ExpectOK(1)
		nana.ExpectRefused(5, protocol.CodeRejected)
		nana.ExpectClose(protocol.CloseRefused)
		mina.Sendf(`{"type":"admit","id":2,"peer":%q}`, who.ID)
		mina.ExpectRefused(2, protocol.CodeNoSuchPeer)
	})
}

// TestKnockEnds holds that a wait ends when its socket does, is silent or leaves,
// and when who waits knocks anew.
func TestKnockEnds(t *testing.T) {
	ends := map[string]func(s *Server, host, p *Peer){
		"leave":  func(_ *Server, _, p *Peer) { p.Sendf(`{"type":"leave"}`); p.ExpectClose(protocol.CloseLeft) },
		"closed": func(_ *Server, _, p *Peer) { p.Leave() },
		"cut":    func(_ *Server, _, p *Peer) { p.Break() },
		"silence": func(s *Server, host, p *Peer) {
			s.Pass(30 * time.Second)
			host.Sendf(`{"type":"ping","got":0}`)
			host.Expect(protocol.TypePong)
			s.Pass(31 * time.Second)
			p.ExpectClose(protocol.CloseSilent)
		},
		"faults": func(_ *Server, _, p *Peer) {
			for range protocol.MaxFaults {
				p.Sendf(`{"type":"typing"}`)
			}
			p.SkipToClose(protocol.CloseFaults)
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
				mina := s.JoinAs(Frame{"room": "tea", "host": key})
				p := knock(s, Dial{}, Frame{"room": "tea"})
				who := heard(mina)
				end(s, mina, p)
				ended(t, mina, who.ID, protocol.KnockLeft)
			})
		})
	}
}

func TestKnockAgain(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key, mina, jonas := open(t, s, signaling.RoomSpec{})
		_ = key
		jonas.Sendf(`{"type":"leave"}`)
		jonas.ExpectClose(protocol.CloseLeft)
		mina.ExpectLeft(jonas, protocol.ReasonLeft)
		set(mina, 1, `"lobby":true`)
		first := knock(s, Dial{}, Frame{"room": "tea", "session": jonas.Joined.Session})
		if heard(mina).ID != jonas.ID {
			t.Error("a token does not give the id")
		}
		knock(s, Dial{}, Frame{"room": "tea", "session": jonas.Joined.Session})
		ended(t, mina, jonas.ID, protocol.KnockLeft)
		heard(mina)
		first.ExpectClose(protocol.CloseReplaced)
		mina.ExpectNothing()
	})
}

// TestLobbyOpened holds that all who wait are let in when there is no lobby any
// more, and not while the room is locked.
func TestLobbyOpened(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		var waiting []*Peer
		for range 3 {
			waiting = append(waiting, knock(s, Dial{}, Frame{"room": "tea"}))
			heard(mina)
		}
		set(mina, 1, `"locked":true`)
		set(mina, 2, `"lobby":false`)
		waiting[0].ExpectNothing()
		mina.Sendf(`{"type":"set-room","id":3,"locked":false}`)
		s.Settle()
		types := map[protocol.Type]int{}
		for _, frame := range mina.Drain() {
			types[frame.Type]++
		}
		if types[protocol.TypeKnockEnded] != 3 || types[protocol.TypePeerJoined] != 3 || types[protocol.TypeOK] != 1 {
			t.Errorf("the host got %v", types)
		}
		for _, p := range waiting {
			p.Expect(protocol.TypeJoined)
		}
	})
}

// TestKnockBounds holds that no more wait than may, and not more of one address
// than ten.
func TestKnockBounds(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		from := func(i int) Dial { return Dial{From: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})} }
		for i := range 100 {
			knock(s, from(i/10), Frame{"room": "tea"})
			heard(mina)
			if i == 9 {
				refused(s, from(0), Frame{"room": "tea"}, protocol.CodeRoomFull)
			}
		}
		refused(s, from(99), Frame{"room": "tea"}, protocol.CodeRoomFull)
		for range 9 { // ten knocks were heard, and 20 at once may be
			p := s.DialWith(from(1))
			p.SendJoin(Frame{"room": "tea"})
			p.SkipToClose(protocol.CloseRefused)
		}
		p := s.DialWith(from(1))
		p.SendJoin(Frame{"room": "tea", "id": 1})
		p.ExpectRefused(1, protocol.CodeRoomFull)
		p = s.DialWith(from(1))
		p.SendJoin(Frame{"room": "tea", "id": 1})
		p.ExpectRefused(1, protocol.CodeRateLimited)
		mina.ExpectNothing()
	})
}

// TestKnockAndStop holds that who waits is sent away when the server stops.
func TestKnockAndStop(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		p := knock(s, Dial{}, Frame{"room": "tea"})
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		p.ExpectClose(protocol.CloseGoingAway)
	})
}

// TestAdmitRaces lets people in while their sockets end: they are in or they
// are not, and nothing is left of them.
func TestAdmitRaces(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea", Lobby: true})
		mina := s.JoinAs(Frame{"room": "tea", "host": key})
		for i := range 20 {
			from := Dial{From: netip.AddrFrom4([4]byte{198, 51, 100, byte(i)})}
			p := knock(s, from, Frame{"room": "tea"})
			who := heard(mina)
			done := make(chan struct{})
			go func() { defer close(done); p.Break() }()
			mina.Sendf(`{"type":"admit","id":1,"peer":%q}`, who.ID)
			<-done
			s.Settle()
			s.Pass(25 * time.Second)
			mina.Sendf(`{"type":"ping","got":0}`)
			got := mina.Drain()
			joined := slices.ContainsFunc(got, func(f Received) bool { return f.Type == protocol.TypePeerJoined })
			left := slices.ContainsFunc(got, func(f Received) bool { return f.Type == protocol.TypePeerLeft })
			if joined != left {
				t.Fatalf("joined %v, left %v: %v", joined, left, got)
			}
		}
	})
}
