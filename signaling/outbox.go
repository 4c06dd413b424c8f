package signaling

import (
	"runtime"
	"sync"
	"time"

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

// outbox is what goes to one peer, in order, whichever socket it goes over.
// Frames that were written stay until the peer has acknowledged them, as a new
// socket would need them again; when there are too many of those the oldest
// are forgotten. When those still waiting are too many, the peer is too slow or
// was away for too long: its socket is closed, all is dropped and only a
// snapshot can follow. Nobody waited for it.
type outbox struct {
	mu      sync.Mutex // guards what follows, and the writer of socket
	socket  *socket    // nil while there is none
	frames  []outFrame // [:written] went to the socket, the rest waits
	written int
	bytes   int   // in frames
	forgot  int64 // counted frames that left the front of frames
	sent    int64 // counted frames that were written
	broken  bool  // too much was waiting; nothing is kept any more
}

// writer is how an outbox uses one socket. Guarded by the mutex of the outbox.
type writer struct {
	flushing bool
	since    time.Time // when the write under way began
	last     []byte    // a close frame, once the socket is to be closed
	left     int       // frames that go before last
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
	if o.broken {
		return
	}
	o.frames = append(o.frames, outFrame{frame, counted})
	o.bytes += len(frame)
	for len(o.frames) > maxKeptFrames || o.bytes > maxKeptBytes {
		if o.written == 0 {
			o.breakLocked()
			return
		}
		o.forgetLocked()
	}
}

// forgetLocked lets go of the oldest frame, which was written.
func (o *outbox) forgetLocked() {
	f := &o.frames[0]
	o.bytes -= len(f.data)
	if f.counted {
		o.forgot++
	}
	f.data = nil
	o.written--
	o.frames = o.frames[1:]
	if len(o.frames) == 0 {
		o.frames = nil
	}
}

// breakLocked gives up on a peer for which too much waits.
func (o *outbox) breakLocked() {
	o.broken = true
	o.frames, o.written, o.bytes = nil, 0, 0
	o.closeLocked(protocol.CloseTooSlow)
}

// acknowledge forgets what the peer says it has got: the first got counted
// frames of the session. It is false when there were not so many.
func (o *outbox) acknowledge(got int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if got > o.sent {
		return false
	}
	for o.written > 0 && (o.forgot < got || !o.frames[0].counted) {
		o.forgetLocked()
	}
	return true
}

// close sends what waits and then the close frame.
func (o *outbox) close(code protocol.CloseCode) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closeLocked(code)
	o.kickLocked()
}

// closeLocked makes a close frame the last that goes over the socket, after
// the frames that wait now.
func (o *outbox) closeLocked(code protocol.CloseCode) {
	if o.socket == nil || o.socket.writer.last != nil {
		return
	}
	w := &o.socket.writer
	w.last, w.left = closeFrame(code), len(o.frames)-o.written
	o.socket.closeSoon()
}

// sweep gives up on a peer that does not read: a write to it is under way for
// too long.
func (o *outbox) sweep(now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.socket == nil {
		return
	}
	if w := &o.socket.writer; w.flushing && w.last == nil && now.Sub(w.since) > stallTimeout {
		o.breakLocked()
	}
}

// abort ends the socket at once.
func (o *outbox) abort() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.socket != nil {
		o.socket.abort()
	}
}

// kickLocked starts a flusher if there is something to write and none runs.
func (o *outbox) kickLocked() {
	s := o.socket
	if s != nil && !s.writer.flushing && (o.readyLocked() > 0 || s.writer.last != nil) {
		s.writer.flushing, s.writer.since = true, time.Now()
		go o.flush(s)
	}
}

// readyLocked counts the frames that wait and may go over the socket.
func (o *outbox) readyLocked() int {
	waiting := len(o.frames) - o.written
	if o.socket.writer.last != nil {
		return min(waiting, o.socket.writer.left)
	}
	return waiting
}

// flush writes to a socket until nothing waits. It yields once before each
// write, so that what is about to be enqueued leaves in the same one.
func (o *outbox) flush(s *socket) {
	var buf batch
	defer buf.giveBack()
	for {
		runtime.Gosched()
		o.mu.Lock()
		if o.socket != s {
			o.mu.Unlock()
			return
		}
		frames, last := o.takeLocked(&buf), s.writer.last
		s.writer.since = time.Now()
		s.writer.flushing = frames != nil || last != nil // for good, once last is sent
		o.mu.Unlock()
		switch {
		case frames != nil:
			if s.write(frames) != nil {
				s.abort()
				return // flushing for good: nothing more goes over this socket
			}
		case last != nil:
			if s.wire.writeLast(last) == nil {
				s.closeWrite()
			}
			return
		default:
			return
		}
	}
}

// takeLocked takes what waits for one write, and counts it as written: as many
// frames as fit the batch, or one. It is nil when none waits.
func (o *outbox) takeLocked(buf *batch) []byte {
	ready := o.readyLocked()
	if ready == 0 {
		return nil
	}
	if ready == 1 || len(o.frames[o.written].data) > bufferSize {
		return o.nextLocked()
	}
	frames := buf.start()
	for ; ready > 0 && len(frames)+len(o.frames[o.written].data) <= bufferSize; ready-- {
		frames = append(frames, o.nextLocked()...)
	}
	return frames
}

// nextLocked takes the frame that waits longest.
func (o *outbox) nextLocked() []byte {
	f := &o.frames[o.written]
	o.written++
	o.socket.writer.left--
	data := f.data
	if f.counted {
		o.sent++
	} else {
		o.bytes -= len(data)
		f.data = nil
	}
	return data
}
