package turn

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/pion/stun/v4"
)

// Offsets and masks of a STUN header (RFC 8489, section 5).
const (
	stunHeader    = 20
	classResponse = 0x01 // the first byte of a response
	classError    = 0x10 // bit of a response's second byte
)

// Methods of RFC 6062, which is not offered.
const (
	methodAllocate         = stun.MethodAllocate
	methodConnect          = stun.MethodConnect
	methodConnectBind      = stun.MethodConnectionBind
	transportTCP           = 6    // of REQUESTED-TRANSPORT (RFC 8656, section 18.7)
	familyIPv6        byte = 0x02 // of REQUESTED-ADDRESS-FAMILY (RFC 8656, section 18.6)
)

// exchange is the request that a reader is handling: pion answers it, if at all,
// before the next one is read. Owned by the reader.
type exchange struct {
	server    *Server
	message   stun.Message
	open      bool
	relay     *relay // whose time an answer may set, nil for none
	gated     *relay // whose gate the reader holds
	hold      *hold  // taken for an allocation that may yet fail
	exhausted bool   // refused as the allocation has too many permissions or channels
}

// begin takes the next message. It answers false for one that pion must not
// see; reply is what the client then gets, nil for nothing.
func (e *exchange) begin(raw []byte, r *relay) (reply []byte, ok bool) {
	e.open, e.exhausted, e.relay = false, false, r
	e.message.Raw = append(e.message.Raw[:0], raw...)
	if err := e.message.Decode(); err != nil {
		e.server.counters.malformed.Add(1)
		return nil, false
	}
	switch t := e.message.Type; {
	case t.Class == stun.ClassIndication:
		return nil, t.Method == stun.MethodSend
	case t.Class != stun.ClassRequest:
		return nil, false
	case t.Method == methodConnect || t.Method == methodConnectBind:
		return e.refusal(stun.CodeBadRequest), false
	case t.Method == stun.MethodChannelBind && e.misnumbers():
		return e.refusal(stun.CodeBadRequest), false
	case t.Method == methodAllocate:
		e.relay = nil // a request that is repeated prolongs nothing
	}
	e.open = true
	return nil, true
}

// settle ends the exchange. What pion has left without an answer is a request
// for an allocation that is not there (RFC 8656, section 7.2 and others).
func (e *exchange) settle() (reply []byte) {
	e.ungate()
	e.hold.end()
	e.hold = nil
	if !e.open {
		return nil
	}
	e.open = false
	switch e.message.Type.Method {
	case stun.MethodRefresh, stun.MethodCreatePermission, stun.MethodChannelBind:
		e.server.counters.refused(RefusedMismatch)
		return e.refusal(stun.CodeAllocMismatch)
	default:
		return nil
	}
}

// respond sees what pion sends, and puts right answers that RFC 8656 wants
// otherwise. Anything but a response may come from any goroutine.
func (e *exchange) respond(raw []byte) []byte {
	if len(raw) < stunHeader || raw[0] != classResponse || !e.open || [stun.TransactionIDSize]byte(raw[8:stunHeader]) != e.message.TransactionID {
		return raw
	}
	e.open = false
	e.ungate()
	answer := stun.Message{Raw: raw}
	if err := answer.Decode(); err != nil {
		return raw
	}
	if raw[1]&classError == 0 {
		e.granted(&answer)
		return raw
	}
	var sent stun.ErrorCodeAttribute
	if err := sent.GetFrom(&answer); err != nil {
		return raw
	}
	code, reason := e.correct(sent.Code, answer.Contains(stun.AttrNonce))
	if reason != "" {
		e.server.counters.refused(reason)
	}
	if code == sent.Code {
		return raw
	}
	return e.refusal(code)
}

// granted sees for how long the client has its relay.
func (e *exchange) granted(answer *stun.Message) {
	if seconds, err := answer.Get(stun.AttrLifetime); err == nil && len(seconds) == 4 && e.relay != nil {
		e.relay.expire(time.Duration(binary.BigEndian.Uint32(seconds)) * time.Second)
	}
}

