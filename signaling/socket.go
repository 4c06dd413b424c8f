package signaling

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"sync"
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

// refusalPause is how long nothing is read after a frame that was refused for its
// fault or its number: who floods is held up by TCP then, and costs others little.
const refusalPause = 5 * time.Millisecond

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
	host    hostName      // what the client calls this server
	session *Session      // owned by the reader, but for who waits by door; nil before the join
	knock   *knock        // owned by the reader; nil unless it waits to be let in
	conduct conduct       // before the join; owned by the reader
	beats   uint8         // answered before the join; owned by the reader
	refused bool          // the last frame was; owned by the reader
	pings   *rate.Limiter // owned by the reader; made when first needed
	fd      int32         // in the parking; 0 for a socket that cannot be parked
	parked  atomic.Bool   // no reader runs
	closing atomic.Bool   // a close frame is on its way; frames read are discarded
	writer  writer        // owned by the session's outbox

	door sync.Mutex // held while who waits is let in; guards over
	over bool       // nobody waits any more

	doom atomic.Pointer[time.Timer] // ends a socket that is being closed
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
		if s.refused {
			s.refused = false
			time.Sleep(refusalPause)
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
	switch session := s.member(); {
	case session != nil:
		return session.receive(s, &in.frame, fault)
	case s.knock != nil:
		return s.receiveWaiting(&in.frame, fault)
	}
	return s.receiveFirst(&in.frame, fault)
}

// member is the session of the socket, nil before it has joined. Its caller is the
// reader.
func (s *socket) member() *Session {
	if s.knock == nil {
		return s.session
	}
	s.door.Lock()
	defer s.door.Unlock()
	if s.session != nil {
		s.knock = nil
		if !s.closing.Load() {
			s.wire.SetReadDeadline(time.Time{}) // which a frame of who waited may have set since
		}
		s.hub.parking.admit(s)
	}
	return s.session
}

// stopWaiting sees to it that nobody is let in any more over a socket that ends.
func (s *socket) stopWaiting() {
	if s.knock == nil {
		return
	}
	s.door.Lock()
	s.over = true
	in := s.session != nil
	s.door.Unlock()
	if in {
		s.knock = nil
		return
	}
	s.knock.leave()
}

// errClose is an end of the socket with a close code that is still to be sent.
type errClose struct{ code protocol.CloseCode }

func (e errClose) Error() string { return e.code.Reason() }

// errReplaced is the end of a socket whose session another one has taken up.
var errReplaced = errors.New("another socket has taken up the session")

// end closes the connection for good and lets go of the session, or ends that
// too if the client is to stay out.
func (s *socket) end(err error) {
	s.stopWaiting()
	var closeErr errClose
	switch {
	case errors.As(err, &closeErr):
		s.expel()
		s.finish(closeErr.code)
	case errors.Is(err, websocket.ErrMessageTooBig):
		s.expel()
		s.linger() // the library has sent its close frame
	case errors.Is(err, errReplaced):
		s.linger()
	case isTimeout(err) && !s.closing.Load() && s.hub.Draining():
		s.finish(protocol.CloseGoingAway)
	case isTimeout(err) && s.closing.Load() && s.hub.Draining():
		s.linger() // a close frame was on its way when the hub woke it
	case isTimeout(err) && !s.closing.Load() && s.knock != nil:
		s.finish(protocol.CloseSilent)
	case isTimeout(err) && !s.closing.Load() && s.session == nil:
		s.finish(protocol.ClosePolicy)
	}
	if s.session != nil {
		s.session.detach(s, s.partsWith(err))
	}
	_ = s.ws.CloseNow()
	if doom := s.doom.Load(); doom != nil {
		doom.Stop()
	}
	s.hub.exit(s)
}

// expel ends the session, as its client is to stay out.
func (s *socket) expel() {
	if s.session != nil {
		s.session.expel(s)
	}
}

// partings are the codes of a client that closes its socket on purpose.
var partings = [...]websocket.StatusCode{
	websocket.StatusNormalClosure, websocket.StatusGoingAway, websocket.StatusNoStatusRcvd,
}

// partsWith tells by how its socket ended whether a client may come back: a close
// frame of its own without a leave is a page that was closed (RFC 6455, section
// 7.4.1), and an end without one, or with a code that asks to reconnect, is a
// loss.
func (s *socket) partsWith(err error) absence {
	if slices.Contains(partings[:], websocket.CloseStatus(err)) && !s.closing.Load() {
		return absence{grace: min(partingGrace, s.hub.limits.Grace), reason: protocol.ReasonLeft}
	}
	return absence{grace: s.hub.limits.Grace, reason: protocol.ReasonLost}
}

func isTimeout(err error) bool {
	var netErr net.Error
	return errors.As(err, &netErr) && netErr.Timeout()
}

// finish sends what waits and a close frame from the reader's side, and waits
// for the other side to end the connection.
func (s *socket) finish(code protocol.CloseCode) {
	if s.session != nil {
		s.session.close(s, code)
	} else {
		s.dismiss(code)
	}
	s.linger()
}

// dismiss sends a close frame past whatever waits.
func (s *socket) dismiss(code protocol.CloseCode) {
	s.closeSoon()
	if s.wire.writeLast(closeFrame(code)) == nil {
		s.closeWrite()
	}
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
	s.doom.Store(time.AfterFunc(2*closeTimeout, s.abort))
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
