package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
)

// joinWorkers is how many rooms fill at the same time.
const joinWorkers = 16

// crowd is the peers of one measure on one server.
type crowd struct {
	wire
	addr string

	mu     sync.Mutex
	peers  []*peer
	rooms  int
	closed bool
}

// newCrowd returns an empty crowd; its peers are dropped when ctx ends.
func newCrowd(ctx context.Context, s *server) *crowd {
	c := &crowd{wire: s.wire, addr: s.addr}
	context.AfterFunc(ctx, c.drop)
	return c
}

// enter fills rooms that nobody is in yet with size peers each and returns the new peers,
// room by room. The peers of one room enter one after another.
func (c *crowd) enter(ctx context.Context, rooms, size int) ([]*peer, error) {
	first := c.rooms
	c.rooms += rooms
	entered := make([]*peer, rooms*size)
	err := parallel(rooms, joinWorkers, c.drop, func(room int) error {
		name := fmt.Sprintf("bench-%d", first+room)
		for i := range size {
			p, err := dial(ctx, c.wire, c.addr, name, fmt.Sprintf("peer %d", i+1))
			if err != nil {
				return err
			}
			if !c.add(p) {
				return errors.New("the crowd was dropped while it entered")
			}
			entered[room*size+i] = p
		}
		return nil
	})
	return entered, err
}

func (c *crowd) add(p *peer) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		p.drop()
		return false
	}
	c.peers = append(c.peers, p)
	return true
}

// settle waits until every peer has taken in what was on its way to it.
func (c *crowd) settle() error {
	return parallel(len(c.peers), joinWorkers, c.drop, func(i int) error { return c.peers[i].settle() })
}

// each runs fn for all given peers at the same time; the first error drops the crowd.
func (c *crowd) each(peers []*peer, fn func(i int, p *peer) error) error {
	return parallel(len(peers), len(peers), c.drop, func(i int) error { return fn(i, peers[i]) })
}

func (c *crowd) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	for _, p := range c.peers {
		p.drop()
	}
}

// parallel calls fn for 0 to n-1 from as many workers. After the first error, which it
// returns, it calls abort and hands out no more.
func parallel(n, workers int, abort func(), fn func(i int) error) error {
	var (
		wg     sync.WaitGroup
		next   atomic.Int64
		failed sync.Once
		first  error
	)
	for range min(workers, n) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := fn(i); err != nil {
					next.Store(int64(n))
					failed.Do(func() {
						first = err
						abort()
					})
					return
				}
			}
		})
	}
	wg.Wait()
	return first
}
