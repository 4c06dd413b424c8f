package signaling

import "sync"

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
