package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"slices"
)

// framing is how payloads are cut out of a byte stream.
type framing interface {
	// handshake opens the stream on a fresh connection.
	handshake(nc net.Conn, host string) error
	// appendFrame appends the frame that carries payload.
	appendFrame(dst, payload []byte) []byte
	// split returns the first frame of buf; size 0 means that buf does not hold it whole.
	split(buf []byte) (f frame, size int, err error)
}

// frame is one received frame; payload shares the reader's buffer.
type frame struct {
	op      opcode
	payload []byte
}

// opcode is a WebSocket opcode (RFC 6455, section 5.2); length-prefixed frames are opBinary.
type opcode byte

const (
	opText   opcode = 1
	opBinary opcode = 2
	opClose  opcode = 8
	opPing   opcode = 9
	opPong   opcode = 10
)

// maxFrame bounds what a server may send in one frame, in bytes.
const maxFrame = 1 << 20

var errFrame = errors.New("server broke the framing")

// lengthPrefix frames with a 4-byte big-endian length.
type lengthPrefix struct{}

func (lengthPrefix) handshake(net.Conn, string) error { return nil }

func (lengthPrefix) appendFrame(dst, payload []byte) []byte {
	return append(binary.BigEndian.AppendUint32(dst, uint32(len(payload))), payload...)
}

func (lengthPrefix) split(buf []byte) (frame, int, error) {
	if len(buf) < 4 {
		return frame{}, 0, nil
	}
	n := binary.BigEndian.Uint32(buf)
	if n > maxFrame {
		return frame{}, 0, fmt.Errorf("%w: %d bytes announced", errFrame, n)
	}
	size := 4 + int(n)
	if len(buf) < size {
		return frame{}, 0, nil
	}
	return frame{opBinary, buf[4:size]}, size, nil
}

// webSocket frames as a WebSocket client (RFC 6455). Its masking key is constant: the
// server's work is the same, and an unmasking mistake would still show.
type webSocket struct {
	op          opcode
	subprotocol string
}

var maskingKey = [4]byte{0x37, 0xfa, 0x21, 0x3d}

// The nonce and its answer are the pair of RFC 6455, section 1.3.
const (
	handshakeKey    = "dGhlIHNhbXBsZSBub25jZQ=="
	handshakeAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

func (w webSocket) handshake(nc net.Conn, host string) error {
	request := fmt.Appendf(nil, "GET /ws HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"+
		"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
		"Sec-WebSocket-Key: %s\r\n", host, host, handshakeKey)
	if w.subprotocol != "" {
		request = fmt.Appendf(request, "Sec-WebSocket-Protocol: %s\r\n", w.subprotocol)
	}
	if _, err := nc.Write(append(request, "\r\n"...)); err != nil {
		return fmt.Errorf("upgrade: %w", err)
	}
	var answer [2048]byte
	n := 0
	for !bytes.HasSuffix(answer[:n], []byte("\r\n\r\n")) {
		if n == len(answer) {
			return fmt.Errorf("upgrade: no end of the header in %d bytes", n)
		}
		m, err := nc.Read(answer[n:])
		if err != nil {
			return fmt.Errorf("upgrade: %w", err)
		}
		n += m
	}
	if !bytes.HasPrefix(answer[:n], []byte("HTTP/1.1 101 ")) || !bytes.Contains(answer[:n], []byte(handshakeAccept)) {
		return fmt.Errorf("upgrade refused: %q", answer[:n])
	}
	return nil
}

func (w webSocket) appendFrame(dst, payload []byte) []byte {
	return appendMasked(dst, w.op, payload)
}

// appendMasked appends a client's frame of up to 64 KiB (RFC 6455, sections 5.2 and 5.3).
func appendMasked(dst []byte, op opcode, payload []byte) []byte {
	dst = append(dst, 0x80|byte(op))
	if n := len(payload); n < 126 {
		dst = append(dst, 0x80|byte(n))
	} else {
		dst = binary.BigEndian.AppendUint16(append(dst, 0x80|126), uint16(n))
	}
	dst = append(dst, maskingKey[:]...)
	dst = slices.Grow(dst, len(payload))
	for i, b := range payload {
		dst = append(dst, b^maskingKey[i%4])
	}
	return dst
}

func (webSocket) split(buf []byte) (frame, int, error) {
	if len(buf) < 2 {
		return frame{}, 0, nil
	}
	if buf[0]&0xf0 != 0x80 || buf[1]&0x80 != 0 {
		return frame{}, 0, fmt.Errorf("%w: header %#x: fragmented, compressed or masked", errFrame, buf[:2])
	}
	head, n := 2, uint64(buf[1])
	switch {
	case n == 126 && len(buf) >= 4:
		head, n = 4, uint64(binary.BigEndian.Uint16(buf[2:]))
	case n == 127 && len(buf) >= 10:
		head, n = 10, binary.BigEndian.Uint64(buf[2:])
	case n > 125:
		return frame{}, 0, nil
	}
	if n > maxFrame {
		return frame{}, 0, fmt.Errorf("%w: %d bytes announced", errFrame, n)
	}
	size := head + int(n)
	if len(buf) < size {
		return frame{}, 0, nil
	}
	return frame{opcode(buf[0] & 0x0f), buf[head:size]}, size, nil
}
