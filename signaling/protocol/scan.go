package protocol

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

type kind uint8

const (
	kindNone kind = iota // must stay 0: the field is not there
	kindString
	kindNumber
	kindBool
	kindNull
	kindObject
	kindArray
)

// span is where a value stands in the frame.
type span struct {
	start, end int32
	kind       kind
	escaped    bool // a string with escapes in it
}

var (
	errSyntax    = Errorf(CodeBadMessage, "The frame is not valid JSON.")
	errNotObject = Errorf(CodeBadMessage, "The frame is not a JSON object.")
	errTwice     = Errorf(CodeBadMessage, "A name stands twice in one object.")
	errDeep      = Errorf(CodeBadMessage, "The frame is nested too deep.")
	errSurrogate = Errorf(CodeBadMessage, "A string holds half of a surrogate pair.")
)

// scanner walks one JSON text.
type scanner struct {
	b []byte
	i int

	// The names of the objects that are open, innermost last: a slice of an
	// array beside it would move both to the heap.
	count int
	names [24]span
	more  []span // after those
}

func (s *scanner) open(name span) {
	if s.count < len(s.names) {
		s.names[s.count] = name
	} else {
		s.more = append(s.more[:s.count-len(s.names)], name)
	}
	s.count++
}

// nth is the text of an open name.
func (s *scanner) nth(i int) []byte {
	if i < len(s.names) {
		return s.text(s.names[i])
	}
	return s.text(s.more[i-len(s.names)])
}

// manyNames is how many names of one object are compared one by one before a
// set takes over, so that an object full of names cannot cost a quadratic walk.
const manyNames = 16

// scan validates text as one JSON object and notes where the values of the
// known names of its top level stand. The text is valid UTF-8.
func scan(text []byte, fields *[numFields]span) *Error {
	s := scanner{b: text}
	s.space()
	if s.peek() != '{' {
		if _, fault := s.value(0, nil); fault != nil {
			return fault
		}
		return errNotObject
	}
	if fault := s.object(1, fields); fault != nil {
		return fault
	}
	s.space()
	if s.i != len(s.b) {
		return errSyntax
	}
	return nil
}

func (s *scanner) peek() byte {
	if s.i < len(s.b) {
		return s.b[s.i]
	}
	return 0
}

// at is where the scanner stands.
func (s *scanner) at() int32 { return int32(s.i) } //nolint:gosec // a frame has at most MaxFrame bytes

func (s *scanner) space() {
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return
		}
	}
}

// value scans any value; depth counts the levels that are open around it.
func (s *scanner) value(depth int, fields *[numFields]span) (span, *Error) {
	v := span{start: s.at()}
	var fault *Error
	switch c := s.peek(); c {
	case '"':
		v.kind = kindString
		v.escaped, fault = s.string()
	case '{':
		v.kind = kindObject
		fault = s.object(depth+1, fields)
	case '[':
		v.kind = kindArray
		fault = s.array(depth + 1)
	case 't':
		v.kind = kindBool
		fault = s.literal("true")
	case 'f':
		v.kind = kindBool
		fault = s.literal("false")
	case 'n':
		v.kind = kindNull
		fault = s.literal("null")
	default:
		v.kind = kindNumber
		fault = s.number()
	}
	v.end = s.at()
	return v, fault
}

func (s *scanner) literal(word string) *Error {
	if len(s.b)-s.i < len(word) || string(s.b[s.i:s.i+len(word)]) != word {
		return errSyntax
	}
	s.i += len(word)
	return nil
}

func (s *scanner) object(depth int, fields *[numFields]span) *Error {
	if depth > MaxDepth {
		return errDeep
	}
	s.i++
	s.space()
	if s.peek() == '}' {
		s.i++
		return nil
	}
	first := s.count
	var set map[string]struct{}
	for {
		name, fault := s.name(first, &set)
		if fault != nil {
			return fault
		}
		v, fault := s.value(depth, nil)
		if fault != nil {
			return fault
		}
		if fields != nil {
			if f := s.field(name); f != fieldNone {
				fields[f] = v
			}
		}
		s.space()
		switch s.peek() {
		case ',':
			s.i++
			s.space()
		case '}':
			s.i++
			s.count = first
			return nil
		default:
			return errSyntax
		}
	}
}

// name scans a name and its colon, and refuses one the object has already.
func (s *scanner) name(first int, set *map[string]struct{}) (span, *Error) {
	if s.peek() != '"' {
		return span{}, errSyntax
	}
	name := span{start: s.at(), kind: kindString}
	escaped, fault := s.string()
	if fault != nil {
		return span{}, fault
	}
	name.end, name.escaped = s.at(), escaped
	if s.twice(name, first, set) {
		return span{}, errTwice
	}
	s.open(name)
	s.space()
	if s.peek() != ':' {
		return span{}, errSyntax
	}
	s.i++
	s.space()
	return name, nil
}

