package protocol

import "unicode/utf8"

// Field is a field name that some client frame knows.
type Field uint8

// The fields of client frames.
const (
	fieldNone Field = iota
	fieldType
	fieldID
	FieldTo
	FieldSDP
	FieldCandidate
	FieldData
	FieldRoom
	FieldName
	FieldPassword
	FieldToken
	FieldHost
	FieldMedia
	FieldSession
	FieldGot
	FieldAttempt
	FieldMic
	FieldCamera
	FieldScreen
	FieldHand
	FieldKey
	FieldText
	FieldReply
	FieldN
	FieldQuery
	FieldBefore
	FieldAfter
	FieldSince
	FieldLimit
	FieldPeer
	FieldBan
	FieldPublic
	FieldLocked
	FieldLobby
	FieldTopic

	numFields
)

var fieldNames = [numFields]string{
	fieldType: "type", fieldID: "id", FieldTo: "to", FieldSDP: "sdp",
	FieldCandidate: "candidate", FieldData: "data", FieldRoom: "room", FieldName: "name",
	FieldPassword: "password", FieldToken: "token", FieldHost: "host", FieldMedia: "media",
	FieldSession: "session", FieldGot: "got", FieldAttempt: "attempt", FieldMic: "mic", FieldCamera: "camera",
	FieldScreen: "screen", FieldHand: "hand", FieldKey: "key", FieldText: "text",
	FieldReply: "reply", FieldN: "n", FieldQuery: "query", FieldBefore: "before",
	FieldAfter: "after", FieldSince: "since", FieldLimit: "limit",
	FieldPeer: "peer", FieldBan: "ban", FieldPublic: "public", FieldLocked: "locked",
	FieldLobby: "lobby", FieldTopic: "topic",
}

var fieldsByName = func() map[string]Field {
	m := make(map[string]Field, numFields)
	for f := fieldNone + 1; f < numFields; f++ {
		m[fieldNames[f]] = f
	}
	return m
}()

// want says which JSON values a field takes.
type want uint16

const (
	wantString   want = 1 << kindString
	wantBool     want = 1 << kindBool
	wantNumber   want = 1 << kindNumber
	wantObject   want = 1 << kindObject
	wantNull     want = 1 << kindNull
	wantArray    want = 1 << kindArray
	wantAny           = wantString | wantBool | wantNumber | wantObject | wantNull | wantArray
	wantPositive      = wantNumber | 1<<7 // an integer from 1 to 2^53-1
	wantCount         = wantNumber | 1<<8 // an integer from 0 to 2^53-1
)

// rule is what a frame's type asks of one field.
type rule struct {
	field    Field
	want     want
	required bool
	within   []rule // of the object's own fields
}

// rules are the fields of each client type, as docs/protocol.md lists them.
var rules = [numTypes][]rule{
	TypeJoin: {
		{field: FieldRoom, want: wantString, required: true},
		{field: FieldName, want: wantString},
		{field: FieldPassword, want: wantString},
		{field: FieldToken, want: wantString},
		{field: FieldHost, want: wantString},
		{field: FieldMedia, want: wantObject, within: []rule{
			{field: FieldMic, want: wantBool}, {field: FieldCamera, want: wantBool},
		}},
		{field: FieldSession, want: wantString},
		{field: FieldGot, want: wantCount},
		{field: FieldAttempt, want: wantPositive},
	},
	TypeLeave:     {},
	TypeOffer:     {{field: FieldTo, want: wantString, required: true}, {field: FieldSDP, want: wantString, required: true}},
	TypeAnswer:    {{field: FieldTo, want: wantString, required: true}, {field: FieldSDP, want: wantString, required: true}},
	TypeCandidate: {{field: FieldTo, want: wantString, required: true}, {field: FieldCandidate, want: wantObject | wantNull, required: true}},
	TypeData:      {{field: FieldTo, want: wantString}, {field: FieldData, want: wantAny, required: true}},
	TypeUpdate: {
		{field: FieldName, want: wantString},
		{field: FieldMic, want: wantBool},
		{field: FieldCamera, want: wantBool},
		{field: FieldScreen, want: wantBool},
		{field: FieldHand, want: wantBool},
	},
	TypeChat: {
		{field: FieldKey, want: wantString, required: true},
		{field: FieldText, want: wantString, required: true},
		{field: FieldTo, want: wantString},
		{field: FieldReply, want: wantPositive},
	},
	TypeChatEdit:   {{field: FieldN, want: wantPositive, required: true}, {field: FieldText, want: wantString, required: true}},
	TypeChatDelete: {{field: FieldN, want: wantPositive, required: true}},
	TypeChatHistory: {
		{field: FieldBefore, want: wantPositive},
		{field: FieldAfter, want: wantCount},
		{field: FieldSince, want: wantCount},
		{field: FieldLimit, want: wantPositive},
	},
	TypeChatSearch: {
		{field: FieldQuery, want: wantString, required: true},
		{field: FieldBefore, want: wantPositive},
		{field: FieldLimit, want: wantPositive},
	},
	TypeTyping: {},
	TypeKick:   {{field: FieldPeer, want: wantString, required: true}, {field: FieldBan, want: wantBool}},
	TypeMute:   {{field: FieldPeer, want: wantString, required: true}},
	TypeAdmit:  {{field: FieldPeer, want: wantString, required: true}},
	TypeReject: {{field: FieldPeer, want: wantString, required: true}},
	TypeSetRoom: {
		{field: FieldPublic, want: wantBool},
		{field: FieldLocked, want: wantBool},
		{field: FieldLobby, want: wantBool},
		{field: FieldPassword, want: wantString},
		{field: FieldTopic, want: wantString},
	},
	TypePing: {{field: FieldGot, want: wantCount, required: true}},
	TypePong: {{field: FieldGot, want: wantCount, required: true}},
}

