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
	if s.tooMany(now, fault) {
		return errClose{protocol.CloseFaults}
	}
	if fault.Code == protocol.CodeRateLimited {
		s.wire.SetReadDeadline(now.Add(joinTimeout)) // it may try again
	}
	return nil
}

// tell answers a frame with an error, before there is an outbox to do it.
func (s *socket) tell(re int64, fault *protocol.Error) error {
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	return s.write(errorFrame(re, fault))
}

// join makes a session and puts it in its room. A refusal closes with 4501,
// or with 1001 when the hub is stopping; a fault of our own closes nothing.
func (s *socket) join(f *protocol.Frame) error {
	session, shown, roomID, fault := s.hub.newSession(f)
	if fault == nil {
		s.wire.SetDeadline(time.Time{})
		fault = s.hub.join(s, session, joinRequest{
			re: f.ID, shown: shown, room: roomID, host: f.Text(protocol.FieldHost),
			token: s.hub.tokens.issue(roomID, session.id, time.Now()),
		})
	}
	if fault != nil {
		if err := s.tell(f.ID, fault); err != nil {
			return err
		}
		switch {
		case s.hub.Draining():
			return errClose{protocol.CloseGoingAway}
		case fault.Code == protocol.CodeInternal: // it may try again
			s.wire.SetReadDeadline(time.Now().Add(joinTimeout))
			return nil
		}
		return errClose{protocol.CloseRefused}
	}
	s.session = session
	s.hub.parking.admit(s)
	if s.hub.admitted(s) {
		s.wire.SetReadDeadline(time.Time{})
		session.out.close(protocol.CloseGoingAway)
	}
	s.hub.log.Info("peer joined", "room", session.room.tag, "peer", session.id)
	return nil
}

// newSession makes a session of a join frame, in no room yet.
func (h *Hub) newSession(f *protocol.Frame) (*Session, string, RoomID, *protocol.Error) {
	shown, roomID, fault := ParseRoom(f.Text(protocol.FieldRoom))
	if fault != nil {
		return nil, "", "", fault
	}
	name := defaultName
	if given := f.Text(protocol.FieldName); given != "" {
		if name, fault = parseName(given); fault != nil {
			return nil, "", "", fault
		}
	}
	now := time.Now()
	id, fault := h.identify(f, roomID, now)
	if fault != nil {
		return nil, "", "", fault
	}
	session := &Session{hub: h, id: id}
	session.heard.Store(now.Unix())
	session.peer = protocol.Peer{
		ID: string(session.id), Name: name, Role: protocol.RoleGuest, Joined: protocol.At(now),
	}
	if f.Has(protocol.FieldMedia) {
		media := f.Object(protocol.FieldMedia)
		session.peer.Mic, session.peer.Camera = media.Bool(protocol.FieldMic), media.Bool(protocol.FieldCamera)
	}
	return session, shown, roomID, nil
}

// identify tells which peer a join comes from: the one its token says, or a new
// one.
func (h *Hub) identify(f *protocol.Frame, room RoomID, now time.Time) (PeerID, *protocol.Error) {
	token := f.Raw(protocol.FieldSession)
	if len(token) > maxToken {
		return "", errBadToken
	}
	if len(token) <= len(`""`) {
		return newPeerID(), nil
	}
	id, fault := h.tokens.read([]byte(f.Text(protocol.FieldSession)), room, now)
	if fault == nil && id == "" {
		id = newPeerID()
	}
	return id, fault
}

// joinRequest is what a join asks for besides the session.
type joinRequest struct {
	re    int64
	shown string // the room's name as written
	room  RoomID
	host  string // host key
	token string // session token to give
}

// patience is how long a join waits for the chat it is to show.
const patience = 3 * time.Second

// join puts a session in its room, which is made if need be, and starts it on
// the socket with its joined frame. It waits for the chat store, but not for
// long: a call needs no chat. For a room that is being made it waits however
// long that takes.
func (h *Hub) join(s *socket, session *Session, req joinRequest) *protocol.Error {
	room, fault := h.expect(req.room, req.shown)
	if fault != nil {
		return fault
	}
	defer room.unexpect()
	session.room = room
	var (
		entered atomic.Bool
		done    = make(chan *protocol.Error, 1)
	)
	enter := func(past *chat.Page) {
		if entered.CompareAndSwap(false, true) {
			done <- room.add(s, session, req, past)
		}
	}
	queued := room.queue.push(job{do: func() { enter(room.newest(session.id)) }})
	switch {
	case !queued && room.making.Load():
		return errBusy
	case !queued:
		enter(nil)
	}
	if room.making.Load() {
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
