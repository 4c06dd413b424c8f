package client_test

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// A network that comes back is used again, without anybody asking.
func TestFailedIsMended(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	var cut atomic.Bool
	all := []*participant{s.prepare("Mina"), s.prepare("Nana")}
	for _, p := range all {
		p.api = leaky(t, &cut)
		p.onState = func(state webrtc.PeerConnectionState) {
			if state == webrtc.PeerConnectionStateFailed {
				cut.Store(false)
			}
		}
		p.start(client.Audio)
	}
	mina, nana := all[0], all[1]
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	cut.Store(true)
	mina.waitBoth(nana, "restart of ICE", func() bool { return mina.settled()+nana.settled() > 1 })
	mina.play(client.Audio, "mended")
	nana.hearsText(mina, client.Audio, "mended")
	mina.noErrors()
	nana.noErrors()
}

// leaky is loopback over a socket that loses all while it is cut, and soon
// gives up.
func leaky(t *testing.T, cut *atomic.Bool) *webrtc.API {
	t.Helper()
	socket, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := webrtc.NewICEUDPMux(nil, leakyConn{socket, cut})
	t.Cleanup(func() { mux.Close() })
	var engine webrtc.SettingEngine
	engine.SetICEUDPMux(mux)
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	engine.SetICETimeouts(300*time.Millisecond, 500*time.Millisecond, 50*time.Millisecond)
	engine.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard}
	return webrtc.NewAPI(webrtc.WithSettingEngine(engine))
}

type leakyConn struct {
	net.PacketConn
	cut *atomic.Bool
}

func (c leakyConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.cut.Load() {
		return len(b), nil
	}
	return c.PacketConn.WriteTo(b, to)
}

// ofGreatest is a joined of who is polite to all, so that nothing is offered.
func ofGreatest() (you, joined string) {
	you = strings.Repeat("z", 16)
	return you, strings.Replace(joinedFrame, `"you":"me"`, `"you":"`+you+`"`, 1)
}

// Who waits for an offer that does not come helps on, at growing intervals, and
// not for ever.
func TestLadder(t *testing.T) {
	_, joined := ofGreatest()
	inRoomFor(t, -1, joined, func(t *testing.T, s *script, c *client.Client) {
		var (
			start        = time.Now()
			mu           sync.Mutex // guards what follows
			made, offers []int      // s
		)
		seconds := func(all *[]int) {
			mu.Lock()
			defer mu.Unlock()
			*all = append(*all, int(time.Since(start).Seconds()))
		}
		go func() {
			for {
				_, raw, err := s.ws.Read(t.Context())
				switch {
				case err != nil:
					return
				case strings.Contains(string(raw), `"type":"offer"`):
					seconds(&offers)
				case strings.Contains(string(raw), `"type":"ping"`):
					s.send(fmt.Sprintf(`{"type":"pong","got":%d}`, len(offers)))
				}
			}
		}()
		mesh, err := client.NewMesh(c, client.MeshConfig{
			API: loopback(), OnPeer: func(string, *webrtc.PeerConnection) { seconds(&made) },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer mesh.Close()
		check := func(what string, wantMade, wantOffers []int) {
			t.Helper()
			synctest.Wait()
			if !slices.Equal(made, wantMade) || !slices.Equal(offers, wantOffers) {
				t.Errorf("%s: made at %v, offered at %v", what, made, offers)
			}
		}
		mesh.Handle(client.PeerJoined{Peer: protocol.Peer{ID: "a"}})
		time.Sleep(5 * time.Minute)
		check("a ladder", []int{0, 10, 40, 80}, []int{10, 20, 40, 80})
		mesh.Handle(client.Away{})
		mesh.Handle(client.Back{Resumed: true})
		time.Sleep(15 * time.Second)
		check("back", []int{0, 10, 40, 80}, []int{10, 20, 40, 80, 310})
		mesh.Handle(client.Away{})
		time.Sleep(time.Minute)
		check("away", []int{0, 10, 40, 80}, []int{10, 20, 40, 80, 310})
	})
}

// Who is not in a snapshot has 20 s to come back.
func TestMissingLinger(t *testing.T) {
	greatest, joined := ofGreatest()
	peers := []protocol.Peer{{ID: "a", Instance: "1"}, {ID: "b", Instance: "1"}, {ID: "c", Instance: "1"}}
	inRoomFor(t, -1, joined, func(t *testing.T, _ *script, c *client.Client) {
		var (
			mu     sync.Mutex // guards what follows
			made   = map[string]int{}
			closed []string
		)
		mesh, err := client.NewMesh(c, client.MeshConfig{
			API: loopback(), NoHealing: true,
			OnPeer: func(peer string, _ *webrtc.PeerConnection) {
				mu.Lock()
				defer mu.Unlock()
				made[peer]++
			},
			OnState: func(peer string, state webrtc.PeerConnectionState) {
				mu.Lock()
				defer mu.Unlock()
				if state == webrtc.PeerConnectionStateClosed {
					closed = append(closed, peer)
				}
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer mesh.Close()
		gone := func(want ...string) {
			t.Helper()
			synctest.Wait()
			mu.Lock()
			defer mu.Unlock()
			slices.Sort(closed)
			if !slices.Equal(closed, want) {
				t.Errorf("%v are closed, want %v", closed, want)
			}
		}
		for _, p := range peers {
			mesh.Handle(client.PeerJoined{Peer: p})
		}
		mesh.Handle(client.Snapshot{Joined: protocol.Joined{You: greatest, Peers: peers[:1]}})
		time.Sleep(19 * time.Second)
		gone()
		mesh.Handle(client.PeerJoined{Peer: peers[1]})
		time.Sleep(time.Second)
		gone("c")
		mesh.Handle(client.PeerJoined{Peer: protocol.Peer{ID: "b", Instance: "2"}})
		mesh.Handle(client.PeerChanged{Peer: protocol.Peer{ID: "b", Instance: "3"}})
		mesh.Handle(client.PeerChanged{Peer: protocol.Peer{ID: "b", Instance: "3", Away: true}})
		mesh.Handle(client.PeerChanged{Peer: protocol.Peer{ID: "unknown"}})
		synctest.Wait()
		if made["b"] != 4 || made["unknown"] != 0 {
			t.Errorf("made %v", made)
		}
		mesh.Handle(client.PeerLeft{Peer: "b", Reason: protocol.ReasonLeft})
		mesh.Handle(client.PeerLeft{Peer: "a", Reason: protocol.ReasonLost}) // and not connected
		gone("a", "b", "c")
		if made["a"] != 2 || made["c"] != 1 { // what was not settled is negotiated anew
			t.Errorf("made %v", made)
		}
		mesh.Handle(client.PeerJoined{Peer: peers[0]})
		mesh.Handle(client.Away{})
		mesh.Handle(client.Snapshot{Joined: protocol.Joined{You: "zz", Peers: peers[:1]}}) // as another
		gone("a", "a", "b", "c")
		if made["a"] != 4 {
			t.Errorf("made %v", made)
		}
		mesh.Handle(client.Snapshot{Joined: protocol.Joined{You: "zz"}})
		time.Sleep(time.Minute)
		gone("a", "a", "b", "c") // the server is away
		mesh.Handle(client.Back{})
		time.Sleep(20 * time.Second)
		gone("a", "a", "a", "b", "c")
	})
}