// gate keeps a relay from being ended elsewhere while pion adds a permission. It
// answers false when that has begun.
func (e *exchange) gate(r *relay) bool {
	r.gate.Lock()
	if r.closed.Load() {
		r.gate.Unlock()
		return false
	}
	e.gated = r
	return true
}

// ungate tells that pion has added the permission. It may be called at any time
// by the reader.
func (e *exchange) ungate() {
	if e.gated != nil {
		e.gated.gate.Unlock()
		e.gated = nil
	}
}

// correct finds the code for a refusal, and why it is one; no reason when it
// only asks for authentication, or its reason has been counted.
func (e *exchange) correct(code stun.ErrorCode, challenge bool) (stun.ErrorCode, string) {
	method := e.message.Type.Method
	switch {
	case e.exhausted:
		return stun.CodeInsufficientCapacity, RefusedPermissions
	case challenge, code == stun.CodeBadRequest:
		return code, ""
	case method == stun.MethodChannelBind && code == stun.CodeUnauthorized, code == stun.CodeForbidden:
		return stun.CodeForbidden, RefusedPeer
	case code == stun.CodeAllocQuotaReached:
		return code, RefusedQuota
	case code == stun.CodeAllocMismatch:
		return code, RefusedMismatch
	case method == methodAllocate && code == stun.CodeInsufficientCapacity:
		return e.incapacity()
	}
	return code, RefusedOther
}

// incapacity tells why there is no relay.
func (e *exchange) incapacity() (stun.ErrorCode, string) {
	if transport, err := e.message.Get(stun.AttrRequestedTransport); err == nil && len(transport) == 4 && transport[0] == transportTCP {
		return stun.CodeUnsupportedTransProto, RefusedTransport
	}
	if six, asked := e.family(); asked && !e.server.territory.Load().primary(six).IsValid() {
		return stun.CodeAddrFamilyNotSupported, RefusedFamily
	}
	return stun.CodeInsufficientCapacity, RefusedPorts
}

// family is that of the relay address, if the request asks for one.
func (e *exchange) family() (six, asked bool) {
	value, err := e.message.Get(stun.AttrRequestedAddressFamily)
	if err != nil || len(value) != 4 {
		return false, false
	}
	return value[0] == familyIPv6, true
}

// channel is the one to bind, if the request is for one.
func (e *exchange) channel() (number uint16, ok bool) {
	value, err := e.message.Get(stun.AttrChannelNumber)
	if err != nil || len(value) != 4 || e.message.Type.Method != stun.MethodChannelBind {
		return 0, false
	}
	return uint16(value[0])<<8 | uint16(value[1]), true
}

// misnumbers tells whether what comes through the channel would not look like
// ChannelData, or like something else (RFC 8656, section 12).
func (e *exchange) misnumbers() bool {
	number, ok := e.channel()
	return ok && number&0xc000 != 0x4000
}

// refusal is an error response to the request, without MESSAGE-INTEGRITY.
func (e *exchange) refusal(code stun.ErrorCode) []byte {
	answer, err := stun.Build(
		&stun.Message{TransactionID: e.message.TransactionID},
		stun.NewType(e.message.Type.Method, stun.ClassErrorResponse),
		code,
	)
	if err != nil {
		return nil
	}
	return answer.Raw
}

// channelNumber reads the header of ChannelData (RFC 8656, section 12.4); false
// for anything else.
func channelNumber(b []byte) (number uint16, ok bool) {
	if len(b) < channelHeader || b[0]&0xc0 != 0x40 {
		return 0, false
	}
	return uint16(b[0])<<8 | uint16(b[1]), true
}

// channelHeader is the length of what precedes the data of a channel.
const channelHeader = 4

// channelData is what ChannelData carries, without padding.
func channelData(b []byte) ([]byte, error) {
	n := int(b[2])<<8 | int(b[3])
	if n > len(b)-channelHeader {
		return nil, errShort
	}
	return b[channelHeader : channelHeader+n], nil
}

var errShort = errors.New("ChannelData is shorter than it says")
