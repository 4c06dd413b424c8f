package signaling

import (
	"time"

	"moim/signaling/protocol"
)

const (
	knockSilence     = 60 * time.Second // after which who waits is given up
	maxKnocks        = 100              // who wait for one room
	maxAddressKnocks = 10               // of them from one network
)

// knockRate is how often an address may knock.
var knockRate = Rate{PerSecond: 0.5, Burst: 20}

var (
	errWaits        = protocol.Errorf(protocol.CodeRejected, "Waiting for a host.") // not for clients
	errRejected     = protocol.Errorf(protocol.CodeRejected, "A host did not let you in.")
	errNobodyKnocks = protocol.Errorf(protocol.CodeNoSuchPeer, "Nobody with this id waits to be let in.")
	errLobbyFull    = protocol.Errorf(protocol.CodeRoomFull, "Too many wait to be let in already. Try again later.")
	errKnocking     = protocol.Errorf(protocol.CodeRateLimited, "Too many knocks from your address. Wait a moment.")
)

// knock is a join that waits for a host to answer. Of the room it gets to see
// nothing.
type knock struct {
	room   *Room
	socket *socket
	req    *joinRequest
	peer   protocol.Peer // as hosts see it
}

// knock lets a join wait in the lobby of the room. The error is errWaits when it
// does, or nil when it need not any more.
func (r *Room) knock(s *socket, req *joinRequest) *protocol.Error {
	if !r.hub.knocks.allow(Network(s.addr)) {
		return errKnocking
	}
	k := &knock{room: r, socket: s, req: req, peer: protocol.Peer{
		ID: string(req.peer), Name: req.name, Role: protocol.RoleGuest, Joined: protocol.At(req.joined),
		Mic: req.mic, Camera: req.camera, Instance: req.instance,
	}}
	s.door.Lock() // nobody is let in before it is told that it waits
	defer s.door.Unlock()
	if fault := r.addKnock(k); fault != errWaits {
		return fault
	}
	s.knock = k
	s.wire.SetReadDeadline(time.Now().Add(knockSilence))
	s.wire.SetWriteDeadline(time.Now().Add(closeTimeout))
	_ = s.write(sealJSON(protocol.Waiting{Type: protocol.TypeWaiting, Re: req.re})) // its reader will see that it failed
	return errWaits
}

func (r *Room) addKnock(k *knock) *protocol.Error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if fault := r.guardLocked(k.socket, k.req, false); fault != errKnock {
		return fault
	}
	before, near := r.knocks[k.req.peer], 0
	for _, other := range r.knocks {
		if Network(other.socket.addr) == Network(k.socket.addr) {
			near++
		}
	}
	switch {
	case before != nil:
		r.endKnockLocked(before, protocol.KnockLeft)
		go before.turnDown(nil, protocol.CloseReplaced)
	case len(r.knocks) >= maxKnocks, near >= maxAddressKnocks:
		return errLobbyFull
	}
	if r.knocks == nil {
		r.knocks = make(map[PeerID]*knock)
	}
	r.knocks[k.req.peer] = k
	r.tellHostsLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypeKnock, Peer: k.peer}))
	return errWaits
}

// tellHostsLocked sends a frame to those who may answer a knock. Caller holds mu.
func (r *Room) tellHostsLocked(frame []byte) {
	for _, member := range r.peers {
		if member.mayLocked(RightAdmit) == nil {
			member.out.enqueue(frame)
		}
	}
}

// showKnocksLocked tells a host who waits, in no order. Caller holds mu.
func (r *Room) showKnocksLocked(s *Session) {
	if len(r.knocks) == 0 || s.mayLocked(RightAdmit) != nil {
		return
	}
	for _, k := range r.knocks {
		s.out.enqueue(sealJSON(protocol.PeerEvent{Type: protocol.TypeKnock, Peer: k.peer}))
	}
}

// endKnockLocked forgets a knock and tells the hosts, once. Caller holds mu.
func (r *Room) endKnockLocked(k *knock, reason protocol.KnockReason) {
	if r.knocks[k.req.peer] != k {
		return
	}
	delete(r.knocks, k.req.peer)
	r.tellHostsLocked(sealJSON(protocol.KnockEnded{Type: protocol.TypeKnockEnded, Peer: string(k.req.peer), Reason: reason}))
}

// admitLocked lets somebody in who waits. Caller holds mu.
func (r *Room) admitLocked(k *knock) {
	r.endKnockLocked(k, protocol.KnockAdmitted)
	go k.letIn()
}

// rejectLocked turns somebody down who waits. Caller holds mu.
func (r *Room) rejectLocked(k *knock, fault *protocol.Error) {
	r.endKnockLocked(k, protocol.KnockRejected)
	go k.turnDown(fault, protocol.CloseRefused)
}

// openLobbyLocked ends the waiting of all: who would get in now does, and others
// are told why not. Caller holds mu.
func (r *Room) openLobbyLocked() {
	for _, k := range r.knocks {
		switch fault := r.guardLocked(k.socket, k.req, false); fault {
		case nil:
			r.admitLocked(k)
		case errUnproven:
			r.rejectLocked(k, errPasswordWanted)
		default:
			r.rejectLocked(k, fault)
		}
	}
}

// leave ends a knock whose socket has ended.
func (k *knock) leave() {
	k.room.mu.Lock()
	k.room.endKnockLocked(k, protocol.KnockLeft)
	idle := len(k.room.peers) == 0
	k.room.mu.Unlock()
	if idle {
		k.room.hub.retire(k.room)
	}
}

// letIn goes on with the join.
func (k *knock) letIn() {
	s := k.socket
	s.door.Lock()
	defer s.door.Unlock()
	if s.over {
		return
	}
	k.req.invited = true
	s.wire.SetDeadline(time.Time{})
	session, fault := s.hub.join(s, k.req)
	switch {
	case fault == errStopping:
		s.partWith(k.req.re, fault, protocol.CloseGoingAway)
	case fault != nil:
		s.partWith(k.req.re, fault, protocol.CloseRefused)
	default:
		s.take(session)
	}
}

// turnDown ends the wait, with a reason unless fault is nil.
func (k *knock) turnDown(fault *protocol.Error, code protocol.CloseCode) {
	s := k.socket
	s.door.Lock()
	defer s.door.Unlock()
	if !s.over {
		s.partWith(k.req.re, fault, code)
	}
}

// partWith closes a socket that waits. Caller holds door.
func (s *socket) partWith(re int64, fault *protocol.Error, code protocol.CloseCode) {
	if fault != nil {
		_ = s.tell(re, fault) // nobody reads any more if it fails
	}
	s.dismiss(code)
}

// receiveWaiting handles a frame of who waits.
func (s *socket) receiveWaiting(f *protocol.Frame, fault *protocol.Error) error {
	now := time.Now()
	s.wire.SetReadDeadline(now.Add(knockSilence))
	switch {
	case fault != nil:
	case f.Type == protocol.TypeLeave:
		return errClose{protocol.CloseLeft}
	case f.Type == protocol.TypePing && f.Int(protocol.FieldGot) == 0 && s.answersPing():
		return s.answerBeat()
	case f.Type == protocol.TypePing:
		fault = errTooMuch
	default:
		fault = protocol.Errorf(protocol.CodeNotJoined, "A host has yet to let you in.")
	}
	if err := s.tell(f.ID, fault); err != nil {
		return err
	}
	if s.conduct.tooMany(s, now, fault) {
		return errClose{protocol.CloseFaults}
	}
	return nil
}
