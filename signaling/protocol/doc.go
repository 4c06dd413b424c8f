// Package protocol is the wire of moim.v1: frame types, field rules, limits,
// error codes and close codes. docs/protocol.md is its normative text.
//
// A frame from a client goes through [Decode], which validates it in one pass
// and remembers where its fields stand; nothing is copied until a field is
// asked for. Frames from the server are the structs in this package, encoded
// by [AppendFrame]; those that go out in great number have their own functions.
package protocol

// Subprotocol is the WebSocket subprotocol (RFC 6455, section 1.9) of this wire.
const Subprotocol = "moim.v1"

// Bounds of the wire. Sizes are bytes of UTF-8 unless they say characters,
// which are Unicode code points.
const (
	MaxFrame       = 64 << 10  // a frame from a client
	MaxServerFrame = 256 << 10 // a frame from the server
	MaxData        = 16 << 10  // the data of a data frame
	MaxDepth       = 32        // levels of objects and arrays
	MaxName        = 40        // characters of a display name
	MaxRoomName    = 64        // characters of a room name
	MaxTopic       = 200       // characters of a room's topic
	MaxPassword    = 200       // characters of a room's password
	MaxKey         = 64        // bytes of a chat key
	MaxQuery       = 200       // characters of a search

	HistoryDefault = 50  // messages of a chat-history or chat-search without limit
	HistoryMax     = 200 // messages of one chat-history or chat-search at most

	MaxFaults          = 20 // the fault that closes, within FaultWindowSeconds
	FaultWindowSeconds = 10
)

// maxID is the greatest integer that every JSON implementation keeps exact
// (RFC 8259, section 6).
const maxID = 1<<53 - 1
