package signaling

import (
	"errors"
	"strings"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

// chat says a line in the room. It is stored first, in the room's queue, and
// then sent to everyone it is for.
func (s *Session) chat(f *protocol.Frame) *protocol.Error {
	line, fault := s.line(f)
	if fault != nil {
		return fault
	}
	if !s.room.queue.push(job{said: &said{session: s, re: f.ID, line: line}}) {
		return errBusy
	}
	return nil
}

// line makes a chat line of a frame.
func (s *Session) line(f *protocol.Frame) (chat.Message, *protocol.Error) {
	line := chat.Message{
		Key: f.Text(protocol.FieldKey), From: string(s.id), Text: f.Text(protocol.FieldText),
		At: time.Now(), To: f.Text(protocol.FieldTo), Reply: f.Int(protocol.FieldReply),
	}
	if len(line.Key) < 1 || len(line.Key) > protocol.MaxKey || strings.ContainsRune(line.Key, 0) {
		return line, protocol.Errorf(protocol.CodeBadMessage, "The key of a line has 1 to %d bytes, none of them U+0000.", protocol.MaxKey)
	}
	switch err := chat.CheckText(line.Text); {
	case errors.Is(err, chat.ErrTooLong):
		return line, protocol.Errorf(protocol.CodeTooLong, "A line has at most %d characters.", chat.MaxText)
	case errors.Is(err, chat.ErrEmpty):
		return line, protocol.Errorf(protocol.CodeBadMessage, "A line has something to read in it.")
	case err != nil:
		return line, protocol.Errorf(protocol.CodeBadMessage, "A line does not hold the character U+0000.")
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	line.Name = s.peer.Name
	if f.Has(protocol.FieldTo) && (line.To == line.From || s.room.peers[PeerID(line.To)] == nil) {
		return line, errNoSuchPeer
	}
	return line, nil
}

// said is a line on its way to the store.
type said struct {
	session *Session
	re      int64
	line    chat.Message
}

// store stores lines and sends them out in their order. It runs in the room's
// queue.
func (r *Room) store(lines []*said) {
	ops := make([]chat.Op, len(lines))
	for i, l := range lines {
		ops[i].Message = l.line
	}
	outcomes, err := r.hub.store.Apply(r.hub.ctx, string(r.id), ops)
	if err != nil {
		r.hub.log.Error("chat not stored", "room", r.tag, "lines", len(lines), "err", err)
		for _, l := range lines {
			l.session.refuse(l.re, protocol.Errorf(protocol.CodeInternal, "The line could not be stored. Try again later."))
		}
		return
	}
	frames := make([][]byte, len(lines))
	for i := range outcomes {
		if outcomes[i].Err == nil {
			frames[i] = chatFrame(&outcomes[i].Message)
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var forAll [][]byte // consecutive lines for everyone leave together
	for i, l := range lines {
		o := &outcomes[i]
		if o.Err == nil && !o.Repeat && o.Message.To == "" {
			forAll = append(forAll, frames[i])
			if l.re == 0 {
				continue
			}
		}
		r.sayLocked(forAll)
		forAll = forAll[:0]
		r.settleLocked(l, o, frames[i])
	}
	r.sayLocked(forAll)
}

// sayLocked sends lines to everyone. Caller holds mu.
func (r *Room) sayLocked(frames [][]byte) {
	if len(frames) == 0 {
		return
	}
	for _, member := range r.peers {
		member.out.enqueue(frames...)
	}
}

// settleLocked sends what one line's outcome brings besides a line for
// everyone. Caller holds mu.
func (r *Room) settleLocked(l *said, o *chat.Outcome, frame []byte) {
	if o.Err != nil {
		l.session.refuse(l.re, protocol.Errorf(protocol.CodeNoSuchMessage, "The message it answers is not there."))
		return
	}
	switch {
	case o.Repeat:
		l.session.out.enqueue(frame)
	case o.Message.To != "":
		l.session.out.enqueue(frame)
		if to := r.peers[PeerID(o.Message.To)]; to != nil {
			to.out.enqueue(frame)
		}
	}
	l.session.ok(l.re)
}

func chatFrame(m *chat.Message) []byte {
	return sealJSON(protocol.ChatEvent{Type: protocol.TypeChat, Message: wireMessage(m)})
}

func wireMessage(m *chat.Message) protocol.ChatMessage {
	return protocol.ChatMessage{
		N: m.N, Key: m.Key, From: m.From, Name: m.Name, Text: m.Text,
		At: protocol.At(m.At), To: m.To, Reply: m.Reply,
	}
}

func wireMessages(messages []chat.Message) []protocol.ChatMessage {
	out := make([]protocol.ChatMessage, len(messages))
	for i := range messages {
		out[i] = wireMessage(&messages[i])
	}
	return out
}
