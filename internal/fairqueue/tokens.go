package fairqueue

import (
	"time"

	"golang.org/x/time/rate"
)

// breath is the shortest time between two rounds of turns: timers are no finer.
const breath = time.Millisecond

// tokens supply a rate. Guarded by Queue.mu.
type tokens struct {
	queue   *Queue
	limiter *rate.Limiter
	timer   bool // whether a round is to come
}

func (t *tokens) take(cost int) bool { return t.limiter.AllowN(time.Now(), t.bounded(cost)) }

func (t *tokens) wanted(cost int) {
	if t.timer {
		return
	}
	t.timer = true
	lacks := float64(t.bounded(cost)) - t.limiter.Tokens()
	time.AfterFunc(max(breath, time.Duration(lacks/float64(t.limiter.Limit())*float64(time.Second))), func() {
		t.queue.mu.Lock()
		defer t.queue.mu.Unlock()
		t.timer = false
		t.queue.roundLocked()
	})
}

func (t *tokens) bounded(cost int) int { return min(cost, t.limiter.Burst()) }
