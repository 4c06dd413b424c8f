package signaling

import (
	"context"
	"errors"
	"net/netip"
	"time"
	"unicode/utf8"

	"moim/chat"
	"moim/internal/fairqueue"
	"moim/signaling/protocol"
)

const (
	searchTimeout = 5 * time.Second // for waiting, and again for searching
	maxSearches   = 2               // under way at once, each in another room; chat/sqlite has as many connections for them
	maxSearchers  = 30              // waiting for that, each in another room; networks take turns
	maxRoomSearch = 4               // of one room, under way or waiting
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
		page, fault := s.room.search(s.network(), q)
		s.searching.Store(false)
		if fault != nil {
			s.refuse(re, fault)
			return
		}
		s.show(protocol.TypeChatSearch, re, page)
	})
	return nil
}

// search is find when it is the turn of the room, and of the network that asks.
func (r *Room) search(from netip.Prefix, q chat.Query) (chat.Page, *protocol.Error) {
	defer r.searchers.Add(-1)
	if r.searchers.Add(1) > maxRoomSearch {
		return chat.Page{}, errManySearch
	}
	waiting, cancel := context.WithTimeout(r.hub.ctx, searchTimeout)
	defer cancel()
	select {
	case r.searches <- struct{}{}:
		defer func() { <-r.searches }()
	case <-waiting.Done():
		return chat.Page{}, errSearchSlow
	}
	switch err := r.hub.searches.Wait(waiting, from); {
	case errors.Is(err, fairqueue.ErrFull):
		return chat.Page{}, errManySearch
	case err != nil:
		return chat.Page{}, errSearchSlow
	}
	defer r.hub.searches.Done()
	ctx, cancel := context.WithTimeout(r.hub.ctx, searchTimeout)
	defer cancel()
	page, fault := r.find(ctx, q)
	if fault != nil && ctx.Err() != nil {
		fault = errSearchSlow
	}
	return page, fault
}
