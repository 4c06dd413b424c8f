package client

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/pion/webrtc/v4"

	"moim/signaling/protocol"
)

// Kind is what a track shows or lets hear.
type Kind string

// The kinds, in the order of their m-lines. Each connection has one
// transceiver of each.
const (
	Audio  Kind = "audio"
	Camera Kind = "camera"
	Screen Kind = "screen"
	// ScreenAudio is the sound of what is shared. Peers of before it was have
	// no transceiver of it.
	ScreenAudio Kind = "screen-audio"
)

var kinds = []Kind{Audio, Camera, Screen, ScreenAudio}

func (k Kind) codecType() webrtc.RTPCodecType {
	if k == Audio || k == ScreenAudio {
		return webrtc.RTPCodecTypeAudio
	}
	return webrtc.RTPCodecTypeVideo
}

// MeshConfig says what to send and where to put what comes. Each function may
// be nil. OnPeer and OnState are called one after the other for one peer, and
// what they wait for, that peer's connection waits for. None of them may call
// Mesh.Close.
type MeshConfig struct {
	API    *webrtc.API                // nil for pion's defaults
	ICE    []webrtc.ICEServer         // nil for those the server names, the newest each time
	Tracks map[Kind]webrtc.TrackLocal // sent from the start; see Mesh.SetTrack

	// NoHealing leaves connections that fail to the caller, see Mesh.RestartICE.
	// Otherwise they are mended while the server can be reached: by an ICE
	// restart, twice if need be, then by a new connection, twice as well.
	NoHealing bool

	// OnPeer is called with each new connection before it is negotiated, such
	// as to make data channels or to be told of them; again when the connection
	// to a peer is made anew. The handlers of candidates, tracks, states and
	// needed negotiation are the mesh's.
	OnPeer func(peer string, connection *webrtc.PeerConnection)
	// OnTrack is called in a goroutine of its own when the first packet of a
	// track has come, again if the peer replaces the stream. It may read the
	// track until that fails.
	OnTrack func(peer string, kind Kind, track *webrtc.TrackRemote)
	// OnState is called with each new state of the connection to a peer; the
	// last is closed, after the peer left or the mesh was closed.
	OnState func(peer string, state webrtc.PeerConnectionState)
	// OnError is called with what went wrong with one peer and could not be
	// answered, such as a description that does not parse. It may be called
	// concurrently.
	OnError func(peer string, err error)
}

// Mesh holds a connection to every other peer of a room. Its methods may be
// called concurrently and do not wait for the network, but for Close.
type Mesh struct {
	// Static after NewMesh.
	cfg  MeshConfig
	send func(Signal) error
	stop context.CancelFunc // ends what waits to be sent

	mu     sync.Mutex // guards what follows
	you    string
	ice    []webrtc.ICEServer
	links  map[string]*link
	tracks map[Kind]webrtc.TrackLocal
	away   bool // the server cannot be reached
	closed bool
}

// NewMesh connects to everyone who was in the room when c joined. All of c's
// events are then to be given to Handle, in order.
func NewMesh(c *Client, cfg MeshConfig) (*Mesh, error) {
	if cfg.API == nil {
		cfg.API = webrtc.NewAPI()
	}
	ctx, stop := context.WithCancel(context.Background())
	joined := c.Joined()
	m := &Mesh{
		you: joined.You, cfg: cfg, links: make(map[string]*link), tracks: make(map[Kind]webrtc.TrackLocal),
		ice: servers(cfg, joined.ICE), stop: stop,
		send: func(s Signal) error { return c.Relay(ctx, s) },
	}
	for kind, track := range cfg.Tracks {
		if err := m.SetTrack(kind, track); err != nil {
			stop()
			return nil, err
		}
	}
	for _, peer := range joined.Peers {
		m.add(peer)
	}
	return m, nil
}

// servers are those of the configuration, or else those the server named.
func servers(cfg MeshConfig, named []protocol.ICEServer) []webrtc.ICEServer {
	if cfg.ICE != nil {
		return cfg.ICE
	}
	var ice []webrtc.ICEServer
	for _, s := range named {
		ice = append(ice, webrtc.ICEServer{URLs: s.URLs, Username: s.Username, Credential: s.Credential})
	}
	return ice
}

// Handle does what an event asks of the connections: those of peers that come
// and go, and the signals. Other events, and signals of peers that are not in
// the room, are of no concern.
//
// A connection outlives the server that introduced the two: it stays while its
// peer is the same in a Snapshot, and for 20 s when the peer is not in it, or
// was lost to the server and not to the connection.
func (m *Mesh) Handle(event Event) {
	switch e := event.(type) {
	case PeerJoined:
		m.add(e.Peer)
	case PeerChanged:
		m.change(e.Peer)
	case PeerLeft:
		m.leave(e)
	case Signal:
		if l := m.link(e.Peer); l != nil {
			l.receive(e)
		}
	case Servers:
		m.mu.Lock()
		m.serveLocked(e.ICE)
		m.mu.Unlock()
	case Away:
		m.setAway(true)
	case Snapshot:
		m.reconcile(e.Joined)
	case Back:
		m.setAway(false)
	}
}

// SetTrack sends a track as this kind to everyone from now on, also to those
// who come later; nil for nothing. It does not renegotiate. A peer that cannot
// take the track's codec is told of by OnError.
func (m *Mesh) SetTrack(kind Kind, track webrtc.TrackLocal) error {
	switch {
	case !slices.Contains(kinds, kind):
		return fmt.Errorf("there is no kind of track %q", kind)
	case track != nil && track.Kind() != kind.codecType():
		return fmt.Errorf("a track of %s cannot be sent as %s", track.Kind(), kind)
	}
	m.mu.Lock()
	m.tracks[kind] = track
	links := slices.Collect(maps.Values(m.links))
	m.mu.Unlock()
	for _, l := range links {
		l.push(func() { l.setTrack(kind) })
	}
	return nil
}

// RestartICE finds a new way to a peer (RFC 8445, section 2.4), such as after
// its connection has failed. Without a connection to the peer nothing happens.
func (m *Mesh) RestartICE(peer string) {
	if l := m.link(peer); l != nil {
		l.negotiate(true)
	}
}

// Close ends all connections and waits for the functions of MeshConfig to
// return. The Client goes on.
func (m *Mesh) Close() {
	m.mu.Lock()
	m.closed = true
	links := slices.Collect(maps.Values(m.links))
	clear(m.links)
	for _, l := range links {
		l.close()
	}
	m.mu.Unlock()
	m.stop()
	for _, l := range links {
		<-l.steps.ended
	}
}

func (m *Mesh) link(peer string) *link {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.links[peer]
}

// track is what is sent as a kind, nil for nothing.
func (m *Mesh) track(kind Kind) webrtc.TrackLocal {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tracks[kind]
}

func (m *Mesh) iceServers() []webrtc.ICEServer {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ice
}
