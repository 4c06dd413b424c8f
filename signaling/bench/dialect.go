package main

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
)

// dialect is what a server wants to see in a payload. The messages inside are the JSON of
// moim.v1 for every server; a floor carries them unread behind an address.
type dialect interface {
	join(room, name string) []byte
	// joined returns the ID that a reply to join gives; ok is false for any other payload.
	joined(payload []byte) (id string, ok bool, err error)
	// address makes the payload that carries message to one peer, or to the room for "".
	address(to string, message []byte) []byte
	// message returns what a received payload carries.
	message(payload []byte) []byte
	// beat makes a payload that id's own connection has answered with a pong.
	beat(id string, got int) []byte
	// acknowledges says whether received frames are to be acknowledged with beats.
	acknowledges() bool
}

// moim is the real protocol, moim.v1.
type moim struct{}

func (moim) join(room, name string) []byte {
	return fmt.Appendf(nil, `{"type":"join","room":%q,"name":%q}`, room, name)
}

func (moim) joined(payload []byte) (string, bool, error) {
	if kindOf(payload) != kindJoined {
		return "", false, nil
	}
	var reply struct {
		You string `json:"you"`
	}
	if err := json.Unmarshal(payload, &reply); err != nil {
		return "", false, fmt.Errorf("read joined: %w", err)
	}
	if reply.You == "" {
		return "", false, fmt.Errorf("joined without an id: %s", payload)
	}
	return reply.You, true, nil
}

func (moim) address(_ string, message []byte) []byte { return message }

func (moim) message(payload []byte) []byte { return payload }

func (moim) beat(_ string, got int) []byte {
	return fmt.Appendf(nil, `{"type":"ping","got":%d}`, got)
}

func (moim) acknowledges() bool { return true }

// bare is the protocol of the floors: a 4-byte member ID before the message, 0 for the
// room; the first payload names the room and is answered by the ID alone.
type bare struct{}

func (bare) join(room, _ string) []byte { return []byte(room) }

func (bare) joined(payload []byte) (string, bool, error) {
	if len(payload) != 4 {
		return "", false, nil
	}
	return strconv.FormatUint(uint64(binary.BigEndian.Uint32(payload)), 10), true, nil
}

func (bare) address(to string, message []byte) []byte {
	var id uint64
	if to != "" {
		var err error
		if id, err = strconv.ParseUint(to, 10, 32); err != nil {
			panic(err)
		}
	}
	return append(binary.BigEndian.AppendUint32(nil, uint32(id)), message...)
}

func (bare) message(payload []byte) []byte { return payload[min(4, len(payload)):] }

func (d bare) beat(id string, _ int) []byte {
	return d.address(id, []byte(`{"type":"pong"}`))
}

func (bare) acknowledges() bool { return false }

// kind sorts messages by what a measure does with them.
type kind int

const (
	kindOther kind = iota
	kindJoined
	kindOffer
	kindCandidate
	kindChat
	kindPing
	kindPong
	kindError
)

var typePrefix = []byte(`{"type":"`)

// kindOf reads a message's type, wherever in the object it stands.
func kindOf(message []byte) kind {
	if rest, ok := bytes.CutPrefix(message, typePrefix); ok {
		if name, _, ok := bytes.Cut(rest, []byte{'"'}); ok {
			return kindNamed(name)
		}
	}
	var envelope struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(message, &envelope) != nil {
		return kindError
	}
	return kindNamed([]byte(envelope.Type))
}

func kindNamed(name []byte) kind {
	switch string(name) {
	case "joined":
		return kindJoined
	case "offer":
		return kindOffer
	case "candidate":
		return kindCandidate
	case "chat":
		return kindChat
	case "ping":
		return kindPing
	case "pong":
		return kindPong
	case "error":
		return kindError
	default:
		return kindOther
	}
}

// counted says whether frames of this kind count as received (moim.v1).
func (k kind) counted() bool {
	return k != kindJoined && k != kindPing && k != kindPong
}
