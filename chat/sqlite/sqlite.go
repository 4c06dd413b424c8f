// Package sqlite keeps chat, and the rooms that were made on request, in one
// SQLite file (https://sqlite.org/wal.html).
//
// One goroutine writes. It gathers what waits, does all of it in one
// transaction, and answers when that is on the disk (synchronous=FULL), so
// many writers share one fsync. Reads go beside it on connections of their own.
//
// What is deleted, edited or too old is overwritten in the file
// (secure_delete, for the words too) and soon after in its write-ahead log.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"time"

	"moim/chat"
)

// Config is what a Store is made of.
type Config struct {
	Path      string         // of the file; made if missing. Its -wal and -shm lie beside it
	Retention chat.Retention // not Nothing
	Log       *slog.Logger
}

// Store is a chat.Store in a file. One process may have it open.
type Store struct {
	// Static after Open.
	retention chat.Retention
	log       *slog.Logger
	health    *health
	gate      *gate
	writer    *writer
	pages     *sql.DB // connections that read
	searches  *sql.DB // connections that search, apart so that pages wait for no search
	queries   queries

	sweeping sync.WaitGroup
	stop     context.CancelFunc
}

// Open opens the file, brings it to the newest version of its tables, and
// starts to keep it. The error is a sentence that says what to do: the file is
// damaged, from a newer version of the program, not the program's, or cannot be
// written to; it is left as it was then.
func Open(cfg Config) (*Store, error) {
	if cfg.Retention.Nothing() || cfg.Log == nil {
		return nil, errors.New("a chat store needs something to keep and a log")
	}
	db, err := openFile(cfg)
	if err != nil {
		return nil, err
	}
	s := &Store{retention: cfg.Retention, log: cfg.Log, health: &health{log: cfg.Log}, gate: newGate()}
	if err = s.openReaders(cfg.Path); err == nil {
		s.writer, err = newWriter(db, cfg.Path, s.gate, s.health, cfg.Log)
	}
	if err != nil {
		return nil, errors.Join(explain(err), s.closeReaders(), db.Close())
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	if err := s.dropRooms(ctx, time.Now()); err != nil {
		cfg.Log.Warn("old rooms not forgotten", "err", err) // a full disk keeps nobody from reading
	}
	s.sweeping.Go(func() { s.keepSweeping(ctx) })
	return s, nil
}

// Err is the reason why lines cannot be stored at present, in words; nil when
// they can.
func (s *Store) Err() error { return s.health.err() }

// Close implements chat.Store.
func (s *Store) Close() error {
	s.stop()
	s.sweeping.Wait()
	return errors.Join(s.closeReaders(), s.writer.close())
}

// connections is how many read at once, and how many search.
const connections = 2

func (s *Store) openReaders(path string) error {
	for _, db := range []**sql.DB{&s.pages, &s.searches} {
		var err error
		if *db, err = sql.Open("sqlite", dsn(path, readWrite, readPragmas)); err != nil {
			return err
		}
		(*db).SetMaxOpenConns(connections)
		(*db).SetMaxIdleConns(connections)
	}
	return s.queries.prepare(s.pages, s.searches)
}

func (s *Store) closeReaders() error {
	err := closeAll(s.queries.all)
	for _, db := range []*sql.DB{s.pages, s.searches} {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
	}
	return err
}
