//go:build network

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"moim/internal/netlab"
	"moim/signaling/client"
)

// participantVariable has the test program be a participant in Go instead, and
// says of what room; a process of its own can be in a home with all its sockets.
const participantVariable = "MOIM_TEST_PARTICIPANT"

func TestMain(m *testing.M) {
	if spec := os.Getenv(participantVariable); spec != "" {
		if err := participate([]byte(spec), os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// participation is what a participant is told.
type participation struct{ URL, Room, Name string }

// account is what a participant tells of its connection, again and again.
type account struct {
	Received int64 // RTP packets
	Route    route // of the selected pair
}

// route is what the two candidates of a pair are (W3C WebRTC Statistics, section
// 6.13).
type route struct {
	Local, Remote string // candidate types
	Protocol      string // to the relay; empty when the local candidate is none
}

const relayed = "relay"

// direct tells whether there is a route, without a relay.
func (p route) direct() bool { return p.Local != "" && p.Local != relayed && p.Remote != relayed }

// participate joins a room, plays a sound to the other peer in it, and gives
// accounts until it is killed.
func participate(spec []byte, out io.Writer) error {
	var p participation
	if err := json.Unmarshal(spec, &p); err != nil {
		return err
	}
	c, err := client.Dial(context.Background(), client.Config{URL: p.URL, Room: p.Room, Name: p.Name, Media: client.Media{Mic: true}})
	if err != nil {
		return err
	}
	sound, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}, "sound", "sound")
	if err != nil {
		return err
	}
	engine := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: os.Stderr, DefaultLogLevel: logging.LogLevelError}}
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	var ear ear
	mesh, err := client.NewMesh(c, client.MeshConfig{
		API:    webrtc.NewAPI(webrtc.WithSettingEngine(engine)),
		Tracks: map[client.Kind]webrtc.TrackLocal{client.Audio: sound},
		OnPeer: func(_ string, pc *webrtc.PeerConnection) { ear.connection.Store(pc) },
		OnTrack: func(_ string, _ client.Kind, track *webrtc.TrackRemote) {
			for {
				if _, _, err := track.ReadRTP(); err != nil {
					return
				}
				ear.received.Add(1)
			}
		},
		OnError: func(_ string, err error) { fmt.Fprintln(os.Stderr, p.Name, err) },
	})
	if err != nil {
		return err
	}
	go func() {
		for event := range c.Events() {
			mesh.Handle(event)
		}
	}()
	return errors.Join(ear.tell(sound, out), c.Err())
}

// ear is what a participant gets.
type ear struct {
	received   atomic.Int64
	connection atomic.Pointer[webrtc.PeerConnection]
}

// tell plays a sound, and gives an account every 100 ms.
func (e *ear) tell(sound *webrtc.TrackLocalStaticRTP, out io.Writer) error {
	accounts := json.NewEncoder(out)
	packet := rtp.Packet{Header: rtp.Header{Version: 2}, Payload: []byte("a sound")}
	for range time.Tick(20 * time.Millisecond) {
		packet.SequenceNumber++
		packet.Timestamp += 960
		if err := sound.WriteRTP(&packet); err != nil {
			return err
		}
		if packet.SequenceNumber%5 != 0 {
			continue
		}
		if err := accounts.Encode(account{e.received.Load(), routeOf(e.connection.Load())}); err != nil {
			return err
		}
	}
	return nil
}

// routeOf is the route that a connection has taken, if it has.
func routeOf(pc *webrtc.PeerConnection) route {
	if pc == nil {
		return route{}
	}
	var (
		chosen     webrtc.ICECandidatePairStats
		candidates = map[string]webrtc.ICECandidateStats{}
	)
	for _, s := range pc.GetStats() {
		switch s := s.(type) {
		case webrtc.ICECandidateStats:
			candidates[s.ID] = s
		case webrtc.ICECandidatePairStats:
			if s.Nominated && s.State == webrtc.StatsICECandidatePairStateSucceeded && s.PacketsReceived >= chosen.PacketsReceived {
				chosen = s
			}
		}
	}
	local, remote := candidates[chosen.LocalCandidateID], candidates[chosen.RemoteCandidateID]
	if chosen.ID == "" {
		return route{}
	}
	return route{local.CandidateType.String(), remote.CandidateType.String(), local.RelayProtocol}
}

// residentPeer is a participant in a home, as the test sees it.
type residentPeer struct {
	name   string
	news   chan struct{} // has a value when there is another account
	mu     sync.Mutex    // guards what follows
	newest account
	err    error // why there are no more
}

// participant starts a participant in a home, until the test ends. It trusts the
// authority, if there is one.
func (r *natRegion) participant(t *testing.T, home *netlab.Host, room, name string) *residentPeer {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	spec, err := json.Marshal(participation{r.url, room, name})
	if err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(context.WithoutCancel(t.Context()), self)
	command.Env = append(os.Environ(), participantVariable+"="+string(spec))
	if r.authority != nil {
		command.Env = append(command.Env, "SSL_CERT_FILE="+r.authority.certificate)
	}
	home.Enter(command)
	command.Stderr = t.Output()
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &residentPeer{name: name, news: make(chan struct{}, 1)}
	var reading sync.WaitGroup
	reading.Go(func() { p.read(stdout) })
	t.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		reading.Wait()
		_ = command.Wait() // it was killed
	})
	return p
}

func (p *residentPeer) read(from io.Reader) {
	for lines := bufio.NewScanner(from); ; {
		var a account
		err := io.ErrUnexpectedEOF
		if lines.Scan() {
			err = json.Unmarshal(lines.Bytes(), &a)
		}
		p.mu.Lock()
		if err == nil {
			p.newest = a
		}
		p.err = err
		p.mu.Unlock()
		select {
		case p.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// hears waits until more has come than only the first packets, and answers by
// which route.
func (p *residentPeer) hears(t *testing.T) route {
	t.Helper()
	const enough = 100
	late := time.After(patience)
	for {
		p.mu.Lock()
		newest, err := p.newest, p.err
		p.mu.Unlock()
		switch {
		case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
			t.Fatalf("%s tells %v", p.name, err)
		case err != nil:
			t.Fatalf("%s has ended", p.name)
		case newest.Received >= enough && newest.Route != (route{}):
			return newest.Route
		}
		select {
		case <-p.news:
		case <-late:
			t.Fatalf("%s has got %d packets, by %+v", p.name, newest.Received, newest.Route)
		}
	}
}
