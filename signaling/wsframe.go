package signaling

import (
	"encoding/binary"

	"moim/signaling/protocol"
)

// The server writes its own frame headers so that one encoded frame serves all
// receivers and many frames leave in one write. Server frames are not masked
// (RFC 6455, section 5.1), which makes the header a prefix.

const (
	opText  = 0x80 | 0x1 // FIN and opcode (RFC 6455, section 5.2)
	opClose = 0x80 | 0x8

	headroom = 10 // the longest header of an unmasked frame
)

// newFrame makes a buffer for a text of about size bytes, to be appended to
// and then sealed.
func newFrame(size int) []byte {
	return make([]byte, headroom, headroom+size)
}

// seal puts the header of a text frame before the text appended to a buffer of
// newFrame, and returns the whole frame.
func seal(b []byte) []byte {
	n := len(b) - headroom
	switch {
	case n <= 125:
		b[8], b[9] = opText, byte(n) //nolint:gosec // n is less than 126
		return b[8:]
	case n <= 0xffff:
		b[6], b[7] = opText, 126
		binary.BigEndian.PutUint16(b[8:], uint16(n))
		return b[6:]
	default:
		b[0], b[1] = opText, 127
		binary.BigEndian.PutUint64(b[2:], uint64(n))
		return b
	}
}

// sealJSON encodes one of protocol's server frames into a whole text frame.
// Those structs always encode; a failure would be a mistake in their types.
func sealJSON(frame any) []byte {
	b, err := protocol.AppendFrame(newFrame(256), frame)
	if err != nil {
		panic(err)
	}
	return seal(b)
}

// closeFrame makes a close frame (RFC 6455, section 5.5.1).
func closeFrame(code protocol.CloseCode) []byte {
	reason := code.Reason()
	b := []byte{opClose, byte(2 + len(reason))} //nolint:gosec // a control frame has at most 125 bytes
	b = binary.BigEndian.AppendUint16(b, uint16(code))
	return append(b, reason...)
}
