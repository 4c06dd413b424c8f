package protocol

import (
	"encoding/json"
	"time"
)

// Peer is a member of a room as everyone in it sees it.
type Peer struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   Role   `json:"role"`
	Mic    bool   `json:"mic"`
	Camera bool   `json:"camera"`
	Screen bool   `json:"screen"`
	Hand   bool   `json:"hand"`
	Away   bool   `json:"away"` // without a socket, for a while already
	Joined Time   `json:"joined"`

	// Instance names the peer connections of the peer's client: as long as it is
	// the same the client still has them.
	Instance string `json:"instance"`
}

// Role is what a peer may do in its room.
type Role string

// The roles.
const (
	RoleHost  Role = "host"
	RoleGuest Role = "guest"
)

// Room is a room's settings.
type Room struct {
	Name        string `json:"name"`
	Topic       string `json:"topic"`
	Public      bool   `json:"public"`
	Locked      bool   `json:"locked"`
	Lobby       bool   `json:"lobby"`
	HasPassword bool   `json:"hasPassword"`
	Created     Time   `json:"created"`
}

// ChatMessage is one line of a room's chat.
type ChatMessage struct {
	N       int64  `json:"n"`   // 1, 2, 3… in the room
	Seq     int64  `json:"seq"` // the room's change number when it was last said, edited or deleted
	Key     string `json:"key"`
	From    string `json:"from"`
	Name    string `json:"name"` // the sender's, when it was said
	Text    string `json:"text"` // empty when deleted
	At      Time   `json:"at"`
	To      string `json:"to,omitempty"`     // the one peer a private line is for
	Reply   int64  `json:"reply,omitempty"`  // the n it answers
	Edited  Time   `json:"edited,omitzero"`  // when the text was last changed
	Deleted Time   `json:"deleted,omitzero"` // when the text was taken away
}

// ICEServer is an RTCIceServer (W3C WebRTC, section 4.2.4).
type ICEServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

// Joined answers a join with a snapshot of the room.
type Joined struct {
	Type     Type          `json:"type"`
	Re       int64         `json:"re,omitempty"`
	Resumed  bool          `json:"resumed"`
	Session  string        `json:"session"` // the token with which a later join keeps the id
	Got      int64         `json:"got"`
	You      string        `json:"you"`
	Room     Room          `json:"room"`
	Peers    []Peer        `json:"peers"` // the joining peer included
	ICE      []ICEServer   `json:"ice"`
	Expires  Time          `json:"expires,omitzero"` // of the credentials in ICE
	Messages []ChatMessage `json:"messages"`         // oldest first
	More     bool          `json:"more"`             // older ones exist
	Seq      *int64        `json:"seq,omitempty"`    // the room's newest change number; nil when the chat could not be read
}

// Resumed is the joined that answers a join which continues a session.
type Resumed struct {
	Type    Type   `json:"type"`
	Re      int64  `json:"re,omitempty"`
	Resumed bool   `json:"resumed"` // true
	Session string `json:"session"` // the token for the next join
	Got     int64  `json:"got"`     // frames received from the client on this session
}

// ICEFrame carries the ICE servers anew, before their credentials end.
type ICEFrame struct {
	Type    Type        `json:"type"`
	ICE     []ICEServer `json:"ice"`
	Expires Time        `json:"expires,omitzero"`
}

// SessionFrame carries a fresh token before the last one runs out.
type SessionFrame struct {
	Type    Type   `json:"type"`
	Session string `json:"session"`
}

// Restarting announces that the server stops and will be back.
type Restarting struct {
	Type  Type  `json:"type"`
	After int64 `json:"after"` // when to come back, milliseconds from now
}

// OK answers a request that has no other answer.
type OK struct {
	Type Type  `json:"type"`
	Re   int64 `json:"re"`
}

// ErrorFrame says that a request was refused and changed nothing.
type ErrorFrame struct {
	Type    Type   `json:"type"`
	Re      int64  `json:"re,omitempty"`
	Code    Code   `json:"code"`
	Message string `json:"message"`
}

