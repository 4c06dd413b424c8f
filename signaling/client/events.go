package client

import (
	"encoding/json"
	"fmt"
	"time"

	"moim/signaling/protocol"
)

// Event is something that happened in the room: one of [PeerJoined],
// [PeerChanged], [PeerLeft], [Signal], [Data], [Chat], [ChatChanged], [Typing],
// [RoomChanged], [Knock], [KnockEnded], [Muted], [Servers], [Refused], [Away], [Snapshot] and [Back].
type Event interface{ event() }

// PeerJoined says that someone came in.
type PeerJoined struct{ Peer protocol.Peer }

// PeerChanged carries a peer's whole new state; it may be the client's own.
type PeerChanged struct{ Peer protocol.Peer }

// PeerLeft says that someone is gone.
type PeerLeft struct {
	Peer   string // id
	Reason protocol.LeftReason
}

// Signal is an offer, an answer or a candidate, from or to one peer.
type Signal struct {
	Peer      string          // id of the sender, or when sent of the receiver
	Type      protocol.Type   // TypeOffer, TypeAnswer or TypeCandidate
	SDP       string          // of an offer or answer
	Candidate json.RawMessage // RTCIceCandidateInit, or null at the end of candidates
}

// Data is application data from one peer.
type Data struct {
	From string // id
	Data json.RawMessage
}

// Chat is a line that was said, the client's own included. A line the client
// says again, with the same key, comes again with the same N.
type Chat struct{ Message protocol.ChatMessage }

// ChatChanged is a line that was edited or deleted, as it stands now.
type ChatChanged struct{ Message protocol.ChatMessage }

// Typing says that a peer writes.
type Typing struct{ From string }

// RoomChanged carries the settings of the room as they stand now.
type RoomChanged struct{ Room protocol.Room }

// Knock says, to a host, that somebody waits to be let in; see [Client.Admit].
type Knock struct{ Peer protocol.Peer }

// KnockEnded says, to a host, that somebody no longer waits.
type KnockEnded struct {
	Peer   string // id
	Reason protocol.KnockReason
}

// Muted says that a host asks the client to mute itself.
type Muted struct{ By string } // id of the host

// Servers are the STUN and TURN servers with fresh credentials, before those of
// the last ones end.
type Servers struct {
	ICE     []protocol.ICEServer
	Expires time.Time // of the credentials; zero when there are none
}

// Refused is an error that answers no request of the client: a frame sent
// without waiting for an answer, such as a Signal, was refused.
type Refused struct{ Err *protocol.Error }

// Away says that the socket is lost and the client tries to come back. Nothing
// that happens meanwhile is missed: it follows after Back, or is in a Snapshot.
type Away struct{ Err error }

// Snapshot says that the server did not continue what was before: the room,
// its peers and the newest chat are as told here, as if the client had joined
// anew, and Joined.You may be another. Signals may have been lost. Back follows.
type Snapshot struct{ Joined protocol.Joined }

// Back says that the client has a socket again.
type Back struct {
	Resumed bool // nothing was missed; else a Snapshot came before
}

func (PeerJoined) event()  {}
func (PeerChanged) event() {}
func (PeerLeft) event()    {}
func (Signal) event()      {}
func (Data) event()        {}
func (Chat) event()        {}
func (ChatChanged) event() {}
func (Typing) event()      {}
func (RoomChanged) event() {}
func (Knock) event()       {}
func (KnockEnded) event()  {}
func (Muted) event()       {}
func (Servers) event()     {}
func (Refused) event()     {}
func (Away) event()        {}
func (Snapshot) event()    {}
func (Back) event()        {}

// decodeEvent makes an event of a frame, nil of one that is of no concern.
func decodeEvent(t protocol.Type, frame []byte) (Event, error) {
	switch t {
	case protocol.TypePeerJoined:
		f, err := decode[protocol.PeerEvent](frame)
		return PeerJoined{f.Peer}, err
	case protocol.TypePeerChanged:
		f, err := decode[protocol.PeerEvent](frame)
		return PeerChanged{f.Peer}, err
	case protocol.TypePeerLeft:
		f, err := decode[protocol.PeerLeft](frame)
		return PeerLeft{f.Peer, f.Reason}, err
	case protocol.TypeOffer, protocol.TypeAnswer, protocol.TypeCandidate:
		f, err := decode[protocol.Relay](frame)
		return Signal{f.From, t, f.SDP, f.Candidate}, err
	case protocol.TypeData:
		f, err := decode[protocol.Relay](frame)
		return Data{f.From, f.Data}, err
	case protocol.TypeChat:
		f, err := decode[protocol.ChatEvent](frame)
		return Chat{f.Message}, err
	case protocol.TypeChatChanged:
		f, err := decode[protocol.ChatEvent](frame)
		return ChatChanged{f.Message}, err
	case protocol.TypeTyping:
		f, err := decode[protocol.Typing](frame)
		return Typing{f.From}, err
	case protocol.TypeRoom:
		f, err := decode[protocol.RoomEvent](frame)
		return RoomChanged{f.Room}, err
	case protocol.TypeKnock:
		f, err := decode[protocol.PeerEvent](frame)
		return Knock{f.Peer}, err
	case protocol.TypeKnockEnded:
		f, err := decode[protocol.KnockEnded](frame)
		return KnockEnded{f.Peer, f.Reason}, err
	case protocol.TypeMuted:
		f, err := decode[protocol.Muted](frame)
		return Muted{f.By}, err
	case protocol.TypeICE:
		f, err := decode[protocol.ICEFrame](frame)
		return Servers{f.ICE, f.Expires.Time}, err
	case protocol.TypeError:
		f, err := decode[protocol.ErrorFrame](frame)
		return Refused{&protocol.Error{Code: f.Code, Message: f.Message}}, err
	default:
		return nil, nil //nolint:nilnil // no event and no error: unknown types are ignored
	}
}

func decode[T any](frame []byte) (T, error) {
	var f T
	if err := json.Unmarshal(frame, &f); err != nil {
		return f, fmt.Errorf("read a frame: %w", err)
	}
	return f, nil
}
