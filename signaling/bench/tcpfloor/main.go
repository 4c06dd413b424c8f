// Command tcpfloor is the least a relay in Go can be: length-prefixed frames over bare TCP
// between the members of a room. The benchmark measures the real server against it.
//
// A frame on the wire is a 4-byte big-endian length of what follows, then the frame of
// package floor.
package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"net"
	"slices"

	"moim/signaling/bench/internal/floor"
)

const (
	lengthSize = 4
	maxFrame   = 64 << 10
)

type conn struct {
	net.Conn
}

// Send writes a frame that carries its length prefix.
func (c conn) Send(frame []byte) error {
	_, err := c.Write(frame)
	return err
}

func main() {
	floor.Main(func(listen string) error {
		var config net.ListenConfig
		listener, err := config.Listen(context.Background(), "tcp", listen)
		if err != nil {
			return err
		}
		hub := new(floor.Hub)
		for {
			c, err := listener.Accept()
			if err != nil {
				return err
			}
			go func() {
				if err := serve(hub, conn{c}); err != nil {
					log.Print(err)
				}
			}()
		}
	})
}

func serve(hub *floor.Hub, c conn) error {
	defer c.Close()
	r := bufio.NewReader(c)
	frame, err := read(r, nil)
	if err != nil {
		return fmt.Errorf("read the room: %w", err)
	}
	member := hub.Join(string(frame[lengthSize:]), c)
	defer hub.Leave(member)
	reply := binary.BigEndian.AppendUint32(nil, floor.AddressSize)
	if err := c.Send(binary.BigEndian.AppendUint32(reply, member.ID)); err != nil {
		return fmt.Errorf("answer the join: %w", err)
	}
	for {
		if frame, err = read(r, frame); err != nil {
			return fmt.Errorf("read a frame: %w", err)
		}
		if len(frame) < lengthSize+floor.AddressSize {
			return fmt.Errorf("read a frame: %d bytes hold no address", len(frame))
		}
		if err := member.Relay(frame, lengthSize); err != nil {
			return err
		}
	}
}

// read returns the next frame with its length prefix, in buf's memory where it fits.
func read(r *bufio.Reader, buf []byte) ([]byte, error) {
	head, err := r.Peek(lengthSize)
	if err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head)
	if size > maxFrame {
		return nil, fmt.Errorf("frame of %d bytes", size)
	}
	n := lengthSize + int(size)
	buf = slices.Grow(buf[:0], n)[:n]
	_, err = io.ReadFull(r, buf)
	return buf, err
}
