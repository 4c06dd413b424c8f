package signaling

import "moim/signaling/protocol"

// update changes what the others see of a peer.
func (s *Session) update(f *protocol.Frame) *protocol.Error {
	name := ""
	if f.Has(protocol.FieldName) {
		var fault *protocol.Error
		if name, fault = ParseName(f.Text(protocol.FieldName)); fault != nil {
			return fault
		}
		if s.named {
			return errNamed
		}
	}
	s.room.change(s, func(p *protocol.Peer) {
		if name != "" {
			p.Name = name
		}
		set := func(field protocol.Field, state *bool) {
			if f.Has(field) {
				*state = f.Bool(field)
			}
		}
		set(protocol.FieldMic, &p.Mic)
		set(protocol.FieldCamera, &p.Camera)
		set(protocol.FieldScreen, &p.Screen)
		set(protocol.FieldHand, &p.Hand)
	})
	s.ok(f.ID)
	return nil
}

var errNamed = protocol.Errorf(protocol.CodeForbidden, "Your name comes from your token.")

// change alters a peer's state and shows it to the room, the peer included.
func (r *Room) change(s *Session, alter func(*protocol.Peer)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.peers[s.id] != s {
		return // another socket has taken its place
	}
	before := s.peer
	alter(&s.peer)
	if s.peer != before {
		r.broadcastLocked(sealJSON(protocol.PeerEvent{Type: protocol.TypePeerChanged, Peer: s.peer}), nil)
	}
}

// typing tells the others that a peer writes.
func (s *Session) typing(f *protocol.Frame) *protocol.Error {
	s.room.broadcast(sealJSON(protocol.Typing{Type: protocol.TypeTyping, From: string(s.id)}), s)
	s.ok(f.ID)
	return nil
}
