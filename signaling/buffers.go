package signaling

import (
	"bufio"
	"io"
	"sync"

	"moim/signaling/protocol"
)

// bufferSize bounds what leaves in one write, in bytes, unless one frame alone
// is longer.
const bufferSize = 16 << 10

var buffers = sync.Pool{New: func() any { return new([bufferSize]byte) }}

// batch is a buffer to gather frames in, taken when it is first needed.
type batch struct{ buffer *[bufferSize]byte }

// start is the buffer, empty, with room for bufferSize bytes.
func (b *batch) start() []byte {
	if b.buffer == nil {
		b.buffer = buffers.Get().(*[bufferSize]byte)
	}
	return b.buffer[:0]
}

func (b *batch) giveBack() {
	if b.buffer != nil {
		buffers.Put(b.buffer)
	}
}

// bufio.Readers to lend to sockets that can be parked.
var readers = sync.Pool{New: func() any { return bufio.NewReader(nil) }}

// lend gives the WebSocket's reader a buffer, unless it has one.
func (s *socket) lend() {
	if s.br.Size() == 0 {
		s.lent = readers.Get().(*bufio.Reader)
		s.lent.Reset(s.wire)
		*s.br = *s.lent
	}
}

// withdraw takes the buffer back. There is nothing in it.
func (s *socket) withdraw() {
	*s.br = bufio.Reader{}
	if s.lent != nil {
		s.lent.Reset(nil)
		readers.Put(s.lent)
		s.lent = nil
	}
}

// inbound is one message while it is handled.
type inbound struct {
	data  []byte
	frame protocol.Frame
}

var inbounds = sync.Pool{New: func() any { return &inbound{data: make([]byte, 0, 4<<10)} }}

func takeInbound() *inbound { return inbounds.Get().(*inbound) }

func giveInbound(in *inbound) {
	if cap(in.data) <= bufferSize { // one that grew for a rare great frame is let go
		in.data = in.data[:0]
		inbounds.Put(in)
	}
}

func (in *inbound) readFrom(r io.Reader) error {
	for {
		if len(in.data) == cap(in.data) {
			in.data = append(in.data, 0)[:len(in.data)]
		}
		n, err := r.Read(in.data[len(in.data):cap(in.data)])
		in.data = in.data[:len(in.data)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
