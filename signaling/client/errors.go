package client

import (
	"errors"
	"fmt"

	"moim/signaling/protocol"
)

// The ends of a Client besides those the server decides.
var (
	// ErrClosed is answered by the methods of a Client that has left.
	ErrClosed = errors.New("the client has left")
	// ErrSilent loses the socket of a server that did not answer a ping, or
	// take a frame, within 10 s.
	ErrSilent = errors.New("the server does not answer")
	// ErrAway ends a Client that did not come back within Config.Patience.
	ErrAway = errors.New("the server was away for too long")
	// ErrSlow ends a Client whose events were not taken.
	ErrSlow = errors.New("too many events were not taken")
)

// lostError is the end of a socket, or of an attempt to get one, that another
// one may follow.
type lostError struct{ error }

func (e *lostError) Unwrap() error { return e.error }

// CloseError is a close frame of the server (RFC 6455, section 7.1.6).
type CloseError struct {
	Code   protocol.CloseCode
	Reason string
}

func (e *CloseError) Error() string {
	return fmt.Sprintf("closed by the server: %d %s", e.Code, e.Reason)
}

// Final tells whether coming back is no use, by the table "Close codes" of
// docs/protocol.md.
func (e *CloseError) Final() bool {
	switch e.Code {
	case protocol.CloseLeft, protocol.CloseUnsupported, protocol.CloseBadUTF8,
		protocol.ClosePolicy, protocol.CloseTooBig, protocol.CloseReplaced:
		return true
	default:
		return e.Code >= 4500
	}
}
