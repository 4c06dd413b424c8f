package signaling

import (
	"strings"
	"time"
)

// PassReader reads the tokens of those who build on a server.
type PassReader interface {
	// Pass reads a token for a room. late tells that its bearer goes on with a
	// session: that the token has ended meanwhile does not matter then. The error
	// is a protocol.Error with the code bad-token.
	Pass(token string, room RoomID, now time.Time, late bool) (Pass, error)
}

// Pass is what a token gives its bearer.
type Pass struct {
	Subject string // whose it is, for bans; "" for nobody's in particular
	Name    string // the display name; "" lets its bearer choose
	Host    bool
	Rights  Rights
}

// Rights is a set of rights. Some are of use to hosts alone.
type Rights uint16

// The rights.
const (
	RightChat    Rights = 1 << iota // to say and edit chat lines
	RightHistory                    // to read what was said before, and to search it
	RightKick                       // to remove and ban guests
	RightMute                       // to ask others to mute themselves
	RightAdmit                      // to let in who knocks, or not
	RightRoom                       // to change the settings of the room
	RightDelete                     // to delete the chat lines of others

	AllRights = 1<<iota - 1
)

// hostRights are the rights that are of use to hosts alone.
const hostRights = RightKick | RightMute | RightAdmit | RightRoom | RightDelete

var rightNames = [...]string{"chat", "history", "kick", "mute", "admit", "room", "delete"}

// ParseRight is the right of a name.
func ParseRight(name string) (Rights, bool) {
	for i, known := range rightNames {
		if name == known {
			return 1 << i, true
		}
	}
	return 0, false
}

// Has tells whether all of some rights are in the set.
func (r Rights) Has(rights Rights) bool { return r&rights == rights }

// String is the names of the rights, with commas.
func (r Rights) String() string {
	var names []string
	for i, name := range rightNames {
		if r.Has(1 << i) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}
