package signaling_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// fakeRelay gives credentials of a minute that say who they are for and when they
// end.
type fakeRelay struct{}

func (fakeRelay) ICE(peer signaling.PeerID, host string, now time.Time) ([]protocol.ICEServer, time.Time) {
	end := now.Add(time.Minute)
	return []protocol.ICEServer{
		{URLs: []string{"stun:" + host}},
		{URLs: []string{"turn:" + host}, Username: fmt.Sprint(end.Unix(), ":", peer), Credential: "secret"},
	}, end
}

// wantServers checks that servers were made for a peer now.
func wantServers(t *testing.T, got []protocol.ICEServer, expires protocol.Time, p *Peer, host string) {
	t.Helper()
	want, end := fakeRelay{}.ICE(signaling.PeerID(p.ID), host, time.Now())
	if !reflect.DeepEqual(got, want) || !expires.Equal(end) {
		t.Errorf("until %v: %v\n want until %v: %v", expires, got, end, want)
	}
}

// wantRenewal takes the next frame, which must bring servers that were made now.
func wantRenewal(t *testing.T, p *Peer, host string) {
	t.Helper()
	f := Into[protocol.ICEFrame](p, p.Expect(protocol.TypeICE))
	wantServers(t, f.ICE, f.Expires, p, host)
}

// TestICE holds that credentials are renewed when a quarter of their life is
// left, by counted frames, each peer's at its own time.
func TestICE(t *testing.T) {
	Run(t, signaling.Config{Relay: fakeRelay{}}, func(t *testing.T, s *Server) {
		mina := s.Join("tea", "Mina")
		wantServers(t, mina.Joined.ICE, mina.Joined.Expires, mina, Host)
		s.Pass(20 * time.Second)
		nana := s.Join("tea", "Nana")
		wantServers(t, nana.Joined.ICE, nana.Joined.Expires, nana, Host)
		mina.Expect(protocol.TypePeerJoined)
		for i := range int64(3) {
			mina.ExpectPong(i + 1)
			nana.ExpectPong(i)
			s.Pass(24 * time.Second)
			mina.ExpectNothing()
			s.Pass(time.Second)
			wantRenewal(t, mina, Host)
			nana.ExpectPong(i)
			mina.ExpectPong(i + 2)
			s.Pass(20 * time.Second)
			wantRenewal(t, nana, Host)
		}
	})
}

// TestICEOfAbsent holds that who was away gets what was renewed meanwhile, and
// that a snapshot brings other servers anyway.
func TestICEOfAbsent(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Grace = 50 * time.Second
	Run(t, signaling.Config{Relay: fakeRelay{}, Limits: limits}, func(t *testing.T, s *Server) {
		p := s.JoinAs(Frame{"room": "tea"})
		p.Break()
		s.Pass(45 * time.Second)
		back, _ := s.Resume(p, 0)
		back.Expect(protocol.TypePeerChanged) // away
		wantRenewal(t, back, Host)
		back.Expect(protocol.TypePeerChanged)

		back.Break()
		s.Pass(time.Second)
		again := s.JoinAs(back.Continue(99))
		if again.ID != p.ID || again.Joined.Resumed {
			t.Fatalf("joined as %+v", again.Joined)
		}
		wantServers(t, again.Joined.ICE, again.Joined.Expires, p, Host)
	})
}

// TestICEByAnotherName holds that servers go by the name by which a peer came back.
func TestICEByAnotherName(t *testing.T) {
	Run(t, signaling.Config{Relay: fakeRelay{}}, func(t *testing.T, s *Server) {
		p := s.JoinAs(Frame{"room": "tea"})
		p.Break()
		s.Pass(time.Second)
		back := s.DialWith(Dial{Host: "call.example.org"})
		back.SendJoin(p.Continue(0))
		back.ID = p.ID
		back.Expect(protocol.TypeJoined)
		s.Pass(20 * time.Second)
		back.ExpectPong(0)
		s.Pass(24 * time.Second)
		wantRenewal(t, back, "call.example.org")
	})
}

