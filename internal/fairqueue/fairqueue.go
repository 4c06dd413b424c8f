// Package fairqueue lets work begin at no more than a rate, or so much at once, and
// has those who ask for it take turns when there is more (fair queueing, RFC 970):
// who asks for much waits behind itself.
package fairqueue

import (
	"container/heap"
	"container/list"
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// ErrFull is that too much waits already, or has waited for too long.
var ErrFull = errors.New("fairqueue: too much waits")

// Queue has work wait for its turn. Its methods may be called at once.
type Queue struct {
	// Static.
	most     int           // pieces of work that wait
	patience time.Duration // how long one waits
	supply   supply

	mu    sync.Mutex // guards what follows
	count int        // pieces of work that wait
	lines map[netip.Prefix]*line
	turns list.List // of *line, next first; each has work
	sizes sizes
}

// supply is what work takes to begin. Its methods are called with Queue.mu held.
type supply interface {
	take(cost int) bool // if there is enough
	wanted(cost int)    // there was not: a round comes when there is
}

// line is what one address waits for.
type line struct {
	from  netip.Prefix
	works list.List     // of *work, oldest first
	turn  *list.Element // in Queue.turns
	index int           // in Queue.sizes
}

// work is a piece of work that waits.
type work struct {
	cost  int
	ready chan struct{} // closed when it may begin, or must not
	place *list.Element // in line.works; nil when it has left; guarded by Queue.mu
	full  bool          // whether it must not; written before ready is closed
}

// New makes a queue that lets work of a cost of perSecond begin in a second, and of
// burst at once after a time without any. At most so many pieces wait, each no
// longer than patience; when more would, the newest of who waits for most goes.
func New(perSecond, burst, most int, patience time.Duration) *Queue {
	q := newQueue(most, patience)
	q.supply = &tokens{queue: q, limiter: rate.NewLimiter(rate.Limit(perSecond), burst)}
	return q
}

func newQueue(most int, patience time.Duration) *Queue {
	return &Queue{most: most, patience: patience, lines: make(map[netip.Prefix]*line)}
}

// Wait returns when work of an address may begin. A cost over the burst counts as
// that. The error is ErrFull or that of ctx.
func (q *Queue) Wait(ctx context.Context, from netip.Prefix, cost int) error {
	q.mu.Lock()
	if q.count == 0 && q.supply.take(cost) {
		q.mu.Unlock()
		return nil
	}
	if q.count >= q.most && !q.dropLocked(from) {
		q.mu.Unlock()
		return ErrFull
	}
	l, w := q.enterLocked(from, cost)
	q.mu.Unlock()

	patience := time.NewTimer(q.patience)
	defer patience.Stop()
	var err error
	select {
	case <-w.ready:
		return w.err()
	case <-ctx.Done():
		err = ctx.Err()
	case <-patience.C:
		err = ErrFull
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if w.place == nil { // its turn came meanwhile
		return w.err()
	}
	q.leaveLocked(l, w)
	return err
}

// Waiting is how many pieces of work wait.
func (q *Queue) Waiting() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.count
}

func (q *Queue) enterLocked(from netip.Prefix, cost int) (*line, *work) {
	l := q.lines[from]
	if l == nil {
		l = &line{from: from}
		l.turn = q.turns.PushBack(l)
		q.lines[from] = l
		heap.Push(&q.sizes, l)
	}
	w := &work{cost: cost, ready: make(chan struct{})}
	w.place = l.works.PushBack(w)
	heap.Fix(&q.sizes, l.index)
	q.count++
	q.supply.wanted(q.turns.Front().Value.(*line).works.Front().Value.(*work).cost)
	return l, w
}

func (q *Queue) leaveLocked(l *line, w *work) {
	l.works.Remove(w.place)
	w.place = nil
	q.count--
	heap.Fix(&q.sizes, l.index)
	if l.works.Len() == 0 {
		heap.Remove(&q.sizes, l.index)
		q.turns.Remove(l.turn)
		delete(q.lines, l.from)
	}
}

// dropLocked makes place for work of an address, unless none waits for more than that.
func (q *Queue) dropLocked(from netip.Prefix) bool {
	longest := q.sizes[0]
	if own := q.lines[from]; own != nil && own.works.Len() >= longest.works.Len() {
		return false
	}
	last := longest.works.Back().Value.(*work)
	q.leaveLocked(longest, last)
	last.full = true
	close(last.ready)
	return true
}

func (w *work) err() error {
	if w.full {
		return ErrFull
	}
	return nil
}

// roundLocked lets begin what may, one piece of each line after the other.
func (q *Queue) roundLocked() {
	for q.turns.Len() > 0 {
		l := q.turns.Front().Value.(*line)
		w := l.works.Front().Value.(*work)
		if !q.supply.take(w.cost) {
			q.supply.wanted(w.cost)
			return
		}
		q.turns.MoveToBack(l.turn)
		q.leaveLocked(l, w)
		close(w.ready)
	}
}

// sizes is a heap of lines, the longest on top.
type sizes []*line

func (s sizes) Len() int           { return len(s) }
func (s sizes) Less(i, j int) bool { return s[i].works.Len() > s[j].works.Len() }

func (s sizes) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].index, s[j].index = i, j
}

// Push implements heap.Interface.
func (s *sizes) Push(l any) {
	l.(*line).index = len(*s)
	*s = append(*s, l.(*line))
}

// Pop implements heap.Interface.
func (s *sizes) Pop() any {
	last := len(*s) - 1
	l := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	return l
}
