package signaling

import (
	"context"
	"time"
	"unicode/utf8"

	"moim/chat"
	"moim/signaling/protocol"
)

const (
	searchTimeout = 5 * time.Second // for waiting, and again for searching
	maxSearches   = 2               // under way at once, each in another room; chat/sqlite has as many connections for them
	maxSearchers  = 32              // waiting for their turn
)

var (
	errManySearch = protocol.Errorf(protocol.CodeRateLimited, "Too many search at present. Try again in a moment.")
	errSearching  = protocol.Errorf(protocol.CodeRateLimited, "A search is under way. Wait for its answer.")
	errSearchSlow = protocol.Errorf(protocol.CodeInternal, "The search took too long. Try again later.")
)

// search answers with the lines that hold some words. It may be slow, so it
// runs beside the room's queue, one at a time for each session.
func (s *Session) search(f *protocol.Frame) *protocol.Error {
	if fault := s.may(RightHistory); fault != nil {
		return fault
	}
	words := f.Text(protocol.FieldQuery)
	switch n := utf8.RuneCountInString(words); {
	case n < 1:
		return protocol.Errorf(protocol.CodeBadMessage, "A search has something to look for.")
	case n > protocol.MaxQuery:
		return protocol.Errorf(protocol.CodeTooLong, "A search has at most %d characters.", protocol.MaxQuery)
	}
	if s.searching.Swap(true) {
		return errSearching
	}
	q, re := s.query(f), f.ID
	q.Words = words
	s.hub.alive.Go(func() {
		page, fault := s.room.search(q)
		s.searching.Store(false)
		if fault != nil {
			s.refuse(re, fault)
			return
		}
		s.show(protocol.TypeChatSearch, re, page)
	})
	return nil
}

// search is find when it is the turn of the room and of the hub.
func (r *Room) search(q chat.Query) (chat.Page, *protocol.Error) {
	if r.hub.searchers.Add(1) > maxSearchers {
		r.hub.searchers.Add(-1)
		return chat.Page{}, errManySearch
	}
	defer r.hub.searchers.Add(-1)
	waiting, cancel := context.WithTimeout(r.hub.ctx, searchTimeout)
	defer cancel()
	for _, turns := range []chan struct{}{r.searches, r.hub.searches} {
		select {
		case turns <- struct{}{}:
			defer func() { <-turns }()
		case <-waiting.Done():
			return chat.Page{}, errSearchSlow
		}
	}
	ctx, cancel := context.WithTimeout(r.hub.ctx, searchTimeout)
	defer cancel()
	page, fault := r.find(ctx, q)
	if fault != nil && ctx.Err() != nil {
		fault = errSearchSlow
	}
	return page, fault
}
