package signaling

import (
	"errors"
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
	if s.conduct.tooMany(s, now, fault) {
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
	password  string
	proven    string // the hash that the password was found to match
	pass      Pass   // of its token; every right and nothing else without one
	invited   bool   // a host has let it in
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
	if fault == errWaits {
		return nil
	}
	if fault != nil {
		return s.turnDown(f.ID, fault)
	}
	s.take(session)
	s.hub.parking.admit(s)
	return nil
}

// take gives the socket its session.
func (s *socket) take(session *Session) {
	s.session = session
	if s.hub.admitted(s) {
		s.wire.SetReadDeadline(time.Time{})
		session.close(s, protocol.CloseGoingAway)
	}
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
	case s.conduct.tooMany(s, time.Now(), fault):
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
		attempt: f.Int(protocol.FieldAttempt), password: f.Text(protocol.FieldPassword), pass: Pass{Rights: AllRights},
	}
	if given := f.Text(protocol.FieldName); given != "" {
		if req.name, fault = ParseName(given); fault != nil {
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
	// What a session may do is what its token gave, so it goes on with that alone.
	digest := passDigest{}
	if s.hub.passes != nil {
		digest = digestPass(f.Text(protocol.FieldToken))
	}
	if req.digest != digest {
		req.identity, req.continues = newIdentity(now), false
		req.digest = digest
	}
	if fault := s.readPass(f, req, now); fault != nil {
		return nil, fault
	}
	return req, nil
}

// readPass notes what the token of those who build on this server gives a join.
func (s *socket) readPass(f *protocol.Frame, req *joinRequest, now time.Time) *protocol.Error {
	token := f.Text(protocol.FieldToken)
	switch {
	case token == "" && s.hub.tokenOnly:
		return errTokenWanted
	case token == "", s.hub.passes == nil:
		return nil
	}
	pass, err := s.hub.passes.Pass(token, req.room, now, !req.issued.IsZero())
	if fault, refused := errors.AsType[*protocol.Error](err); refused {
		return s.mistaken(fault)
	} else if err != nil {
		return s.mistaken(errBadPass)
	}
	req.pass = pass
	if pass.Name == "" {
		return nil
	}
	name, fault := ParseName(pass.Name)
	req.name = name
	return fault
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

// forged is the answer to a session token that is none.
func (s *socket) forged() *protocol.Error { return s.mistaken(errBadToken) }

// mistaken is the answer to a token that is none: not so many from one address.
func (s *socket) mistaken(fault *protocol.Error) *protocol.Error {
	if !s.hub.forgeries.allow(s.addr) {
		return errForgeries
	}
	return fault
}

// forgeryRate is how often an address may bring a token that is none.
var forgeryRate = Rate{PerSecond: 1, Burst: 10}

var (
	errForgeries   = protocol.Errorf(protocol.CodeRateLimited, "Too many tokens that are none from your address. Wait a moment.")
	errTokenWanted = protocol.Errorf(protocol.CodeTokenRequired, "This server takes nobody without a token. Ask for a link where you got this one.")
	errBadPass     = protocol.Errorf(protocol.CodeBadToken, "The token is not good for this room, or not any more.")
	errReplacedBy  = protocol.Errorf(protocol.CodeBadToken, "The session was continued elsewhere.")
)

// newSession makes a session of a join, in no room yet.
func (h *Hub) newSession(req *joinRequest, now time.Time) *Session {
	session := &Session{
		hub: h, id: req.peer, instance: req.instance, serial: newSerial(), attempt: req.attempt, issued: h.seconds(now),
		throttle: req.throttle, conduct: req.conduct,
		digest: req.digest, rights: req.pass.Rights, subject: req.pass.Subject, named: req.pass.Name != "",
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
	room, fault := h.expect(req.room, req.shown, !h.closed)
	if fault != nil {
		return nil, fault
	}
	defer room.unexpect()
	session := h.newSession(req, time.Now())
	session.room = room
	for {
		fault := room.look(s, req)
		if fault == nil {
			fault = room.admit(s, session, req)
		}
		switch fault {
		case nil:
			h.log.Info("peer joined", "room", room.tag, "peer", session.id)
			return session, nil
		case errUnproven:
			fault = room.checkPassword(s, req)
		case errKnock:
			fault = room.knock(s, req)
		}
		if fault != nil {
			return nil, fault
		}
	}
}

// look tells why a join may not enter the room, before that costs anything. A
// room that is being made has nothing to tell yet.
func (r *Room) look(s *socket, req *joinRequest) *protocol.Error {
	if r.making.Load() {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.guardLocked(s, req, r.peers[req.peer] != nil)
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
