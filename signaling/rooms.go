package signaling

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

// RoomSpec asks for a room.
type RoomSpec struct {
	Name     string // as people write it; "" for one that is hard to guess
	Topic    string
	Public   bool   // listed for everyone
	Lobby    bool   // a host lets people in, one by one
	Password string // that people need to get in; "" for none
	Trusted  bool   // made by who may have any number of rooms
}

// ErrRoomExists refuses to make a room whose name is taken.
var ErrRoomExists = errors.New("the room exists already")

// MakeRoom makes a room and answers it with the key that makes its holder
// host. addr is who asks; it may do so as often as it may join. The error is ErrRoomExists or a protocol.Error.
func (h *Hub) MakeRoom(ctx context.Context, spec RoomSpec, addr netip.Addr) (protocol.Room, string, error) {
	if !h.makes.allow(Subnet(addr)) {
		return protocol.Room{}, "", protocol.Errorf(protocol.CodeRateLimited, "Too many rooms from your address. Wait a moment.")
	}
	if spec.Name == "" {
		spec.Name = newKey()
	}
	shown, id, fault := ParseRoom(spec.Name)
	if fault != nil {
		return protocol.Room{}, "", fault
	}
	topic, fault := parseTopic(spec.Topic)
	if fault != nil {
		return protocol.Room{}, "", fault
	}
	if h.exists(id) { // asked before a password is hashed for nothing
		return protocol.Room{}, "", ErrRoomExists
	}
	password, fault := h.passwords.hash(ctx, Subnet(addr), spec.Password)
	if fault != nil {
		return protocol.Room{}, "", fault
	}
	key, created := newKey(), protocol.At(time.Now())
	var maker netip.Prefix
	if !spec.Trusted {
		maker = Network(Subnet(addr))
	}
	if err := h.place(maker, chat.MadeRoom{
		ID: string(id), Name: shown, Topic: topic, Public: spec.Public, Lobby: spec.Lobby, Password: password,
		HostHash: sha256.Sum256([]byte(key)), Created: created.Time,
		Guarded: created.Add(time.Millisecond), // tokens of a room of this name that was before are none of this
	}); err != nil {
		return protocol.Room{}, "", err
	}
	h.log.Info("room made", "room", h.tag(id), "public", spec.Public)
	return protocol.Room{
		Name: shown, Topic: topic, Public: spec.Public, Lobby: spec.Lobby, HasPassword: password != "", Created: created,
	}, key, nil
}

func (h *Hub) exists(id RoomID) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[id] != nil
}

// place makes a room. Until it is kept it is one that nobody asked for, whose
// joins wait.
func (h *Hub) place(maker netip.Prefix, as chat.MadeRoom) error {
	room := newRoom(h, RoomID(as.ID), protocol.Room{Name: as.Name, Created: protocol.At(as.Created)})
	room.maker = maker
	done := make(chan *protocol.Error, 1)
	if err := h.reserve(room, job{do: func() { done <- room.keep(as) }}); err != nil {
		return err
	}
	defer h.alive.Done()
	defer room.unexpect()
	fault := <-done
	if fault == nil {
		return nil
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.disownLocked(room)
	return fault
}

// reserve puts a room that is about to be made among the others and keeps it,
// and the hub alive, until unexpect. first is the first of its jobs.
func (h *Hub) reserve(room *Room, first job) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case h.draining:
		return errStopping
	case h.rooms[room.id] != nil:
		return ErrRoomExists
	case room.maker.IsValid() && h.makers.Full(room.maker, h.limits.RoomsPerAddress):
		if !h.evictOfLocked(room.maker) {
			return errManyMade
		}
	case len(h.rooms) >= h.limits.Rooms && !h.evictLocked():
		return errManyRooms
	}
	if room.maker.IsValid() {
		h.makers.Add(room.maker)
	}
	room.making.Store(true)
	h.rooms[room.id] = room
	h.alive.Add(1)
	room.expected++
	room.queue.push(first)
	return nil
}

var errManyMade = protocol.Errorf(protocol.CodeServerFull, "Too many rooms that were made from your address are kept. Use one of them, or try again later.")

var errManyRooms = protocol.Errorf(protocol.CodeServerFull, "The server has too many rooms. Try again later.")

// Listing is a public room as everyone may see it.
type Listing struct {
	Name    string        `json:"name"`
	Topic   string        `json:"topic"`
	Peers   int           `json:"peers"`
	Created protocol.Time `json:"created"`
}

// maxListed bounds the list of public rooms.
const maxListed = 200

// PublicRooms lists the public rooms, the fullest first, at most 200. The list
// is made once for each change and shared: nobody may alter it.
func (h *Hub) PublicRooms() []Listing {
	h.listing.Lock()
	defer h.listing.Unlock()
	if h.listed != nil && !h.watchers.changed.Swap(false) {
		return h.listed
	}
	list := []Listing{}
	for _, room := range h.all() {
		room.mu.Lock()
		if info := room.info; info.Public {
			list = append(list, Listing{Name: info.Name, Topic: info.Topic, Peers: len(room.peers), Created: info.Created})
		}
		room.mu.Unlock()
	}
	slices.SortFunc(list, func(a, b Listing) int {
		return cmp.Or(cmp.Compare(b.Peers, a.Peers), strings.Compare(a.Name, b.Name))
	})
	h.listed = slices.Clip(list[:min(len(list), maxListed)])
	return h.listed
}

// RoomState is what whoever knows a room's name may know before joining.
type RoomState struct {
	Room        string `json:"room"`
	Exists      bool   `json:"exists"`
	Peers       int    `json:"peers"`
	Locked      bool   `json:"locked"`
	Lobby       bool   `json:"lobby"`
	HasPassword bool   `json:"hasPassword"`
	Open        bool   `json:"open"`  // a join makes it, if it does not exist
	Token       bool   `json:"token"` // nobody joins without a token
}

// RoomState answers for a room by its name; the error has the code bad-room.
func (h *Hub) RoomState(name string) (RoomState, *protocol.Error) {
	shown, id, fault := ParseRoom(name)
	if fault != nil {
		return RoomState{}, fault
	}
	h.mu.Lock()
	room := h.rooms[id]
	h.mu.Unlock()
	if room == nil {
		return RoomState{Room: shown, Open: !h.closed, Token: h.tokenOnly}, nil
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	return RoomState{
		Room: room.info.Name, Exists: true, Peers: len(room.peers),
		Locked: room.info.Locked, Lobby: room.info.Lobby, HasPassword: room.info.HasPassword,
		Open: true, Token: h.tokenOnly,
	}, nil
}
