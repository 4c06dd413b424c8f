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
	Lobby    bool              // a host lets people in, one by one
	Locked   bool              // nobody new gets in
	Password string            // argon2id in the PHC string format; "" for none
	HostHash [sha256.Size]byte // SHA-256 of the key that makes its holder host
	Salt     [16]byte          // of the hashes of addresses in Bans
	Created  time.Time
	Guarded  time.Time // when a setting that keeps people out last changed; zero for never
	Bans     []Ban     // oldest first
}

// Ban is who may not enter a room.
type Ban struct {
	Peer    string            // peer id
	Subject string            // of its token; "" for none
	Address [sha256.Size]byte // HMAC-SHA-256 of the address with the Salt of the room
}
