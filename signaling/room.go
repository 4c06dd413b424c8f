package signaling

import (
	"cmp"
	"crypto/sha256"
	"crypto/subtle"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"moim/chat"
	"moim/signaling/protocol"
)

var errRoomFull = protocol.Errorf(protocol.CodeRoomFull, "The room is full.")

// Room is the people of one room on this node.
type Room struct {
	// Static after the making.
	hub *Hub
	id  RoomID
	tag string // what logs call it

	queue  queue       // jobs that need the chat store
	making atomic.Bool // it is not known yet whether it is made, and as what

	searches  chan struct{} // holds a value while a search is under way
	searchers atomic.Int32  // how many search or wait for that

	// Guarded by hub.mu.
	expected int          // joins on their way in
	maker    netip.Prefix // network that made it; zero if it is not counted

	mu      sync.Mutex // guards what follows
	info    protocol.Room
	made    bool          // by request; such a room stays for a while when empty
	entered bool          // somebody has been in it
	kept    chat.MadeRoom // its settings, and what keeps people out
	peers   map[PeerID]*Session
	knocks  map[PeerID]*knock // who waits to be let in; nil at first
	guesses *rate.Limiter     // of wrong passwords; nil at first
	left    time.Time         // since when nobody is in it
	tried   time.Time         // when a lock that nobody needs any more was to be ended
	epoch   int               // counts how often the room was erased
}

func newRoom(h *Hub, id RoomID, info protocol.Room) *Room {
	r := &Room{
		hub: h, id: id, tag: h.tag(id), info: info, peers: make(map[PeerID]*Session), left: time.Now(), searches: make(chan struct{}, 1),
		kept: chat.MadeRoom{ID: string(id), Name: info.Name, Created: info.Created.Time},
	}
	r.queue.room = r
	return r
}

// add puts a session in and sends it the joined frame, everyone else its
// peer-joined; a session of the same peer that is still in gives way to it. When
// it is one of the same instance, the peer just could not be told all: nobody
// sees it leave and join. The chat it is shown is complete: the caller runs in
// the room's queue then, where lines are said too. With nil it is told that it
// was shown none.
func (r *Room) add(s *socket, session *Session, req *joinRequest, past *chat.Page) *protocol.Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := r.peers[session.id]
	again := before != nil && before.instance == session.instance
	switch {
	case before != nil && before.overtakes(req):
		return errReplacedBy
	case before == nil && len(r.peers) >= r.placesLocked(req):
		return errRoomFull
	}
	if fault := r.guardLocked(s, req, before != nil); fault != nil {
		return fault
	}
	switch {
	case again:
		r.succeedLocked(before, session)
	case before != nil:
		r.dropLocked(before, protocol.ReasonLost)
		before.out.close(protocol.CloseReplaced)
	}
	if r.isHostLocked(req) {
		session.peer.Role = protocol.RoleHost
	}
	switch {
	case !again:
		r.broadcastLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypePeerJoined, Peer: session.peer}), nil)
	case session.peer != before.peer:
		r.broadcastLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypePeerChanged, Peer: session.peer}), nil)
	}
	r.peers[session.id] = session
	r.entered = true
	session.carrier, session.host, session.addr, session.epoch = s, s.host, s.addr, r.epoch
	session.out.attach(s)
	now := time.Now()
	ice, expires := session.provideLocked(now)
	joined := protocol.Joined{
		Type: protocol.TypeJoined, Re: req.re, Session: r.hub.keys.issue(r.id, session.identity(), now), You: string(session.id), Room: r.info,
		Peers: r.rosterLocked(), ICE: ice, Expires: expires, Messages: []protocol.ChatMessage{}, More: session.rights.Has(RightHistory),
	}
	if past != nil && session.rights.Has(RightHistory) {
		joined.Messages, joined.More, joined.Seq = wireMessages(past.Messages), past.More, &past.Seq
	}
	session.out.enqueueUncounted(sealJSON(joined))
	r.showKnocksLocked(session)
	r.changedLocked()
	return nil
}

// placesLocked is how many may be in the room, for a join. Caller holds mu.
func (r *Room) placesLocked(req *joinRequest) int {
	if r.isHostLocked(req) {
		return r.hub.limits.places()
	}
	return r.hub.limits.Peers
}

// succeedLocked takes a session out for one of the same instance, which keeps
// what a join does not say. Caller holds mu.
func (r *Room) succeedLocked(before, session *Session) {
	delete(r.peers, before.id)
	r.presentLocked(before)
	before.out.close(protocol.CloseReplaced)
	before.out.drop()
	session.peer.Role, session.peer.Joined = before.peer.Role, before.peer.Joined
	session.peer.Screen, session.peer.Hand = before.peer.Screen, before.peer.Hand
}

// rosterLocked lists everyone, who came first first. Caller holds mu.
func (r *Room) rosterLocked() []protocol.Peer {
	peers := make([]protocol.Peer, 0, len(r.peers))
	for _, member := range r.peers {
		peers = append(peers, member.peer)
	}
	slices.SortFunc(peers, func(a, b protocol.Peer) int {
		return cmp.Or(a.Joined.Compare(b.Joined.Time), strings.Compare(a.ID, b.ID))
	})
	return peers
}

