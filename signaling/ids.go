package signaling

import (
	"crypto/rand"
	"encoding/base32"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"moim/signaling/protocol"
)

// PeerID names a peer: 16 characters of base32 (RFC 4648, section 6) in lower
// case, made by the server.
type PeerID string

// RoomID names a room: NFC and case-folded, so that room names which differ in
// case or composition alone are one room.
type RoomID string

var lowerBase32 = base32.NewEncoding("abcdefghijklmnopqrstuvwxyz234567").WithPadding(base32.NoPadding)

// peerIDBytes is what a PeerID is made of.
const peerIDBytes = 10

func newPeerID() PeerID {
	var b [peerIDBytes]byte
	rand.Read(b[:])
	return peerIDOf(b[:])
}

func peerIDOf(b []byte) PeerID { return PeerID(lowerBase32.EncodeToString(b)) }

// bytes is what the id was made of.
func (p PeerID) bytes() []byte { return bytesOf(string(p)) }

// bytesOf is what an id that the server made was made of.
func bytesOf(id string) []byte {
	b, err := lowerBase32.DecodeString(id)
	if err != nil {
		panic("an id that the server did not make: " + err.Error())
	}
	return b
}

// newKey makes a secret of 128 bits.
func newKey() string {
	var b [16]byte
	rand.Read(b[:])
	return lowerBase32.EncodeToString(b[:])
}

// ParseRoom makes of a room name as people write it the name to show and the
// id to find it by. The error has the code bad-room.
func ParseRoom(name string) (shown string, id RoomID, fault *protocol.Error) {
	if plainRoom(name) {
		return name, RoomID(strings.ToLower(name)), nil
	}
	shown = norm.NFC.String(strings.TrimSpace(name))
	if n := utf8.RuneCountInString(shown); n < 1 || n > protocol.MaxRoomName {
		return "", "", protocol.Errorf(protocol.CodeBadRoom, "A room name has 1 to %d characters.", protocol.MaxRoomName)
	}
	letter := false
	for _, r := range shown {
		mark := unicode.IsMark(r)
		if mark && !letter || invisible(r) || !mark && !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '-' && r != '_' {
			return "", "", protocol.Errorf(protocol.CodeBadRoom, "A room name is made of letters, digits, - and _.")
		}
		letter = mark || unicode.IsLetter(r)
	}
	return shown, RoomID(norm.NFC.String(cases.Fold().String(strings.ToLower(shown)))), nil
}

// plainRoom tells of names that need no Unicode tables.
func plainRoom(name string) bool {
	if len(name) < 1 || len(name) > protocol.MaxRoomName {
		return false
	}
	for i := range len(name) {
		c := name[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// defaultName is the display name of who gives none.
const defaultName = "Guest"

// ParseName makes of a display name as people write it the one to show. The
// error has the code bad-name.
func ParseName(name string) (string, *protocol.Error) {
	name = norm.NFC.String(strings.TrimSpace(name))
	if n := utf8.RuneCountInString(name); n < 1 || n > protocol.MaxName {
		return "", protocol.Errorf(protocol.CodeBadName, "A name has 1 to %d characters.", protocol.MaxName)
	}
	visible := false
	for _, r := range name {
		if misleads(r) {
			return "", protocol.Errorf(protocol.CodeBadName, "A name holds no control characters.")
		}
		visible = visible || unicode.In(r, unicode.L, unicode.N, unicode.P, unicode.S) && !invisible(r)
	}
	if !visible {
		return "", protocol.Errorf(protocol.CodeBadName, "A name has something to see in it.")
	}
	return name, nil
}

// invisible tells of letters and symbols that show nothing, such as the Hangul
// fillers and the empty Braille pattern.
func invisible(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || r == '\u2800'
}

// misleads tells of characters with which a name could break out of the text
// around it or rearrange that: controls, line and paragraph separators, and the bidi
// embeddings, overrides and isolates (UAX #9, section 2).
func misleads(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp) ||
		'\u202a' <= r && r <= '\u202e' || '\u2066' <= r && r <= '\u2069'
}
