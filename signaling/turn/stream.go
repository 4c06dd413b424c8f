package turn

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/stun/v4"
)

// Limits on a connection.
const (
	patience    = 10 * time.Second // without an allocation
	writeTime   = 10 * time.Second // for what a client does not read
	writeSlack  = 2 * time.Second  // by which that may be less
	readBuffer  = 4 << 10          // bytes; the longest message
	readPadding = 4                // ChannelData is a multiple of this in a stream (RFC 8656, section 12.5)
)

var errFraming = errors.New("neither STUN nor ChannelData")

// stream is a TCP or TLS connection of a client. Read gives pion one STUN
// message at a time.
type stream struct {
	net.Conn // static

	// static
	server *Server
	from   *net.TCPAddr
	client netip.Prefix

	// owned by the reader
	in       *bufio.Reader
	taken    int // bytes of in that have been handled
	exchange exchange

	writing atomic.Int64 // when the write deadline was set, in nanoseconds of Unix time
	writes  atomic.Int32 // under way
	relay   atomic.Pointer[relay]

	mu     sync.Mutex // guards what follows
	idle   *time.Timer
	closed bool
}

func newStream(s *Server, conn net.Conn, from *net.TCPAddr) *stream {
	c := &stream{
		Conn: conn, server: s, from: from, client: clientPrefix(addrPort(from).Addr()),
		in: bufio.NewReaderSize(conn, readBuffer), exchange: exchange{server: s},
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle = time.AfterFunc(s.around.patience, c.expire)
	return c
}

// expire ends a connection that has no allocation.
func (c *stream) expire() {
	if c.relay.Load() == nil {
		c.server.counters.idle.Add(1)
		c.end()
	}
}

// Read implements net.Conn. What comes through channels is relayed at once.
func (c *stream) Read(p []byte) (int, error) {
	if reply := c.exchange.settle(); reply != nil {
		if _, err := c.write(reply); err != nil {
			return 0, err
		}
	}
	for {
		b, err := c.next()
		if err != nil {
			return 0, err
		}
		if number, ok := channelNumber(b); ok {
			c.relayChannel(number, b)
			continue
		}
		if len(b) > len(p) {
			return 0, errFraming
		}
		reply, ok := c.exchange.begin(b, c.relay.Load())
		if ok {
			return copy(p, b), nil
		}
		if reply != nil {
			if _, err := c.write(reply); err != nil {
				return 0, err
			}
		}
	}
}

// next is one message, valid until the next call.
func (c *stream) next() ([]byte, error) {
	if _, err := c.in.Discard(c.taken); err != nil {
		return nil, err
	}
	c.taken = 0
	header, err := c.in.Peek(channelHeader)
	if err != nil {
		return nil, err
	}
	n := channelHeader + int(binary.BigEndian.Uint16(header[2:]))
	if _, ok := channelNumber(header); ok {
		n = (n + readPadding - 1) &^ (readPadding - 1)
	} else {
		n += stunHeader - channelHeader
	}
	if n > readBuffer {
		c.server.counters.malformed.Add(1)
		return nil, errFraming
	}
	b, err := c.in.Peek(n)
	if err != nil {
		return nil, err
	}
	if header[0]&0xc0 != 0x40 && !stun.IsMessage(b) {
		c.server.counters.malformed.Add(1)
		return nil, errFraming
	}
	c.taken = n
	return b, nil
}

func (c *stream) relayChannel(number uint16, b []byte) {
	r := c.relay.Load()
	if r == nil {
		c.server.counters.dropped[dropPermission].Add(1)
		return
	}
	if data, err := channelData(b); err == nil {
		r.sendChannel(number, data)
	}
}

// Write implements net.Conn.
func (c *stream) Write(p []byte) (int, error) {
	if _, err := c.write(c.exchange.respond(p)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// write sends a whole message, or closes the connection. What a relay that is
// lost still has is dropped.
func (c *stream) write(b []byte) (int, error) {
	c.writes.Add(1)
	defer c.writes.Add(-1)
	if r := c.relay.Load(); r != nil && r.lost.Load() && len(b) > 0 && b[0] != classResponse {
		return 0, net.ErrClosed
	}
	now := time.Now()
	if set := c.writing.Load(); now.UnixNano()-set > int64(writeSlack) {
		c.writing.Store(now.UnixNano())
		c.SetWriteDeadline(now.Add(writeTime + writeSlack))
	}
	n, err := c.Conn.Write(b)
	if err != nil {
		c.end()
	}
	return n, err
}

// deliver implements downlink.
func (c *stream) deliver(b []byte, n int, _ netip.AddrPort) {
	for ; n%readPadding != 0; n++ {
		b[n] = 0
	}
	if _, err := c.write(b[:n]); err != nil {
		c.server.counters.dropped[dropSend].Add(1)
	}
}

// attach implements downlink.
func (c *stream) attach(r *relay, _ netip.AddrPort) {
	c.relay.Store(r)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.idle.Stop()
}

// detach implements downlink.
func (c *stream) detach(r *relay, _ netip.AddrPort) {
	if !c.relay.CompareAndSwap(r, nil) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.closed {
		c.idle.Reset(c.server.around.patience)
	}
}

// release implements downlink.
func (c *stream) release() {
	if c.writes.Load() > 0 {
		c.end()
	}
}

// RemoteAddr implements net.Conn.
func (c *stream) RemoteAddr() net.Addr { return c.from }

// end closes the connection, so that pion lets go of it.
func (c *stream) end() {
	c.mu.Lock()
	c.closed = true
	c.idle.Stop()
	c.mu.Unlock()
	c.Conn.Close()
}

// Close implements net.Conn. Only pion calls it, as the last thing it does.
func (c *stream) Close() error {
	c.end()
	c.server.streams.leave(c)
	return nil
}