func keyMatches(hash [sha256.Size]byte, key string) bool {
	sum := sha256.Sum256([]byte(key))
	return subtle.ConstantTimeCompare(hash[:], sum[:]) == 1
}

// remove takes a session out and tells the others, once.
func (r *Room) remove(session *Session, reason protocol.LeftReason) {
	r.mu.Lock()
	if r.peers[session.id] != session {
		r.mu.Unlock()
		return
	}
	r.dropLocked(session, reason)
	r.changedLocked()
	last := r.emptyLocked(time.Now())
	r.mu.Unlock()
	r.hub.log.Info("peer left", "room", r.tag, "peer", session.id, "reason", reason)
	if last {
		r.hub.retire(r)
	}
}

// emptyLocked tells whether nobody is in the room any more. A lock ends then: it
// is for who is in. Caller holds mu, and has taken somebody out.
func (r *Room) emptyLocked(now time.Time) bool {
	if len(r.peers) > 0 {
		return false
	}
	r.left = now
	r.unlockLocked(now)
	return true
}

// unlockLocked ends the lock of a room that nobody is in; it is tried again when
// that fails. Caller holds mu.
func (r *Room) unlockLocked(now time.Time) {
	if !r.kept.Locked {
		return
	}
	r.tried = now
	_ = r.amend(r.epoch, func(kept *chat.MadeRoom, _ time.Time) { kept.Locked = false }, func(*protocol.Error) {})
}

// dropLocked takes a session out and tells the others. Caller holds mu.
func (r *Room) dropLocked(session *Session, reason protocol.LeftReason) {
	delete(r.peers, session.id)
	r.presentLocked(session)
	session.out.drop()
	r.broadcastLocked(sealJSON(protocol.PeerLeft{Type: protocol.TypePeerLeft, Peer: string(session.id), Reason: reason}), nil)
}

// broadcastLocked sends a frame to everyone but one session. Caller holds mu.
func (r *Room) broadcastLocked(frame []byte, except *Session) {
	for _, member := range r.peers {
		if member != except {
			member.out.enqueue(frame)
		}
	}
}

func (r *Room) broadcast(frame []byte, except *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broadcastLocked(frame, except)
}

// send passes a frame to one peer of the room; false when it is not in it.
func (r *Room) send(to PeerID, frame []byte) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	peer := r.peers[to]
	if peer == nil {
		return false
	}
	peer.out.enqueue(frame)
	return true
}

// changedLocked tells who watches the public rooms. Caller holds mu.
func (r *Room) changedLocked() {
	if r.info.Public {
		r.hub.watchers.notify()
	}
}

// sweep closes the sockets that were silent, or did not read, for too long. Those that are on
// their way there are pinged once: browsers slow the timers of hidden pages to
// one a minute, but let them answer at once. Peers without a socket have left when
// their time is over. It tells whether nobody is in the room.
func (r *Room) sweep(now time.Time) (empty bool) {
	var over []*Session
	r.mu.Lock()
	for _, member := range r.peers {
		member.renewLocked(now)
		if member.absent == nil {
			r.lookAfterLocked(member, now)
		} else if r.waitLocked(member, now) {
			over = append(over, member)
		}
	}
	for _, member := range over {
		r.dropLocked(member, member.absent.reason)
	}
	if len(over) > 0 {
		r.changedLocked()
		r.emptyLocked(now)
	}
	if empty = len(r.peers) == 0; empty && now.Sub(r.left) >= lockAfter && now.Sub(r.tried) >= lockAfter {
		r.unlockLocked(now)
	}
	r.mu.Unlock()
	for _, member := range over {
		r.hub.log.Info("peer left", "room", r.tag, "peer", member.id, "reason", "grace over")
	}
	return empty
}

// lookAfterLocked does what is due for a peer with a socket. Caller holds mu.
func (r *Room) lookAfterLocked(member *Session, now time.Time) {
	member.out.sweep(now)
	heard, present := member.heard.Load(), r.hub.seconds(now)
	switch silent := time.Duration(present-heard) * time.Second; {
	case silent > silence:
		member.out.close(protocol.CloseSilent)
	case silent > pingAfter && member.pinged != heard:
		member.pinged = heard
		member.sendBeat(protocol.TypePing)
	}
	if time.Duration(present-member.issued)*time.Second >= tokenRenewal {
		member.issued = present
		member.out.enqueue(sealJSON(protocol.SessionFrame{
			Type: protocol.TypeSession, Session: r.hub.keys.issue(r.id, member.identity(), now),
		}))
	}
}

// restart tells everyone in the room when to come back, each another time up to
// spread later than soonest, and closes their sockets.
func (r *Room) restart(soonest, spread time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, member := range r.peers {
		after := soonest + rand.N(spread) //nolint:gosec // spreads clients, hides nothing
		member.out.enqueue(sealJSON(protocol.Restarting{Type: protocol.TypeRestarting, After: after.Milliseconds()}))
		member.out.close(protocol.CloseGoingAway)
	}
}

// abortAll ends the socket of everyone in the room at once.
func (r *Room) abortAll() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, member := range r.peers {
		member.out.abort()
	}
}
