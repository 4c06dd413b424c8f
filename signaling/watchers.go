package signaling

import (
	"sync"
	"sync/atomic"
)

// maxWatchers bounds who watches the public rooms at once.
const maxWatchers = 10_000

// watchers are told that the public rooms have changed.
type watchers struct {
	changed atomic.Bool // since the list was made

	mu  sync.Mutex // guards what follows
	all map[chan struct{}]struct{}
}

// WatchRooms answers a channel that gets a value when the public rooms have
// changed since the last one was taken, and a function that ends that. It is
// false when too many watch already.
func (h *Hub) WatchRooms() (changes <-chan struct{}, stop func(), ok bool) {
	w := &h.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.all) >= maxWatchers {
		return nil, nil, false
	}
	if w.all == nil {
		w.all = make(map[chan struct{}]struct{})
	}
	c := make(chan struct{}, 1)
	w.all[c] = struct{}{}
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.all, c)
	}, true
}

// notify never blocks: a watcher that has not looked yet will see it all.
func (w *watchers) notify() {
	w.changed.Store(true)
	w.mu.Lock()
	defer w.mu.Unlock()
	for c := range w.all {
		select {
		case c <- struct{}{}:
		default:
		}
	}
}
