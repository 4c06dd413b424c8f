package turn

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// minBurst is the least a user may relay at once, in bytes.
const minBurst = 64 << 10

// quotas bounds what users and client addresses have at once.
type quotas struct {
	// static
	ofUser int   // allocations; 0: no bound
	rate   int64 // bytes a second; 0: no bound

	mu       sync.Mutex // guards what follows
	ofClient int        // allocations
	users    map[string]*account
	clients  map[netip.Prefix]int
}

// account is a user who has an allocation.
type account struct {
	name        string
	allocations int // guarded by quotas.mu
	up, down    *rate.Limiter
}

// hold is a place taken for one allocation.
type hold struct {
	quotas  *quotas
	account *account
	client  netip.Prefix
	release sync.Once
}

func newQuotas(conf Config) *quotas {
	return &quotas{
		ofUser: conf.Allocations, ofClient: max(1, conf.Ports.size()/2), rate: conf.Rate,
		users: map[string]*account{}, clients: map[netip.Prefix]int{},
	}
}

// take takes a place; nil when the user or the client's address has enough.
func (q *quotas) take(user string, from netip.Addr) *hold {
	client := clientPrefix(from)
	q.mu.Lock()
	defer q.mu.Unlock()
	a := q.users[user]
	if a != nil && q.ofUser > 0 && a.allocations >= q.ofUser || q.clients[client] >= q.ofClient {
		return nil
	}
	if a == nil {
		a = &account{name: user}
		if q.rate > 0 {
			burst := int(max(q.rate, minBurst))
			a.up, a.down = rate.NewLimiter(rate.Limit(q.rate), burst), rate.NewLimiter(rate.Limit(q.rate), burst)
		}
		q.users[user] = a
	}
	a.allocations++
	q.clients[client]++
	return &hold{quotas: q, account: a, client: client}
}

// end gives the place back. It may be called more than once, and of nil.
func (h *hold) end() {
	if h != nil {
		h.release.Do(h.free)
	}
}

func (h *hold) free() {
	q := h.quotas
	q.mu.Lock()
	defer q.mu.Unlock()
	if h.account.allocations--; h.account.allocations == 0 {
		delete(q.users, h.account.name)
	}
	if q.clients[h.client]--; q.clients[h.client] == 0 {
		delete(q.clients, h.client)
	}
}

// withinRate tells whether n more bytes are within a rate; nil is none.
func withinRate(l *rate.Limiter, n int) bool {
	return l == nil || l.AllowN(time.Now(), n)
}
