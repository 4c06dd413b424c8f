package signaling

import (
	"net/netip"
	"sync"
	"sync/atomic"
)

// Bounds of those who watch the public rooms at once.
const (
	maxWatchers        = 10_000
	maxAddressWatchers = 500 // from one address
)

// watchers are told that the public rooms have changed.
type watchers struct {
	changed atomic.Bool // since the list was made

	mu  sync.Mutex // guards what follows
	all map[chan struct{}]netip.Prefix
	of  Tally // of them
}

// WatchRooms answers a channel that gets a value when the public rooms have
// changed since the last one was taken, and a function that ends that. It is
// false when too many watch already, in all or from the address.
func (h *Hub) WatchRooms(addr netip.Addr) (changes <-chan struct{}, stop func(), ok bool) {
	w := &h.watchers
	w.mu.Lock()
	defer w.mu.Unlock()
	from := Subnet(addr)
	if len(w.all) >= maxWatchers || w.of.Full(from, maxAddressWatchers) {
		return nil, nil, false
	}
	if w.all == nil {
		w.all, w.of = make(map[chan struct{}]netip.Prefix), make(Tally)
	}
	c := make(chan struct{}, 1)
	w.all[c] = from
	w.of.Add(from)
	return c, func() { w.end(c) }, true
}

// Watchers is how many watch the public rooms.
func (h *Hub) Watchers() int {
	h.watchers.mu.Lock()
	defer h.watchers.mu.Unlock()
	return len(h.watchers.all)
}

func (w *watchers) end(c chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	from, watches := w.all[c]
	if !watches {
		return
	}
	delete(w.all, c)
	w.of.Drop(from)
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
