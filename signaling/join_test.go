package signaling_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

func TestJoined(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		start := protocol.At(time.Now())
		mina := s.Dial()
		joined := mina.Join(Frame{"id": 7, "room": "Tea", "name": "Mina", "media": Frame{"mic": true, "camera": true}})
		if joined.Re != 7 || joined.Resumed || joined.Session == "" || *joined.Seq != 0 || joined.Got != 0 || joined.More {
			t.Errorf("joined as %+v", joined)
		}
		if want := (protocol.Room{Name: "Tea", Created: start}); joined.Room != want {
			t.Errorf("room %+v, want %+v", joined.Room, want)
		}
		if !regexp.MustCompile(`^[a-z2-7]{16}$`).MatchString(joined.You) {
			t.Errorf("id %q", joined.You)
		}
		want := []protocol.Peer{{ID: mina.ID, Name: "Mina", Role: protocol.RoleGuest, Mic: true, Camera: true, Joined: start, Instance: mina.Instance()}}
		if !slices.Equal(joined.Peers, want) {
			t.Errorf("peers %+v, want %+v", joined.Peers, want)
		}
		if !regexp.MustCompile(`^[a-z2-7]{13}$`).MatchString(mina.Instance()) {
			t.Errorf("instance %q", mina.Instance())
		}
		if joined.ICE == nil || joined.Messages == nil {
			t.Error("a list is null")
		}

		s.Pass(1500 * time.Millisecond)
		nana := s.Join("tea", "Nana")
		want = append(want, protocol.Peer{ID: nana.ID, Name: "Nana", Role: protocol.RoleGuest, Joined: protocol.At(time.Now()), Instance: nana.Instance()})
		if !slices.Equal(nana.Joined.Peers, want) {
			t.Errorf("peers %+v, want %+v", nana.Joined.Peers, want)
		}
		if mina.Instance() == nana.Instance() {
			t.Error("two peers have one instance")
		}
		if nana.Joined.Re != 0 {
			t.Error("an answer to a request without id")
		}
		if got := mina.ExpectPeer(protocol.TypePeerJoined); got != want[1] {
			t.Errorf("peer-joined %+v, want %+v", got, want[1])
		}
		nana.ExpectNothing()
	})
}

func TestRosterInOrderOfJoining(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		var ids []string
		for range 10 {
			ids = append(ids, s.Join("tea", "").ID)
			s.Pass(time.Millisecond)
		}
		var got []string
		for _, p := range s.Join("tea", "").Joined.Peers {
			got = append(got, p.ID)
		}
		if !slices.Equal(got[:10], ids) {
			t.Errorf("peers in the order %v, joined in %v", got, ids)
		}
	})
}

func TestLeaving(t *testing.T) {
	tests := []struct {
		name   string
		leave  func(*Peer)
		reason protocol.LeftReason
		after  time.Duration // and up to a sweep later
	}{
		{"leave", func(p *Peer) { p.Sendf(`{"type":"leave"}`); p.ExpectClose(protocol.CloseLeft) }, protocol.ReasonLeft, 0},
		{"close of the page", func(p *Peer) { p.Leave() }, protocol.ReasonLeft, time.Second},
		{"close of the script", func(p *Peer) { p.Close(1000) }, protocol.ReasonLeft, time.Second},
		{"close without a code", func(p *Peer) { p.SendBytes([]byte{0x88, 0x80, 0, 0, 0, 0}) }, protocol.ReasonLeft, time.Second},
		{"socket given up", func(p *Peer) { p.Close(4002) }, protocol.ReasonLost, 20 * time.Second},
		{"socket given up with the last of those codes", func(p *Peer) { p.Close(4499) }, protocol.ReasonLost, 20 * time.Second},
		{"broken socket", func(p *Peer) { p.Break() }, protocol.ReasonLost, 20 * time.Second},
		{"frame out of the protocol", func(p *Peer) { p.SendBytes([]byte{0xf3, 0x80, 0, 0, 0, 0}) }, protocol.ReasonLost, 20 * time.Second},
		{"frame that is not masked", func(p *Peer) { p.SendBytes([]byte("\x81\x02{}")) }, protocol.ReasonLost, 20 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
				began := time.Now()
				tt.leave(peers[1])
				if tt.after > 3*time.Second {
					for _, p := range []*Peer{peers[0], peers[2]} {
						p.ExpectAway(peers[1], true)
					}
					wantAfter(t, began, 3*time.Second)
					if n := len(s.Join("tea", "Yuki").Joined.Peers); n != 4 {
						t.Errorf("%d peers in the room of one that is away, want 4", n)
					}
					for _, p := range []*Peer{peers[0], peers[2]} {
						p.Expect(protocol.TypePeerJoined)
					}
				}
				for _, p := range []*Peer{peers[0], peers[2]} {
					p.ExpectLeft(peers[1], tt.reason)
					p.ExpectNothing()
				}
				wantAfter(t, began, tt.after)
				for _, p := range s.Join("tea", "Dahl").Joined.Peers {
					if p.ID == peers[1].ID || p.Away {
						t.Errorf("%+v is in the room", p)
					}
				}
			})
		})
	}
}

// wantAfter checks that something took a time, and no more than a sweep longer.
func wantAfter(t *testing.T, began time.Time, want time.Duration) {
	t.Helper()
	slack := time.Second
	if want == 0 {
		slack = 0
	}
	if d := time.Since(began); d < want || d > want+slack {
		t.Errorf("took %v, want %v", d, want)
	}
}

// TestFrameAfterLeave holds that what comes with a leave and after it is ignored.
func TestFrameAfterLeave(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Sendf(`{"type":"leave","id":1}`)
		peers[1].SendTooMuch(`{"type":"data","data":1}`)
		peers[1].ExpectClose(protocol.CloseLeft)
		peers[0].ExpectLeft(peers[1], protocol.ReasonLeft)
		peers[0].ExpectNothing()
	})
}