// PeerEvent is a peer-joined, a peer-changed or a knock.
type PeerEvent struct {
	Type Type `json:"type"`
	Peer Peer `json:"peer"`
}

// PeerLeft says that a peer is gone.
type PeerLeft struct {
	Type   Type       `json:"type"`
	Peer   string     `json:"peer"`
	Reason LeftReason `json:"reason"`
}

// Waiting says that a host has yet to answer the knock that a join became.
type Waiting struct {
	Type Type  `json:"type"`
	Re   int64 `json:"re,omitempty"`
}

// RoomEvent says that a room's settings have changed.
type RoomEvent struct {
	Type Type `json:"type"`
	Room Room `json:"room"`
}

// KnockEnded tells hosts that somebody no longer waits.
type KnockEnded struct {
	Type   Type        `json:"type"`
	Peer   string      `json:"peer"`
	Reason KnockReason `json:"reason"`
}

// KnockReason is why somebody no longer waits.
type KnockReason string

// The reasons.
const (
	KnockAdmitted KnockReason = "admitted"
	KnockRejected KnockReason = "rejected"
	KnockLeft     KnockReason = "left"
)

// Muted says that a host asks the client to mute itself.
type Muted struct {
	Type Type   `json:"type"`
	By   string `json:"by"` // id of the host
}

// LeftReason is why a peer is gone.
type LeftReason string

// The reasons.
const (
	ReasonLeft   LeftReason = "left"
	ReasonLost   LeftReason = "lost"
	ReasonKicked LeftReason = "kicked"
)

// Relay is an offer, answer, candidate or data as its receiver gets it; the
// one payload field of its type is set.
type Relay struct {
	Type      Type            `json:"type"`
	From      string          `json:"from"`
	SDP       string          `json:"sdp,omitempty"`
	Candidate json.RawMessage `json:"candidate,omitempty"` // RTCIceCandidateInit, or null at the end
	Data      json.RawMessage `json:"data,omitempty"`
}

// ChatEvent is a line that was said, or as chat-changed one that was edited or
// deleted.
type ChatEvent struct {
	Type    Type        `json:"type"`
	Message ChatMessage `json:"message"`
}

// History answers a chat-history or a chat-search.
type History struct {
	Type     Type          `json:"type"`
	Re       int64         `json:"re,omitempty"`
	Messages []ChatMessage `json:"messages"` // oldest first; those since a change in the order of Seq
	More     bool          `json:"more"`     // there are more in the direction asked for
}

// Typing says that a peer writes.
type Typing struct {
	Type Type   `json:"type"`
	From string `json:"from"`
}

// Beat is a ping or a pong with the count of frames received so far.
type Beat struct {
	Type Type  `json:"type"`
	Got  int64 `json:"got"`
}

// Time is an instant on the wire: RFC 3339, UTC, milliseconds.
type Time struct{ time.Time }

const timeLayout = "2006-01-02T15:04:05.000Z07:00"

// At makes a Time of t, cut to milliseconds.
func At(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// MarshalJSON puts the instant on the wire.
func (t Time) MarshalJSON() ([]byte, error) {
	// RFC3339 is the layout that package time formats fast.
	u := t.UTC()
	b := make([]byte, 0, len(timeLayout)+2)
	b = u.AppendFormat(append(b, '"'), time.RFC3339)
	ms := u.Nanosecond() / int(time.Millisecond)
	b = append(b[:len(b)-1], '.', '0'+byte(ms/100), '0'+byte(ms/10%10), '0'+byte(ms%10)) //nolint:gosec // ms is 0 to 999
	return append(b, 'Z', '"'), nil
}

// UnmarshalJSON reads an instant from the wire.
func (t *Time) UnmarshalJSON(b []byte) error {
	parsed, err := time.Parse(`"`+timeLayout+`"`, string(b))
	if err != nil {
		return err
	}
	t.Time = parsed
	return nil
}
