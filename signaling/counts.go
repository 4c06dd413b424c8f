package signaling

// Counts is how much goes on at one time.
type Counts struct {
	Rooms int // somebody is in, or that were made
	Peers int
	Away  int // of the peers, without a socket
}

// Counts may be called at any time.
func (h *Hub) Counts() Counts {
	rooms := h.all()
	c := Counts{Rooms: len(rooms), Away: int(h.absent.Load())}
	for _, room := range rooms {
		room.mu.Lock()
		c.Peers += len(room.peers)
		room.mu.Unlock()
	}
	return c
}
