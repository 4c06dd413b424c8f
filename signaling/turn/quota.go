package turn

import (
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// minBurst is the least a user may relay at once, in bytes.
const minBurst = 64 << 10

// Ports reserved by EVEN-PORT, a second and at once: pion keeps each for half a
// minute, and looks through all of them.
const (
	reservationRate  = 4
	reservationBurst = 100
)

// quotas bounds what users and client addresses have at once.
type quotas struct {
	// static
	ofUser       int // allocations; 0: no bound
	ports        PortRange
	rate         int64 // bytes a second; 0: no bound
	reservations *rate.Limiter

	mu    sync.Mutex // guards what follows
	users map[string]*account
	pools map[netip.Addr]*pool // by relay address, of which each has the ports; those with an allocation
}

// pool is what the allocations of a relay address are taken from.
type pool struct {
	free    int // may be less than none for a moment
	clients map[netip.Prefix]int
}

// account is a user who has an allocation, or has had one so lately that some of
// the rate is used up.
type account struct {
	// static
	name     string
	up, down *rate.Limiter

	// guarded by quotas.mu
	allocations int
	settling    bool // is to be settled in a while
}

// hold is a place taken for one allocation.
type hold struct {
	quotas  *quotas
	account *account
	relay   netip.Addr
	client  netip.Prefix
	release sync.Once
}

func newQuotas(conf Config) *quotas {
	return &quotas{
		ofUser: conf.Allocations, ports: conf.Ports, rate: conf.Rate,
		reservations: rate.NewLimiter(reservationRate, reservationBurst),
		users:        map[string]*account{}, pools: map[netip.Addr]*pool{},
	}
}

// take takes a place at a relay address; nil when the user or the client's address
// has enough. An address may have one, and as many as it leaves free (dynamic
// thresholds, Choudhury and Hahne 1998): one half of all, and each that comes later
// half of what is left.
func (q *quotas) take(user string, from, relay netip.Addr) *hold {
	client := clientPrefix(from)
	if q.ports.First == 0 {
		relay = netip.Addr{} // any port will do, and all addresses have so many together
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	p := q.pools[relay]
	if p == nil {
		p = &pool{free: q.ports.size(), clients: map[netip.Prefix]int{}}
	}
	a := q.users[user]
	if a != nil && q.ofUser > 0 && a.allocations >= q.ofUser || p.clients[client] >= max(1, p.free) {
		return nil
	}
	q.pools[relay] = p
	if a == nil {
		a = &account{name: user}
		if q.rate > 0 {
			burst := int(max(q.rate, minBurst))
			a.up, a.down = rate.NewLimiter(rate.Limit(q.rate), burst), rate.NewLimiter(rate.Limit(q.rate), burst)
		}
		q.users[user] = a
	}
	a.allocations++
	p.clients[client]++
	p.free--
	return &hold{quotas: q, account: a, relay: relay, client: client}
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
		q.settleLocked(h.account)
	}
	p := q.pools[h.relay]
	p.free++
	if p.clients[h.client]--; p.clients[h.client] == 0 {
		delete(p.clients, h.client)
	}
	if len(p.clients) == 0 {
		delete(q.pools, h.relay)
	}
}

// settleLocked forgets an account, once its whole rate is there again: a new
// allocation is not to renew it.
func (q *quotas) settleLocked(a *account) {
	switch wait := a.refill(time.Now()); {
	case a.allocations > 0 || a.settling:
	case wait <= 0:
		delete(q.users, a.name)
	default:
		a.settling = true
		time.AfterFunc(wait, func() {
			q.mu.Lock()
			defer q.mu.Unlock()
			a.settling = false
			q.settleLocked(a)
		})
	}
}

// refill is how long it takes until the whole rate is there.
func (a *account) refill(now time.Time) time.Duration {
	if a.up == nil {
		return 0
	}
	lacking := float64(a.up.Burst()) - min(a.up.TokensAt(now), a.down.TokensAt(now))
	return time.Duration(lacking / float64(a.up.Limit()) * float64(time.Second))
}

// withinRate tells whether n more bytes are within a rate; nil is none.
func withinRate(l *rate.Limiter, n int) bool {
	return l == nil || l.AllowN(time.Now(), n)
}
