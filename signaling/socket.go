package signaling

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// The time a socket gets.
const (
	joinTimeout  = 10 * time.Second // from the upgrade to an accepted join
	closeTimeout = 5 * time.Second  // from a close frame to the end of the connection
)

// lingerBytes is how much of what the other side still sends is waited out.
const lingerBytes = 1 << 20

// socket is one WebSocket connection. One goroutine reads it; none while it
// is parked. Writes come from the outbox, and before the join from the reader.
type socket struct {
	hub     *Hub
	ws      *websocket.Conn
	wire    *wire
	br      *bufio.Reader // the one ws reads from; without a buffer while parked
	lent    *bufio.Reader // whose buffer br has; owned by the reader
	addr    netip.Prefix  // of the client; what joins are counted by
	session *Session      // owned by the reader; nil before the join
	faults  faults        // owned by the reader
	flood   flood         // owned by the reader
	fd      int32         // in the parking; 0 for a socket that cannot be parked
	parked  atomic.Bool   // no reader runs
	closing atomic.Bool   // a close frame is on its way; frames read are discarded
}

// Accept upgrades a request to a WebSocket and serves it until it ends. It
// returns after the upgrade, so that all the request needed is freed; addr is
// the client's address.
func (h *Hub) Accept(w http.ResponseWriter, r *http.Request, addr netip.Addr) {
	hijacker := &smallHijacker{ResponseWriter: w}
	ws, err := websocket.Accept(hijacker, r, &websocket.AcceptOptions{
		Subprotocols:   []string{protocol.Subprotocol},
		OriginPatterns: h.origins,
	})
	if err != nil {
		h.log.Debug("websocket refused", "err", err)
		return
	}
	ws.SetReadLimit(protocol.MaxFrame)
	if hijacker.early == 0 {
		hijacker.br.Reset(hijacker.wire) // spares what the library puts in between
	}
	s := &socket{hub: h, ws: ws, wire: hijacker.wire, br: hijacker.br, addr: subnet(addr)}
	s.wire.socket = s
	if !h.enter(s) {
		s.refuse(protocol.Errorf(protocol.CodeRestarting, "The server is stopping. Try again in a moment."), protocol.CloseGoingAway)
		_ = s.ws.CloseNow()
		return
	}
	s.wire.SetReadDeadline(time.Now().Add(joinTimeout))
	go s.read()
}

// subnet is what one client is told apart by: an IPv4 address, or the /64
// an IPv6 host can choose its addresses from.
func subnet(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, _ := addr.Prefix(bits)
	return prefix
}

// read takes frames until the socket ends, or is parked.
func (s *socket) read() {
	s.lend()
	for {
		kind, r, err := s.ws.Reader(context.Background())
		if err != nil {
			s.end(err)
			return
		}
		in := takeInbound()
		err = in.readFrom(r)
		if err == nil && !s.closing.Load() {
			err = s.receive(kind, in)
		}
		giveInbound(in)
		if err != nil {
			s.end(err)
			return
		}
		if s.fd != 0 && s.br.Buffered() == 0 {
			s.withdraw()
			if s.hub.parking.park(s) {
				return
			}
			s.lend()
		}
	}
}

// bufio.Readers to lend to sockets that can be parked.
var readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// lend gives the WebSocket's reader a buffer, unless it has one.
func (s *socket) lend() {
	if s.br.Size() == 0 {
		s.lent = readers.Get().(*bufio.Reader)
		s.lent.Reset(s.wire)
		*s.br = *s.lent
	}
}

// withdraw takes the buffer back. There is nothing in it.
func (s *socket) withdraw() {
	*s.br = bufio.Reader{}
	if s.lent != nil {
		s.lent.Reset(nil)
		readers.Put(s.lent)
		s.lent = nil
	}
}

// receive handles one message. An error ends the socket.
func (s *socket) receive(kind websocket.MessageType, in *inbound) error {
	if kind != websocket.MessageText {
		return errClose{protocol.CloseUnsupported}
	}
	fault := protocol.Decode(in.data, &in.frame)
	if fault == protocol.ErrNotUTF8 {
		return errClose{protocol.CloseBadUTF8}
	}
	if s.session != nil {
		return s.session.receive(s, &in.frame, fault)
	}
	return s.receiveFirst(&in.frame, fault)
}

// errClose is an end of the socket with a close code that is still to be sent.
type errClose struct{ code protocol.CloseCode }

func (e errClose) Error() string { return e.code.Reason() }

// end closes the connection for good and lets go of the session.
func (s *socket) end(err error) {
	var closeErr errClose
	switch {
	case errors.As(err, &closeErr):
		s.finish(closeErr.code)
	case errors.Is(err, websocket.ErrMessageTooBig):
		s.linger() // the library has sent its close frame
	case isTimeout(err) && !s.closing.Load() && s.hub.Draining():
		s.finish(protocol.CloseGoingAway)
	case isTimeout(err) && !s.closing.Load() && s.session == nil:
		s.finish(protocol.ClosePolicy)
	}
	_ = s.ws.CloseNow()
	if s.session != nil {
		s.session.detach(s)
	}
	s.hub.exit(s)
}

