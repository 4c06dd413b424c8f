package client

import (
	"context"
	"sync"
	"time"
)

// The pace of signals stays below a server's default limit of 200/s and 400
// at once, counted as it counts: a token a frame, and one more for each KiB
// beyond the first. So a join of a great room loses no offer to it.
const (
	paceEvery = time.Second / 150
	paceBurst = 300
)

// pace is a token bucket.
type pace struct {
	mu   sync.Mutex // guards what follows
	full time.Time  // when all tokens will be there again
}

// wait takes n tokens, when they are there.
func (p *pace) wait(ctx context.Context, n int) error {
	p.mu.Lock()
	now := time.Now()
	if p.full.Before(now) {
		p.full = now
	}
	p.full = p.full.Add(time.Duration(n) * paceEvery)
	early := p.full.Sub(now) - paceBurst*paceEvery
	p.mu.Unlock()
	if early <= 0 {
		return nil
	}
	timer := time.NewTimer(early)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
