package signaling

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net/netip"
	"path"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"moim/chat"
	"moim/internal/fairqueue"
	"moim/signaling/protocol"
)

// Times and bounds of a hub.
const (
	silence      = 40 * time.Second // without a frame, a socket is given up
	pingAfter    = 25 * time.Second // without a frame, it is asked for one
	sweepEvery   = time.Second
	maxGrace     = 10 * time.Minute
	keepEmpty    = 24 * time.Hour   // a made room that nobody is in
	keepGuarded  = 30 * keepEmpty   // one that keeps people out, and what was said in it
	lockAfter    = 2 * time.Minute  // without anybody a lock ends; that long people take to come back to a server
	stallTimeout = 20 * time.Second // for one write
	drainTimeout = 5 * time.Second  // for sockets to end when the hub stops

	restartSoonest = 500 * time.Millisecond // when to come back to a server that restarts
	restartSpread  = 15 * time.Second       // within which everyone is asked to, at most
	restartShare   = 2 * time.Millisecond   // of that for each peer
)

// Config is what a Hub is made of.
type Config struct {
	Store   chat.Store // stays the caller's, who closes it after Run
	Log     *slog.Logger
	Limits  Limits
	Origins []string // hosts, or patterns as of path.Match, whose pages may connect besides the own

	// SessionKeys sign the tokens with which peers continue their sessions and
	// keep their ids. With nil, tokens end with the process.
	SessionKeys *KeyRing

	// Relay tells peers of STUN and TURN servers; with nil there are none.
	Relay Relay

	// Rooms keeps the rooms that are made; with nil they end with the process.
	// It stays the caller's, who closes it after Run.
	Rooms RoomKeeper

	// Passes reads the tokens of those who build on this server; with nil none
	// are taken.
	Passes PassReader

	RequirePass bool // nobody joins without a token
	ClosedRooms bool // joins make no rooms: MakeRoom alone does
}

// Hub holds the rooms of this node. Its methods may be called concurrently.
type Hub struct {
	// Static after New.
	store     chat.Store
	keeper    RoomKeeper
	log       *slog.Logger
	limits    Limits
	origins   []string
	joins     *addressLimiter
	forgeries *addressLimiter // of tokens
	makes     *addressLimiter // of rooms
	looks     *addressLimiter // at rooms
	knocks    *addressLimiter
	passwords *passwords
	passes    PassReader
	tokenOnly bool // nobody joins without a token
	closed    bool // joins make no rooms
	keys      *KeyRing
	relay     Relay
	searches  *fairqueue.Slots
	chats     *addressLimiter
	pages     *addressLimiter // of history
	tags      maphash.Seed
	began     time.Time
	maxPast   int // bytes of chat in one frame
	parking   *parking
	ctx       context.Context //nolint:containedctx // the life of the hub itself, ended by Run
	cancel    context.CancelFunc

	absent      atomic.Int64 // peers without a socket
	absentBytes absentBytes

	watchers watchers
	listing  sync.Mutex // guards listed; taken before mu
	listed   []Listing
	alive    sync.WaitGroup // sockets, searches, and the queues of rooms at work

	mu       sync.Mutex // guards what follows
	rooms    map[RoomID]*Room
	makers   Tally // rooms that were made
	eviction eviction
	entering map[*socket]struct{} // upgraded, not yet in a room
	sockets  int
	crowds   Tally // sockets
	draining bool
}

