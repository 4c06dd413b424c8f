package edge

import (
	"container/heap"
	"container/list"
	"net"
	"net/netip"
	"sync"
)

// waiting holds the connections that nobody has got yet. When there are too
// many, the oldest of the client that has the most is closed: who floods loses
// its own, and a newcomer gets its chance even from the same address.
type waiting struct {
	most  int // connections at once
	ofOne int // of them by one client

	mu      sync.Mutex // guards what follows
	count   int
	serial  uint64
	evicted uint64
	by      map[netip.Prefix]*client
	order   clients
}

// client is an IPv4 address or an IPv6 /64 with its connections.
type client struct {
	prefix netip.Prefix
	places *list.List // of *place, oldest first
	index  int        // in waiting.order
}

// place is a connection in waiting.
type place struct {
	waiting *waiting
	conn    net.Conn
	client  *client
	serial  uint64
	element *list.Element // in client.places; nil when it has left; guarded by waiting.mu
}

func newWaiting(most, ofOne int) waiting {
	return waiting{most: most, ofOne: ofOne, by: map[netip.Prefix]*client{}}
}

// enter takes a connection in, and closes another if there is no place.
func (w *waiting) enter(conn net.Conn) *place {
	prefix := prefixOf(conn.RemoteAddr())
	w.mu.Lock()
	defer w.mu.Unlock()
	c := w.by[prefix]
	switch {
	case c != nil && c.places.Len() >= w.ofOne:
		w.evictLocked(c)
	case w.count >= w.most:
		w.evictLocked(w.order[0])
	}
	w.count++
	w.serial++
	p := &place{waiting: w, conn: conn, serial: w.serial}
	if c = w.by[prefix]; c != nil {
		p.client, p.element = c, c.places.PushBack(p)
		heap.Fix(&w.order, c.index)
		return p
	}
	c = &client{prefix: prefix, places: list.New()}
	w.by[prefix] = c
	p.client, p.element = c, c.places.PushBack(p)
	heap.Push(&w.order, c)
	return p
}

// leave gives the place back. It answers false when the connection has been
// evicted or has left before.
func (p *place) leave() bool {
	p.waiting.mu.Lock()
	defer p.waiting.mu.Unlock()
	if p.element == nil {
		return false
	}
	p.waiting.removeLocked(p)
	return true
}

// close closes all connections.
func (w *waiting) close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.count > 0 {
		w.evictLocked(w.order[0])
	}
}

// counts are the connections of now, and those evicted since the start.
func (w *waiting) counts() (now int, evicted uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.count, w.evicted
}

func (w *waiting) evictLocked(c *client) {
	p := c.oldest()
	w.evicted++
	w.removeLocked(p)
	if tcp, ok := p.conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the kernel is to keep nothing of it
	}
	p.conn.Close()
}

func (w *waiting) removeLocked(p *place) {
	c := p.client
	c.places.Remove(p.element)
	p.element = nil
	w.count--
	if c.places.Len() > 0 {
		heap.Fix(&w.order, c.index)
		return
	}
	heap.Remove(&w.order, c.index)
	delete(w.by, c.prefix)
}

func (c *client) oldest() *place { return c.places.Front().Value.(*place) }

// prefixOf is whom a connection is counted for.
func prefixOf(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Prefix{}
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
	bits := 64
	if ip.Is4() {
		bits = 32
	}
	prefix, _ := ip.Prefix(bits)
	return prefix
}

// clients is a heap: on top who has the most connections, among equals who has
// the oldest.
type clients []*client

func (c clients) Len() int { return len(c) }

func (c clients) Less(i, j int) bool {
	a, b := c[i].places.Len(), c[j].places.Len()
	if a != b {
		return a > b
	}
	return c[i].oldest().serial < c[j].oldest().serial
}

func (c clients) Swap(i, j int) {
	c[i], c[j] = c[j], c[i]
	c[i].index, c[j].index = i, j
}

// Push implements heap.Interface.
func (c *clients) Push(x any) {
	added := x.(*client)
	added.index = len(*c)
	*c = append(*c, added)
}

// Pop implements heap.Interface.
func (c *clients) Pop() any {
	last := len(*c) - 1
	removed := (*c)[last]
	(*c)[last] = nil
	*c = (*c)[:last]
	return removed
}
