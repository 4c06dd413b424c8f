package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"time"

	"moim/chat"
)

const (
	maxGathered = 512         // requests in one transaction
	tendEvery   = time.Second // for what is to be done beside the writing
	maxLog      = 32 << 20    // bytes of the write-ahead log, then it is emptied
	maxVacuum   = 32 << 20    // bytes of the file, beyond which writing it anew takes too long
	vacuumEvery = time.Minute // at most
	maxBusy     = 2           // times in a row that readers keep the log from being emptied
)

// request is work to do within a transaction. An error of it undoes the
// transaction; it may be done again then, in another one.
type request struct {
	work func(*tx) error
	done chan error // takes one
}

// writer owns the connection that writes. All of it but its channels and gate
// belongs to the goroutine of run.
type writer struct {
	requests chan *request
	empties  chan chan struct{} // asks to empty the log while the gate is shut
	stop     chan struct{}
	done     chan error
	shutting sync.WaitGroup // of the gate

	path    string // of the file
	log     *slog.Logger
	gate    *gate
	health  *health
	db      *sql.DB
	conn    *sql.Conn
	stmts   statements
	purge   bool      // the write-ahead log holds text that is to be gone
	stale   bool      // the file may hold copies of it
	written time.Time // when the file was last written anew
	busy    int       // times in a row that the log could not be emptied; -1: the gate is being shut
	erasing bool      // there may be words to be dropped from the index
	turn    int64     // the message after which the next of them are
}

func newWriter(db *sql.DB, path string, g *gate, h *health, log *slog.Logger) (*writer, error) {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return nil, err
	}
	w := &writer{
		requests: make(chan *request, maxGathered), stop: make(chan struct{}), done: make(chan error, 1),
		empties: make(chan chan struct{}),
		path:    path, log: log, gate: g, health: h, db: db, conn: conn,
		purge: true, stale: true, erasing: true, // an earlier process may have left some
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
	w.shutting.Wait()
	return <-w.done
}

func (w *writer) run() {
	tick := time.NewTicker(tendEvery)
	defer tick.Stop()
	for {
		select {
		case first := <-w.requests:
			w.commit(w.gather(first))
		case <-w.ahead():
			w.commit(nil)
		case <-tick.C:
			w.tend()
		case done := <-w.empties:
			w.busy = 0
			w.empty()
			close(done)
		case <-w.stop:
			for len(w.requests) > 0 {
				w.commit(w.gather(<-w.requests))
			}
			w.empty()
			w.done <- errors.Join(closeAll(w.stmts.all), w.conn.Close(), w.db.Close())
			return
		}
	}
}

// always can be received from.
var always = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// ahead can be received from while there are words to be dropped, so that run
// goes on with that.
func (w *writer) ahead() <-chan struct{} {
	if w.erasing && w.health.err() == nil {
		return always
	}
	return nil
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
		if err != nil && len(batch) == 0 {
			w.log.Warn("words not dropped", "err", err)
			w.erasing = false // until something is to be dropped again
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
	t := &tx{statements: &w.stmts, rooms: make(map[string]*room), added: make(map[int64][]chat.Word), erasing: w.erasing, turn: w.turn}
	err := t.run(batch)
	if err == nil {
		err = w.exec("COMMIT")
	}
	if err != nil {
		// It fails when SQLite has undone the transaction by itself.
		_ = w.exec("ROLLBACK")
		return err
	}
	w.purge, w.stale, w.erasing, w.turn = w.purge || t.purge, w.stale || t.purge, t.erasing, t.turn
	return nil
}

func (w *writer) exec(statement string) error {
	_, err := w.conn.ExecContext(context.Background(), statement)
	return err
}

// tend sees whether a disk that failed works again, and empties the write-ahead
// log of text that is to be gone, or when it has grown long.
func (w *writer) tend() {
	if w.health.refuses() != nil {
		return
	}
	if w.health.err() != nil {
		w.health.wrote(w.transact([]*request{{work: (*tx).touch}}))
	}
	if info, err := os.Stat(w.path + "-wal"); err == nil && info.Size() > maxLog {
		w.purge = true
	}
	w.empty()
	if w.purge && w.busy == maxBusy {
		w.busy = -1
		w.shutting.Go(w.shut)
	}
	w.vacuum()
}

// vacuum writes a small file anew when text was taken away from it and nothing
// else is to be done: where SQLite has moved a row, as for another before it,
// it leaves a copy that secure_delete does not overwrite.
func (w *writer) vacuum() {
	info, err := os.Stat(w.path)
	if err != nil || info.Size() > maxVacuum || !w.stale || w.purge || w.erasing || len(w.requests) > 0 ||
		time.Since(w.written) < vacuumEvery || w.health.err() != nil {
		return
	}
	w.written = time.Now()
	if err := w.exec("VACUUM"); err != nil {
		w.log.Warn("chat not written anew", "err", explain(err))
		return
	}
	w.stale, w.purge = false, true
	w.empty()
}

// shut empties the log while nobody reads.
func (w *writer) shut() {
	w.gate.shut(func() {
		done := make(chan struct{})
		select {
		case w.empties <- done:
			<-done
		case <-w.stop:
		}
	})
}

// empty empties the write-ahead log if it has to be, unless somebody reads what
// it holds: no line waits for a reader.
func (w *writer) empty() {
	if !w.purge || w.health.err() != nil {
		return
	}
	busy, err := w.checkpoint()
	if err != nil {
		w.log.Warn("chat log not emptied", "err", explain(err))
		if isDisk(err) {
			w.health.wrote(err)
		}
		return
	}
	w.purge = busy
	switch {
	case !busy:
		w.busy = 0
	case w.busy >= 0 && w.busy < maxBusy:
		w.busy++
	}
}

// checkpoint moves the log into the file and cuts it to nothing; it tells
// whether readers keep it from that.
func (w *writer) checkpoint() (busy bool, err error) {
	if err := w.exec("PRAGMA busy_timeout = 0"); err != nil {
		return false, err
	}
	var reading, frames, moved int
	err = w.conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&reading, &frames, &moved)
	return reading != 0, errors.Join(err, w.exec(fmt.Sprintf("PRAGMA busy_timeout = %d", busyTimeout.Milliseconds())))
}

// work has something done by the writer; the error says what.
func (s *Store) work(ctx context.Context, what string, work func(*tx) error) error {
	if err := s.writer.do(ctx, work); err != nil {
		return fmt.Errorf("%s: %w", what, explain(err))
	}
	return nil
}
