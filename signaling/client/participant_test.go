package client_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// loopback is pion without any network but the loopback interface.
func loopback() *webrtc.API {
	var engine webrtc.SettingEngine
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	engine.SetIPFilter(net.IP.IsLoopback)
	engine.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard}
	return webrtc.NewAPI(webrtc.WithSettingEngine(engine))
}

// participant is a client with a mesh, and what came to it.
type participant struct {
	*client.Client
	s        *service
	t        *testing.T
	name     string
	mesh     *client.Mesh
	channels []string // to open to every peer from the start

	onState func(state webrtc.PeerConnectionState) // told first; nil for nobody
	api     *webrtc.API                            // nil for loopback
	lose    func(e client.Event) bool              // what the mesh is not to get; nil for nothing

	changed chan struct{}

	mu       sync.Mutex // guards what follows
	media    map[heard]bool
	states   map[string]webrtc.PeerConnectionState
	opened   map[string]*webrtc.PeerConnection
	made     map[string]int // connections to each peer
	news     []string       // away, snapshot, back
	data     []string       // application data through the server
	messages []string       // of data channels
	sdps     []string
	types    map[protocol.Type]int
	errs     []error
}

// heard is one thing that came as RTP.
type heard struct {
	from string // id
	kind client.Kind
	text string
}

// join joins the room with a mesh and plays the kinds from the start.
func (s *service) join(name string, kinds ...client.Kind) *participant {
	s.t.Helper()
	p := s.prepare(name)
	p.start(kinds...)
	return p
}

// prepare joins the room without a mesh yet.
func (s *service) prepare(name string) *participant {
	s.t.Helper()
	return s.participant(name, s.dial(name))
}

func (s *service) participant(name string, c *client.Client) *participant {
	return &participant{
		Client: c, s: s, t: s.t, name: name, changed: make(chan struct{}, 1),
		media: map[heard]bool{}, states: map[string]webrtc.PeerConnectionState{},
		opened: map[string]*webrtc.PeerConnection{}, made: map[string]int{}, types: map[protocol.Type]int{},
	}
}

func (p *participant) start(kinds ...client.Kind) {
	p.t.Helper()
	tracks := map[client.Kind]webrtc.TrackLocal{}
	for _, kind := range kinds {
		tracks[kind] = p.track(kind, "from "+p.name)
	}
	api := p.api
	if api == nil {
		api = loopback()
	}
	mesh, err := client.NewMesh(p.Client, client.MeshConfig{
		API: api, Tracks: tracks,
		OnPeer: p.peer,
		OnTrack: func(peer string, kind client.Kind, track *webrtc.TrackRemote) {
			for {
				packet, _, err := track.ReadRTP()
				if err != nil {
					return
				}
				p.note(func() { p.media[heard{peer, kind, string(packet.Payload)}] = true })
			}
		},
		OnState: func(peer string, state webrtc.PeerConnectionState) {
			if p.onState != nil {
				p.onState(state)
			}
			p.note(func() { p.states[peer] = state })
		},
		OnError: func(_ string, err error) { p.note(func() { p.errs = append(p.errs, err) }) },
	})
	if err != nil {
		p.t.Fatal(err)
	}
	p.mesh = mesh
	p.t.Cleanup(mesh.Close)
	go func() {
		for event := range p.Events() {
			if p.lose == nil || !p.lose(event) {
				mesh.Handle(event)
			}
			p.event(event)
		}
	}()
}

func (p *participant) event(event client.Event) {
	p.note(func() {
		switch e := event.(type) {
		case client.Data:
			p.data = append(p.data, string(e.Data))
		case client.Signal:
			p.types[e.Type]++
			if e.SDP != "" {
				p.sdps = append(p.sdps, e.SDP)
			}
		case client.Away:
			p.news = append(p.news, "away")
		case client.Snapshot:
			p.news = append(p.news, "snapshot")
		case client.Back:
			p.news = append(p.news, "back")
		case client.PeerLeft, client.PeerJoined:
			p.news = append(p.news, fmt.Sprintf("%T", e))
		case client.Refused:
			p.errs = append(p.errs, e.Err)
		}
	})
}

func (p *participant) peer(peer string, connection *webrtc.PeerConnection) {
	connection.OnDataChannel(func(channel *webrtc.DataChannel) {
		channel.OnMessage(func(m webrtc.DataChannelMessage) {
			p.note(func() { p.messages = append(p.messages, string(m.Data)) })
		})
	})
	for _, label := range p.channels {
		p.open(connection, label)
	}
	p.note(func() {
		p.opened[peer] = connection
		p.made[peer]++
	})
}

