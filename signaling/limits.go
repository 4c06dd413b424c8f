package signaling

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"moim/signaling/protocol"
)

// Rate is a token bucket: so many a second, and so many at once.
type Rate struct {
	PerSecond float64
	Burst     int
}

// UnmarshalText reads a Rate written as "200:400": per second, burst.
func (r *Rate) UnmarshalText(b []byte) error {
	steady, burst, ok := strings.Cut(string(b), ":")
	perSecond, err := strconv.ParseFloat(steady, 64)
	if err == nil && ok {
		r.Burst, err = strconv.Atoi(burst)
	}
	if err != nil || !ok || !(perSecond > 0 && perSecond <= 1e9) || r.Burst < 1 {
		return fmt.Errorf("%q is not of the form PER_SECOND:BURST, such as 200:400", b)
	}
	r.PerSecond = perSecond
	return nil
}

// MarshalText writes a Rate the way UnmarshalText reads it.
func (r Rate) MarshalText() ([]byte, error) {
	return fmt.Appendf(nil, "%g:%d", r.PerSecond, r.Burst), nil
}

func (r Rate) limiter() *rate.Limiter { return rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst) }

// Limits bounds what clients may do.
type Limits struct {
	Signals Rate // offer, answer, candidate and data, per session
	Chats   Rate // chat, chat-edit and chat-delete, per session
	Updates Rate // everything else, per session

	ChatsPerAddress Rate // as Chats, of all sessions of an IPv4 address or an IPv6 /48
	Joins           Rate // joins and rooms made, per address
	Peers           int  // in a room; ten hosts more

	Rooms           int // at once, those that somebody is in and those that were made
	RoomsPerAddress int // of them made from an IPv4 address or an IPv6 /48
	Sockets         int // at once
	PeersPerAddress int // connected at once from an IPv4 address or an IPv6 /64

	Grace time.Duration // for who lost its socket to come back; at most 10 minutes
}

// DefaultLimits are the limits of docs/protocol.md.
func DefaultLimits() Limits {
	return Limits{
		Signals: Rate{200, 400}, Chats: Rate{10, 40}, Updates: Rate{20, 60}, ChatsPerAddress: Rate{20, 600},
		Joins: Rate{20, 200}, Peers: 100, Rooms: 10_000, RoomsPerAddress: 500, Sockets: 20_000, PeersPerAddress: 1000, Grace: 20 * time.Second,
	}
}

// hostPlaces are places of a room beside all others, for hosts alone: who fills it
// keeps nobody out who can remove them.
const hostPlaces = 10

// places is how many may be in a room, those of hosts included.
func (l *Limits) places() int { return min(l.Peers+hostPlaces, maxPeers) }

// family groups the frames that share a limit.
type family uint8

const (
	familyUpdates family = iota
	familySignals
	familyChats
	numFamilies
)

func familyOf(t protocol.Type) family {
	switch t {
	case protocol.TypeOffer, protocol.TypeAnswer, protocol.TypeCandidate, protocol.TypeData:
		return familySignals
	case protocol.TypeChat, protocol.TypeChatEdit, protocol.TypeChatDelete:
		return familyChats
	default:
		return familyUpdates
	}
}

func (l *Limits) of(f family) Rate {
	return [numFamilies]Rate{familyUpdates: l.Updates, familySignals: l.Signals, familyChats: l.Chats}[f]
}

// A client that is over a limit for floodTime, with no pause of floodPause in
// between, is closed.
const (
	floodTime  = 5 * time.Second
	floodPause = time.Second
)

// flood watches one client run into its limits.
type flood struct{ since, last time.Time }

// refused notes a refused frame and tells whether it is time to close.
func (f *flood) refused(now time.Time) bool {
	if now.Sub(f.last) > floodPause {
		f.since = now
	}
	f.last = now
	return now.Sub(f.since) >= floodTime
}

// conduct is what a client was refused for, over all sockets of its session.
type conduct struct {
	faults faults
	flood  flood
}

// clone is for another session of the same client.
func (c *conduct) clone() conduct {
	return conduct{faults: faults{at: slices.Clone(c.faults.at), next: c.faults.next}, flood: c.flood}
}

