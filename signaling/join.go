package signaling

import (
	"sync/atomic"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

// receiveFirst handles the frames before there is a session: the join.
func (s *socket) receiveFirst(f *protocol.Frame, fault *protocol.Error) error {
	now := time.Now()
	switch {
	case fault != nil:
	case f.Type == protocol.TypePing && s.beats < maxEarlyBeats:
		s.beats++
		if f.Int(protocol.FieldGot) == 0 {
			return s.answerBeat()
		}
		fault = errMiscounted
	case f.Type != protocol.TypeJoin:
		fault = protocol.Errorf(protocol.CodeNotJoined, "Join a room first.")
	case !s.hub.joins.allow(s.addr):
		fault = protocol.Errorf(protocol.CodeRateLimited, "Too many joins from your address. Wait a moment.")
	default:
		return s.join(f)
	}
	if err := s.tell(f.ID, fault); err != nil {
		return err
	}
	if s.conduct.tooMany(now, fault) {
		return errClose{protocol.CloseFaults}
	}
	if fault.Code == protocol.CodeRateLimited {
		return s.another()
	}
	return nil
}

// maxEarlyBeats is how many pings are answered before a join; with them a client
// learns whether it could join, and how far away the server is.
const maxEarlyBeats = 20

// answerBeat answers a ping before there is a session: no frames were received.
func (s *socket) answerBeat() error {
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	return s.write(seal(protocol.AppendBeat(newFrame(40), protocol.TypePong, 0)))
}

// tell answers a frame with an error, before there is an outbox to do it.
func (s *socket) tell(re int64, fault *protocol.Error) error {
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	return s.write(errorFrame(re, fault))
}

// joinRequest is what a join asks for.
type joinRequest struct {
	identity

	re        int64
	shown     string // the room's name as written
	room      RoomID
	host      string // host key
	continues bool   // the client goes on with its peer connections
	got       int64  // frames it has received on its session
	attempt   int64  // counts the joins of the instance; 0 for a client that does not
	name      string
	mic       bool
	camera    bool
	throttle  throttle // of the session before, if there is one
	conduct   conduct
}

// join continues a session, or makes one and puts it in its room. A refusal
// closes with 4501, or with 1001 when the hub is stopping; a fault of our own
// closes nothing.
func (s *socket) join(f *protocol.Frame) error {
	req, fault := s.parseJoin(f, time.Now())
	if fault != nil {
		return s.turnDown(f.ID, fault)
	}
	s.wire.SetDeadline(time.Time{})
	session, err := s.hub.resume(s, req)
	if err != nil {
		return err
	}
	if session == nil {
		session, fault = s.hub.join(s, req)
	}
	if fault != nil {
		return s.turnDown(f.ID, fault)
	}
	s.session = session
	s.hub.parking.admit(s)
	if s.hub.admitted(s) {
		s.wire.SetReadDeadline(time.Time{})
		s.session.close(s, protocol.CloseGoingAway)
	}
	return nil
}

// turnDown tells why a join was refused.
func (s *socket) turnDown(re int64, fault *protocol.Error) error {
	if fault == errReplacedBy {
		return errClose{protocol.CloseReplaced}
	}
	if err := s.tell(re, fault); err != nil {
		return err
	}
	switch {
	case s.hub.Draining():
		return errClose{protocol.CloseGoingAway}
	case s.conduct.tooMany(time.Now(), fault):
		return errClose{protocol.CloseFaults}
	case fault.Code == protocol.CodeInternal, fault.Code == protocol.CodeRateLimited:
		return s.another()
	}
	return errClose{protocol.CloseRefused}
}

// another gives a client the time to try again, unless the hub is stopping.
func (s *socket) another() error {
	s.wire.SetReadDeadline(time.Now().Add(joinTimeout))
	if s.hub.Draining() { // asked last, as the deadline may have undone what turnAway did
		return errClose{protocol.CloseGoingAway}
	}
	return nil
}

// parseJoin reads a join. What its token says is checked before anything is
// looked up.
func (s *socket) parseJoin(f *protocol.Frame, now time.Time) (*joinRequest, *protocol.Error) {
	shown, room, fault := ParseRoom(f.Text(protocol.FieldRoom))
	if fault != nil {
		return nil, fault
	}
	req := &joinRequest{
		re: f.ID, shown: shown, room: room, host: f.Text(protocol.FieldHost), name: defaultName,
		attempt: f.Int(protocol.FieldAttempt),
	}
	if given := f.Text(protocol.FieldName); given != "" {
		if req.name, fault = parseName(given); fault != nil {
			return nil, fault
		}
	}
	if f.Has(protocol.FieldMedia) {
		media := f.Object(protocol.FieldMedia)
		req.mic, req.camera = media.Bool(protocol.FieldMic), media.Bool(protocol.FieldCamera)
	}
	if fault := s.identify(f, req, now); fault != nil {
		return nil, fault
	}
	return req, nil
}

// identify notes whom a join comes from: whom its token says, or somebody new.
func (s *socket) identify(f *protocol.Frame, req *joinRequest, now time.Time) *protocol.Error {
	req.identity = newIdentity(now)
	token := f.Raw(protocol.FieldSession)
	if len(token) <= len(`""`) {
		return nil
	}
	if len(token) > maxToken {
		return s.forged()
	}
	id, good, fault := s.hub.keys.read([]byte(f.Text(protocol.FieldSession)), req.room, now)
	switch {
	case fault != nil:
		return s.forged()
	case !good:
		return nil
	}
	if req.continues = f.Has(protocol.FieldGot); req.continues {
		req.got = f.Int(protocol.FieldGot)
	} else {
		id.instance = newInstance()
	}
	req.identity = id
	return nil
}

// forged is the answer to a token that is none: not so many from one address.
func (s *socket) forged() *protocol.Error {
	if !s.hub.forgeries.allow(s.addr) {
		return errForgeries
	}
	return errBadToken
}

// forgeryRate is how often an address may bring a token that is none.
var forgeryRate = Rate{PerSecond: 1, Burst: 10}

var (
	errForgeries  = protocol.Errorf(protocol.CodeRateLimited, "Too many sessions that are none from your address. Wait a moment.")
	errReplacedBy = protocol.Errorf(protocol.CodeBadToken, "The session was continued elsewhere.")
)

// newSession makes a session of a join, in no room yet.
func (h *Hub) newSession(req *joinRequest, now time.Time) *Session {
	session := &Session{
		hub: h, id: req.peer, instance: req.instance, serial: newSerial(), attempt: req.attempt, issued: h.seconds(now),
		throttle: req.throttle, conduct: req.conduct,
	}
	session.out.absent = &h.absentBytes
	session.heard.Store(session.issued)
	session.peer = protocol.Peer{
		ID: string(session.id), Name: req.name, Role: protocol.RoleGuest, Joined: protocol.At(req.joined),
		Mic: req.mic, Camera: req.camera, Instance: req.instance,
	}
	return session
}

// patience is how long a join waits for the chat it is to show.
const patience = 3 * time.Second

// join makes a session, puts it in its room, which is made if need be, and
// starts it on the socket with its joined frame. It waits for the chat store, but
// not for long: a call needs no chat. For a room that is being made it waits
// however long that takes.
func (h *Hub) join(s *socket, req *joinRequest) (*Session, *protocol.Error) {
	room, fault := h.expect(req.room, req.shown)
	if fault != nil {
		return nil, fault
	}
	defer room.unexpect()
	session := h.newSession(req, time.Now())
	session.room = room
	if fault := room.admit(s, session, req); fault != nil {
		return nil, fault
	}
	h.log.Info("peer joined", "room", room.tag, "peer", session.id)
	return session, nil
}

// admit adds a session when its turn has come, or patience ends.
func (r *Room) admit(s *socket, session *Session, req *joinRequest) *protocol.Error {
	var (
		entered atomic.Bool
		done    = make(chan *protocol.Error, 1)
	)
	enter := func(past *chat.Page) {
		if entered.CompareAndSwap(false, true) {
			done <- r.add(s, session, req, past)
		}
	}
	queued := r.queue.push(job{do: func() { enter(r.newest(session.id)) }})
	switch {
	case !queued && r.making.Load():
		return errBusy
	case !queued:
		enter(nil)
	}
	if r.making.Load() {
		return <-done
	}
	late := time.AfterFunc(patience, func() { enter(nil) })
	defer late.Stop()
	return <-done
}

// newest is the chat that who joins is shown, nil when it cannot be read.
func (r *Room) newest(viewer PeerID) *chat.Page {
	past, fault := r.find(r.hub.ctx, chat.Query{Room: string(r.id), Viewer: string(viewer), Limit: protocol.HistoryDefault})
	if fault != nil {
		return nil
	}
	return &past
}
