package fairqueue

import (
	"context"
	"net/netip"
	"time"
)

// Slots have only so much work be under way at once. Their methods may be called
// at once.
type Slots struct {
	n     int // static
	queue *Queue
	free  slots
}

// NewSlots makes so many slots. At most so many pieces of work wait for one, each no
// longer than patience; when more would, the newest of who waits for most goes.
func NewSlots(n, most int, patience time.Duration) *Slots {
	s := &Slots{n: n, queue: newQueue(most, patience), free: slots(n)}
	s.queue.supply = &s.free
	return s
}

// Wait returns when work of an address may begin; Done has to be called when it has
// ended. The error is ErrFull or that of ctx, and there is no slot then.
func (s *Slots) Wait(ctx context.Context, from netip.Prefix) error { return s.queue.Wait(ctx, from, 1) }

// Done gives a slot back.
func (s *Slots) Done() {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	s.free++
	s.queue.roundLocked()
}

// Pending is how many pieces of work wait or are under way.
func (s *Slots) Pending() int {
	s.queue.mu.Lock()
	defer s.queue.mu.Unlock()
	return s.queue.count + s.n - int(s.free)
}

// slots supply what is free. Guarded by Queue.mu.
type slots int

func (s *slots) take(int) bool {
	if *s == 0 {
		return false
	}
	*s--
	return true
}

func (s *slots) wanted(int) {} // Done has the round come