// openChannel opens a data channel to everyone and says hello on it.
func (p *participant) openChannel(label string) {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, connection := range p.opened {
		p.open(connection, label)
	}
}

func (p *participant) open(connection *webrtc.PeerConnection, label string) {
	channel, err := connection.CreateDataChannel(label, nil)
	if err != nil {
		p.t.Errorf("open a data channel: %v", err)
		return
	}
	channel.OnOpen(func() {
		if err := channel.SendText("hello from " + p.name); err != nil {
			p.t.Errorf("send on a data channel: %v", err)
		}
	})
}

// play sends a text as RTP payload of a kind from now on.
func (p *participant) play(kind client.Kind, text string) {
	p.t.Helper()
	if err := p.mesh.SetTrack(kind, p.track(kind, text)); err != nil {
		p.t.Fatal(err)
	}
}

// track is a track on which the text is sent again and again.
func (p *participant) track(kind client.Kind, text string) webrtc.TrackLocal {
	p.t.Helper()
	track := newTrack(p.t, kind)
	go func() {
		every := time.NewTicker(5 * time.Millisecond)
		defer every.Stop()
		for seq := uint16(0); ; seq++ {
			packet := make([]byte, 12, 12+len(text)) // RFC 3550, section 5.1
			packet[0] = 2 << 6
			binary.BigEndian.PutUint16(packet[2:], seq)
			track.Write(append(packet, text...))
			select {
			case <-every.C:
			case <-p.s.ctx.Done():
				return
			}
		}
	}()
	return track
}

func newTrack(t *testing.T, kind client.Kind) *webrtc.TrackLocalStaticRTP {
	t.Helper()
	codec := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	if kind == client.Audio || kind == client.ScreenAudio {
		codec = webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	}
	track, err := webrtc.NewTrackLocalStaticRTP(codec, "a track", "a stream")
	if err != nil {
		t.Fatal(err)
	}
	return track
}

func (p *participant) note(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// wait waits until ok, which may look at what came.
func (p *participant) wait(what string, ok func() bool) {
	p.t.Helper()
	for {
		p.mu.Lock()
		done, errs := ok(), slices.Clone(p.errs)
		p.mu.Unlock()
		if done {
			return
		}
		select {
		case <-p.changed:
		case <-p.s.ctx.Done():
			p.t.Fatalf("%s: no %s; errors %v", p.name, what, errs)
		}
	}
}

// waitBoth waits for what two participants did together; ok locks by itself.
func (p *participant) waitBoth(other *participant, what string, ok func() bool) {
	p.t.Helper()
	for !ok() {
		select {
		case <-p.changed:
		case <-other.changed:
		case <-p.s.ctx.Done():
			p.t.Fatalf("%s and %s: no %s", p.name, other.name, what)
		}
	}
}

func (p *participant) hears(other *participant, kind client.Kind) {
	p.t.Helper()
	p.hearsText(other, kind, "from "+other.name)
}

func (p *participant) hearsText(other *participant, kind client.Kind, text string) {
	p.t.Helper()
	want := heard{other.You(), kind, text}
	p.wait(fmt.Sprintf("%s of %s with %q", kind, other.name, text), func() bool { return p.media[want] })
}

func (p *participant) reaches(other *participant, state webrtc.PeerConnectionState) {
	p.t.Helper()
	p.wait(fmt.Sprintf("connection to %s that is %s", other.name, state), func() bool { return p.states[other.You()] == state })
}

func (p *participant) state(other *participant) webrtc.PeerConnectionState {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.states[other.You()]
}

func (p *participant) descriptions(t protocol.Type) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.types[t]
}

// settled counts the negotiations that ended with an answer to this side.
func (p *participant) settled() int { return p.descriptions(protocol.TypeAnswer) }

func (p *participant) sdpsOf() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.sdps)
}

func (p *participant) errsOf() []error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.errs)
}

func (p *participant) noErrors() {
	p.t.Helper()
	for _, err := range p.errsOf() {
		p.t.Errorf("%s: %v", p.name, err)
	}
}

// itself is the participant as it was told when it joined.
func (p *participant) itself() protocol.Peer {
	peers := p.Joined().Peers
	return peers[slices.IndexFunc(peers, func(peer protocol.Peer) bool { return peer.ID == p.You() })]
}
