package signaling

import (
	"runtime"
	"sync"
	"sync/atomic"
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
	absent *absentBytes // static; nil counts nothing

	mu      sync.Mutex // guards what follows, and the writer of socket
	socket  *socket    // nil while there is none
	frames  []outFrame // [:written] went to the socket, the rest waits
	written int
	bytes   int   // in frames
	forgot  int64 // counted frames that left the front of frames
	sent    int64 // counted frames that were written
	broken  bool  // too much was waiting; nothing is kept any more
}

// absentBytes counts what is kept for all peers of a hub that have no socket.
type absentBytes struct{ atomic.Int64 }

// maxAbsentBytes bounds that, but for the share of each, which nobody can take
// from another.
const (
	maxAbsentBytes = 64 << 20
	absentShare    = maxAbsentBytes / maxAbsent
)

// writer is how an outbox uses one socket. Guarded by the mutex of the outbox.
type writer struct {
	flushing bool
	since    time.Time // when the write under way began
	last     []byte    // a close frame, once the socket is to be closed
	left     int       // frames that go before last
}

// attach gives a new outbox the socket it writes to.
func (o *outbox) attach(s *socket) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.socket = s
}

// detach takes the socket away: what comes from now on waits for another.
func (o *outbox) detach() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.socket = nil
	if o.absent == nil {
		return
	}
	o.absent.Add(int64(o.bytes))
	if o.burdenLocked() {
		o.breakLocked()
	}
}

// resume goes on over another socket, in place of the one there is, with a peer that has got so many counted
// frames of the session. first goes before them and is not counted. It is false,
// and nothing has changed, when what the peer lacks is not all there.
func (o *outbox) resume(s *socket, got int64, first []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.coversLocked(got) {
		return false
	}
	if o.socket != nil {
		o.closeLocked(protocol.CloseReplaced) // the only thing that still goes over it
		o.kickLocked()
	} else if o.absent != nil {
		o.absent.Add(-int64(o.bytes))
	}
	lacks := []outFrame{{first, false}}
	o.bytes = len(first)
	for _, f := range o.frames {
		switch {
		case !f.counted:
		case o.forgot < got:
			o.forgot++
		default:
			lacks = append(lacks, f)
			o.bytes += len(f.data)
		}
	}
	o.socket, o.frames, o.written, o.sent = s, lacks, 0, got
	o.kickLocked()
	return true
}

// covers tells whether all is there that a peer lacks which has got so many
// counted frames.
func (o *outbox) covers(got int64) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.coversLocked(got)
}

func (o *outbox) coversLocked(got int64) bool {
	return !o.broken && o.forgot <= got && got <= o.sent
}

// drop lets go of everything, as nobody will come for it.
func (o *outbox) drop() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.socket == nil {
		o.breakLocked()
	}
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
	if o.socket == nil && !counted {
		return
	}
	o.frames = append(o.frames, outFrame{frame, counted})
	o.sizeLocked(len(frame))
	if o.burdenLocked() {
		o.breakLocked()
		return
	}
	for len(o.frames) > maxKeptFrames || o.bytes > maxKeptBytes {
		if o.written == 0 {
			o.breakLocked()
			return
		}
		o.forgetLocked()
	}
}

// burdenLocked tells whether what all absent peers are kept is too much, and
// this one has more than its share of it.
func (o *outbox) burdenLocked() bool {
	return o.socket == nil && o.absent != nil && o.absent.Load() > maxAbsentBytes && o.bytes > absentShare
}

// sizeLocked notes that what is kept grew by so many bytes.
func (o *outbox) sizeLocked(bytes int) {
	o.bytes += bytes
	if o.socket == nil && o.absent != nil {
		o.absent.Add(int64(bytes))
	}
}

// forgetLocked lets go of the oldest frame, which was written.
func (o *outbox) forgetLocked() {
	f := &o.frames[0]
	o.sizeLocked(-len(f.data))
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
	o.sizeLocked(-o.bytes)
	o.frames, o.written = nil, 0
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
		var frames []byte
		if o.socket == s {
			frames = o.takeLocked(&buf)
		}
		last := s.writer.last
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
