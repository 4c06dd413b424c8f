package signaling

import (
	"slices"

	"moim/chat"
	"moim/signaling/protocol"
)

// history answers with older lines. The answer comes from the room's queue, so
// that a line is either in it or was sent before it.
func (s *Session) history(f *protocol.Frame) *protocol.Error {
	limit := min(f.Int(protocol.FieldLimit), protocol.HistoryMax)
	if limit == 0 {
		limit = protocol.HistoryDefault
	}
	re, before := f.ID, f.Int(protocol.FieldBefore)
	queued := s.room.queue.push(job{do: func() {
		page, fault := s.room.past(s.id, before, int(limit))
		if fault != nil {
			s.refuse(re, fault)
			return
		}
		s.out.enqueue(sealJSON(protocol.History{
			Type: protocol.TypeChatHistory, Re: re, Messages: wireMessages(page.Messages), More: page.More,
		}))
	}})
	if !queued {
		return errBusy
	}
	return nil
}

var (
	errHistory = protocol.Errorf(protocol.CodeInternal, "The chat cannot be read. Try again later.")
	errBusy    = protocol.Errorf(protocol.CodeInternal, "The chat is too busy. Try again in a moment.")
)

// past reads lines from the chat store that fit a frame.
func (r *Room) past(viewer PeerID, before int64, limit int) (chat.Page, *protocol.Error) {
	page, err := r.hub.store.Find(r.hub.ctx, chat.Query{
		Room: string(r.id), Viewer: string(viewer), From: before, Limit: limit,
	})
	if err != nil {
		r.hub.log.Error("chat not read", "room", r.tag, "err", err)
		return chat.Page{}, errHistory
	}
	size := 0
	for i, m := range slices.Backward(page.Messages) {
		size += 6*(len(m.Text)+len(m.Key)+len(m.Name)) + 200
		if size > r.hub.maxPast {
			return chat.Page{Messages: page.Messages[i+1:], More: true}, nil
		}
	}
	return page, nil
}

// The most that a line and a peer can take in a frame, in bytes of JSON.
const (
	maxLineJSON = 6*(4*chat.MaxText+protocol.MaxKey+4*protocol.MaxName) + 200
	maxPeerJSON = 4*protocol.MaxName + 290
)

// maxPastBytes bounds the chat in one frame, by what it may take at the worst, so that
// the chat and everyone in a room fit a frame of a server with these limits.
func maxPastBytes(limits Limits) int {
	return protocol.MaxServerFrame - 4<<10 - limits.Peers*maxPeerJSON
}
