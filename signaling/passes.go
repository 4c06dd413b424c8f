package signaling

import (
	"time"
)

// PassReader reads the tokens of those who build on the server.
type PassReader interface {
	// Pass reads a token (JWT, RFC 7519) for a room. late tells that its bearer goes
	// on with a session: that the token has ended does not matter then. The error
	// is a protocol.Error with the code bad-token.
	Pass(token string, room RoomID, now time.Time, late bool) (Pass, error)
}

// Pass is what a token gives its bearer.
type Pass struct {
	Subject string // whose it is; "" for nobody's in particular
	Name    string // the display name; "" lets its bearer choose
	Host    bool
	Rights  Rights
}

// Rights is a set of rights.
type Rights uint16

// The rights.
const (
	RightChat    Rights = 1 << iota // say and edit chat lines
	RightHistory                    // read what was said before, and search it
	RightKick
	RightMute
	RightAdmit
	RightRoom   // change the settings of the room
	RightDelete // delete the chat lines of others

	AllRights = 1<<iota - 1
)

// hostRights are the rights that are of use to hosts alone.
const hostRights = RightKick | RightMute | RightAdmit | RightRoom | RightDelete

// Has tells whether all of some rights are in the set.
func (r Rights) Has(rights Rights) bool { return r&rights == rights }
