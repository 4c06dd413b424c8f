package chat

import (
	"crypto/sha256"
	"time"
)

// MadeRoom is what is kept of a room that was made on request, so that it
// outlives the process.
type MadeRoom struct {
	ID       string // what its messages are stored under
	Name     string // as people write it
	Topic    string
	Public   bool
	HostHash [sha256.Size]byte // SHA-256 of the key that makes its holder host
	Created  time.Time
}