// Frame is a decoded client frame. It points into the bytes it was decoded
// from and is good as long as they are.
type Frame struct {
	Type Type
	ID   int64 // the request number; 0 when it carries none

	raw    []byte
	fields [numFields]span
}

// ErrNotUTF8 is the error of bytes that are not UTF-8 (RFC 6455, section 8.1:
// the connection fails).
var ErrNotUTF8 = Errorf(CodeBadMessage, "The frame is not UTF-8.")

// Decode validates a frame and finds its fields. The whole of it must be JSON
// (RFC 8259) with no name twice in an object, no lone surrogate and at most
// MaxDepth levels; the fields of its type must be there and of the right
// kind; other fields are ignored. The error is ErrNotUTF8 or one with the code
// bad-message or unknown-type; frame.ID is set even then, if the JSON is valid. Decode keeps raw and allocates nothing in the common case.
func Decode(raw []byte, frame *Frame) *Error {
	*frame = Frame{raw: raw}
	if !utf8.Valid(raw) {
		return ErrNotUTF8
	}
	if fault := scan(raw, &frame.fields); fault != nil {
		return fault
	}
	if frame.fields[fieldID].kind != kindNone {
		if !frame.matches(fieldID, wantPositive) {
			return errBadID
		}
		frame.ID = frame.Int(fieldID)
	}
	if frame.fields[fieldType].kind != kindString {
		return errNoType
	}
	frame.Type = clientType(frame.bytes(fieldType))
	if frame.Type == TypeNone {
		return errUnknownType
	}
	return frame.check(rules[frame.Type])
}

var (
	errBadID       = Errorf(CodeBadMessage, "The field id must be a positive integer.")
	errNoType      = Errorf(CodeBadMessage, "The frame has no type.")
	errUnknownType = Errorf(CodeUnknownType, "This server does not know frames of this type.")
)

func clientType(name []byte) Type {
	for t := range numTypes {
		if rules[t] != nil && typeNames[t] == string(name) {
			return t
		}
	}
	return TypeNone
}

func (f *Frame) check(rules []rule) *Error {
	for i := range rules {
		r := &rules[i]
		if f.fields[r.field].kind == kindNone {
			if r.required {
				return Errorf(CodeBadMessage, "The field %s is missing.", fieldNames[r.field])
			}
			continue
		}
		if !f.matches(r.field, r.want) {
			return Errorf(CodeBadMessage, "The field %s is of the wrong kind.", fieldNames[r.field])
		}
		if r.within != nil {
			within := f.Object(r.field)
			if fault := within.check(r.within); fault != nil {
				return fault
			}
		}
	}
	return nil
}

func (f *Frame) matches(field Field, w want) bool {
	s := f.fields[field]
	if w&(1<<s.kind) == 0 {
		return false
	}
	if s.kind != kindNumber {
		return true
	}
	n, ok := parseInt(f.Raw(field))
	return w == wantAny || ok && (w == wantCount || n > 0)
}

// Size is the length of the frame in bytes.
func (f *Frame) Size() int { return len(f.raw) }

// Has tells whether the frame carries the field.
func (f *Frame) Has(field Field) bool { return f.fields[field].kind != kindNone }

// Text is a string field's value, "" when it is not there.
func (f *Frame) Text(field Field) string { return string(f.bytes(field)) }

// PeerID is the value of FieldTo without a copy, for a look-up.
func (f *Frame) PeerID() []byte { return f.bytes(FieldTo) }

// bytes is a string field's value; it points into the frame when it can.
func (f *Frame) bytes(field Field) []byte {
	s := f.fields[field]
	if s.kind != kindString {
		return nil
	}
	inner := f.raw[s.start+1 : s.end-1]
	if !s.escaped {
		return inner
	}
	return unescape(make([]byte, 0, len(inner)), inner)
}

// Bool is a boolean field's value, false when it is not there.
func (f *Frame) Bool(field Field) bool {
	s := f.fields[field]
	return s.kind == kindBool && f.raw[s.start] == 't'
}

// Int is an integer field's value, 0 when it is not there.
func (f *Frame) Int(field Field) int64 {
	n, _ := parseInt(f.Raw(field))
	return n
}

// Raw is a field's JSON text as it came, nil when it is not there.
func (f *Frame) Raw(field Field) []byte {
	s := f.fields[field]
	if s.kind == kindNone {
		return nil
	}
	return f.raw[s.start:s.end]
}

// Object is an object field's own fields as a frame without a type.
func (f *Frame) Object(field Field) *Frame {
	within := &Frame{raw: f.Raw(field)}
	if f.fields[field].kind == kindObject {
		_ = scan(within.raw, &within.fields) // it stood within a valid frame
	}
	return within
}

// parseInt reads an integer from 0 to 2^53-1 in its plain form.
func parseInt(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 16 {
		return 0, false
	}
	var n int64
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, n <= maxID
}
