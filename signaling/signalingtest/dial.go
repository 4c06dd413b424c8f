package signalingtest

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"sync/atomic"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// DefaultAddr is where peers come from unless a Dial says otherwise.
var DefaultAddr = netip.MustParseAddr("192.0.2.1")

// Dial says how a peer connects.
type Dial struct {
	From         netip.Addr // the client's address; DefaultAddr when not set; of no use with RunTCP
	Origin       string     // of the page, as a browser sends it
	Host         string     // what the server is called; "" for Host
	Subprotocols []string   // offered; nil for the one of this wire
	Deaf         bool       // nothing is read until Listen
	Early        []byte     // sent together with the request
}

// Dial connects a peer that has not joined.
func (s *Server) Dial() *Peer {
	s.t.Helper()
	return s.DialWith(Dial{})
}

// DialWith is Dial in a certain way.
func (s *Server) DialWith(d Dial) *Peer {
	s.t.Helper()
	p, _, err := s.TryDial(d)
	if err != nil {
		s.t.Fatalf("dial: %v", err)
	}
	return p
}

// TryDial connects, or answers with what status it was refused.
func (s *Server) TryDial(d Dial) (*Peer, int, error) {
	if !d.From.IsValid() {
		d.From = DefaultAddr
	}
	if d.Subprotocols == nil {
		d.Subprotocols = []string{protocol.Subprotocol}
	}
	header := http.Header{}
	if d.Origin != "" {
		header.Set("Origin", d.Origin)
	}
	p := &Peer{t: s.t, s: s, arrived: make(chan struct{}, 1), gone: make(chan struct{})}
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			conn, err := s.dial(ctx, d.From)
			if err != nil {
				return nil, err
			}
			p.wire = &clientConn{Conn: conn, early: d.Early}
			return p.wire, nil
		},
	}
	ws, response, err := websocket.Dial(s.t.Context(), "ws://"+Host+"/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: header, Host: d.Host, Subprotocols: d.Subprotocols,
	})
	if err != nil {
		status := 0
		if response != nil {
			status = response.StatusCode
		}
		return nil, status, err
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	p.ws = ws
	s.add(p)
	if !d.Deaf {
		p.Listen()
	}
	return p, response.StatusCode, nil
}

// clientConn is a peer's end of its connection. It sends more with the first bytes
// that are sent, and may turn deaf.
type clientConn struct {
	net.Conn
	early []byte
	begun atomic.Bool
	deaf  atomic.Pointer[chan struct{}] // closed when it ends
}

// Read implements net.Conn.
func (c *clientConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if deaf := c.deaf.Load(); deaf != nil {
		<-*deaf
	}
	return n, err
}

// hear ends the deafness.
func (c *clientConn) hear() {
	if deaf := c.deaf.Swap(nil); deaf != nil {
		close(*deaf)
	}
}

// Close implements net.Conn.
func (c *clientConn) Close() error {
	c.hear()
	return c.Conn.Close()
}

// Write implements net.Conn.
func (c *clientConn) Write(b []byte) (int, error) {
	if c.begun.Swap(true) {
		return c.Conn.Write(b)
	}
	n, err := c.Conn.Write(slices.Concat(b, c.early))
	return min(n, len(b)), err
}

// Text is a text frame as a client sends it (RFC 6455, section 5.2), masked
// with a key of zeros.
func Text(text string) []byte {
	b := []byte{0x81}
	if n := len(text); n <= 125 {
		b = append(b, 0x80|byte(n))
	} else {
		b = append(b, 0x80|126, byte(n>>8), byte(n))
	}
	return append(append(b, 0, 0, 0, 0), text...)
}

// Host is what the server is called in a URL.
const Host = "moim.example"

// Join connects a peer that joins a room under a name, and waits until it is in.
func (s *Server) Join(room, name string) *Peer {
	s.t.Helper()
	return s.JoinAs(Frame{"room": room, "name": name})
}

// JoinAs is Join with any fields of a join.
func (s *Server) JoinAs(fields Frame) *Peer {
	s.t.Helper()
	p := s.Dial()
	p.Join(fields)
	return p
}

// Resume connects a peer that goes on with the session of another, of which it has
// got so many frames, and answers how many the server has. It has the identity of
// the other, and the newer token.
func (s *Server) Resume(old *Peer, got int64) (p *Peer, heard int64) {
	s.t.Helper()
	p = s.Dial()
	p.SendJoin(old.Continue(got))
	p.ID, p.Joined = old.ID, old.Joined
	resumed := Into[protocol.Resumed](p, p.Expect(protocol.TypeJoined))
	if !resumed.Resumed || resumed.Session == "" {
		s.t.Fatalf("resumed as %+v", resumed)
	}
	p.Joined.Session = resumed.Session
	return p, resumed.Got
}

// JoinAll joins one peer of each name, and takes all the peer-joined.
func (s *Server) JoinAll(room string, names ...string) []*Peer {
	s.t.Helper()
	peers := make([]*Peer, len(names))
	for i, name := range names {
		peers[i] = s.Join(room, name)
		for _, earlier := range peers[:i] {
			earlier.Expect(protocol.TypePeerJoined)
		}
	}
	return peers
}