func isTimeout(err error) bool {
	var netErr net.Error
	return errors.As(err, &netErr) && netErr.Timeout()
}

// finish sends what waits and a close frame from the reader's side, and waits
// for the other side to end the connection.
func (s *socket) finish(code protocol.CloseCode) {
	if s.session != nil {
		s.session.out.close(code)
	} else {
		s.closeSoon()
		if s.wire.writeLast(closeFrame(code)) == nil {
			s.closeWrite()
		}
	}
	s.linger()
}

// linger reads and discards until the other side ends the connection, so that
// unread bytes do not make the kernel reset it before a close frame arrives.
func (s *socket) linger() {
	s.closing.Store(true)
	s.wire.SetReadDeadline(time.Now().Add(closeTimeout))
	_, _ = io.CopyN(io.Discard, s.wire, lingerBytes)
}

// turnAway ends a socket that has not joined, as the hub stops.
func (s *socket) turnAway() { s.wire.SetReadDeadline(time.Now()) }

// refuse tells why a join was refused and closes, before there is a session.
func (s *socket) refuse(fault *protocol.Error, code protocol.CloseCode) {
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	_ = s.wire.writeLast(append(errorFrame(0, fault), closeFrame(code)...))
}

func (s *socket) write(frames []byte) error {
	_, err := s.wire.Write(frames)
	return err
}

// closeSoon bounds what is left of the socket's life.
func (s *socket) closeSoon() {
	s.closing.Store(true)
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	time.AfterFunc(2*closeTimeout, s.abort)
}

// closeWrite ends the stream to the client after a close frame.
func (s *socket) closeWrite() {
	if half, ok := s.wire.Conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	s.wire.SetReadDeadline(time.Now().Add(closeTimeout))
	s.hub.parking.wake(s)
}

// abort makes the reader end now.
func (s *socket) abort() {
	s.closing.Store(true)
	s.wire.SetDeadline(time.Now())
	s.hub.parking.wake(s)
}

// wire is the connection below a WebSocket. Whole frames are written to it at
// a time, by the outbox and by the WebSocket library (its pongs and close
// frames), so the two can share it.
type wire struct {
	net.Conn
	socket   *socket    // set after the upgrade
	mu       sync.Mutex // held for a write
	finished bool       // our close frame went out; nothing may follow it (RFC 6455, section 5.5.1)
}

func (w *wire) Write(frames []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.finished {
		return len(frames), nil
	}
	return w.Conn.Write(frames)
}

// writeLast writes frames the last of which is our close frame.
func (w *wire) writeLast(frames []byte) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.finished = true
	_, err := w.Conn.Write(frames)
	return err
}

// Close closes the connection. It may be the library that does so, on a close
// frame from the client; the parking must let go of the descriptor before that
// is used for another.
func (w *wire) Close() error {
	if w.socket != nil {
		w.socket.hub.parking.forget(w.socket)
	}
	return w.Conn.Close()
}

// smallHijacker gives the WebSocket library small buffers instead of the two
// of 4 KiB that net/http has: they stay for as long as the socket does.
type smallHijacker struct {
	http.ResponseWriter
	wire  *wire
	br    *bufio.Reader
	early int // bytes that came with the request
}

const (
	readBuffer  = 512
	writeBuffer = 2 + 125 // the library writes control frames only
)

// Hijack implements http.Hijacker.
func (h *smallHijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	h.wire = &wire{Conn: conn}
	h.br = bufio.NewReaderSize(h.wire, readBuffer)
	if h.early = rw.Reader.Buffered(); h.early > 0 {
		early, _ := rw.Peek(h.early)
		h.br = bufio.NewReaderSize(&earlyReader{early, h.wire}, max(readBuffer, h.early))
		_, _ = h.br.Peek(h.early)
	}
	return h.wire, bufio.NewReadWriter(h.br, bufio.NewWriterSize(h.wire, writeBuffer)), nil
}

// earlyReader gives the bytes that came with the request before the rest.
type earlyReader struct {
	early []byte
	rest  io.Reader
}

func (r *earlyReader) Read(p []byte) (int, error) {
	if len(r.early) == 0 {
		return r.rest.Read(p)
	}
	n := copy(p, r.early)
	r.early = r.early[n:]
	return n, nil
}

// inbound is one message while it is handled.
type inbound struct {
	data  []byte
	frame protocol.Frame
}

var inbounds = sync.Pool{New: func() any { return &inbound{data: make([]byte, 0, 4<<10)} }}

func takeInbound() *inbound { return inbounds.Get().(*inbound) }

func giveInbound(in *inbound) {
	if cap(in.data) <= bufferSize { // one that grew for a rare great frame is let go
		in.data = in.data[:0]
		inbounds.Put(in)
	}
}

func (in *inbound) readFrom(r io.Reader) error {
	for {
		if len(in.data) == cap(in.data) {
			in.data = append(in.data, 0)[:len(in.data)]
		}
		n, err := r.Read(in.data[len(in.data):cap(in.data)])
		in.data = in.data[:len(in.data)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
