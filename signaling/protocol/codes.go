package protocol

import "fmt"

// Code is a stable error code. Programs decide by it; people read the message.
type Code string

// The error codes.
const (
	CodeBadMessage    Code = "bad-message"
	CodeUnknownType   Code = "unknown-type"
	CodeNotJoined     Code = "not-joined"
	CodeAlreadyJoined Code = "already-joined"
	CodeBadRoom       Code = "bad-room"
	CodeBadName       Code = "bad-name"
	CodeBadPassword   Code = "bad-password"
	CodeBadToken      Code = "bad-token"
	CodeRoomFull      Code = "room-full"
	CodeRoomLocked    Code = "room-locked"
	CodeRejected      Code = "rejected"
	CodeNoSuchPeer    Code = "no-such-peer"
	CodeNoSuchMessage Code = "no-such-message"
	CodeTooLong       Code = "too-long"
	CodeRateLimited   Code = "rate-limited"
	CodeForbidden     Code = "forbidden"
	CodeServerFull    Code = "server-full"
	CodeNoSuchRoom    Code = "no-such-room"
	CodeTokenRequired Code = "token-required"
	CodeBanned        Code = "banned"
	CodeRestarting    Code = "restarting"
	CodeInternal      Code = "internal"
)

// Codes lists every error code of the wire.
func Codes() []Code {
	return []Code{
		CodeBadMessage, CodeUnknownType, CodeNotJoined, CodeAlreadyJoined, CodeBadRoom,
		CodeBadName, CodeBadPassword, CodeBadToken, CodeRoomFull, CodeRoomLocked,
		CodeRejected, CodeNoSuchPeer, CodeNoSuchMessage, CodeTooLong, CodeRateLimited,
		CodeForbidden, CodeServerFull, CodeNoSuchRoom, CodeTokenRequired, CodeBanned,
		CodeRestarting, CodeInternal,
	}
}

// Error is a refusal as the wire shows it.
type Error struct {
	Code    Code
	Message string // one plain sentence for people
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Errorf makes an Error.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CloseCode is a WebSocket close code (RFC 6455, section 7.4). 4000 to 4499
// ask the client to reconnect unless said otherwise, 4500 to 4999 are final.
type CloseCode uint16

// The close codes this wire uses.
const (
	CloseLeft        CloseCode = 1000
	CloseGoingAway   CloseCode = 1001
	CloseUnsupported CloseCode = 1003 // a binary frame
	CloseBadUTF8     CloseCode = 1007
	ClosePolicy      CloseCode = 1008
	CloseTooBig      CloseCode = 1009
	CloseTooSlow     CloseCode = 4000 // the queue ran over
	CloseReplaced    CloseCode = 4001 // a newer socket of the same session
	CloseSilent      CloseCode = 4002
	CloseKicked      CloseCode = 4500
	CloseRefused     CloseCode = 4501 // the error frame before says why
	CloseFaults      CloseCode = 4502
	CloseErased      CloseCode = 4503
)

// CloseCodes lists every close code of the wire.
func CloseCodes() []CloseCode {
	return []CloseCode{
		CloseLeft, CloseGoingAway, CloseUnsupported, CloseBadUTF8, ClosePolicy, CloseTooBig,
		CloseTooSlow, CloseReplaced, CloseSilent, CloseKicked, CloseRefused, CloseFaults, CloseErased,
	}
}

// Reason is the close reason that goes with the code, at most 123 bytes.
func (c CloseCode) Reason() string {
	switch c {
	case CloseLeft:
		return "left"
	case CloseGoingAway:
		return "server going away"
	case CloseUnsupported:
		return "text frames only"
	case CloseBadUTF8:
		return "not UTF-8"
	case ClosePolicy:
		return "no join in time"
	case CloseTooBig:
		return "frame too big"
	case CloseTooSlow:
		return "too slow"
	case CloseReplaced:
		return "replaced by a newer socket"
	case CloseSilent:
		return "silent too long"
	case CloseKicked:
		return "removed by a host"
	case CloseRefused:
		return "refused"
	case CloseFaults:
		return "too many faults"
	case CloseErased:
		return "room erased"
	}
	return ""
}
