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
	return s.room.amend(s.epoch, func(kept *chat.MadeRoom, now time.Time) {
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
	}, s.settle(f.ID))
}

// sameSettings tells whether two states of a room have the same settings.
func sameSettings(a, b *chat.MadeRoom) bool {
	return a.Topic == b.Topic && a.Public == b.Public && a.Locked == b.Locked && a.Lobby == b.Lobby && a.Password == b.Password
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
// time that is later than that of all tokens, and is called more than once. With nil
// the room is kept as it is; a change of settings that changes none costs nothing.
func (r *Room) amend(epoch int, change func(kept *chat.MadeRoom, now time.Time), done func(*protocol.Error)) *protocol.Error {
	if !r.queue.push(job{do: func() { done(r.amendNow(epoch, change)) }}) {
		return errBusy
	}
	return nil
}

func (r *Room) amendNow(epoch int, change func(*chat.MadeRoom, time.Time)) *protocol.Error {
	if !r.hub.stands(r, epoch) {
		return errErased
	}
	r.mu.Lock()
	as, now := r.keptLocked(), r.guardTimeLocked()
	r.mu.Unlock()
	if change != nil {
		before := as
		if change(&as, now); sameSettings(&before, &as) {
			return nil
		}
	}
	if err := r.hub.keeper.Keep(r.hub.ctx, as); err != nil {
		r.hub.log.Error("room not kept", "room", r.tag, "err", err)
		return errNotKept
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.made = true
	if change == nil {
		return nil
	}
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

// stands tells whether a room was not erased since the epoch. It runs in the room's
// queue, which keeps the room until it has run.
func (h *Hub) stands(r *Room, epoch int) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.epoch == epoch && h.rooms[r.id] == r
}

var errErased = protocol.Errorf(protocol.CodeNoSuchRoom, "The room was erased.")
