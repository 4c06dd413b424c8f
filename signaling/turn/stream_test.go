package turn

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
)

// far is one end of a pipe that claims to come from somewhere.
type far struct {
	net.Conn
	from *net.TCPAddr
}

func (c far) RemoteAddr() net.Addr { return c.from }

func (c far) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPortFrom(loopback, 443)) }

// pipes is a listener for a bubble of synctest.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		if conn == nil {
			return nil, errors.New("out of files")
		}
		return conn, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error { close(p.done); return nil }

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

// dial connects from a port of an address.
func (p *pipes) dial(from string) net.Conn {
	here, there := net.Pipe()
	p.conns <- far{there, net.TCPAddrFromAddrPort(netip.MustParseAddrPort(from))}
	return here
}

// secured runs a test in a bubble with a server that has Config.Secure alone.
func secured(t *testing.T, test func(t *testing.T, s *Server, p *pipes)) {
	synctest.Test(t, func(t *testing.T) {
		p := newPipes()
		s, err := newServer(Config{Secure: p, Secret: []byte("s3cret")}, lonely())
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			s.Close()
			p.Close()
		}()
		test(t, s, p)
	})
}

func talkOver(t *testing.T, s *Server, conn net.Conn, user string) *talker {
	username, password, _ := s.Credentials(user, time.Now())
	return &talker{t: t, conn: conn, stream: true, username: username, password: password}
}

// ended waits for the end of a connection and tells when it came.
func ended(t *testing.T, conn net.Conn) time.Duration {
	t.Helper()
	began := time.Now()
	conn.SetReadDeadline(began.Add(time.Hour))
	if _, err := io.Copy(io.Discard, conn); err != nil {
		t.Error("not closed:", err)
	}
	return time.Since(began)
}

// TestPatience ends connections that make no allocation, whatever else they do.
func TestPatience(t *testing.T) {
	secured(t, func(t *testing.T, s *Server, p *pipes) {
		silent, busy := p.dial("192.0.2.1:1"), p.dial("192.0.2.1:2")
		c := talkOver(t, s, busy, "a")
		time.Sleep(patience / 2)
		if m := c.exchange(stun.MustBuild(stun.TransactionID, stun.BindingRequest)); m.Type != stun.BindingSuccess {
			t.Error(m)
		}
		if took := ended(t, silent); took != patience/2 {
			t.Error("silent one ended after", took)
		}
		if took := ended(t, busy); took != 0 {
			t.Error("busy one ended after", took)
		}
		synctest.Wait()
		if stats := s.Stats(); stats.ConnectionsIdle != 2 || stats.Connections != 0 || stats.ConnectionsAccepted != 2 {
			t.Errorf("%+v", stats)
		}
	})
}

// TestIdle lets a connection live as long as its allocations, and a bit longer.
func TestIdle(t *testing.T) {
	around := lonely()
	around.patience = 300 * time.Millisecond
	s := startIn(t, local(), around)
	c := talk(t, s, "tcp", "a").mustAllocate()
	c.conn.SetReadDeadline(time.Now().Add(3 * around.patience))
	if _, err := c.conn.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Fatal("closed in spite of its allocation:", err)
	}
	c.ask(stun.MethodRefresh, lifetime(0))
	c.mustAllocate()
	if code(c.ask(stun.MethodRefresh, lifetime(0))) != 0 {
		t.Error("no second allocation")
	}
	if took := ended(t, c.conn); took < around.patience/2 {
		t.Error("ended after", took)
	}
}

// TestSlowReader is closed when it takes too long to take what is sent.
func TestSlowReader(t *testing.T) {
	secured(t, func(t *testing.T, s *Server, _ *pipes) {
		here, there := net.Pipe()
		c := newStream(s, there, &net.TCPAddr{IP: loopback.AsSlice(), Port: 1})
		c.attach(new(relay), netip.AddrPort{})
		began := time.Now()
		if _, err := c.write([]byte("nobody reads this")); err == nil || time.Since(began) != writeTime+writeSlack {
			t.Error(err, "after", time.Since(began))
		}
		if took := ended(t, here); took != 0 {
			t.Error("ended after", took)
		}
	})
}