// tooMany notes why a frame of a socket was refused, slows that down if it was its
// fault, and tells whether it has to be closed.
func (c *conduct) tooMany(s *socket, now time.Time, fault *protocol.Error) bool {
	if fault == errSearching || fault == errManySearch || fault == errReading {
		return false // who types a search quickly floods nobody
	}
	switch fault.Code {
	case protocol.CodeRateLimited:
		s.refused = true
		return c.flood.refused(now)
	case protocol.CodeBadMessage, protocol.CodeUnknownType, protocol.CodeNotJoined:
		s.refused = true
		return c.faults.add(now)
	default:
		return false
	}
}

// wsPings is how often the pings of the WebSocket itself (RFC 6455, section
// 5.5.2) are answered, which no client of this protocol needs.
var wsPings = Rate{PerSecond: 1, Burst: 10}

// answersPing tells whether to answer a ping of the WebSocket itself. Its
// caller is the reader.
func (s *socket) answersPing() bool {
	if s.pings == nil {
		s.pings = wsPings.limiter()
	}
	return s.pings.Allow()
}

// throttle holds one client to its limits. Its owner is the reader.
type throttle [numFamilies]*rate.Limiter // each made when first needed

// allow takes the tokens of a frame: one, and one more for each KiB beyond the
// first, so that great frames cannot run over the outbox of whom they go to.
func (t *throttle) allow(now time.Time, limits *Limits, f *protocol.Frame) bool {
	family := familyOf(f.Type)
	if t[family] == nil {
		t[family] = limits.of(family).limiter()
	}
	return t[family].AllowN(now, min(tokensOf(f), t[family].Burst()))
}

func tokensOf(f *protocol.Frame) int { return 1 + f.Size()/1024 }

// faults counts the faults of one client. Its owner is the reader.
type faults struct {
	at   []time.Time // of the newest MaxFaults-1, a ring
	next int
}

// add notes a fault and tells whether it is one too many.
func (f *faults) add(now time.Time) bool {
	if len(f.at) < protocol.MaxFaults-1 {
		f.at = append(f.at, now)
		return false
	}
	oldest := f.at[f.next]
	f.at[f.next] = now
	f.next = (f.next + 1) % len(f.at)
	return now.Sub(oldest) <= protocol.FaultWindowSeconds*time.Second
}

// maxAddresses bounds the addresses that are counted one by one. All
// others share one bucket then, which only a flood from everywhere can cause.
const maxAddresses = 1 << 16

// addressLimiter counts something of each address, and of each IPv6 /48 of whose
// /64s it is told.
type addressLimiter struct {
	rate Rate

	mu      sync.Mutex // guards what follows
	buckets map[netip.Prefix]*rate.Limiter
	others  *rate.Limiter
}

func newAddressLimiter(r Rate) *addressLimiter {
	return &addressLimiter{rate: r, buckets: make(map[netip.Prefix]*rate.Limiter), others: r.limiter()}
}

func (l *addressLimiter) allow(addr netip.Prefix) bool { return l.allowN(addr, 1) }

// allowN is allow for n at once; more than the burst counts as that.
func (l *addressLimiter) allowN(addr netip.Prefix, n int) bool {
	wide := Network(addr)
	return l.bucket(addr, 1).AllowN(time.Now(), min(n, l.rate.Burst)) &&
		(wide == addr || l.bucket(wide, perNetwork).AllowN(time.Now(), min(n, l.rate.Burst)))
}

// bucket is that of an address or a network, of so many times the rate.
func (l *addressLimiter) bucket(of netip.Prefix, times int) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bucket := l.buckets[of]; bucket != nil {
		return bucket
	}
	if len(l.buckets) >= maxAddresses {
		return l.others
	}
	bucket := Rate{l.rate.PerSecond * float64(times), l.rate.Burst * times}.limiter()
	l.buckets[of] = bucket
	return bucket
}

// has tells whether allow would allow.
func (l *addressLimiter) has(addr netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	bucket := l.buckets[addr]
	if bucket == nil && len(l.buckets) >= maxAddresses {
		bucket = l.others
	}
	return bucket == nil || bucket.Tokens() >= 1
}

// fresh tells whether nothing was counted of an address of late.
func (l *addressLimiter) fresh(addr netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buckets[addr] == nil && len(l.buckets) < maxAddresses
}

// sweep forgets the addresses whose buckets have filled up again.
func (l *addressLimiter) sweep(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for addr, bucket := range l.buckets {
		if bucket.TokensAt(now) >= float64(bucket.Burst()) {
			delete(l.buckets, addr)
		}
	}
}
