package signaling

import "moim/signaling/protocol"

// relay passes an offer, answer or candidate to one peer of the same room.
// From is the server's word for who sent it.
func (s *Session) relay(f *protocol.Frame) *protocol.Error {
	frame := protocol.AppendRelay(newFrame(protocol.RelaySize(f, string(s.id))), f, string(s.id))
	if !s.sendTo(f.PeerID(), seal(frame)) {
		return errNoSuchPeer
	}
	s.ok(f.ID)
	return nil
}

// data passes application data to one peer, or to everyone else in the room.
func (s *Session) data(f *protocol.Frame) *protocol.Error {
	if len(f.Raw(protocol.FieldData)) > protocol.MaxData {
		return protocol.Errorf(protocol.CodeTooLong, "The data is longer than %d KiB.", protocol.MaxData>>10)
	}
	if f.Has(protocol.FieldTo) {
		return s.relay(f)
	}
	frame := protocol.AppendRelay(newFrame(protocol.RelaySize(f, string(s.id))), f, string(s.id))
	s.room.broadcast(seal(frame), s)
	s.ok(f.ID)
	return nil
}

// sendTo passes a frame to another peer of the room.
func (s *Session) sendTo(to, frame []byte) bool {
	return string(to) != string(s.id) && s.room.send(PeerID(to), frame)
}

var errNoSuchPeer = protocol.Errorf(protocol.CodeNoSuchPeer, "Nobody with this id is in the room.")
