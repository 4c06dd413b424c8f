package main

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"

	"moim/signaling"
)

// sendBuffer is what the kernel may hold of answers that nobody reads, in bytes of
// each connection; by itself it would hold megabytes.
const sendBuffer = 256 << 10

// crowd bounds the HTTP connections that are open at once, in all and of each
// address. One too many is closed at once: whoever holds the others cannot make
// anybody else wait. WebSockets are counted elsewhere, by signaling.
type crowd struct {
	// Static.
	most   int
	each   int
	exempt func(netip.Addr) bool // whose connections are those of many

	refused atomic.Uint64

	mu     sync.Mutex                // guards what follows
	open   map[net.Conn]netip.Prefix // zero for those that are not counted
	counts signaling.Tally
}

func newCrowd(most, each int, exempt func(netip.Addr) bool) *crowd {
	return &crowd{most: most, each: each, exempt: exempt, open: make(map[net.Conn]netip.Prefix), counts: make(signaling.Tally)}
}

// note is told what becomes of a connection.
func (c *crowd) note(conn net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		if !c.enter(conn) {
			c.refused.Add(1)
			cut(conn)
			return
		}
		if tcp, ok := below(conn).(*net.TCPConn); ok {
			_ = tcp.SetWriteBuffer(sendBuffer)
		}
	case http.StateClosed, http.StateHijacked:
		c.leave(conn)
	case http.StateActive, http.StateIdle:
	}
}

func (c *crowd) enter(conn net.Conn) bool {
	var key netip.Prefix
	if client := remoteAddr(conn); !c.exempt(client) {
		key = signaling.Subnet(client)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.open) >= c.most || key.IsValid() && c.counts.Full(key, c.each) {
		return false
	}
	c.open[conn] = key
	if key.IsValid() {
		c.counts.Add(key)
	}
	return true
}

func (c *crowd) leave(conn net.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if key := c.open[conn]; key.IsValid() {
		c.counts.Drop(key)
	}
	delete(c.open, conn)
}

// len is how many connections are open.
func (c *crowd) len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.open)
}

// cut ends a connection without a word: a farewell over TLS could take its time, and who
// accepts connections waits for it.
func cut(conn net.Conn) {
	below(conn).Close()
}

// below is the connection that TLS goes over.
func below(conn net.Conn) net.Conn {
	if secured, ok := conn.(interface{ NetConn() net.Conn }); ok {
		return secured.NetConn()
	}
	return conn
}

// remoteAddr is the address of the other side; the zero one for what has none.
func remoteAddr(conn net.Conn) netip.Addr {
	if addr, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return addr.AddrPort().Addr().Unmap()
	}
	return netip.Addr{}
}
