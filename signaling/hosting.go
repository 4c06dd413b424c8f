package signaling

import (
	"crypto/rand"

	"moim/chat"
	"moim/signaling/protocol"
)

var (
	errNotHost   = protocol.Errorf(protocol.CodeForbidden, "Only a host of the room may do that.")
	errNoRight   = protocol.Errorf(protocol.CodeForbidden, "Your token does not give you the right to do that.")
	errHostStays = protocol.Errorf(protocol.CodeForbidden, "A host cannot be removed.")
)

// may tells why a session may not do something.
func (s *Session) may(right Rights) *protocol.Error {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return s.mayLocked(right)
}

// mayLocked is may. Caller holds room.mu.
func (s *Session) mayLocked(right Rights) *protocol.Error {
	switch {
	case right&hostRights != 0 && s.peer.Role != protocol.RoleHost:
		return errNotHost
	case !s.rights.Has(right):
		return errNoRight
	}
	return nil
}

// kick removes a guest from the room, and may see to it that it stays out.
func (s *Session) kick(f *protocol.Frame) *protocol.Error {
	r, re := s.room, f.ID
	r.mu.Lock()
	target := r.peers[PeerID(f.Text(protocol.FieldPeer))]
	fault := s.mayLocked(RightKick)
	switch {
	case fault != nil:
	case target == nil:
		fault = errNoSuchPeer
	case target.peer.Role == protocol.RoleHost:
		fault = errHostStays
	}
	if fault != nil {
		r.mu.Unlock()
		return fault
	}
	if f.Bool(protocol.FieldBan) {
		r.banLocked(target)
	}
	r.kept.Guarded = r.guardTimeLocked()
	r.dropLocked(target, protocol.ReasonKicked)
	target.out.close(protocol.CloseKicked)
	r.changedLocked()
	r.renewTokensLocked()
	r.mu.Unlock()
	r.hub.log.Info("peer left", "room", r.tag, "peer", target.id, "reason", protocol.ReasonKicked)
	return r.amend(s.epoch, nil, s.settle(re))
}

// settle answers a request with what became of it.
func (s *Session) settle(re int64) func(*protocol.Error) {
	return func(fault *protocol.Error) {
		if fault != nil {
			s.refuse(re, fault)
			return
		}
		s.ok(re)
	}
}

// banLocked notes that a peer may not come back. Caller holds mu.
func (r *Room) banLocked(target *Session) {
	if r.kept.Salt == [16]byte{} {
		rand.Read(r.kept.Salt[:])
	}
	if len(r.kept.Bans) >= maxBans {
		r.kept.Bans = r.kept.Bans[1:]
	}
	r.kept.Bans = append(r.kept.Bans, chat.Ban{
		Peer: string(target.id), Subject: target.subject, Address: hashAddress(r.kept.Salt, target.addr),
	})
	for _, k := range r.knocks {
		if r.bansLocked(k.req) || r.bansAddressLocked(k.socket.addr) {
			r.rejectLocked(k, errBanned)
		}
	}
}

// mute asks a peer's client to mute itself.
func (s *Session) mute(f *protocol.Frame) *protocol.Error {
	if fault := s.may(RightMute); fault != nil {
		return fault
	}
	if !s.sendTo([]byte(f.Text(protocol.FieldPeer)), sealJSON(protocol.Muted{Type: protocol.TypeMuted, By: string(s.id)})) {
		return errNoSuchPeer
	}
	s.ok(f.ID)
	return nil
}

// answerKnock admits or rejects somebody who waits.
func (s *Session) answerKnock(f *protocol.Frame) *protocol.Error {
	r := s.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if fault := s.mayLocked(RightAdmit); fault != nil {
		return fault
	}
	k := r.knocks[PeerID(f.Text(protocol.FieldPeer))]
	if k == nil {
		return errNobodyKnocks
	}
	if f.Type == protocol.TypeAdmit {
		r.admitLocked(k)
	} else {
		r.rejectLocked(k, errRejected)
	}
	s.ok(f.ID)
	return nil
}
