package signaling

import (
	"time"

	"moim/signaling/protocol"
)

// Times of a peer without a socket.
const (
	awayAfter    = 3 * time.Second // the others are told
	partingGrace = time.Second     // for a client that closed its socket without leaving
)

// maxAbsent bounds the peers without a socket; one more has left at once.
const maxAbsent = 10_000

// absence is the time of a peer without a socket.
type absence struct {
	since  time.Time
	grace  time.Duration // after which the peer has left
	reason protocol.LeftReason
}

// detach is told that a socket has ended. If it carried the session, that waits
// for another.
func (s *Session) detach(sock *socket, a absence) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.carrier != sock {
		return
	}
	s.carrier = nil
	s.out.detach()
	a.since = time.Now()
	s.room.miss(s, a)
}

// close closes a socket after what waits, if it still carries the session.
func (s *Session) close(sock *socket, code protocol.CloseCode) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.carrier == sock {
		s.out.close(code)
	}
}

// expel ends the session, if a socket that is to be closed for good carries it.
func (s *Session) expel(sock *socket) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.carrier == sock {
		s.room.remove(s, protocol.ReasonLost)
	}
}

// resume continues the session that a join is of over the join's socket. It is
// nil when there is none, or when what the peer lacks is not all there: a
// snapshot has to follow then. The error has a code to close with: the instance
// was replaced by another.
func (h *Hub) resume(sock *socket, req *joinRequest) (*Session, error) {
	h.mu.Lock()
	room := h.rooms[req.room]
	if h.draining {
		room = nil // its refusal is that of any join
	}
	h.mu.Unlock()
	if room == nil {
		return nil, nil
	}
	room.mu.Lock()
	session := room.peers[req.peer]
	overtaken := session != nil && session.overtakes(req)
	room.mu.Unlock()
	switch {
	case session == nil:
		return nil, nil
	case overtaken:
		return nil, errClose{protocol.CloseReplaced}
	case !session.resume(sock, req):
		return nil, nil
	}
	h.log.Info("peer resumed", "room", room.tag, "peer", session.id)
	return session, nil
}

// overtakes tells whether the session is newer than a join that would go on with
// it, or with one before it: of another instance, or of a later attempt. Caller
// holds room.mu.
func (s *Session) overtakes(req *joinRequest) bool {
	return req.continues && (s.instance != req.instance || req.attempt != 0 && req.attempt <= s.attempt)
}

// resume takes up the session with another socket. It is false when that cannot
// be; the session that is to follow then is bound by the limits of this one.
func (s *Session) resume(sock *socket, req *joinRequest) bool {
	s.reading.Lock()
	defer s.reading.Unlock()
	req.throttle, req.conduct = s.throttle, s.conduct.clone()
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if !req.continues || s.serial != req.serial || r.peers[s.id] != s || s.overtakes(req) || !s.out.covers(req.got) {
		return false
	}
	if s.peer.Away { // told before, as it goes to the peer too and may be too much
		s.peer.Away = false
		r.broadcastLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypePeerChanged, Peer: s.peer}), nil)
	}
	if !s.out.resume(sock, req.got, sealJSON(protocol.Resumed{
		Type: protocol.TypeJoined, Re: req.re, Resumed: true, Session: r.hub.keys.issue(r.id, s.identity(), time.Now()), Got: s.got.Load(),
	})) {
		return false
	}
	s.carrier, s.issued, s.attempt = sock, r.hub.seconds(time.Now()), req.attempt
	s.host, s.addr = sock.host, sock.addr
	s.heard.Store(s.issued)
	r.presentLocked(s)
	return true
}

// miss notes that a peer of the room has no socket any more.
func (r *Room) miss(s *Session, a absence) {
	r.mu.Lock()
	if r.peers[s.id] != s {
		r.mu.Unlock()
		s.out.drop()
		return
	}
	s.absent = &a
	full := r.hub.absent.Add(1) > maxAbsent
	r.mu.Unlock()
	r.hub.log.Info("peer lost its socket", "room", r.tag, "peer", s.id)
	if full || a.grace <= 0 {
		r.remove(s, a.reason)
	}
}

// presentLocked ends the absence of a peer, if it was absent. Caller holds mu.
func (r *Room) presentLocked(s *Session) {
	if s.absent != nil {
		s.absent = nil
		r.hub.absent.Add(-1)
	}
}

// waitLocked does what is due for a peer without a socket, and tells whether its
// time is over. Caller holds mu.
func (r *Room) waitLocked(s *Session, now time.Time) (over bool) {
	gone := now.Sub(s.absent.since)
	if gone >= s.absent.grace {
		return true
	}
	if gone >= awayAfter && !s.peer.Away {
		s.peer.Away = true
		r.broadcastLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypePeerChanged, Peer: s.peer}), nil)
	}
	return false
}