func (s *scanner) twice(name span, first int, set *map[string]struct{}) bool {
	text := s.text(name)
	if s.count-first < manyNames {
		for i := first; i < s.count; i++ {
			if string(s.nth(i)) == string(text) {
				return true
			}
		}
		return false
	}
	if *set == nil {
		*set = make(map[string]struct{}, 2*manyNames)
		for i := first; i < s.count; i++ {
			(*set)[string(s.nth(i))] = struct{}{}
		}
	}
	if _, has := (*set)[string(text)]; has {
		return true
	}
	(*set)[string(text)] = struct{}{}
	return false
}

func (s *scanner) text(v span) []byte {
	inner := s.b[v.start+1 : v.end-1]
	if !v.escaped {
		return inner
	}
	return unescape(make([]byte, 0, len(inner)), inner)
}

func (s *scanner) field(name span) Field { return fieldsByName[string(s.text(name))] }

func (s *scanner) array(depth int) *Error {
	if depth > MaxDepth {
		return errDeep
	}
	s.i++
	s.space()
	if s.peek() == ']' {
		s.i++
		return nil
	}
	for {
		if _, fault := s.value(depth, nil); fault != nil {
			return fault
		}
		s.space()
		switch s.peek() {
		case ',':
			s.i++
			s.space()
		case ']':
			s.i++
			return nil
		default:
			return errSyntax
		}
	}
}

// number scans a number (RFC 8259, section 6).
func (s *scanner) number() *Error {
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else if !s.digits() {
		return errSyntax
	}
	if s.peek() == '.' {
		s.i++
		if !s.digits() {
			return errSyntax
		}
	}
	if c := s.peek(); c == 'e' || c == 'E' {
		s.i++
		if c := s.peek(); c == '+' || c == '-' {
			s.i++
		}
		if !s.digits() {
			return errSyntax
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	from := s.i
	for s.i < len(s.b) && '0' <= s.b[s.i] && s.b[s.i] <= '9' {
		s.i++
	}
	return s.i > from
}

// string scans a string from its quote on; escaped tells of escapes in it.
func (s *scanner) string() (escaped bool, fault *Error) {
	s.i++
	for {
		s.i += plainLen(s.b[s.i:])
		if s.i >= len(s.b) {
			return escaped, errSyntax
		}
		switch s.b[s.i] {
		case '"':
			s.i++
			return escaped, nil
		case '\\':
			escaped = true
			if fault := s.escape(); fault != nil {
				return escaped, fault
			}
		default: // a control character
			return escaped, errSyntax
		}
	}
}

// escape scans one escape, or the two of a surrogate pair.
func (s *scanner) escape() *Error {
	if s.i+1 >= len(s.b) {
		return errSyntax
	}
	switch s.b[s.i+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.i += 2
		return nil
	case 'u':
	default:
		return errSyntax
	}
	r, ok := hex4(s.b[s.i+2:])
	if !ok {
		return errSyntax
	}
	s.i += 6
	if !utf16.IsSurrogate(r) {
		return nil
	}
	if len(s.b)-s.i < 6 || s.b[s.i] != '\\' || s.b[s.i+1] != 'u' {
		return errSurrogate
	}
	low, ok := hex4(s.b[s.i+2:])
	if !ok {
		return errSyntax
	}
	if utf16.DecodeRune(r, low) == utf8.RuneError {
		return errSurrogate
	}
	s.i += 6
	return nil
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// plainLen counts the bytes before the first quote, backslash or control
// character, eight at a time: a session description is mostly such bytes.
func plainLen(b []byte) int {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	i := 0
	for ; len(b)-i >= 8; i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		quote := w ^ ones*'"'
		slash := w ^ ones*'\\'
		special := (quote-ones)&^quote | (slash-ones)&^slash | (w-ones*0x20)&^w
		if special &= highs; special != 0 {
			return i + bits.TrailingZeros64(special)/8
		}
	}
	for ; i < len(b); i++ {
		if c := b[i]; c == '"' || c == '\\' || c < 0x20 {
			break
		}
	}
	return i
}

// unescape appends the text of a valid string's inside to dst.
func unescape(dst, inner []byte) []byte {
	for i := 0; i < len(inner); {
		if inner[i] != '\\' {
			n := plainLen(inner[i:])
			dst = append(dst, inner[i:i+n]...)
			i += n
			continue
		}
		switch c := inner[i+1]; c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r, _ := hex4(inner[i+2:])
			if utf16.IsSurrogate(r) {
				low, _ := hex4(inner[i+8:])
				r = utf16.DecodeRune(r, low)
				i += 6
			}
			dst = utf8.AppendRune(dst, r)
			i += 4
		default:
			dst = append(dst, c)
		}
		i += 2
	}
	return dst
}
