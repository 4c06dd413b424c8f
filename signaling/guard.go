package signaling

import (
	"crypto/hmac"
	"crypto/sha256"
	"net/netip"
	"slices"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

const (
	maxBans = 1000 // of one room; the oldest goes

	// returnTime is how long a session token gets its bearer past the settings
	// that keep others out. Who is in has one that is younger (tokenRenewal).
	returnTime = 24 * time.Hour
)

var (
	errBanned     = protocol.Errorf(protocol.CodeBanned, "A host of this room has banned you from it.")
	errLocked     = protocol.Errorf(protocol.CodeRoomLocked, "The room is locked: nobody new gets in.")
	errUnproven   = protocol.Errorf(protocol.CodeBadPassword, "The password is to be checked.") // not for clients
	errKnock      = protocol.Errorf(protocol.CodeRejected, "A host is to be asked.")            // not for clients
	errNoSuchRoom = protocol.Errorf(protocol.CodeNoSuchRoom, "There is no such room.")
)

// guardLocked tells why a join may not enter the room; member says that its peer
// is in. Settings keep out neither hosts nor who comes back with a token that
// was issued since they last changed. Caller holds mu.
func (r *Room) guardLocked(s *socket, req *joinRequest, member bool) *protocol.Error {
	returning := !req.issued.IsZero() && !req.issued.Before(r.kept.Guarded) && time.Since(req.issued) < returnTime
	switch kept := &r.kept; {
	case member, r.isHostLocked(req), req.invited:
		return nil
	case r.bansLocked(req):
		return errBanned
	case returning:
		return nil
	case r.bansAddressLocked(s.addr):
		return errBanned
	case kept.Locked:
		return errLocked
	case kept.Password != "" && kept.Password != req.proven:
		return errUnproven
	case kept.Lobby:
		return errKnock
	}
	return nil
}

// isHostLocked tells whether a join is that of a host. Caller holds mu.
func (r *Room) isHostLocked(req *joinRequest) bool {
	return req.pass.Host || r.made && keyMatches(r.kept.HostHash, req.host)
}

func (r *Room) bansLocked(req *joinRequest) bool {
	return slices.ContainsFunc(r.kept.Bans, func(ban chat.Ban) bool {
		return ban.Peer == string(req.peer) || ban.Subject != "" && ban.Subject == req.pass.Subject
	})
}

func (r *Room) bansAddressLocked(addr netip.Prefix) bool {
	if len(r.kept.Bans) == 0 {
		return false
	}
	hash := hashAddress(r.kept.Salt, addr)
	return slices.ContainsFunc(r.kept.Bans, func(ban chat.Ban) bool { return ban.Address == hash })
}

// hashAddress is what a ban keeps of an address.
func hashAddress(salt [16]byte, addr netip.Prefix) (hash [sha256.Size]byte) {
	h := hmac.New(sha256.New, salt[:])
	h.Write([]byte(addr.String()))
	h.Sum(hash[:0])
	return hash
}

// guardTimeLocked is when a change that keeps people out takes effect: later than
// all tokens that were issued. Caller holds mu.
func (r *Room) guardTimeLocked() time.Time {
	now := time.Now().UTC().Truncate(time.Millisecond).Add(time.Millisecond)
	if earliest := r.kept.Guarded.Add(time.Millisecond); now.Before(earliest) {
		return earliest
	}
	return now
}

// renewTokensLocked gives everyone in the room a token that gets past the settings
// as they are now. Caller holds mu.
func (r *Room) renewTokensLocked() {
	now := time.Now()
	if now.Before(r.kept.Guarded) {
		now = r.kept.Guarded
	}
	for _, member := range r.peers {
		member.issued = r.hub.seconds(now)
		member.out.enqueue(sealJSON(protocol.SessionFrame{
			Type: protocol.TypeSession, Session: r.hub.keys.issue(r.id, member.identity(), now),
		}))
	}
}