// TestCrowd bounds connections of one client and of all.
func TestCrowd(t *testing.T) {
	secured(t, func(t *testing.T, s *Server, p *pipes) {
		s.streams.mu.Lock()
		s.streams.most, s.streams.ofClient = 4, 2
		s.streams.mu.Unlock()
		var conns []net.Conn
		for _, from := range []string{"[2001:db8::1]:1", "[2001:db8::2]:2"} {
			conns = append(conns, p.dial(from))
		}
		if took := ended(t, p.dial("[2001:db8::3]:3")); took != 0 {
			t.Error("third of a /64 stays", took)
		}
		c := talkOver(t, s, conns[0], "a").mustAllocate()
		conns = append(conns, p.dial("192.0.2.1:1"), p.dial("192.0.2.2:1"), p.dial("192.0.2.3:1"))
		if took := ended(t, conns[1]); took != 0 {
			t.Error("the oldest without an allocation stays", took)
		}
		if code(c.ask(stun.MethodRefresh)) != 0 {
			t.Error("the one with an allocation is broken")
		}
		eventually(t, func() bool { return s.Stats().Connections == 4 })
		if stats := s.Stats(); stats.ConnectionsRefused != 1 {
			t.Errorf("%+v", stats)
		}
		for _, conn := range conns {
			conn.Close()
		}
	})
}

// TestAcceptErrors are survived.
func TestAcceptErrors(t *testing.T) {
	secured(t, func(t *testing.T, s *Server, p *pipes) {
		for range 20 {
			p.conns <- nil
		}
		conn := p.dial("192.0.2.1:1")
		talkOver(t, s, conn, "a").mustAllocate()
		conn.Close()
	})
}

// TestPieces reads messages however they are cut, and nothing that is none.
func TestPieces(t *testing.T) {
	secured(t, func(t *testing.T, s *Server, p *pipes) {
		conn := p.dial("192.0.2.1:1")
		request := stun.MustBuild(stun.TransactionID, stun.BindingRequest)
		for i := range request.Raw[1:] {
			if _, err := conn.Write(request.Raw[i : i+1]); err != nil {
				t.Fatal(err)
			}
		}
		c := talkOver(t, s, conn, "a")
		c.write(request.Raw[len(request.Raw)-1:])
		if b, err := c.read(); err != nil || !stun.IsMessage(b) {
			t.Error(b, err)
		}
		conn.Close()
		for _, broken := range []string{"GET / HTTP/1.1\r\n\r\n", "\x00\x01\xff\xff\x21\x12\xa4\x42", "\x40\x01\xff\xff", "\x00\x01\x00\x00 no magic cookie", "\x80\x01\x00\x00"} {
			conn := p.dial("192.0.2.1:1")
			if _, err := conn.Write([]byte(broken)); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			_, _ = io.Copy(io.Discard, conn)
			if time.Since(began) > 0 && len(broken) >= stunHeader {
				t.Errorf("%q is borne for %s", broken, time.Since(began))
			}
			conn.Close()
		}
	})
}

// TestClose ends what is there, over each transport.
func TestClose(t *testing.T) {
	s := start(t, local())
	a, b := talk(t, s, "udp", "a").mustAllocate(), talk(t, s, "tcp", "b").mustAllocate()
	a.permit(b.relayed)
	b.bind(0x4001, a.relayed)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.read(); err == nil {
		t.Error("the connection is open")
	}
	if stats := s.Stats(); stats.Allocations != 0 || stats.Connections != 0 {
		t.Errorf("%+v", stats)
	}
}

// TestStuck ends an allocation at once, though its client does not take what has
// come for it.
func TestStuck(t *testing.T) {
	p, peer := newPipes(), echo(t)
	s := start(t, Config{Secure: p, Secret: []byte("s3cret"), Reach: []uint16{peer.Port()}})
	defer p.Close()
	c := talkOver(t, s, p.dial("192.0.2.1:1"), "a").mustAllocate()
	r := s.relays.find(c.relayed)
	if refused := c.bind(0x4001, peer); refused != 0 {
		t.Fatal(refused)
	}
	c.send(0x4001, "nobody reads what comes back")
	eventually(t, func() bool { return s.Stats().ToClients.Packets == 1 })
	r.lose()
	eventually(t, r.closed.Load)
}