// forever is a relay without credentials.
type forever struct{}

func (forever) ICE(signaling.PeerID, string, time.Time) ([]protocol.ICEServer, time.Time) {
	return []protocol.ICEServer{{URLs: []string{"stun:stun.example.org"}}}, time.Time{}
}

// TestICEWithoutEnd holds that servers without credentials, and none, come once.
func TestICEWithoutEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		relay signaling.Relay
		want  string
	}{
		"no relay": {nil, `"ice":[],"messages"`}, "no credentials": {forever{}, `"ice":[{"urls":["stun:stun.example.org"]}],"messages"`},
	} {
		t.Run(name, func(t *testing.T) {
			Run(t, signaling.Config{Relay: tt.relay}, func(t *testing.T, s *Server) {
				p := s.Dial()
				p.SendJoin(Frame{"room": "tea"})
				if joined := p.Expect(protocol.TypeJoined); !strings.Contains(joined.Text, tt.want) {
					t.Errorf("want %s, got %s", tt.want, joined.Text)
				}
				for range 200 {
					s.Pass(30 * time.Second)
					p.ExpectPong(0)
				}
			})
		})
	}
}

// TestICEHost holds that servers go by the name a client knows this one by, and
// that what is no name is passed to nobody.
func TestICEHost(t *testing.T) {
	long := strings.Repeat("a", 63) + "."
	Run(t, signaling.Config{Relay: fakeRelay{}}, func(t *testing.T, s *Server) {
		for header, want := range map[string]string{
			"call.example.org":              "call.example.org",
			"Call.Example.Org:8443":         "call.example.org",
			"call.example.org.":             "call.example.org",
			"localhost:8080":                "localhost",
			"my_box":                        "my_box",
			"xn--bcher-kva.example":         "xn--bcher-kva.example",
			"203.0.113.5":                   "203.0.113.5",
			"203.0.113.5:443":               "203.0.113.5",
			"[2001:DB8::5]:443":             "2001:db8::5",
			"[2001:db8:0::5]":               "2001:db8::5",
			long + long + long + long[1:62]: long + long + long + long[1:62],
			long + long + long + long[1:63]: "",
			"a" + long + "org":              "",
			"call..org":                     "",
			"-call.org":                     "",
			"call-.org":                     "",
			"203.0.113.256":                 "",
			"17":                            "",
			"call.example.org?transport=x":  "",
			"call.example.org@evil.org":     "",
			"ca\tll":                        "",
		} {
			p, _, err := s.TryDial(Dial{Host: header})
			if err != nil {
				if want != "" {
					t.Errorf("%q: %v", header, err)
				}
				continue // net/http refuses it
			}
			if got := strings.TrimPrefix(p.Join(Frame{"room": "tea"}).ICE[0].URLs[0], "stun:"); got != want {
				t.Errorf("%q is taken as %q, want %q", header, got, want)
			}
		}
	})
}

// TestPingBeforeJoin holds that a client may ask how far away the server is
// before it joins, or without ever doing so.
func TestPingBeforeJoin(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Dial()
		for range 19 {
			if got := p.ExpectPong(0).Got; got != 0 {
				t.Errorf("%d frames are counted", got)
			}
		}
		p.Sendf(`{"type":"ping","id":7,"got":1}`)
		p.ExpectRefused(7, protocol.CodeBadMessage)
		p.Sendf(`{"type":"pong","got":0}`)
		p.ExpectError(protocol.CodeNotJoined)
		p.Sendf(`{"type":"ping","got":0}`)
		p.ExpectError(protocol.CodeNotJoined) // the 21st
		p.Join(Frame{"room": "tea"})
		if got := p.ExpectPong(0).Got; got != 0 {
			t.Errorf("%d frames are counted after the join", got)
		}
		asked := s.Dial()
		asked.ExpectPong(0)
		asked.Close(protocol.CloseLeft)
		s.Settle()
		if left := s.Hub.Left().Entering; left != 0 {
			t.Errorf("%d sockets are left", left)
		}
	})
}
