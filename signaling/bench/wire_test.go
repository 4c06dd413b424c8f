package main

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// serverFrame frames as a WebSocket server does.
func serverFrame(op opcode, payload []byte) []byte {
	b := []byte{0x80 | byte(op)}
	switch n := len(payload); {
	case n < 126:
		b = append(b, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
	}
	return append(b, payload...)
}

func TestSplit(t *testing.T) {
	frame := map[string]func([]byte) []byte{
		"WebSocket": func(p []byte) []byte { return serverFrame(opText, p) },
		"length":    func(p []byte) []byte { return lengthPrefix{}.appendFrame(nil, p) },
	}
	for name, f := range map[string]framing{"WebSocket": webSocket{}, "length": lengthPrefix{}} {
		for _, size := range []int{0, 1, 125, 126, 65535, 65536} {
			payload := bytes.Repeat([]byte("x"), size)
			framed := frame[name](payload)
			for _, cut := range []int{0, 1, min(3, len(framed)-1), len(framed) - 1} {
				if _, n, err := f.split(framed[:cut]); n != 0 || err != nil {
					t.Errorf("%s, %d bytes: %d of %d gave %d, %v", name, size, cut, len(framed), n, err)
				}
			}
			got, n, err := f.split(append(framed, "next"...))
			if err != nil || n != len(framed) || !bytes.Equal(got.payload, payload) {
				t.Errorf("%s, %d bytes: size %d instead of %d, %v", name, size, n, len(framed), err)
			}
		}
	}
}

func TestSplitRefuses(t *testing.T) {
	tests := []struct {
		name string
		framing
		buf []byte
	}{
		{"fragment", webSocket{}, []byte{0x01, 0}},
		{"compressed", webSocket{}, []byte{0xc1, 0}},
		{"masked", webSocket{}, []byte{0x81, 0x80, 0, 0, 0, 0}},
		{"huge message", webSocket{}, []byte{0x81, 127, 0, 0, 0, 1, 0, 0, 0, 0}},
		{"huge length", lengthPrefix{}, []byte{0xff, 0, 0, 0}},
	}
	for _, test := range tests {
		if _, _, err := test.split(test.buf); err == nil {
			t.Errorf("%s was taken", test.name)
		}
	}
}

func TestMaskedFrames(t *testing.T) {
	for _, size := range []int{0, 5, 125, 126, 2000} {
		payload := bytes.Repeat([]byte("moim"), size)[:size]
		framed := appendMasked(nil, opText, payload)
		head := len(framed) - size
		if framed[0] != 0x81 || framed[1]&0x80 == 0 || !bytes.Equal(framed[head-4:head], maskingKey[:]) {
			t.Errorf("%d bytes: header %#x", size, framed[:head])
		}
		for i := range payload {
			if framed[head+i]^maskingKey[i%4] != payload[i] {
				t.Fatalf("%d bytes: byte %d is masked wrongly", size, i)
			}
		}
	}
}

func TestKindOf(t *testing.T) {
	tests := map[string]kind{
		`{"type":"offer","from":"a"}`:       kindOffer,
		`{"type":"candidate"}`:              kindCandidate,
		`{"type":"chat","message":{}}`:      kindChat,
		`{"got":1,"type":"pong"}`:           kindPong,
		`{ "type" : "joined"}`:              kindJoined,
		`{"type":"error","code":"no-such"}`: kindError,
		`{"type":"peer-joined","peer":{}}`:  kindOther,
		`not JSON`:                          kindError,
	}
	for message, want := range tests {
		if got := kindOf([]byte(message)); got != want {
			t.Errorf("%s is %d instead of %d", message, got, want)
		}
	}
}

func TestSamples(t *testing.T) {
	if n := len(sampleSDP); n != 2000 {
		t.Errorf("the SDP has %d bytes", n)
	}
	if n := len(sampleCandidate); n != 200 {
		t.Errorf("the candidate has %d bytes", n)
	}
}
