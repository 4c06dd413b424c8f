package signaling

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

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
	pings   *rate.Limiter // owned by the reader; made when first needed
	fd      int32         // in the parking; 0 for a socket that cannot be parked
	parked  atomic.Bool   // no reader runs
	closing atomic.Bool   // a close frame is on its way; frames read are discarded
	writer  writer        // owned by the session's outbox
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

// end lets go of the session and closes the connection for good.
func (s *socket) end(err error) {
	if s.session != nil {
		s.session.detach()
	}
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
