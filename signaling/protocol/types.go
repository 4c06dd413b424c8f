package protocol

// Type is the type of a frame, in either direction.
type Type uint8

// The frame types. The comment on a group names who sends it.
const (
	TypeNone Type = iota

	// Client only.
	TypeJoin
	TypeLeave
	TypeUpdate
	TypeChatEdit
	TypeChatDelete
	TypeKick
	TypeMute
	TypeAdmit
	TypeReject
	TypeSetRoom

	// Both ways.
	TypeOffer
	TypeAnswer
	TypeCandidate
	TypeData
	TypeChat
	TypeChatHistory
	TypeChatSearch
	TypeTyping
	TypePing
	TypePong

	// Server only.
	TypeJoined
	TypeOK
	TypeError
	TypePeerJoined
	TypePeerLeft
	TypePeerChanged
	TypeChatChanged
	TypeICE
	TypeSession
	TypeRestarting
	TypeWaiting
	TypeRoom
	TypeKnock
	TypeKnockEnded
	TypeMuted

	numTypes
)

var typeNames = [numTypes]string{
	TypeJoin: "join", TypeLeave: "leave", TypeUpdate: "update",
	TypeChatEdit: "chat-edit", TypeChatDelete: "chat-delete",
	TypeKick: "kick", TypeMute: "mute", TypeAdmit: "admit", TypeReject: "reject", TypeSetRoom: "set-room",
	TypeOffer: "offer", TypeAnswer: "answer", TypeCandidate: "candidate", TypeData: "data",
	TypeChat: "chat", TypeChatHistory: "chat-history", TypeChatSearch: "chat-search",
	TypeTyping: "typing", TypePing: "ping", TypePong: "pong",
	TypeJoined: "joined", TypeOK: "ok", TypeError: "error",
	TypePeerJoined: "peer-joined", TypePeerLeft: "peer-left", TypePeerChanged: "peer-changed",
	TypeChatChanged: "chat-changed", TypeICE: "ice", TypeSession: "session", TypeRestarting: "restarting",
	TypeWaiting: "waiting", TypeRoom: "room", TypeKnock: "knock", TypeKnockEnded: "knock-ended", TypeMuted: "muted",
}

// String is the type as it stands on the wire.
func (t Type) String() string {
	if t >= numTypes {
		return ""
	}
	return typeNames[t]
}

// MarshalText puts the type on the wire.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a type from the wire; one that is not known becomes
// TypeNone, as unknown types must not stop a reader.
func (t *Type) UnmarshalText(b []byte) error {
	*t = TypeNone
	for i := TypeNone + 1; i < numTypes; i++ {
		if typeNames[i] == string(b) {
			*t = i
		}
	}
	return nil
}

// ClientTypes lists the types a server takes from its clients.
func ClientTypes() []Type {
	var types []Type
	for t := range numTypes {
		if rules[t] != nil {
			types = append(types, t)
		}
	}
	return types
}

// ServerTypes lists the types a client may get from its server.
func ServerTypes() []Type {
	types := []Type{
		TypeOffer, TypeAnswer, TypeCandidate, TypeData, TypeChat, TypeChatHistory,
		TypeChatSearch, TypeTyping, TypePing, TypePong,
	}
	for t := TypeJoined; t < numTypes; t++ {
		types = append(types, t)
	}
	return types
}
