package client_test

import (
	"net"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// withServer is a joined whose ICE servers are that of a user.
func withServer(joined, user string) string {
	return strings.Replace(joined, `"ice":[]`, `"ice":`+serverOf(user)+`,"expires":"2026-11-22T13:00:00.000Z"`, 1)
}

func serverOf(user string) string {
	return `[{"urls":["turn:192.0.2.1?transport=udp"],"username":"` + user + `","credential":"secret"}]`
}

// Connections that stand and new ones have the servers the server named last.
func TestNewestServers(t *testing.T) {
	greatest, joined := ofGreatest()
	for name, given := range map[string][]webrtc.ICEServer{"named": nil, "given": {}} {
		t.Run(name, func(t *testing.T) {
			inRoomFor(t, -1, withServer(joined, "first"), func(t *testing.T, s *script, c *client.Client) {
				var (
					mu   sync.Mutex // guards what follows
					made = map[string]*webrtc.PeerConnection{}
				)
				mesh, err := client.NewMesh(c, client.MeshConfig{
					API: loopback(), NoHealing: true, ICE: given,
					OnPeer: func(peer string, pc *webrtc.PeerConnection) {
						mu.Lock()
						defer mu.Unlock()
						made[peer] = pc
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				defer mesh.Close()
				check := func(want string, peers ...string) {
					t.Helper()
					synctest.Wait()
					mu.Lock()
					defer mu.Unlock()
					for _, peer := range peers {
						servers := made[peer].GetConfiguration().ICEServers
						if given != nil && len(servers) > 0 || given == nil && (len(servers) != 1 || servers[0].Username != want) {
							t.Errorf("%s is connected with %+v, want those of %s", peer, servers, want)
						}
					}
				}
				mesh.Handle(client.PeerJoined{Peer: protocol.Peer{ID: "a"}})
				check("first", "a")

				s.send(`{"type":"ice","ice":` + serverOf("second") + `,"expires":"2026-11-22T13:30:00.000Z"}`)
				event := (<-c.Events()).(client.Servers)
				if want := time.Date(2026, 11, 22, 13, 30, 0, 0, time.UTC); !event.Expires.Equal(want) || !c.Joined().Expires.Equal(want) {
					t.Errorf("the credentials end at %v", event.Expires)
				}
				if !reflect.DeepEqual(c.Joined().ICE, event.ICE) {
					t.Errorf("joined has %v", c.Joined().ICE)
				}
				mesh.Handle(event)
				mesh.Handle(client.PeerJoined{Peer: protocol.Peer{ID: "b"}})
				check("second", "a", "b")

				third := []protocol.ICEServer{{URLs: []string{"turn:192.0.2.1"}, Username: "third", Credential: "secret"}}
				peers := []protocol.Peer{{ID: "a"}, {ID: "b"}, {ID: "c"}}
				mesh.Handle(client.Snapshot{Joined: protocol.Joined{You: greatest, Peers: peers, ICE: third}})
				check("third", "a", "b", "c")
			})
		})
	}
}

// A restart of ICE asks the newest servers, on both sides.
func TestRestartAsksNewestServer(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina := s.join("Mina", client.Audio)
	nana := s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	both := []*participant{mina, nana}
	servers := make([]net.PacketConn, len(both))
	for i, p := range both {
		var err error
		if servers[i], err = new(net.ListenConfig).ListenPacket(t.Context(), "udp4", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
		defer servers[i].Close()
		p.mesh.Handle(client.Servers{ICE: []protocol.ICEServer{{URLs: []string{"stun:" + servers[i].LocalAddr().String()}}}})
	}
	mina.mesh.RestartICE(nana.You())
	for i, p := range both {
		servers[i].SetReadDeadline(time.Now().Add(patience))
		if _, _, err := servers[i].ReadFrom(make([]byte, 1500)); err != nil {
			t.Errorf("%s did not ask: %v", p.name, err)
		}
	}
}