// New makes a Hub. It serves sockets at once; Run has to be called too.
func New(cfg Config) (*Hub, error) {
	switch l := cfg.Limits; {
	case cfg.Store == nil || cfg.Log == nil:
		return nil, errors.New("a hub needs a chat store and a log")
	case l.Peers < 1 || l.Peers > maxPeers:
		return nil, fmt.Errorf("a room holds 1 to %d peers", maxPeers)
	case l.Grace < 0 || l.Grace > maxGrace:
		return nil, fmt.Errorf("a grace time is at most %v", maxGrace)
	case l.Signals.Burst < 1 || l.Chats.Burst < 1 || l.Updates.Burst < 1 || l.Joins.Burst < 1 || l.ChatsPerAddress.Burst < 1:
		return nil, errors.New("every rate limit needs a burst of at least 1")
	case l.Rooms < 1 || l.RoomsPerAddress < 1 || l.PeersPerAddress < 1 || l.Sockets < 1:
		return nil, errors.New("a server has at least one room, and takes at least one peer")
	case cfg.RequirePass && cfg.Passes == nil:
		return nil, errors.New("a server that requires tokens needs keys to read them with")
	}
	for _, pattern := range cfg.Origins {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf("origin %q: %w", pattern, err)
		}
	}
	if cfg.SessionKeys == nil {
		cfg.SessionKeys = NewKeyRing(time.Now())
	}
	h := &Hub{
		store: cfg.Store, keeper: cfg.Rooms, log: cfg.Log, limits: cfg.Limits, origins: cfg.Origins,
		joins: newAddressLimiter(cfg.Limits.Joins), maxPast: maxPastBytes(cfg.Limits),
		forgeries: newAddressLimiter(forgeryRate), keys: cfg.SessionKeys, relay: cfg.Relay, searches: fairqueue.NewSlots(maxSearches, maxSearchers, 2*searchTimeout), tags: maphash.MakeSeed(), began: time.Now(),
		makes: newAddressLimiter(cfg.Limits.Joins), looks: newAddressLimiter(cfg.Limits.Joins), knocks: newAddressLimiter(knockRate), passwords: newPasswords(),
		chats: newAddressLimiter(cfg.Limits.ChatsPerAddress), pages: newAddressLimiter(pageRate),
		passes: cfg.Passes, tokenOnly: cfg.RequirePass, closed: cfg.ClosedRooms,
		rooms: make(map[RoomID]*Room), entering: make(map[*socket]struct{}), crowds: make(Tally), makers: make(Tally),
	}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	if h.relay == nil {
		h.relay = noRelay{}
	}
	if h.keeper == nil {
		h.keeper = noKeeper{}
	}
	if err := h.recall(); err != nil {
		h.cancel()
		return nil, err
	}
	var err error
	if h.parking, err = newParking(); err != nil {
		h.cancel()
		return nil, err
	}
	return h, nil
}

// Run sweeps the rooms until ctx ends, then tells everyone when to come back,
// closes their sockets (1001) and returns when all have ended.
func (h *Hub) Run(ctx context.Context) error {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case now := <-tick.C:
			h.sweep(now) //nolint:contextcheck // what it wakes has a life of its own
		case <-ctx.Done():
			h.drain() //nolint:contextcheck // what it wakes lives until it has drained
			h.cancel()
			return h.parking.close()
		}
	}
}

// seconds counts from when the hub began, whatever becomes of the clock.
func (h *Hub) seconds(now time.Time) int64 { return int64(now.Sub(h.began) / time.Second) }

// tag is what logs call a room: enough to tell rooms apart while the program
// runs, but not the name, which lets whoever knows it in.
func (h *Hub) tag(id RoomID) string {
	return strconv.FormatUint(maphash.String(h.tags, string(id)), 36)
}

// Draining tells whether the hub is stopping and takes nobody any more.
func (h *Hub) Draining() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.draining
}

func (h *Hub) sweep(now time.Time) {
	for _, limiter := range [...]*addressLimiter{h.joins, h.forgeries, h.makes, h.looks, h.knocks, h.passwords.guesses, h.passwords.hashes, h.chats, h.pages} {
		limiter.sweep(now)
	}
	for _, room := range h.all() {
		if room.sweep(now) {
			h.retire(room)
		}
	}
}

func (h *Hub) all() []*Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	rooms := make([]*Room, 0, len(h.rooms))
	for _, room := range h.rooms {
		rooms = append(rooms, room)
	}
	return rooms
}

func (h *Hub) drain() {
	h.mu.Lock()
	h.draining = true
	for s := range h.entering {
		s.turnAway()
	}
	h.mu.Unlock()
	h.watchers.notify()
	rooms, peers := h.all(), 0
	for _, room := range rooms {
		room.mu.Lock()
		peers += len(room.peers)
		room.mu.Unlock()
	}
	spread := min(max(time.Duration(peers)*restartShare, restartSoonest), restartSpread)
	for _, room := range rooms {
		room.restart(restartSoonest, spread)
	}
	done := make(chan struct{})
	go func() { h.alive.Wait(); close(done) }()
	patience := time.AfterFunc(drainTimeout, func() {
		h.cancel() // for a chat store that hangs
		for _, room := range h.all() {
			room.abortAll()
		}
	})
	defer patience.Stop()
	<-done
}

