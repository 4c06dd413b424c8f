package client_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

func TestTwoPeers(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina := s.join("Mina", client.Audio)
	nana := s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	for _, p := range []*participant{mina, nana} {
		if err := p.SendData(s.ctx, "", "from "+p.name); err != nil {
			t.Fatal(err)
		}
	}
	mina.wait("data", func() bool { return slices.Contains(mina.data, `"from Nana"`) })
	nana.wait("data", func() bool { return slices.Contains(nana.data, `"from Mina"`) })
	mina.noErrors()
	nana.noErrors()
}

func TestThreePeersAllKinds(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	all := []*participant{
		s.join("Mina", client.Audio, client.Camera, client.Screen, client.ScreenAudio),
		s.join("Nana", client.Audio, client.Camera, client.Screen, client.ScreenAudio),
		s.join("Juno", client.Audio, client.Camera, client.Screen, client.ScreenAudio),
	}
	for _, p := range all {
		for _, other := range all {
			if p == other {
				continue
			}
			for _, kind := range []client.Kind{client.Audio, client.Camera, client.Screen, client.ScreenAudio} {
				p.hears(other, kind)
			}
		}
		p.noErrors()
	}
}

func TestLateComer(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	late := s.join("Late", client.Audio)
	late.hears(mina, client.Audio)
	late.hears(nana, client.Audio)
	mina.hears(late, client.Audio)
	nana.hears(late, client.Audio)
}

func TestSetTrack(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina"), s.join("Nana")
	mina.reaches(nana, webrtc.PeerConnectionStateConnected)
	nana.reaches(mina, webrtc.PeerConnectionStateConnected)
	for _, kind := range []client.Kind{client.Screen, client.Audio, client.Camera} {
		mina.play(kind, "first")
		nana.play(kind, "first")
		mina.hearsText(nana, kind, "first")
		nana.hearsText(mina, kind, "first")
	}
	mina.play(client.Camera, "second")
	nana.hearsText(mina, client.Camera, "second")
	if err := mina.mesh.SetTrack(client.Camera, nil); err != nil {
		t.Fatal(err)
	}
	mina.play(client.Audio, "second")
	nana.hearsText(mina, client.Audio, "second")
	mina.play(client.Camera, "third")
	nana.hearsText(mina, client.Camera, "third")
	for _, p := range []*participant{mina, nana} {
		if got := p.descriptions(protocol.TypeOffer) + p.descriptions(protocol.TypeAnswer); got != 1 {
			t.Errorf("%s got %d descriptions: a change of tracks was negotiated", p.name, got)
		}
		p.noErrors()
	}
}

func TestSetTrackRefused(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	c := s.dial("Mina")
	mesh, err := client.NewMesh(c, client.MeshConfig{API: loopback()})
	if err != nil {
		t.Fatal(err)
	}
	defer mesh.Close()
	video := newTrack(t, client.Camera)
	for _, kind := range []client.Kind{client.Audio, "hologram"} {
		if err := mesh.SetTrack(kind, video); err == nil {
			t.Errorf("video was taken as %s", kind)
		}
		if _, err := client.NewMesh(c, client.MeshConfig{API: loopback(), Tracks: map[client.Kind]webrtc.TrackLocal{kind: video}}); err == nil {
			t.Errorf("video was taken as %s from the start", kind)
		}
	}
}

func TestLeaveClosesConnections(t *testing.T) {
	s := startService(t, withoutGrace())
	mina, nana, juno := s.join("Mina"), s.join("Nana"), s.join("Juno")
	for _, p := range []*participant{nana, juno} {
		mina.reaches(p, webrtc.PeerConnectionStateConnected)
		p.reaches(mina, webrtc.PeerConnectionStateConnected)
	}
	if err := nana.Leave(s.ctx); err != nil {
		t.Fatal(err)
	}
	mina.reaches(nana, webrtc.PeerConnectionStateClosed)
	juno.reaches(nana, webrtc.PeerConnectionStateClosed)
	juno.Close() // lost to the server, and then to the others
	juno.mesh.Close()
	mina.reaches(juno, webrtc.PeerConnectionStateClosed)

	nana.mesh.Close()
	if state := nana.state(mina); state != webrtc.PeerConnectionStateClosed {
		t.Errorf("after Close the state is %s", state)
	}
	nana.mesh.Close()
	nana.mesh.Handle(client.PeerJoined{Peer: protocol.Peer{ID: "after the end"}})
}

