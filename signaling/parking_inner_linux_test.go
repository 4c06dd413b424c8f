//go:build !plain

package signaling

import (
	"net"
	"testing"
)

// admitted makes a parking and a TCP socket in it.
func admitted(t *testing.T) (*parking, *socket) {
	t.Helper()
	p, err := newParking()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	s := &socket{hub: &Hub{parking: p}, wire: &wire{Conn: conn}}
	s.wire.socket = s
	t.Cleanup(func() { s.wire.Close() })
	p.admit(s)
	if len(p.sockets) != 1 || s.fd == 0 {
		t.Fatal("a TCP socket is not taken in")
	}
	return p, s
}

// TestForgottenBeforeClosed holds that whoever closes a connection, the
// parking has let go of its descriptor by then.
func TestForgottenBeforeClosed(t *testing.T) {
	p, s := admitted(t)
	s.wire.Close()
	if len(p.sockets) != 0 {
		t.Error("a closed socket is kept")
	}
}

// TestClosingIsNotParked holds that a socket whose end was set in motion
// before it was parked keeps its reader: nobody would wake it.
func TestClosingIsNotParked(t *testing.T) {
	p, s := admitted(t)
	s.closing.Store(true)
	if p.park(s) || s.parked.Load() {
		t.Error("a closing socket is parked")
	}
}

// TestPipeIsNotAdmitted holds that what has no descriptor stays with its reader.
func TestPipeIsNotAdmitted(t *testing.T) {
	p, _ := admitted(t)
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	s := &socket{hub: &Hub{parking: p}, wire: &wire{Conn: server}}
	p.admit(s)
	if s.fd != 0 || len(p.sockets) != 1 {
		t.Error("a pipe is taken in")
	}
}
