package signaling

import "time"

// Sweep does what Run does each second, as if it were now.
func (h *Hub) Sweep(now time.Time) { h.sweep(now) }

// Kept tells what the outbox of a peer holds.
func (h *Hub) Kept(room RoomID, peer PeerID) (frames, bytes int) {
	session := h.session(room, peer)
	if session == nil {
		return 0, 0
	}
	session.out.mu.Lock()
	defer session.out.mu.Unlock()
	for _, f := range session.out.frames {
		bytes += len(f.data)
	}
	return len(session.out.frames), bytes
}

// Parked tells whether no goroutine reads the socket of a peer or writes to it.
func (h *Hub) Parked(room RoomID, peer PeerID) bool {
	session := h.session(room, peer)
	if session == nil {
		return false
	}
	session.out.mu.Lock()
	defer session.out.mu.Unlock()
	return session.out.socket.parked.Load() && !session.out.socket.writer.flushing
}

func (h *Hub) session(room RoomID, peer PeerID) *Session {
	h.mu.Lock()
	r := h.rooms[room]
	h.mu.Unlock()
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.peers[peer]
}

// RenewSearches lets time pass in a bubble of testing/synctest while searches
// wait for their turn: that bubble has to make what they wait for.
func (h *Hub) RenewSearches() { h.searches = make(chan struct{}, maxSearches) }

// IssueSession makes the token of a peer as if at a certain time.
func (h *Hub) IssueSession(room RoomID, peer PeerID, at time.Time) string {
	return h.tokens.issue(room, peer, at)
}
