// Package signaling knows who is in which room and passes frames between them.
//
//	socket → Session.receive → the handler of the frame's family → Room
//	       → the encoded bytes, shared → each receiver's outbox → its socket
//
// A [Hub] holds the rooms of this node. A Room holds its members. A Session is
// one member's life in one room; it is made to outlive the socket it came
// with. What waits to be written to it, and what was written and is not yet
// acknowledged, is in its outbox. A signed token lets a peer come back as itself,
// to another process too.
//
// Locks are taken in the order Hub, Room, outbox. Under a lock there is map
// work and enqueueing that never blocks; no I/O, no callback, no log. What
// needs the chat store or the [RoomKeeper] goes through the room's queue of
// jobs, in order; searches run beside it.
package signaling