// enter notes a socket that has not joined yet, unless there are too many from
// its address or the hub is draining.
func (h *Hub) enter(s *socket) *protocol.Error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.draining:
		return errStopping
	case h.sockets >= h.limits.Sockets:
		return errFull
	case h.crowds.Full(s.addr, h.limits.PeersPerAddress):
		return errCrowd
	}
	h.sockets++
	h.crowds.Add(s.addr)
	h.entering[s] = struct{}{}
	h.alive.Add(1)
	return nil
}

// admitted notes that a socket has joined, and tells whether the hub is
// draining: it may have missed the socket's session then.
func (h *Hub) admitted(s *socket) (draining bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.entering, s)
	return h.draining
}

// exit notes that a socket has ended.
func (h *Hub) exit(s *socket) {
	h.mu.Lock()
	delete(h.entering, s)
	h.sockets--
	h.crowds.Drop(s.addr)
	h.mu.Unlock()
	h.alive.Done()
}

var (
	errFull  = protocol.Errorf(protocol.CodeServerFull, "The server is full. Try again later.")
	errCrowd = protocol.Errorf(protocol.CodeServerFull, "Too many are connected from your address already.")
)

var errStopping = protocol.Errorf(protocol.CodeRestarting, "The server is stopping. Try again in a moment.")

// expect finds a room, or makes it if it may, and keeps it until unexpect.
func (h *Hub) expect(id RoomID, shown string, may bool) (*Room, *protocol.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.draining {
		return nil, errStopping
	}
	room := h.rooms[id]
	if room == nil {
		switch {
		case !may:
			return nil, errNoSuchRoom
		case len(h.rooms) >= h.limits.Rooms && !h.evictLocked():
			return nil, errManyRooms
		}
		room = newRoom(h, id, protocol.Room{Name: shown, Created: protocol.At(time.Now())})
		h.rooms[id] = room
	}
	room.expected++
	return room, nil
}

// unexpect ends what expect began.
func (r *Room) unexpect() {
	r.hub.mu.Lock()
	r.expected--
	r.hub.mu.Unlock()
	r.hub.retire(r)
}

// retire forgets a room that nobody needs any more.
func (h *Hub) retire(r *Room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.idleLocked() && (!r.made || time.Since(r.left) >= r.keepLocked()) {
		h.forgetLocked(r)
	}
}

// idleLocked tells whether nobody is in the room, on the way into it, or has
// said something that is still to be stored. Caller holds hub.mu and mu.
func (r *Room) idleLocked() bool {
	return r.expected == 0 && len(r.peers) == 0 && len(r.knocks) == 0 && !r.queue.busy()
}

// keepLocked is how long a room is kept that nobody is in. Caller holds mu.
func (r *Room) keepLocked() time.Duration {
	if r.excludesLocked() {
		return keepGuarded
	}
	return keepEmpty
}

// excludesLocked tells whether the room keeps somebody out for good. What was said
// in it must not be there for all when that is forgotten. Caller holds mu.
func (r *Room) excludesLocked() bool {
	return r.kept.Password != "" || r.kept.Lobby || len(r.kept.Bans) > 0
}

// forgetLocked takes a room from the hub, at once or when it is forgotten by
// the keeper. Caller holds mu of both.
func (h *Hub) forgetLocked(r *Room) {
	if h.rooms[r.id] != r {
		return
	}
	h.disownLocked(r)
	if r.made {
		r.unmakeLocked()
		return
	}
	delete(h.rooms, r.id)
}

// disownLocked counts a room no more among those that its maker made. Caller holds mu.
func (h *Hub) disownLocked(r *Room) {
	if r.maker.IsValid() {
		h.makers.Drop(r.maker)
		r.maker = netip.Prefix{}
	}
}
