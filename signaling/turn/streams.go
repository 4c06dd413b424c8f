package turn

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
)

// Bounds on connections. Of one client address there may be some more than
// allocations.
const (
	maxStreams   = 8192
	spareStreams = 64
)

// streams has the connections of clients.
type streams struct {
	// static
	most     int
	ofClient int

	mu       sync.Mutex // guards what follows
	all      map[*net.TCPAddr]*place
	byClient map[netip.Prefix]int
	order    *list.List // of *stream, oldest first
	closed   bool
	running  sync.WaitGroup // added to under mu
}

// place is where a connection stands.
type place struct {
	stream  *stream
	agent   *agent
	element *list.Element
}

func newStreams(ports PortRange) streams {
	return streams{
		most: maxStreams, ofClient: ports.size()/2 + spareStreams,
		all: map[*net.TCPAddr]*place{}, byClient: map[netip.Prefix]int{}, order: list.New(),
	}
}

// enter takes a connection in; nil when there are too many. If nobody has many,
// the oldest without an allocation makes place.
func (t *streams) enter(a *agent, conn net.Conn, from *net.TCPAddr) *stream {
	client := clientPrefix(addrPort(from).Addr())
	t.mu.Lock()
	if t.closed || a.ended || t.byClient[client] >= t.ofClient {
		t.mu.Unlock()
		return nil
	}
	var evicted *stream
	if len(t.all) >= t.most {
		if evicted = t.oldestIdleLocked(); evicted == nil {
			t.mu.Unlock()
			return nil
		}
	}
	c := newStream(a.server, conn, from)
	t.all[from] = &place{stream: c, agent: a, element: t.order.PushBack(c)}
	t.byClient[client]++
	t.running.Add(1)
	t.mu.Unlock()
	if evicted != nil {
		evicted.end()
	}
	return c
}

func (t *streams) oldestIdleLocked() *stream {
	for e := t.order.Front(); e != nil; e = e.Next() {
		if c := e.Value.(*stream); c.relay.Load() == nil {
			return c
		}
	}
	return nil
}

// leave gives the place back.
func (t *streams) leave(c *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.all[c.from]
	if p == nil {
		return
	}
	t.order.Remove(p.element)
	delete(t.all, c.from)
	if t.byClient[c.client]--; t.byClient[c.client] == 0 {
		delete(t.byClient, c.client)
	}
	t.running.Done()
}

// find is the connection that a request of this source came by.
func (t *streams) find(from *net.TCPAddr) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	if p := t.all[from]; p != nil {
		return p.stream
	}
	return nil
}

func (t *streams) count() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.all)
}

// end closes the connections of one agent, and lets none in any more.
func (t *streams) end(a *agent) {
	t.mu.Lock()
	a.ended = true
	var list []*stream
	for _, p := range t.all {
		if p.agent == a {
			list = append(list, p.stream)
		}
	}
	t.mu.Unlock()
	for _, c := range list {
		c.end()
	}
}

// close lets no connection in any more, and waits until pion has let go of those that were.
func (t *streams) close() {
	t.mu.Lock()
	t.closed = true
	t.mu.Unlock()
	t.running.Wait()
}