// The call outlives its signaling.
func TestServerGoesConnectionsStay(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	s.stop()
	<-mina.Done()
	<-nana.Done()
	mina.play(client.Audio, "still here")
	nana.hearsText(mina, client.Audio, "still here")
	mina.mesh.Close()
	nana.reaches(mina, webrtc.PeerConnectionStateClosed) // told by DTLS
}

func TestDataChannels(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	for _, p := range []*participant{mina, nana} { // both at once: glare
		p.openChannel(p.name)
	}
	mina.wait("a message", func() bool { return slices.Contains(mina.messages, "hello from Nana") })
	nana.wait("a message", func() bool { return slices.Contains(nana.messages, "hello from Mina") })
	mina.noErrors()
	nana.noErrors()
}

// The polite side has something to negotiate from the start, and still leaves
// the order of the m-lines to the other.
func TestPoliteSideWaits(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina := s.prepare("Mina")
	nana := s.prepare("Nana")
	for _, p := range []*participant{mina, nana} {
		p.channels = []string{p.name}
		p.start(client.Audio, client.Camera)
	}
	mina.wait("a message", func() bool { return slices.Contains(mina.messages, "hello from Nana") })
	nana.wait("a message", func() bool { return slices.Contains(nana.messages, "hello from Mina") })
	mina.hears(nana, client.Camera)
	nana.hears(mina, client.Camera)
	for _, p := range []*participant{mina, nana} {
		for _, sdp := range p.sdpsOf() {
			if got := mLines(sdp); !slices.Equal(got[:4], []string{"audio", "video", "video", "audio"}) {
				t.Errorf("m-lines %v", got)
			}
		}
		p.noErrors()
	}
}

func TestGlare(t *testing.T) {
	for _, c := range []struct {
		name   string
		rounds int
		ask    func(m *client.Mesh, peer string)
	}{
		{"renegotiation", 40, (*client.Mesh).Renegotiate},
		{"ICE restart", 8, (*client.Mesh).RestartICE},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := startService(t, signaling.DefaultLimits())
			mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
			mina.hears(nana, client.Audio)
			nana.hears(mina, client.Audio)
			for range c.rounds {
				before := mina.settled() + nana.settled()
				c.ask(mina.mesh, nana.You())
				c.ask(nana.mesh, mina.You())
				// Each side's wish is fulfilled: one answer for each, whoever gave way.
				settled := func() bool { return mina.settled()+nana.settled() >= before+2 }
				mina.waitBoth(nana, "two answers", settled)
			}
			for i, p := range []*participant{mina, nana} {
				text := fmt.Sprintf("after the glare %d", i)
				p.play(client.Audio, text)
				other := []*participant{nana, mina}[i]
				other.hearsText(p, client.Audio, text)
				other.reaches(p, webrtc.PeerConnectionStateConnected)
				p.noErrors()
			}
		})
	}
}

func TestRestartICE(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	for _, p := range []*participant{mina, nana} {
		other := map[*participant]*participant{mina: nana, nana: mina}[p]
		old := lastUfrag(p.sdpsOf())
		p.mesh.RestartICE(other.You())
		p.wait("other ICE credentials", func() bool { return lastUfrag(p.sdps) != old })
		text := "after the restart of " + p.name
		p.play(client.Audio, text)
		other.hearsText(p, client.Audio, text)
	}
	mina.mesh.RestartICE("nobody")
	mina.noErrors()
	nana.noErrors()
}

func lastUfrag(sdps []string) string {
	_, rest, _ := strings.Cut(sdps[len(sdps)-1], "a=ice-ufrag:")
	ufrag, _, _ := strings.Cut(rest, "\r\n")
	return ufrag
}

func mLines(sdp string) []string {
	var media []string
	for line := range strings.Lines(sdp) {
		if m, ok := strings.CutPrefix(line, "m="); ok {
			media = append(media, strings.Fields(m)[0])
		}
	}
	return media
}
