package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"time"
)

const (
	maxGathered = 512         // requests in one transaction
	tendEvery   = time.Second // for what is to be done beside the writing
)

// request is work to do within a transaction. An error of it undoes the
// transaction; it may be done again then, in another one.
type request struct {
	work func(*tx) error
	done chan error // takes one
}

// writer owns the connection that writes. All of it but requests, stop and done
// belongs to the goroutine of run.
type writer struct {
	requests chan *request
	stop     chan struct{}
	done     chan error

	log    *slog.Logger
	health *health
	db     *sql.DB
	conn   *sql.Conn
	stmts  statements
	purge  bool // the write-ahead log holds text that is to be gone
}

func newWriter(db *sql.DB, h *health, log *slog.Logger) (*writer, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	w := &writer{
		requests: make(chan *request, maxGathered), stop: make(chan struct{}), done: make(chan error, 1),
		log: log, health: h, db: db, conn: conn,
		purge: true, // an earlier process may have left some
	}
	if err := w.stmts.prepare(conn); err != nil {
		return nil, errors.Join(err, closeAll(w.stmts.all), conn.Close())
	}
	go w.run()
	return w, nil
}

// do has work done and answers when it is on the disk. After the error of ctx
// it may still be done.
func (w *writer) do(ctx context.Context, work func(*tx) error) error {
	r := &request{work: work, done: make(chan error, 1)}
	select {
	case w.requests <- r:
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// close waits for the work under way.
func (w *writer) close() error {
	close(w.stop)
	return <-w.done
}

func (w *writer) run() {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case first := <-w.requests:
			w.commit(w.gather(first))
		case <-tick.C:
			w.tend()
		case <-w.stop:
			for len(w.requests) > 0 {
				w.commit(w.gather(<-w.requests))
			}
			w.tend()
			w.done <- errors.Join(closeAll(w.stmts.all), w.conn.Close(), w.db.Close())
			return
		}
	}
}

// gather takes what else waits. It lets others run first: those that were just
// answered often have more to write.
func (w *writer) gather(first *request) []*request {
	runtime.Gosched()
	batch := []*request{first}
	for len(batch) < maxGathered {
		select {
		case r := <-w.requests:
			batch = append(batch, r)
		default:
			return batch
		}
	}
	return batch
}

// commit does requests in one transaction. If one of them is at fault, not the
// disk, the others are done without it.
func (w *writer) commit(batch []*request) {
	err := w.health.refuses()
	if err == nil {
		err = w.transact(batch)
		if err != nil && len(batch) > 1 && !isDisk(err) {
			for _, r := range batch {
				w.commit([]*request{r})
			}
			return
		}
		if err == nil || isDisk(err) {
			w.health.wrote(err)
		}
	}
	for _, r := range batch {
		r.done <- err
	}
}

func (w *writer) transact(batch []*request) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	t := &tx{statements: &w.stmts, rooms: make(map[string]*room), rewordings: make(map[int64]*rewording)}
	err := t.run(batch)
	if err == nil {
		err = w.exec("COMMIT")
	}
	if err != nil {
		// It fails when SQLite has undone the transaction by itself.
		_ = w.exec("ROLLBACK")
		return err
	}
	w.purge = w.purge || t.purge
	return nil
}

func (w *writer) exec(statement string) error {
	_, err := w.conn.ExecContext(context.Background(), statement)
	return err
}

// tend empties the write-ahead log of text that is to be gone, and sees whether
// a disk that failed works again.
func (w *writer) tend() {
	if w.health.refuses() != nil {
		return
	}
	if w.health.err() != nil {
		w.health.wrote(w.transact([]*request{{work: (*tx).touch}}))
	}
	if !w.purge || w.health.err() != nil {
		return
	}
	emptied, err := w.empty()
	if err != nil {
		w.log.Warn("chat log not emptied", "err", explain(err))
		if isDisk(err) {
			w.health.wrote(err)
		}
		return
	}
	w.purge = !emptied
}

// empty empties the write-ahead log unless somebody reads what it holds: no line
// waits for a reader, and the next second is soon enough.
func (w *writer) empty() (bool, error) {
	if err := w.exec("PRAGMA busy_timeout = 0"); err != nil {
		return false, err
	}
	var busy, frames, moved int
	err := w.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &moved)
	return busy == 0, errors.Join(err, w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout.Milliseconds())))
}

// work has something done by the writer; the error says what.
func (s *Store) work(ctx context.Context, what string, work func(*tx) error) error {
	if err := s.writer.do(ctx, work); err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}
