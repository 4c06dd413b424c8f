// Package floor holds what the two benchmark floors share: rooms of connections and the
// passing of a frame to one member or to all of them, with nothing checked or bounded.
//
// A frame to a floor is a 4-byte big-endian member ID (0: the whole room, its sender too)
// and a payload; the receiver sees the same frame with the sender's ID in its place. The
// first frame of a connection is the name of its room and is answered by a frame that
// holds the new member's ID and no payload.
package floor

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net/http"
	_ "net/http/pprof" // serves the heap figures that the benchmark reads
	"os"
	"sync"
	"time"
)

// AddressSize is the length in bytes of the member ID that starts every frame.
const AddressSize = 4

// Sender writes one frame to a connection. Send may be called concurrently and must not
// keep the frame.
type Sender interface {
	Send(frame []byte) error
}

// Hub holds the rooms. Its zero value is ready for use.
type Hub struct {
	mu    sync.Mutex
	rooms map[string]*room
	last  uint32
}

type room struct {
	name    string
	mu      sync.RWMutex
	members map[uint32]Sender
}

// Member is one connection's place in its room, owned by that connection's reader.
type Member struct {
	ID   uint32
	room *room
	all  []Sender
}

// Join puts a connection into a room and makes the room when it is missing.
func (h *Hub) Join(name string, to Sender) *Member {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms == nil {
		h.rooms = make(map[string]*room)
	}
	r := h.rooms[name]
	if r == nil {
		r = &room{name: name, members: make(map[uint32]Sender)}
		h.rooms[name] = r
	}
	h.last++
	r.mu.Lock()
	r.members[h.last] = to
	r.mu.Unlock()
	return &Member{ID: h.last, room: r}
}

// Leave takes the member out and forgets the room when it is empty.
func (h *Hub) Leave(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m.room.mu.Lock()
	defer m.room.mu.Unlock()
	delete(m.room.members, m.ID)
	if len(m.room.members) == 0 {
		delete(h.rooms, m.room.name)
	}
}

// Relay writes the sender's ID over the address that starts the frame and passes the frame
// on: frame[head:head+AddressSize] is the address, and what stands before it is the
// transport's own header, sent along unchanged.
func (m *Member) Relay(frame []byte, head int) error {
	address := frame[head : head+AddressSize]
	to := binary.BigEndian.Uint32(address)
	binary.BigEndian.PutUint32(address, m.ID)
	if to != 0 {
		m.room.mu.RLock()
		receiver := m.room.members[to]
		m.room.mu.RUnlock()
		if receiver == nil {
			return fmt.Errorf("relay from %d: no member %d", m.ID, to)
		}
		return receiver.Send(frame)
	}
	m.all = m.all[:0]
	m.room.mu.RLock()
	for _, receiver := range m.room.members {
		m.all = append(m.all, receiver)
	}
	m.room.mu.RUnlock()
	var errs []error
	for _, receiver := range m.all {
		if err := receiver.Send(frame); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// Main is the program around a floor: it reads the flags, serves net/http/pprof on the
// debug address and runs serve on the listening address until that fails.
func Main(serve func(listen string) error) {
	listen := flag.String("listen", "127.0.0.1:0", "host:port to listen on")
	debug := flag.String("debug", "", "host:port for net/http/pprof")
	flag.Parse()
	if *debug != "" {
		server := &http.Server{Addr: *debug, ReadHeaderTimeout: 10 * time.Second}
		go func() { exit(server.ListenAndServe()) }()
	}
	exit(serve(*listen))
}

func exit(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
