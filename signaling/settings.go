package signaling

import (
	"strings"
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
	password, fault := s.hub.passwords.hash(s.hub.ctx, f.Text(protocol.FieldPassword))
	if fault != nil {
		return fault
	}
	var (
		public, locked, lobby = given(f, protocol.FieldPublic), given(f, protocol.FieldLocked), given(f, protocol.FieldLobby)
		newTopic, newPassword = f.Has(protocol.FieldTopic), f.Has(protocol.FieldPassword)
		r                     = s.room
	)
	r.mu.Lock()
	guarded := r.guardTimeLocked()
	r.mu.Unlock()
	return r.amend(func(kept *chat.MadeRoom) {
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
			kept.Guarded = guarded
		}
	}, s.settle(f.ID))
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
// runs in the room's queue; change is called more than once.
func (r *Room) amend(change func(*chat.MadeRoom), done func(*protocol.Error)) *protocol.Error {
	if !r.queue.push(job{do: func() { done(r.amendNow(change)) }}) {
		return errBusy
	}
	return nil
}

func (r *Room) amendNow(change func(*chat.MadeRoom)) *protocol.Error {
	adopted, fault := r.hub.adopt(r)
	if fault != nil {
		return fault
	}
	r.mu.Lock()
	as := r.keptLocked()
	r.mu.Unlock()
	change(&as)
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
	change(&r.kept)
	r.showLocked()
	if !r.kept.Guarded.Equal(guarded) {
		r.renewTokensLocked()
	}
	if !r.kept.Lobby && !r.kept.Locked {
		r.admitAllLocked()
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
// and tells whether it did. It runs in the room's queue.
func (h *Hub) adopt(r *Room) (bool, *protocol.Error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r.mu.Lock()
	made := r.made
	r.mu.Unlock()
	if made {
		return false, nil
	}
	h.made++
	return true, nil
}

// unadopt gives a place back.
func (h *Hub) unadopt() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.made--
}
