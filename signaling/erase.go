package signaling

import (
	"context"

	"moim/chat"
	"moim/signaling/protocol"
)

var errWrongKey = protocol.Errorf(protocol.CodeForbidden, "That is not the host key of the room.")

// EraseRoom sends everyone out of a room and forgets it for good: its messages,
// its settings, and who is banned. It is asked for by who has the host key, or
// may do so with any room. The error has the code bad-room, no-such-room,
// forbidden, restarting or internal; with the last, not all is gone.
func (h *Hub) EraseRoom(ctx context.Context, name, hostKey string, any bool) *protocol.Error {
	shown, id, fault := ParseRoom(name)
	if fault != nil {
		return fault
	}
	if !any {
		if fault := h.checkHostKey(id, hostKey); fault != nil {
			return fault
		}
	}
	room, fault := h.expect(id, shown, any)
	if fault != nil {
		return fault
	}
	defer room.unexpect()
	done := make(chan *protocol.Error, 1)
	if !room.queue.push(job{do: func() { done <- room.erase() }}) {
		return errBusy
	}
	select {
	case fault := <-done:
		if fault != nil {
			return fault
		}
	case <-ctx.Done():
		return errNotErased
	}
	select {
	case <-room.queue.rest(): // then its name is free
	case <-ctx.Done():
	}
	return nil
}

func (h *Hub) checkHostKey(id RoomID, key string) *protocol.Error {
	h.mu.Lock()
	room := h.rooms[id]
	h.mu.Unlock()
	if room == nil {
		return errNoSuchRoom
	}
	room.mu.Lock()
	defer room.mu.Unlock()
	switch {
	case !room.made:
		return errNoSuchRoom
	case !keyMatches(room.kept.HostHash, key):
		return errWrongKey
	}
	return nil
}

var errNotErased = protocol.Errorf(protocol.CodeInternal, "The room could not be erased. Try again later.")

// erase runs in the room's queue: what is said before it is gone, what is said
// after it is said in a new room.
func (r *Room) erase() *protocol.Error {
	r.mu.Lock()
	r.epoch++ // what was asked for before is dropped
	r.emptyAllLocked()
	r.mu.Unlock()
	if err := r.hub.store.Erase(r.hub.ctx, string(r.id)); err != nil {
		r.hub.log.Error("room not erased", "room", r.tag, "err", err)
		return errNotErased
	}
	if err := r.hub.keeper.Forget(r.hub.ctx, string(r.id)); err != nil {
		r.hub.log.Error("room not forgotten", "room", r.tag, "err", err)
		return errNotErased
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	r.emptyAllLocked() // who did not want to wait for the queue
	r.made, r.kept = false, chat.MadeRoom{ID: r.kept.ID, Name: r.kept.Name, Created: r.kept.Created}
	r.showLocked()
	r.hub.log.Info("room erased", "room", r.tag)
	return nil
}

// emptyAllLocked sends everyone away for good. Caller holds mu.
func (r *Room) emptyAllLocked() {
	for _, member := range r.peers {
		delete(r.peers, member.id)
		r.presentLocked(member)
		member.out.drop()
		member.out.close(protocol.CloseErased)
	}
	for _, k := range r.knocks {
		r.rejectLocked(k, errRejected)
	}
	r.changedLocked()
}
