package signaling

import (
	"errors"
	"slices"

	"moim/chat"
	"moim/signaling/protocol"
)

// pending is an op on its way to the store.
type pending struct {
	session *Session
	re      int64
	op      chat.Op
}

// apply stores ops and sends out what they bring, in their order. It runs in
// the room's queue.
func (r *Room) apply(batch []*pending) {
	if batch = r.current(batch); len(batch) == 0 {
		return
	}
	ops := make([]chat.Op, len(batch))
	for i, p := range batch {
		ops[i] = p.op
	}
	outcomes, err := r.hub.store.Apply(r.hub.ctx, string(r.id), ops)
	if err != nil {
		r.hub.log.Error("chat not stored", "room", r.tag, "ops", len(ops), "err", err)
		for _, p := range batch {
			p.session.refuse(p.re, errNotStored)
		}
		return
	}
	frames := make([][]byte, len(batch))
	for i := range outcomes {
		frames[i] = outcomeFrame(ops[i].Verb, &outcomes[i])
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var forAll [][]byte // consecutive frames for everyone leave together
	for i, p := range batch {
		o := &outcomes[i]
		if o.Err == nil && !o.Repeat && o.Message.To == "" {
			forAll = append(forAll, frames[i])
			if p.re == 0 {
				continue
			}
		}
		r.tellLocked(forAll)
		forAll = forAll[:0]
		r.settleLocked(p, o, frames[i])
	}
	r.tellLocked(forAll)
}

// current refuses the ops of who was in the room before it was erased, and answers
// the others.
func (r *Room) current(batch []*pending) []*pending {
	r.mu.Lock()
	epoch := r.epoch
	r.mu.Unlock()
	return slices.DeleteFunc(batch, func(p *pending) bool {
		if p.session.epoch == epoch {
			return false
		}
		p.session.refuse(p.re, errErased)
		return true
	})
}

var (
	errNotStored = protocol.Errorf(protocol.CodeInternal, "The chat could not be stored. Try again later.")
	errNotThere  = protocol.Errorf(protocol.CodeNoSuchMessage, "The message is not there.")
	errUnheard   = protocol.Errorf(protocol.CodeNoSuchMessage, "The message it answers is not there.")
	errNotYours  = protocol.Errorf(protocol.CodeForbidden, "The message is another's.")
)

// outcomeFrame is what shows an outcome; nil when there is nothing to see.
func outcomeFrame(verb chat.Verb, o *chat.Outcome) []byte {
	switch {
	case o.Err != nil, o.Repeat && verb != chat.Say:
		return nil
	case verb == chat.Say:
		return chatFrame(protocol.TypeChat, &o.Message)
	default:
		return chatFrame(protocol.TypeChatChanged, &o.Message)
	}
}

// tellLocked sends frames to everyone. Caller holds mu.
func (r *Room) tellLocked(frames [][]byte) {
	if len(frames) == 0 {
		return
	}
	for _, member := range r.peers {
		member.out.enqueue(frames...)
	}
}

// settleLocked sends what one op's outcome brings besides a frame for
// everyone. Caller holds mu.
func (r *Room) settleLocked(p *pending, o *chat.Outcome, frame []byte) {
	switch {
	case o.Err != nil:
		p.session.refuse(p.re, refusal(p.op.Verb, o.Err))
		return
	case o.Repeat:
		if frame != nil {
			p.session.out.enqueue(frame)
		}
	case o.Message.To != "":
		for _, id := range [...]string{o.Message.From, o.Message.To} {
			if reader := r.peers[PeerID(id)]; reader != nil {
				reader.out.enqueue(frame)
			}
		}
	}
	p.session.ok(p.re)
}

func refusal(verb chat.Verb, err error) *protocol.Error {
	switch {
	case errors.Is(err, chat.ErrForbidden):
		return errNotYours
	case verb == chat.Say:
		return errUnheard
	default:
		return errNotThere
	}
}

func chatFrame(t protocol.Type, m *chat.Message) []byte {
	return sealJSON(protocol.ChatEvent{Type: t, Message: wireMessage(m)})
}

func wireMessage(m *chat.Message) protocol.ChatMessage {
	return protocol.ChatMessage{
		N: m.N, Seq: m.Seq, Key: m.Key, From: m.From, Name: m.Name, Text: m.Text,
		At: protocol.At(m.At), To: m.To, Reply: m.Reply,
		Edited: protocol.At(m.Edited), Deleted: protocol.At(m.Deleted),
	}
}

func wireMessages(messages []chat.Message) []protocol.ChatMessage {
	out := make([]protocol.ChatMessage, len(messages))
	for i := range messages {
		out[i] = wireMessage(&messages[i])
	}
	return out
}
