package chat

import (
	"crypto/sha256"
	"time"
)

// Room is what is kept of a room that was made on request, so that it outlives
// the process.
type Room struct {
	ID      string // what its messages are stored under
	Name    string // as people write it
	Topic   string
	Public  bool
	HostKey [sha256.Size]byte // the hash of the key that makes its holder host
	Created time.Time
}
