package protocol

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// payloadField is the one field a relayed type carries to its receiver.
func payloadField(t Type) Field {
	switch t {
	case TypeOffer, TypeAnswer:
		return FieldSDP
	case TypeCandidate:
		return FieldCandidate
	default:
		return FieldData
	}
}

// RelaySize bounds what AppendRelay appends, in bytes.
func RelaySize(f *Frame, from string) int {
	return len(f.Raw(payloadField(f.Type))) + len(from) + len(`{"type":"candidate","from":"","candidate":}`)
}

// AppendRelay appends an offer, answer, candidate or data as its receiver gets
// it: type, from and the payload as it came, and nothing else of the sender's.
// from is a peer id and needs no escaping.
func AppendRelay(dst []byte, f *Frame, from string) []byte {
	payload := payloadField(f.Type)
	dst = append(dst, `{"type":"`...)
	dst = append(dst, typeNames[f.Type]...)
	dst = append(dst, `","from":"`...)
	dst = append(dst, from...)
	dst = append(dst, `","`...)
	dst = append(dst, fieldNames[payload]...)
	dst = append(dst, `":`...)
	dst = append(dst, f.Raw(payload)...)
	return append(dst, '}')
}

// AppendBeat appends a ping or a pong.
func AppendBeat(dst []byte, t Type, got int64) []byte {
	dst = append(dst, `{"type":"`...)
	dst = append(dst, typeNames[t]...)
	dst = append(dst, `","got":`...)
	dst = strconv.AppendInt(dst, got, 10)
	return append(dst, '}')
}

// AppendFrame appends any other server frame, one of the structs of this
// package.
func AppendFrame(dst []byte, frame any) ([]byte, error) {
	b := bytes.NewBuffer(dst)
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false) // it would make six bytes of one
	err := encoder.Encode(frame)
	return bytes.TrimSuffix(b.Bytes(), []byte{'\n'}), err
}
