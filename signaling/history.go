package signaling

import (
	"context"
	"slices"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

// history answers with lines that were said before. The answer comes from the
// room's queue, so that it holds what was sent before it and nothing that is
// sent after it.
func (s *Session) history(f *protocol.Frame) *protocol.Error {
	if fault := s.may(RightHistory); fault != nil {
		return fault
	}
	q := s.query(f)
	before, after, since := f.Has(protocol.FieldBefore), f.Has(protocol.FieldAfter), f.Has(protocol.FieldSince)
	switch {
	case before && after, after && since, since && before:
		return errOneWay
	case after:
		q.Direction, q.From = chat.Newer, f.Int(protocol.FieldAfter)
	case since:
		q.Direction, q.From = chat.Changed, f.Int(protocol.FieldSince)
	}
	if !s.hub.pages.allow(s.network()) {
		return errReadMuch
	}
	if s.pages.Add(1) > maxReading {
		s.pages.Add(-1)
		return errReading
	}
	re := f.ID
	queued := s.room.queue.push(job{do: func() {
		defer s.pages.Add(-1)
		ctx, cancel := context.WithTimeout(s.hub.ctx, findTimeout)
		defer cancel()
		page, fault := s.room.find(ctx, q)
		if fault != nil {
			s.refuse(re, fault)
			return
		}
		s.show(protocol.TypeChatHistory, re, page)
	}})
	if !queued {
		s.pages.Add(-1)
		return errBusy
	}
	return nil
}

// maxReading is how many pages one session may wait for, so that those who read
// leave place in the queue for those who write.
const maxReading = 8

// pageRate is how many pages all sessions of a network may ask for.
var pageRate = Rate{PerSecond: 100, Burst: 1000}

// query asks for the newest lines, or those before a certain one.
func (s *Session) query(f *protocol.Frame) chat.Query {
	q := chat.Query{
		Room: string(s.room.id), Viewer: string(s.id),
		Direction: chat.Older, From: f.Int(protocol.FieldBefore), Limit: protocol.HistoryDefault,
	}
	if f.Has(protocol.FieldLimit) {
		q.Limit = int(min(f.Int(protocol.FieldLimit), protocol.HistoryMax))
	}
	return q
}

// show answers with a page.
func (s *Session) show(t protocol.Type, re int64, page chat.Page) {
	s.out.enqueue(sealJSON(protocol.History{
		Type: t, Re: re, Messages: wireMessages(page.Messages), More: page.More,
	}))
}

// findTimeout bounds how long a page may take.
const findTimeout = 5 * time.Second

var (
	errHistory  = protocol.Errorf(protocol.CodeInternal, "The chat cannot be read. Try again later.")
	errReading  = protocol.Errorf(protocol.CodeRateLimited, "Too many pages asked for at once. Wait for their answers.")
	errReadMuch = protocol.Errorf(protocol.CodeRateLimited, "Too many pages asked for from your address. Wait a moment.")
	errOneWay   = protocol.Errorf(protocol.CodeBadMessage, "A request has one of the fields before, after and since.")
	errBusy     = protocol.Errorf(protocol.CodeInternal, "The chat is too busy. Try again in a moment.")
)

// find reads lines from the chat store, as many as fit a frame: of those asked
// for, the nearest to where the query begins.
func (r *Room) find(ctx context.Context, q chat.Query) (chat.Page, *protocol.Error) {
	page, err := r.hub.store.Find(ctx, q)
	if err != nil {
		if ctx.Err() == nil { // else it took too long, which whoever asks can bring about
			r.hub.log.Error("chat not read", "room", r.tag, "err", err)
		}
		return chat.Page{}, errHistory
	}
	if q.Direction == chat.Older {
		slices.Reverse(page.Messages)
	}
	size := 0
	for i := range page.Messages {
		if size += lineJSON(&page.Messages[i]); size > r.hub.maxPast {
			page.Messages, page.More = page.Messages[:i], true
			break
		}
	}
	if q.Direction == chat.Older {
		slices.Reverse(page.Messages)
	}
	return page, nil
}

// lineJSON bounds what a line takes in a frame, in bytes of JSON.
func lineJSON(m *chat.Message) int { return 6*(len(m.Text)+len(m.Key)+len(m.Name)) + perLineJSON }

// The most that a line and a peer can take in a frame, and what is left for the
// rest, in bytes of JSON.
const (
	perLineJSON = 230 // of a line, besides its texts
	maxLineJSON = 6*(4*chat.MaxText+protocol.MaxKey+4*protocol.MaxName) + perLineJSON
	maxPeerJSON = 4*protocol.MaxName + 320
	maxRestJSON = 8 << 10 // of everything else; half of it may be ICE servers

	maxPeers = (protocol.MaxServerFrame - maxRestJSON - maxLineJSON) / maxPeerJSON // of a room, so that a line fits beside them
)

// maxPastBytes bounds the chat in one frame, by what it may take at the worst, so that
// the chat and everyone in a room fit a frame of a server with these limits.
func maxPastBytes(limits Limits) int {
	return protocol.MaxServerFrame - maxRestJSON - limits.places()*maxPeerJSON
}
