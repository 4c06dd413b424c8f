package signaling

import (
	"runtime"
	"sync"

	"moim/signaling/protocol"
)

// The bounds of an outbox: what is kept for one peer, written and not yet
// acknowledged or still waiting.
const (
	maxKeptFrames = 512
	maxKeptBytes  = 512 << 10
)

// outFrame is a frame with its header, shared among receivers and never
// changed after it is enqueued.
type outFrame struct {
	data    []byte
	counted bool // the receiver counts it (all but ping, pong and joined)
}

// outbox is what goes to one peer, in order. Frames that were written stay
// until the peer has acknowledged them, as a new socket would need them again;
// when there are too many of those the oldest are forgotten. When those still
// waiting are too many the socket is closed as too slow, and nobody waited.
type outbox struct {
	mu       sync.Mutex // guards what follows
	socket   *socket    // nil while there is none
	frames   []outFrame // [:written] went to the socket, the rest waits
	written  int
	bytes    int   // in frames
	forgot   int64 // counted frames that left the front of frames
	sent     int64 // counted frames that were written
	flushing bool  // a flusher runs
	closing  bool  // a close frame is the last of frames, nothing is added
}

// attach gives the outbox the socket it writes to.
func (o *outbox) attach(s *socket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.socket = s
}

// enqueue adds counted frames. It never blocks.
func (o *outbox) enqueue(frames ...[]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, f := range frames {
		o.addLocked(f, true)
	}
	o.kickLocked()
}

// enqueueUncounted adds a ping, a pong or a joined.
func (o *outbox) enqueueUncounted(frame []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.addLocked(frame, false)
	o.kickLocked()
}

func (o *outbox) addLocked(frame []byte, counted bool) {
	if o.closing {
		return
	}
	o.frames = append(o.frames, outFrame{frame, counted})
	o.bytes += len(frame)
	over := 0
	for len(o.frames)-over > maxKeptFrames || o.bytes > maxKeptBytes {
		if over == o.written {
			o.shiftLocked(over)
			o.closeLocked(protocol.CloseTooSlow, true)
			return
		}
		o.dropLocked(over)
		over++
	}
	o.shiftLocked(over)
}

// dropLocked forgets the frame at i, which the caller then shifts out.
func (o *outbox) dropLocked(i int) {
	o.bytes -= len(o.frames[i].data)
	if o.frames[i].counted {
		o.forgot++
	}
}

func (o *outbox) shiftLocked(n int) {
	if n == 0 {
		return
	}
	o.written -= n
	if n == len(o.frames) {
		o.frames = nil
		return
	}
	clear(o.frames[:n])
	o.frames = o.frames[n:]
}

// acknowledge forgets what the peer says it has got: the first got counted
// frames of the session. It is false when there were not so many.
func (o *outbox) acknowledge(got int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if got > o.sent {
		return false
	}
	n := 0
	for n < o.written && (o.forgot < got || !o.frames[n].counted) {
		o.dropLocked(n)
		n++
	}
	o.shiftLocked(n)
	return true
}

// close sends what waits and then the close frame.
func (o *outbox) close(code protocol.CloseCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closeLocked(code, false)
	o.kickLocked()
}

// closeLocked makes a close frame the last one; with drop, what waits is not
// sent before it.
func (o *outbox) closeLocked(code protocol.CloseCode, drop bool) {
	if o.closing || o.socket == nil {
		return
	}
	if drop {
		clear(o.frames[o.written:])
		o.frames = o.frames[:o.written]
	}
	o.frames = append(o.frames, outFrame{data: closeFrame(code)})
	o.closing = true
	o.socket.closeSoon()
}

// abort ends the socket at once.
func (o *outbox) abort() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.socket != nil {
		o.socket.abort()
	}
}

func (o *outbox) kickLocked() {
	if !o.flushing && o.socket != nil && o.written < len(o.frames) {
		o.flushing = true
		go o.flush()
	}
}

// flush writes until nothing waits. It yields once before each write, so that
// what is about to be enqueued leaves in the same one.
func (o *outbox) flush() {
	var buf batch
	defer buf.giveBack()
	for {
		runtime.Gosched()
		o.mu.Lock()
		socket, closing := o.socket, o.closing
		frames := o.takeLocked(&buf)
		if frames == nil {
			o.flushing = false
			o.mu.Unlock()
			if closing {
				socket.closeWrite()
			}
			return
		}
		write := socket.write
		if closing && o.written == len(o.frames) {
			write = socket.wire.writeLast
		}
		o.mu.Unlock()
		if err := write(frames); err != nil {
			o.mu.Lock()
			o.flushing, o.closing = false, true
			o.mu.Unlock()
			socket.abort()
			return
		}
	}
}

// takeLocked takes what waits for one write, and counts it as written: as many
// frames as fit the batch, or one. It is nil when none waits.
func (o *outbox) takeLocked(buf *batch) []byte {
	switch waiting := len(o.frames) - o.written; {
	case o.socket == nil || waiting == 0:
		return nil
	case waiting == 1 || len(o.frames[o.written].data) > bufferSize:
		return o.nextLocked()
	}
	frames := buf.start()
	for o.written < len(o.frames) && len(frames)+len(o.frames[o.written].data) <= bufferSize {
		frames = append(frames, o.nextLocked()...)
	}
	return frames
}

// nextLocked takes the frame that waits longest.
func (o *outbox) nextLocked() []byte {
	f := &o.frames[o.written]
	o.written++
	data := f.data
	if f.counted {
		o.sent++
	} else {
		o.bytes -= len(data)
		f.data = nil
	}
	return data
}
