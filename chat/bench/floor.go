package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"

	"moim/chat"
)

// floor is SQLite used in the barest way: one table, one loop, no checks. It can do neither
// private lines nor edits nor resent ones.
type floor struct {
	db  *sql.DB
	all []*sql.Stmt

	begin, commit, add, addWords *sql.Stmt
	older, newer, words, like    *sql.Stmt
}

// The pragmas of chat/sqlite.
var (
	readPragmas  = []string{"query_only(1)", "trusted_schema(0)", "cell_size_check(1)", "temp_store(MEMORY)"}
	writePragmas = []string{
		"auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(1)",
		"journal_size_limit(67108864)", "temp_store(MEMORY)", "cache_size(-16384)", "wal_autocheckpoint(4000)",
		"trusted_schema(0)", "cell_size_check(1)",
	}
)

const floorSchema = `
CREATE TABLE IF NOT EXISTS lines (
	room INTEGER, n INTEGER, at INTEGER, sender TEXT, key TEXT, name TEXT, text TEXT,
	PRIMARY KEY (room, n)
) WITHOUT ROWID;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, content = '', tokenize = 'unicode61')`

// maxRead is how many lines a page has at most.
const maxRead = 50

// A line's id in the index of words is its room's, shifted, and its n.
const roomShift = 32

const (
	floorLine  = "SELECT n, at, sender, key, name, text FROM lines "
	floorWords = "SELECT n, at, sender, key, name, lines.text FROM words" +
		" JOIN lines ON room = words.rowid >> 32 AND n = words.rowid & 0xffffffff" +
		" WHERE words MATCH ? AND words.rowid > ? AND words.rowid < ? ORDER BY words.rowid DESC LIMIT 50"
)

// writeFloor opens one to write to, and makes it if need be.
func writeFloor(ctx context.Context, path string) (*floor, error) {
	f, err := dial(path, writePragmas)
	if err != nil {
		return nil, err
	}
	if _, err := f.db.ExecContext(ctx, floorSchema); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f.prepared(ctx, map[string]**sql.Stmt{
		"BEGIN IMMEDIATE": &f.begin, "COMMIT": &f.commit,
		"INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?)": &f.add,
		"INSERT INTO words (rowid, text) VALUES (?, ?)":  &f.addWords,
	})
}

// readFloor opens one to read.
func readFloor(ctx context.Context, path string) (*floor, error) {
	f, err := dial(path, readPragmas)
	if err != nil {
		return nil, err
	}
	return f.prepared(ctx, map[string]**sql.Stmt{
		floorLine + "WHERE room = ? AND n < ? ORDER BY n DESC LIMIT 50":                 &f.older,
		floorLine + "WHERE room = ? AND n > ? ORDER BY n LIMIT 50":                      &f.newer,
		floorLine + "WHERE room = ? AND text LIKE '%'||?||'%' ORDER BY n DESC LIMIT 50": &f.like,
		floorWords: &f.words,
	})
}

func dial(path string, pragmas []string) (*floor, error) {
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: url.Values{"_pragma": pragmas}.Encode()}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1) // so that a transaction can be statements
	return &floor{db: db}, nil
}

func (f *floor) prepared(ctx context.Context, texts map[string]**sql.Stmt) (*floor, error) {
	for text, into := range texts {
		var err error
		if *into, err = f.db.PrepareContext(ctx, text); err != nil { //nolint:sqlclosecheck // close does
			return nil, errors.Join(fmt.Errorf("prepare %q: %w", text, err), f.close())
		}
		f.all = append(f.all, *into)
	}
	return f, nil
}

func (f *floor) close() error {
	var err error
	for _, s := range f.all {
		err = errors.Join(err, s.Close())
	}
	return errors.Join(err, f.db.Close())
}

// during does work in one transaction.
func (f *floor) during(ctx context.Context, work func() error) error {
	if _, err := f.begin.ExecContext(ctx); err != nil {
		return err
	}
	if err := work(); err != nil {
		return err
	}
	_, err := f.commit.ExecContext(ctx)
	return err
}

func (f *floor) say(ctx context.Context, room, n int, m *chat.Message) error {
	_, err := f.add.ExecContext(ctx, room, n, m.At.UnixMilli(), m.From, m.Key, m.Name, m.Text)
	return err
}

func (f *floor) index(ctx context.Context, room, n int, m *chat.Message) error {
	_, err := f.addWords.ExecContext(ctx, room<<roomShift|n, m.Text)
	return err
}

// before reads the last lines of a room with a lower n.
func (f *floor) before(ctx context.Context, room int, n int64) ([]chat.Message, error) {
	return found(f.older.QueryContext(ctx, room, n))
}

// search finds the newest lines of a room by the index of words.
func (f *floor) search(ctx context.Context, room int, match string) ([]chat.Message, error) {
	return found(f.words.QueryContext(ctx, match, room<<roomShift, (room+1)<<roomShift))
}

// found reads lines and closes their rows.
func found(rows *sql.Rows, err error) ([]chat.Message, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var messages []chat.Message
	for rows.Next() {
		var (
			m  chat.Message
			at int64
		)
		if err := rows.Scan(&m.N, &at, &m.From, &m.Key, &m.Name, &m.Text); err != nil {
			return nil, err
		}
		m.At = time.UnixMilli(at).UTC()
		messages = append(messages, m)
	}
	return messages, rows.Err()
}
