package client

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
)

// The bound on what is kept until the server has got it.
const (
	maxKept      = 512
	maxKeptBytes = 512 << 10
)

// errMiscounted is a server that counts frames it was not sent.
var errMiscounted = errors.New("the server counts frames that were not sent")

// outbox keeps frames until the server has got them and requests until they
// are answered (docs/protocol.md, "Nothing lost across a reconnect").
type outbox struct {
	more chan struct{} // something is to be written

	mu      sync.Mutex // guards what follows
	lastID  int64
	waiting map[int64]*request
	kept    [][]byte      // oldest first
	bytes   int           // of kept
	got     int64         // frames of this session that the server has; they are kept no more
	written int           // of kept, on the present socket
	room    chan struct{} // closed when less is kept; nil while nobody waits for it
	ended   error         // why nothing is taken any more
}

func newOutbox() outbox {
	return outbox{more: make(chan struct{}, 1), waiting: make(map[int64]*request)}
}

// id is that of a new request.
func (o *outbox) id() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lastID++
	return o.lastID
}

// put takes a frame, with the request it makes or nil. It waits while too much
// is kept.
func (o *outbox) put(ctx context.Context, raw []byte, r *request) error {
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		room, err := o.tryPut(raw, r)
		if err != nil || room == nil {
			return err
		}
		select {
		case <-room:
		case <-ctx.Done():
		}
	}
}

// tryPut answers what to wait for when there is no room.
func (o *outbox) tryPut(raw []byte, r *request) (<-chan struct{}, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ended != nil {
		return nil, o.ended
	}
	if len(o.kept) >= maxKept || len(o.kept) > 0 && o.bytes+len(raw) > maxKeptBytes {
		if o.room == nil {
			o.room = make(chan struct{})
		}
		return o.room, nil
	}
	if r != nil {
		r.raw = raw
		o.waiting[r.id] = r
	}
	o.keepLocked(raw)
	return nil, nil
}

// keepLocked adds a frame. Caller holds mu.
func (o *outbox) keepLocked(raw []byte) {
	o.kept = append(o.kept, raw)
	o.bytes += len(raw)
	select {
	case o.more <- struct{}{}:
	default:
	}
}

// next is the next frame to write, nil for none.
func (o *outbox) next() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.written == len(o.kept) {
		return nil
	}
	o.written++
	return o.kept[o.written-1]
}

// acknowledge forgets what the server has got.
func (o *outbox) acknowledge(got int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if got > o.got+int64(o.written) {
		return errMiscounted
	}
	if got > o.got {
		o.forgetLocked(int(got - o.got))
	}
	return nil
}

// forgetLocked drops the oldest n frames. Caller holds mu.
func (o *outbox) forgetLocked(n int) {
	for _, raw := range o.kept[:n] {
		o.bytes -= len(raw)
	}
	o.kept = slices.Delete(o.kept, 0, n)
	o.got += int64(n)
	o.written -= min(n, o.written)
	if o.room != nil && n > 0 {
		close(o.room)
		o.room = nil
	}
}

// resume has all that the server has not got written again, on a new socket.
func (o *outbox) resume(got int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if got < o.got || got > o.got+int64(len(o.kept)) {
		return errMiscounted
	}
	o.forgetLocked(int(got - o.got))
	o.written = 0
	return nil
}

// restart counts anew: the given frames are written first, then the requests
// without an answer. Other frames are dropped.
func (o *outbox) restart(first [][]byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.forgetLocked(len(o.kept))
	o.got, o.written = 0, 0
	for _, raw := range first {
		o.keepLocked(raw)
	}
	for _, id := range slices.Sorted(maps.Keys(o.waiting)) {
		o.keepLocked(o.waiting[id].raw)
	}
}

// take ends the wait of a request and answers it; nil when there is none.
func (o *outbox) take(id int64) *request {
	o.mu.Lock()
	defer o.mu.Unlock()
	r := o.waiting[id]
	delete(o.waiting, id)
	return r
}

// end answers all requests with the reason the client ended; nothing is taken
// any more.
func (o *outbox) end(why error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = why
	for _, r := range o.waiting {
		r.answer <- answer{err: why}
	}
	clear(o.waiting)
	o.forgetLocked(len(o.kept))
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
}
