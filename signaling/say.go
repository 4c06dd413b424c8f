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
	if fault := s.may(RightChat); fault != nil {
		return fault
	}
	line, fault := s.line(f)
	if fault != nil {
		return fault
	}
	return s.enqueue(f.ID, chat.Op{Verb: chat.Say, Message: line})
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
	if fault := checkText(line.Text); fault != nil {
		return line, fault
	}
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	line.Name = s.peer.Name
	if f.Has(protocol.FieldTo) && (line.To == line.From || s.room.peers[PeerID(line.To)] == nil) {
		return line, errNoSuchPeer
	}
	return line, nil
}

func checkText(text string) *protocol.Error {
	switch err := chat.CheckText(text); {
	case errors.Is(err, chat.ErrTooLong):
		return protocol.Errorf(protocol.CodeTooLong, "A line has at most %d characters.", chat.MaxText)
	case errors.Is(err, chat.ErrEmpty):
		return protocol.Errorf(protocol.CodeBadMessage, "A line has something to read in it.")
	case err != nil:
		return protocol.Errorf(protocol.CodeBadMessage, "A line does not hold the character U+0000.")
	}
	return nil
}

// edit gives a line of the session's own another text.
func (s *Session) edit(f *protocol.Frame) *protocol.Error {
	if fault := s.may(RightChat); fault != nil {
		return fault
	}
	text := f.Text(protocol.FieldText)
	if fault := checkText(text); fault != nil {
		return fault
	}
	return s.enqueue(f.ID, chat.Op{Verb: chat.Edit, Message: chat.Message{
		N: f.Int(protocol.FieldN), From: string(s.id), Text: text, At: time.Now(),
	}})
}

// delete takes away the text of a line: one of the session's own, or as host
// any that it may read.
func (s *Session) delete(f *protocol.Frame) *protocol.Error {
	s.room.mu.Lock()
	host := s.mayLocked(RightDelete) == nil
	s.room.mu.Unlock()
	return s.enqueue(f.ID, chat.Op{Verb: chat.Delete, Host: host, Message: chat.Message{
		N: f.Int(protocol.FieldN), From: string(s.id), At: time.Now(),
	}})
}

// enqueue puts an op into the room's queue.
func (s *Session) enqueue(re int64, op chat.Op) *protocol.Error {
	if !s.room.queue.push(job{pending: &pending{session: s, re: re, op: op}}) {
		return errBusy
	}
	return nil
}
