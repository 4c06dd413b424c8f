package signaling

import (
	"context"
	"fmt"
	"maps"
	"net/netip"
	"runtime"
	"time"
)

// Sweep does what Run does each second, as if it were now.
func (h *Hub) Sweep(now time.Time) { h.sweep(now) }

// HoldTurns takes all turns of hashing until the function it answers is called.
func (h *Hub) HoldTurns() (release func()) {
	turns := max(1, runtime.NumCPU()/2)
	for range turns {
		for h.passwords.turns.Wait(context.Background(), netip.Prefix{}) != nil { // hashes before it rest for long on a busy machine
		}
	}
	return func() {
		for range turns {
			h.passwords.turns.Done()
		}
	}
}

// Hashing is how many passwords are hashed, are to be, or were a moment ago.
func (h *Hub) Hashing() int { return h.passwords.turns.Pending() }

// Age makes it as if everyone had left a room so much earlier.
func (h *Hub) Age(id RoomID, by time.Duration) {
	h.mu.Lock()
	room := h.rooms[id]
	h.mu.Unlock()
	room.mu.Lock()
	defer room.mu.Unlock()
	room.left = room.left.Add(-by)
}

// HashCheaply makes the passwords that are set from now on cheap to check.
func (h *Hub) HashCheaply() { h.passwords.memory = 64 }

// ForgetGuesses makes it as if no address had tried a wrong password.
func (h *Hub) ForgetGuesses() { h.passwords.guesses.sweep(time.Now().Add(time.Hour)) }

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
	s := session.out.socket
	return s != nil && s.parked.Load() && !s.writer.flushing
}

// Left is what a hub has of its peers.
type Left struct {
	Rooms    int // that were not made
	Entering int // sockets that have not joined
	Absent   int64
	Bytes    int64 // kept for those
	Knocks   int   // who wait to be let in
	Crowds   int   // addresses with sockets
}

// Left tells what the hub has of its peers.
func (h *Hub) Left() Left {
	left := Left{Absent: h.absent.Load(), Bytes: h.absentBytes.Load()}
	for _, room := range h.all() {
		room.mu.Lock()
		if !room.made {
			left.Rooms++
		}
		left.Knocks += len(room.knocks)
		room.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	left.Entering, left.Crowds = len(h.entering), len(h.crowds)
	return left
}

// Audit compares what the hub keeps for its peers with its bounds and with its own
// counters. Nothing may be under way.
func (h *Hub) Audit() error {
	var absent, bytes int64
	for _, room := range h.all() {
		room.mu.Lock()
		for _, session := range room.peers {
			kept, err := session.out.audit(session.absent != nil)
			if err != nil {
				room.mu.Unlock()
				return fmt.Errorf("peer %s: %w", session.id, err)
			}
			if session.absent != nil {
				absent++
				bytes += kept
			}
		}
		room.mu.Unlock()
	}
	if a, b := h.absent.Load(), h.absentBytes.Load(); a != absent || b != bytes {
		return fmt.Errorf("%d peers without a socket are counted, with %d bytes; there are %d, with %d", a, b, absent, bytes)
	}
	if absent > maxAbsent || bytes > maxAbsentBytes+absent*absentShare {
		return fmt.Errorf("%d peers without a socket, with %d bytes", absent, bytes)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	makers := make(Tally)
	for _, room := range h.rooms {
		if room.maker.IsValid() {
			makers.Add(room.maker)
		}
	}
	if !maps.Equal(makers, h.makers) {
		return fmt.Errorf("rooms of networks are counted as %v, there are %v", h.makers, makers)
	}
	return nil
}

// audit is Audit of one outbox, and answers how many bytes it keeps.
func (o *outbox) audit(absent bool) (int64, error) {
	const joined = 4 << 10 // what a resume puts before the rest
	o.mu.Lock()
	defer o.mu.Unlock()
	bytes := 0
	for _, f := range o.frames {
		bytes += len(f.data)
	}
	switch {
	case absent != (o.socket == nil):
		return 0, fmt.Errorf("away is %v, and without a socket %v", absent, o.socket == nil)
	case bytes != o.bytes:
		return 0, fmt.Errorf("%d bytes are counted as %d", bytes, o.bytes)
	case bytes > maxKeptBytes+joined || len(o.frames) > maxKeptFrames+1:
		return 0, fmt.Errorf("%d frames of %d bytes are kept", len(o.frames), bytes)
	}
	return int64(bytes), nil
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

// IssueSession makes the token of a peer as if at a certain time; with the
// instance of the peer if it is in the room.
func (h *Hub) IssueSession(room RoomID, peer PeerID, at time.Time) string {
	id := identity{peer: peer, instance: newInstance(), serial: newSerial(), joined: at}
	if session := h.session(room, peer); session != nil {
		id.instance, id.serial = session.instance, session.serial
	}
	return h.keys.issue(room, id, at)
}