func TestAlreadyJoined(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].Sendf(`{"type":"join","id":4,"room":"coffee"}`)
		peers[1].ExpectRefused(4, protocol.CodeAlreadyJoined)
		peers[0].ExpectNothing()
		if state, _ := s.Hub.RoomState("coffee"); state.Exists {
			t.Error("the other room was made")
		}
	})
}

// TestHostOfFullRoom holds that hosts come into a room that others have filled, if
// they are not too many themselves.
func TestHostOfFullRoom(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Peers = 2
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		key := makeRoom(t, s, signaling.RoomSpec{Name: "tea"})
		guests := s.JoinAll("tea", "Nana", "Somi")
		refused(s, Dial{}, Frame{"room": "tea", "host": "another"}, protocol.CodeRoomFull)
		host := s.JoinAs(Frame{"room": "tea", "host": key})
		host.Sendf(`{"type":"kick","id":1,"peer":%q}`, guests[0].ID)
		host.ExpectLeft(guests[0], protocol.ReasonKicked)
		for range 10 {
			s.JoinAs(Frame{"room": "tea", "host": key})
		}
		refused(s, Dial{}, Frame{"room": "tea", "host": key}, protocol.CodeRoomFull)
	})
}

func TestRoomFull(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Peers = 2
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		late := s.Dial()
		late.SendJoin(Frame{"id": 3, "room": "tea"})
		late.ExpectRefused(3, protocol.CodeRoomFull)
		late.ExpectClose(protocol.CloseRefused)
		peers[0].ExpectNothing()
		peers[1].Sendf(`{"type":"leave"}`)
		peers[0].ExpectLeft(peers[1], protocol.ReasonLeft)
		s.Join("tea", "Somi")
		peers[0].Expect(protocol.TypePeerJoined)
	})
}

// TestRefusedAtTheDoor holds that a refused join closes, says why before, and
// leaves no room behind.
func TestRefusedAtTheDoor(t *testing.T) {
	tests := []struct {
		name string
		join Frame
		code protocol.Code
	}{
		{"room", Frame{"room": "a room"}, protocol.CodeBadRoom},
		{"name", Frame{"room": "tea", "name": "\u202eaniM"}, protocol.CodeBadName},
		{"both", Frame{"room": "", "name": "\x00"}, protocol.CodeBadRoom},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				p := s.Dial()
				tt.join["id"] = 9
				p.SendJoin(tt.join)
				p.ExpectRefused(9, tt.code)
				p.ExpectClose(protocol.CloseRefused)
				if state, _ := s.Hub.RoomState("tea"); state.Exists {
					t.Error("the room was made")
				}
			})
		})
	}
}

func TestHost(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr)
		if err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name, room, key string
			role            protocol.Role
		}{
			{"the key", "tea", key, protocol.RoleHost},
			{"the key again", "Tea", key, protocol.RoleHost},
			{"another key", "tea", strings.Repeat("a", len(key)), protocol.RoleGuest},
			{"an empty key", "tea", "", protocol.RoleGuest},
			{"the key of another room", "coffee", key, protocol.RoleGuest},
			{"an empty key for a room that nobody made", "coffee", "", protocol.RoleGuest},
		}
		for _, tt := range tests {
			p := s.JoinAs(Frame{"room": tt.room, "host": tt.key})
			i := slices.IndexFunc(p.Joined.Peers, func(other protocol.Peer) bool { return other.ID == p.ID })
			if got := p.Joined.Peers[i].Role; got != tt.role {
				t.Errorf("%s: %s, want %s", tt.name, got, tt.role)
			}
		}
	})
}

func TestUpdate(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		want := peers[1].Self()
		steps := []struct {
			send  string
			alter func(*protocol.Peer)
		}{
			{`{"type":"update","mic":true}`, func(p *protocol.Peer) { p.Mic = true }},
			{`{"type":"update","camera":true,"screen":true,"hand":true}`, func(p *protocol.Peer) { p.Camera, p.Screen, p.Hand = true, true, true }},
			{`{"type":"update","name":"  Nana B\u0065\u0301 "}`, func(p *protocol.Peer) { p.Name = "Nana B\u00e9" }},
			{`{"type":"update","mic":false,"role":"host","away":true,"id":1}`, func(p *protocol.Peer) { p.Mic = false }},
		}
		for _, step := range steps {
			peers[1].SendText(step.send)
			step.alter(&want)
			for _, p := range peers {
				if got := p.ExpectPeer(protocol.TypePeerChanged); got != want {
					t.Errorf("%s:\n got %+v\nwant %+v", step.send, got, want)
				}
			}
		}
		peers[1].ExpectOK(1)

		peers[1].Sendf(`{"type":"update","camera":true,"id":2}`)
		peers[1].ExpectOK(2)
		peers[1].Sendf(`{"type":"update","name":"","hand":false,"id":3}`)
		peers[1].ExpectRefused(3, protocol.CodeBadName)
		peers[0].ExpectNothing()
		if got := s.Join("tea", "Somi").Joined.Peers; !slices.Contains(got, want) {
			t.Errorf("a late comer sees %+v, want %+v in it", got, want)
		}
	})
}

func TestTyping(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		peers[0].Sendf(`{"type":"typing","id":1}`)
		peers[0].ExpectOK(1)
		for _, p := range peers[1:] {
			if got := Into[protocol.Typing](p, p.Expect(protocol.TypeTyping)); got.From != peers[0].ID {
				t.Errorf("typing from %q", got.From)
			}
		}
		peers[0].ExpectNothing()
	})
}
