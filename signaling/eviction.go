package signaling

import (
	"net/netip"
	"slices"
	"time"
)

// left is a room that nobody has been in since some time.
type left struct {
	room  *Room
	since time.Time
}

// eviction makes place for rooms: it knows some of those that nobody was in for
// longest, as to look at all of them takes its time. A room that is left later comes
// after those it knows. Guarded by Hub.mu.
type eviction struct {
	known  []left    // the next one last
	missed time.Time // when there was none
}

const (
	mostKnown  = 64
	missedTime = time.Second // none is looked for again
)

// evictLocked makes place for a room by forgetting the made one that nobody was
// in for longest, of those that keep nobody out; false when there is none. Caller holds mu.
func (h *Hub) evictLocked() bool {
	e := &h.eviction
	if h.evictKnownLocked() {
		return true
	}
	if now := time.Now(); now.Sub(e.missed) < missedTime {
		return false
	}
	for _, room := range h.rooms {
		room.mu.Lock()
		if room.spareLocked() {
			e.add(left{room, room.left})
		}
		room.mu.Unlock()
	}
	slices.Reverse(e.known)
	if !h.evictKnownLocked() {
		e.missed = time.Now()
		return false
	}
	return true
}

// evictOfLocked makes place for a room of a network by forgetting, as evictLocked
// does, one that the network made, be it one that would keep somebody out in which
// nobody has been. Caller holds mu.
func (h *Hub) evictOfLocked(maker netip.Prefix) bool {
	var oldest left
	for _, room := range h.rooms {
		if room.maker != maker {
			continue
		}
		room.mu.Lock()
		if room.spareToMakerLocked() && (oldest.room == nil || room.left.Before(oldest.since)) {
			oldest = left{room, room.left}
		}
		room.mu.Unlock()
	}
	return oldest.room != nil && h.evictOneLocked(oldest, (*Room).spareToMakerLocked)
}

// evictKnownLocked forgets the next room that is known. Caller holds mu.
func (h *Hub) evictKnownLocked() bool {
	e := &h.eviction
	for len(e.known) > 0 {
		next := e.known[len(e.known)-1]
		e.known = e.known[:len(e.known)-1]
		if h.evictOneLocked(next, (*Room).spareLocked) {
			return true
		}
	}
	e.known = nil
	return false
}

// evictOneLocked forgets a room unless somebody has come into it since. Caller holds mu.
func (h *Hub) evictOneLocked(next left, spareLocked func(*Room) bool) bool {
	r := next.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if h.rooms[r.id] != r || !spareLocked(r) || !r.left.Equal(next.since) {
		return false
	}
	h.forgetLocked(r)
	return true
}

// spareLocked tells whether the room can be forgotten to make place. Caller holds
// hub.mu and mu.
func (r *Room) spareLocked() bool { return r.made && r.idleLocked() && !r.excludesLocked() }

// spareToMakerLocked is spareLocked for a room of its own maker.
func (r *Room) spareToMakerLocked() bool {
	return r.made && r.idleLocked() && (!r.entered || !r.excludesLocked())
}

// add takes a room in if it is among the oldest, which come first.
func (e *eviction) add(room left) {
	at, _ := slices.BinarySearchFunc(e.known, room.since, func(l left, since time.Time) int { return l.since.Compare(since) })
	if at == mostKnown {
		return
	}
	e.known = slices.Insert(e.known, at, room)
	e.known = e.known[:min(len(e.known), mostKnown)]
}
