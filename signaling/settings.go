package signaling

import (
	"strings"
	"time"
	"unicode/utf8"

	"moim/chat"
	"moim/signaling/protocol"
)

// setRoom changes the room's settings, and tells everyone when they are kept.
func (s *Session) setRoom(f *protocol.Frame) *protocol.Error {
	if fault := s.may(RightRoom); fault != nil {
		return fault
	}
	topic, fault := parseTopic(f.Text(protocol.FieldTopic))
	if fault != nil {
		return fault
	}
	s.room.mu.Lock()
	addr := s.addr
	s.room.mu.Unlock()
	password, fault := s.hub.passwords.hash(s.hub.ctx, addr, f.Text(protocol.FieldPassword))
	if fault != nil {
		return fault
	}
	var (
		public, locked, lobby = given(f, protocol.FieldPublic), given(f, protocol.FieldLocked), given(f, protocol.FieldLobby)
		newTopic, newPassword = f.Has(protocol.FieldTopic), f.Has(protocol.FieldPassword)
	)
	change := func(kept *chat.MadeRoom, now time.Time) {
		public.set(&kept.Public)
		locked.set(&kept.Locked)
		lobby.set(&kept.Lobby)
		if newTopic {
			kept.Topic = topic
		}
		if newPassword {
			kept.Password = password
		}
		if locked.given || lobby.given || newPassword {
			kept.Guarded = now
		}
	}
	if s.room.isSo(change) {
		s.ok(f.ID)
		return nil
	}
	return s.room.amend(s.epoch, change, s.settle(f.ID))
}

// isSo tells whether a change of settings changes none.
func (r *Room) isSo(change func(*chat.MadeRoom, time.Time)) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	as := r.kept
	change(&as, as.Guarded)
	return as.Topic == r.kept.Topic && as.Public == r.kept.Public && as.Locked == r.kept.Locked &&
		as.Lobby == r.kept.Lobby && as.Password == r.kept.Password
}

// choice is a setting that a frame may carry.
type choice struct{ given, on bool }

func given(f *protocol.Frame, field protocol.Field) choice {
	return choice{f.Has(field), f.Bool(field)}
}

func (c choice) set(setting *bool) {
	if c.given {
		*setting = c.on
	}
}

// parseTopic makes of a topic as people write it the one to show.
func parseTopic(topic string) (string, *protocol.Error) {
	topic = strings.TrimSpace(topic)
	if utf8.RuneCountInString(topic) > protocol.MaxTopic {
		return "", protocol.Errorf(protocol.CodeTooLong, "A topic has at most %d characters.", protocol.MaxTopic)
	}
	if strings.ContainsFunc(topic, misleads) {
		return "", protocol.Errorf(protocol.CodeBadMessage, "A topic holds no control characters.")
	}
	return topic, nil
}

// amend has the room kept as change makes it, makes it so, tells everyone in it
// and calls done. A room that nobody made is one that was made from then on. It
// runs in the room's queue, unless the room was erased since the epoch; change gets a
// time that is later than that of all tokens, and is called more than once.
func (r *Room) amend(epoch int, change func(kept *chat.MadeRoom, now time.Time), done func(*protocol.Error)) *protocol.Error {
	if !r.queue.push(job{do: func() { done(r.amendNow(epoch, change)) }}) {
		return errBusy
	}
	return nil
}

func (r *Room) amendNow(epoch int, change func(*chat.MadeRoom, time.Time)) *protocol.Error {
	adopted, fault := r.hub.adopt(r, epoch)
	if fault != nil {
		return fault
	}
	r.mu.Lock()
	as, now := r.keptLocked(), r.guardTimeLocked()
	r.mu.Unlock()
	change(&as, now)
	if err := r.hub.keeper.Keep(r.hub.ctx, as); err != nil {
		r.hub.log.Error("room not kept", "room", r.tag, "err", err)
		if adopted {
			r.hub.unadopt()
		}
		return errNotKept
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made = true
	guarded := r.kept.Guarded
	change(&r.kept, now)
	r.showLocked()
	switch {
	case r.kept.Guarded.After(guarded):
		r.renewTokensLocked()
	case r.kept.Guarded.Before(guarded):
		r.kept.Guarded = guarded // somebody was removed meanwhile
	}
	if !r.kept.Lobby && !r.kept.Locked {
		r.openLobbyLocked()
	}
	return nil
}

// keptLocked is a copy of what is to be kept of the room. Caller holds mu.
func (r *Room) keptLocked() chat.MadeRoom {
	as := r.kept
	as.Bans = append([]chat.Ban(nil), as.Bans...)
	return as
}

// showLocked makes everyone see the settings, if they have changed. Caller holds
// mu.
func (r *Room) showLocked() {
	before := r.info
	r.info.Topic, r.info.Public = r.kept.Topic, r.kept.Public
	r.info.Locked, r.info.Lobby, r.info.HasPassword = r.kept.Locked, r.kept.Lobby, r.kept.Password != ""
	if r.info == before {
		return
	}
	r.broadcastLocked(sealJSON(protocol.RoomEvent{Type: protocol.TypeRoom, Room: r.info}), nil)
	if before.Public || r.info.Public {
		r.hub.watchers.notify()
	}
}

// adopt takes a place among the rooms that were made for one that nobody made,
// and tells whether it did; not if it was erased since the epoch. It runs in the room's queue.
func (h *Hub) adopt(r *Room, epoch int) (bool, *protocol.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.mu.Lock()
	made, erased := r.made, r.epoch != epoch
	r.mu.Unlock()
	switch {
	case erased || h.rooms[r.id] != r:
		return false, errErased
	case made:
		return false, nil
	}
	h.made++
	return true, nil
}

var errErased = protocol.Errorf(protocol.CodeNoSuchRoom, "The room was erased.")

// unadopt gives a place back.
func (h *Hub) unadopt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made--
}
