// Package chat keeps what was said in a room: the message, its limits, and the
// Store that remembers it. Who is in the room and how lines travel is not its
// concern.
package chat

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxText is the greatest length of a line, in characters (Unicode code points).
const MaxText = 4000

// Message is one line of a room as it is stored.
type Message struct {
	N       int64     // 1, 2, 3… in the room, private lines included
	Seq     int64     // the room's change number when it was last said, edited or deleted
	Key     string    // the sender's own name for the line
	From    string    // peer id of the sender
	Name    string    // the sender's display name when it was said
	Text    string    // 1 to MaxText characters; "" when deleted
	At      time.Time // when the server took it; stores keep milliseconds
	To      string    // peer id of the only reader besides the sender; "" for all
	Reply   int64     // the N it answers; 0 for none
	Edited  time.Time // when the text was last changed; zero for never
	Deleted time.Time // when the text was taken away; zero for never
}

// Visible tells whether a peer may read the message.
func (m *Message) Visible(peer string) bool {
	return m.To == "" || m.To == peer || m.From == peer
}

// Verb is what an Op does.
type Verb uint8

// The verbs.
const (
	Say    Verb = iota // adds a line
	Edit               // gives an own line another text
	Delete             // takes the text of an own line away
)

// Op is one change to the lines of a room.
type Op struct {
	Verb Verb
	// Message is the line to say; its N, Seq, Edited and Deleted are ignored.
	// Of an edit it has N, From (who edits), Text and At, of a deletion N, From
	// and At.
	Message Message
	Host    bool // a deletion may be of any line that From may read
}

// Change is what an edit or a deletion makes of the message it names, for a
// Store to keep; the Store gives it its Seq. It is not for a line to say.
func (op *Op) Change(m *Message) Outcome {
	by, deleted := &op.Message, !m.Deleted.IsZero()
	switch {
	case op.Verb == Say, !m.Visible(by.From), op.Verb == Edit && deleted:
		return Outcome{Err: ErrNoSuchMessage}
	case m.From != by.From && (op.Verb == Edit || !op.Host):
		return Outcome{Err: ErrForbidden}
	case op.Verb == Edit && m.Text == by.Text, op.Verb == Delete && deleted:
		return Outcome{Message: *m, Repeat: true}
	}
	changed := *m
	if op.Verb == Edit {
		changed.Text, changed.Edited = by.Text, by.At
	} else {
		changed.Text, changed.Edited, changed.Deleted = "", time.Time{}, by.At
	}
	return Outcome{Message: changed}
}

// Outcome is what became of an Op.
type Outcome struct {
	Message Message // as it stands
	Repeat  bool    // it stood so before, and nothing changed: the same From and Key was said and is kept, the text was that, it was deleted
	Err     error   // ErrNoSuchMessage or ErrForbidden; nothing changed
}

// Changed tells whether the Op did anything.
func (o *Outcome) Changed() bool { return o.Err == nil && !o.Repeat }

// Direction is where a Query looks from its From.
type Direction uint8

// The directions.
const (
	Older   Direction = iota // the newest with a lower N than From; with 0, of all
	Newer                    // the oldest with a greater N than From
	Changed                  // those with a greater Seq than From, in the order of Seq
)

// Query asks for lines of a room that Viewer may read.
type Query struct {
	Room      string
	Viewer    string // peer id
	Direction Direction
	From      int64
	Words     string // if not "", only lines that hold all of its Words; Older only
	Limit     int    // at most so many
}

// Page is the answer to a Query.
type Page struct {
	Messages []Message // oldest first, or in the order of Seq
	More     bool      // there are more in that direction that the viewer may read
	Seq      int64     // the room's newest change number, read no later than the messages
}

// Store remembers lines. Its methods may be called concurrently; a caller whose
// lines of a room are to have a certain order waits for one Apply before the next.
type Store interface {
	// Apply does ops in their order. A line that is said gets the room's next N,
	// and every change its next Seq, both without a hole. What it answers without error is as
	// durable as the Store can make it. An error means that none was done, but
	// for the error of ctx, after which it is not known. The fate of a single
	// op is in its Outcome.
	Apply(ctx context.Context, room string, ops []Op) ([]Outcome, error)
	// Find answers a query; an unknown room has no lines.
	Find(ctx context.Context, q Query) (Page, error)
	// Erase takes all lines of a room away, so that nothing of them is left in the
	// Store; the room is one as if nothing was ever said in it then. An unknown
	// room is no error. After the error of ctx the lines are gone for
	// readers, or none is.
	Erase(ctx context.Context, room string) error
	// Close gives back what the Store holds. Nothing is called after it.
	Close() error
}

// The reasons to refuse a change.
var (
	ErrEmpty         = errors.New("the text is empty")
	ErrTooLong       = errors.New("the text is longer than 4000 characters")
	ErrNUL           = errors.New("the text holds the character U+0000")
	ErrNoSuchMessage = errors.New("the room has no such message")
	ErrForbidden     = errors.New("the message is another's")
)

// CheckText tells whether a text may be said: ErrEmpty, ErrTooLong, ErrNUL or nil.
func CheckText(text string) error {
	switch {
	case utf8.RuneCountInString(text) > MaxText:
		return ErrTooLong
	case strings.ContainsRune(text, 0):
		return ErrNUL
	case !strings.ContainsFunc(text, legible):
		return ErrEmpty
	}
	return nil
}

// legible tells of characters that leave a mark on the page.
func legible(r rune) bool {
	return (unicode.IsGraphic(r) || unicode.Is(unicode.Co, r)) && !unicode.IsSpace(r) && r != '\u2800' &&
		!unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
