// Package chat keeps what was said in a room: the message, its limits, and the
// Store that remembers it. Who is in the room and how lines travel is not its
// concern.
package chat

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxText is the greatest length of a line, in characters (Unicode code points).
const MaxText = 4000

// Message is one line of a room as it is stored.
type Message struct {
	N     int64     // 1, 2, 3… in the room, private lines included
	Key   string    // the sender's own name for the line
	From  string    // peer id of the sender
	Name  string    // the sender's display name when it was said
	Text  string    // 1 to MaxText characters
	At    time.Time // when the server took it
	To    string    // peer id of the only reader besides the sender; "" for all
	Reply int64     // the N it answers; 0 for none
}

// Visible tells whether a peer may read the message.
func (m *Message) Visible(peer string) bool {
	return m.To == "" || m.To == peer || m.From == peer
}

// Outcome is what became of one line given to a Store.
type Outcome struct {
	Message Message // as it stands; with Repeat, the one stored before
	Repeat  bool    // the same From and Key was stored already; nothing new was
	Err     error   // ErrNoSuchMessage when Reply names none; nothing was stored
}

// Query asks for lines of a room that Viewer may read.
type Query struct {
	Room   string
	Viewer string // peer id
	Before int64  // only lines with a lower N; 0 for the newest
	Limit  int    // at most so many, the newest of them
}

// Page is the answer to a Query.
type Page struct {
	Messages []Message // oldest first
	More     bool      // the viewer may read older ones too
}

// Store remembers lines. Its methods may be called concurrently; the calls of
// Append for one room come one after the other.
type Store interface {
	// Append stores lines in their order and gives each the room's next N,
	// with no hole. What it answers without error is as durable as the Store
	// can make it. The N of the messages passed in is ignored. An error means
	// that none was stored; the fate of a single line is in its Outcome.
	Append(ctx context.Context, room string, lines []Message) ([]Outcome, error)
	// History answers a query; an unknown room has no lines.
	History(ctx context.Context, q Query) (Page, error)
	// Close gives back what the Store holds. Nothing is called after it.
	Close() error
}

// The reasons to refuse a line.
var (
	ErrEmpty         = errors.New("the text is empty")
	ErrTooLong       = errors.New("the text is longer than 4000 characters")
	ErrNUL           = errors.New("the text holds the character U+0000")
	ErrNoSuchMessage = errors.New("the room has no such message")
)

// CheckText tells whether a text may be said: ErrEmpty, ErrTooLong, ErrNUL or nil.
func CheckText(text string) error {
	switch {
	case utf8.RuneCountInString(text) > MaxText:
		return ErrTooLong
	case strings.ContainsRune(text, 0):
		return ErrNUL
	case strings.TrimSpace(text) == "":
		return ErrEmpty
	}
	return nil
}
