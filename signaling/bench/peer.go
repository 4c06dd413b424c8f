package main

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strconv"
)

// ackEvery is how many frames a peer takes in before it acknowledges them.
const ackEvery = 200

// A peer keeps no read buffer while nothing is buffered; under load it reads this much.
const (
	smallBuffer = 1 << 10
	largeBuffer = 64 << 10
)

// peer is one client connection that has joined a room. Not for concurrent use.
type peer struct {
	wire
	nc net.Conn
	id string

	size       int
	buf        []byte
	start, end int
	got        int
	unacked    int
	scratch    []byte
}

// wire is how a server is spoken to.
type wire struct {
	framing
	dialect
}

// dial connects, upgrades, joins the room and returns once the server has said so.
func dial(ctx context.Context, w wire, addr, room, name string) (*peer, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	if deadline, ok := ctx.Deadline(); ok {
		if err := nc.SetDeadline(deadline); err != nil {
			return nil, errors.Join(err, nc.Close())
		}
	}
	p := &peer{wire: w, nc: nc, size: smallBuffer}
	if err := p.open(addr, room, name); err != nil {
		return nil, errors.Join(fmt.Errorf("join %s: %w", room, err), nc.Close())
	}
	return p, nil
}

func (p *peer) open(host, room, name string) error {
	if err := p.handshake(p.nc, host); err != nil {
		return err
	}
	if err := p.send(p.join(room, name)); err != nil {
		return err
	}
	for {
		f, err := p.read()
		if err != nil {
			return err
		}
		id, ok, err := p.joined(f.payload)
		if err != nil {
			return err
		}
		if ok {
			p.id = id
			p.release()
			return nil
		}
		if m := p.message(f.payload); kindOf(m) == kindError {
			return fmt.Errorf("server refused: %s", m)
		}
	}
}

// send frames and writes one payload.
func (p *peer) send(payload []byte) error {
	p.scratch = p.appendFrame(p.scratch[:0], payload)
	return p.write(p.scratch)
}

// write writes a frame that is already framed.
func (p *peer) write(framed []byte) error {
	_, err := p.nc.Write(framed)
	return err
}

// expect returns the next message of kind want. Presence and beats are passed over;
// anything else that arrives is an error. The message is valid until the next call.
func (p *peer) expect(want kind) ([]byte, error) {
	for {
		f, err := p.read()
		if err != nil {
			return nil, err
		}
		message := p.message(f.payload)
		k := kindOf(message)
		if k.counted() {
			if err := p.count(); err != nil {
				return nil, err
			}
		}
		switch {
		case k == want:
			return message, nil
		case k == kindPing:
			if err := p.send(fmt.Appendf(nil, `{"type":"pong","got":%d}`, p.got)); err != nil {
				return nil, err
			}
		case k != kindOther && k != kindPong:
			return nil, fmt.Errorf("peer %s: unexpected frame: %.300s", p.id, message)
		}
	}
}

func (p *peer) count() error {
	p.got++
	p.unacked++
	if p.unacked < ackEvery || !p.acknowledges() {
		return nil
	}
	p.unacked = 0
	return p.send(p.beat(p.id, p.got))
}

// settle sends a beat and returns once it is answered: everything the server sent before
// has arrived, was tolerable, and the connection lives.
func (p *peer) settle() error {
	p.unacked = 0
	if err := p.send(p.beat(p.id, p.got)); err != nil {
		return err
	}
	if _, err := p.expect(kindPong); err != nil {
		return err
	}
	p.release()
	return nil
}

// read returns the next data frame and answers WebSocket pings on the way.
func (p *peer) read() (frame, error) {
	for {
		f, size, err := p.split(p.buf[p.start:p.end])
		if err != nil {
			return frame{}, err
		}
		if size == 0 {
			if err := p.fill(); err != nil {
				return frame{}, err
			}
			continue
		}
		p.start += size
		switch f.op {
		case opText, opBinary:
			return f, nil
		case opClose:
			return frame{}, closed(f.payload)
		case opPing:
			if err := p.write(appendMasked(nil, opPong, f.payload)); err != nil {
				return frame{}, err
			}
		case opPong:
		default:
			return frame{}, fmt.Errorf("%w: opcode %d", errFrame, f.op)
		}
	}
}

// closed tells a close frame (RFC 6455, section 5.5.1).
func closed(payload []byte) error {
	if len(payload) < 2 {
		return errors.New("server closed the connection without a code")
	}
	code := strconv.Itoa(int(binary.BigEndian.Uint16(payload)))
	return errors.New("server closed the connection: " + code + " " + string(payload[2:]))
}

func (p *peer) fill() error {
	if p.start > 0 {
		p.end = copy(p.buf, p.buf[p.start:p.end])
		p.start = 0
	}
	if p.end == len(p.buf) {
		p.buf = slices.Grow(p.buf, max(p.size, len(p.buf)))
		p.buf = p.buf[:cap(p.buf)]
	}
	n, err := p.nc.Read(p.buf[p.end:])
	p.end += n
	if n > 0 {
		return nil
	}
	if errors.Is(err, io.EOF) {
		return errors.New("server ended the connection without a close frame")
	}
	return err
}

// release gives the buffers back when nothing is buffered.
func (p *peer) release() {
	if p.start == p.end {
		p.buf, p.start, p.end = nil, 0, 0
	}
	p.scratch = nil
}

// drop resets the connection: no TIME_WAIT is left behind.
func (p *peer) drop() {
	if tcp, ok := p.nc.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = p.nc.Close()
}
