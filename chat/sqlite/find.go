package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"moim/chat"
)

// queries are what the readers do.
type queries struct {
	room                          *sql.Stmt
	older, newer, changed, search *sql.Stmt
	madeRooms, crowded, erased    *sql.Stmt

	all []*sql.Stmt
}

// SQLite plans a statement anew whenever a parameter that is the whole of a
// LIMIT changes its value; hence the + 0.
const (
	visible = "(recipient IS NULL OR recipient = :viewer OR sender = :viewer)"
	ofRoom  = "SELECT " + columns + " FROM messages WHERE id > :after AND id < :before AND " + visible
	// In messages that were only ever said the change numbers ascend with the
	// ids; the others have an index.
	byChange = "SELECT * FROM (" + ofRoom + " AND seq > :seq AND seq = said ORDER BY id LIMIT :limit + 0)" +
		" UNION ALL SELECT * FROM (SELECT " + columns + " FROM messages INDEXED BY messages_by_change" +
		" WHERE id >> 32 = :room AND seq > :seq AND seq <> said AND " + visible + " ORDER BY seq LIMIT :limit + 0)"
	withWords = "SELECT " + columns + " FROM words JOIN messages ON messages.id = words.rowid" +
		" WHERE words MATCH :words AND words.rowid < :before AND deleted IS NULL AND " + visible +
		" AND NOT EXISTS (SELECT 1 FROM erasing WHERE message = messages.id)"
)

func (q *queries) prepare(pages, searches *sql.DB) error {
	err := q.prepareOn(searches, map[string]**sql.Stmt{
		withWords + " ORDER BY words.rowid DESC LIMIT :limit + 0": &q.search,
	})
	if err != nil {
		return err
	}
	return q.prepareOn(pages, map[string]**sql.Stmt{
		selectRoom: &q.room,
		ofRoom + " ORDER BY id DESC LIMIT :limit + 0": &q.older,
		ofRoom + " ORDER BY id LIMIT :limit + 0":      &q.newer,
		byChange + " ORDER BY seq LIMIT :limit + 0":   &q.changed,
		"SELECT id, name, topic, public, lobby, locked, password, host_key, salt, created, guarded, bans FROM made_rooms": &q.madeRooms,
		"SELECT room FROM erased": &q.erased,
		crowdedRooms:              &q.crowded,
	})
}

func (q *queries) prepareOn(db *sql.DB, texts map[string]**sql.Stmt) (err error) {
	for text, into := range texts {
		if *into, err = db.Prepare(text); err != nil { //nolint:sqlclosecheck // closeAll does
			return fmt.Errorf("prepare %q: %w", text, err)
		}
		q.all = append(q.all, *into)
	}
	return nil
}

// Find implements chat.Store.
func (s *Store) Find(ctx context.Context, q chat.Query) (chat.Page, error) {
	var page chat.Page
	err := s.gate.read(ctx, func(ctx context.Context) (err error) {
		page, err = s.find(ctx, q)
		return err
	})
	if err != nil {
		return chat.Page{}, fmt.Errorf("read chat: %w", s.health.failedRead(err))
	}
	return page, nil
}

func (s *Store) find(ctx context.Context, q chat.Query) (chat.Page, error) {
	var (
		r    room
		page chat.Page
	)
	switch err := s.queries.room.QueryRowContext(ctx, q.Room).Scan(&r.id, &r.n, &r.seq); {
	case errors.Is(err, sql.ErrNoRows):
		return page, nil
	case err != nil:
		return page, err
	}
	page.Seq = r.seq
	rows, err := s.query(ctx, &r, q)
	if err != nil || rows == nil {
		return page, err
	}
	if page.Messages, err = scan(rows); err != nil {
		return page, err
	}
	if len(page.Messages) > q.Limit {
		page.Messages, page.More = page.Messages[:q.Limit], true
	}
	if q.Direction == chat.Older {
		slices.Reverse(page.Messages)
	}
	return page, nil
}

// query begins a query for one line more than asked for; nil when it can find nothing.
func (s *Store) query(ctx context.Context, r *room, q chat.Query) (*sql.Rows, error) {
	viewer, limit := sql.Named("viewer", q.Viewer), sql.Named("limit", q.Limit+1)
	switch q.Direction {
	case chat.Newer:
		after := r.messageID(min(max(q.From, 0), maxN))
		return s.queries.newer.QueryContext(ctx, sql.Named("after", after), sql.Named("before", (r.id+1)<<roomShift), viewer, limit)
	case chat.Changed:
		// No message that was said after that change has a lower n.
		after := r.messageID(min(max(q.From-(r.seq-r.n), 0), maxN))
		return s.queries.changed.QueryContext(ctx, sql.Named("room", r.id), sql.Named("seq", q.From),
			sql.Named("after", after), sql.Named("before", (r.id+1)<<roomShift), viewer, limit)
	case chat.Older:
	}
	before := (r.id + 1) << roomShift
	if q.From > 0 && q.From <= maxN {
		before = r.messageID(q.From)
	}
	if q.Words == "" {
		return s.queries.older.QueryContext(ctx, sql.Named("after", r.messageID(0)), sql.Named("before", before), viewer, limit)
	}
	words := match(r.id, q.Words)
	if words == "" {
		return nil, nil
	}
	return s.queries.search.QueryContext(ctx, sql.Named("words", words), sql.Named("before", before), viewer, limit)
}
