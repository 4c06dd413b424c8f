package signaling

import (
	"context"
	"fmt"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

// RoomKeeper keeps the rooms that were made on request, so that they outlive
// the process. Its methods may be called concurrently, for one room one after
// the other.
type RoomKeeper interface {
	// Keep keeps a room, in place of one with the same ID. What it answers
	// without error is as durable as the keeper can make it.
	Keep(ctx context.Context, room chat.MadeRoom) error
	// Forget forgets a room, but not its messages. One that is not kept is no error.
	Forget(ctx context.Context, id string) error
	// Kept lists what is kept.
	Kept(ctx context.Context) ([]chat.MadeRoom, error)
}

// noKeeper keeps nothing.
type noKeeper struct{}

func (noKeeper) Keep(context.Context, chat.MadeRoom) error     { return nil }
func (noKeeper) Forget(context.Context, string) error          { return nil }
func (noKeeper) Kept(context.Context) ([]chat.MadeRoom, error) { return nil, nil }

// recall makes the rooms that were kept. It is part of New.
func (h *Hub) recall() error {
	kept, err := h.keeper.Kept(h.ctx)
	if err != nil {
		return fmt.Errorf("read the rooms that were made: %w", err)
	}
	for _, k := range kept {
		room := newRoom(h, RoomID(k.ID), protocol.Room{Name: k.Name, Created: protocol.At(k.Created)})
		room.becomeLocked(k)
		h.rooms[room.id] = room
	}
	return nil
}

// keep has the room kept and then makes it what was asked for. It runs in the
// room's queue, before any join.
func (r *Room) keep(as chat.MadeRoom) *protocol.Error {
	defer r.making.Store(false)
	if err := r.hub.keeper.Keep(r.hub.ctx, as); err != nil {
		r.hub.log.Error("room not kept", "room", r.tag, "err", err)
		return errNotKept
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.becomeLocked(as)
	return nil
}

var errNotKept = protocol.Errorf(protocol.CodeInternal, "The room could not be stored. Try again later.")

// becomeLocked makes the room one that was made on request. Caller holds mu,
// or nobody knows the room yet.
func (r *Room) becomeLocked(as chat.MadeRoom) {
	r.made, r.kept, r.left = true, as, time.Now()
	r.showLocked()
}

// unmakeLocked makes of the room one that nobody asked for, and has it
// forgotten in its queue, after which it goes if nobody has come; so is what was
// said in it, if it kept somebody out. Caller holds
// mu of the hub and of the room, which is idle.
func (r *Room) unmakeLocked() {
	excluded := r.excludesLocked()
	r.made, r.kept = false, chat.MadeRoom{ID: r.kept.ID, Name: r.kept.Name, Created: r.kept.Created}
	r.showLocked()
	r.queue.push(job{do: func() {
		if excluded {
			if err := r.hub.store.Erase(r.hub.ctx, string(r.id)); err != nil {
				r.hub.log.Error("room not erased", "room", r.tag, "err", err)
			}
		}
		if err := r.hub.keeper.Forget(r.hub.ctx, string(r.id)); err != nil {
			r.hub.log.Error("room not forgotten", "room", r.tag, "err", err)
		}
	}})
}
