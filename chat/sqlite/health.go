package sqlite

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// damage is what SQLite finds wrong with a file.
type damage string

func (d damage) Error() string { return string(d) }

// primary is the primary result code of SQLite, 0 for other errors.
func primary(err error) int {
	if failed, ok := errors.AsType[*driver.Error](err); ok {
		return failed.Code() & 0xff
	}
	return 0
}

func isDamage(err error) bool {
	_, found := errors.AsType[damage](err)
	code := primary(err)
	return found || code == codes.SQLITE_CORRUPT || code == codes.SQLITE_NOTADB
}

func isReadOnly(err error) bool { return primary(err) == codes.SQLITE_READONLY }

// isDisk tells of errors that are the disk's or the file's, whatever was to be
// written.
func isDisk(err error) bool {
	switch primary(err) {
	case codes.SQLITE_FULL, codes.SQLITE_IOERR, codes.SQLITE_CANTOPEN, codes.SQLITE_BUSY, codes.SQLITE_NOMEM:
		return true
	}
	return isDamage(err) || isReadOnly(err)
}

// explained is an error in words.
type explained struct {
	words string
	err   error
}

func (e *explained) Error() string { return fmt.Sprintf("%s (%v)", e.words, e.err) }
func (e *explained) Unwrap() error { return e.err }

// explain says in words what an error of SQLite means.
func explain(err error) error {
	if _, done := errors.AsType[*explained](err); done || err == nil {
		return err
	}
	words := ""
	switch primary(err) {
	case codes.SQLITE_FULL:
		words = "the disk is full"
	case codes.SQLITE_IOERR:
		words = "the disk failed"
	case codes.SQLITE_READONLY:
		words = "it is read-only"
	case codes.SQLITE_CANTOPEN:
		words = "it cannot be opened"
	case codes.SQLITE_BUSY:
		words = "another program has it open"
	}
	if isDamage(err) {
		words = "it is damaged"
	}
	if words == "" {
		return err
	}
	return &explained{words, err}
}

// health knows whether the file can be written to.
type health struct {
	log *slog.Logger // static

	mu      sync.Mutex // guards what follows
	fault   error      // explained; nil when all is well
	damaged bool       // for good: what is damaged is not written to any more
}

func (h *health) err() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fault
}

// refuses is the reason not to try at all.
func (h *health) refuses() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.damaged {
		return h.fault
	}
	return nil
}

// wrote notes how a write went.
func (h *health) wrote(err error) {
	h.mu.Lock()
	was, damaged := h.fault, h.damaged
	if err != nil {
		h.fault = explain(err)
		h.damaged = damaged || isDamage(err)
	} else if !damaged {
		h.fault = nil
	}
	now := h.fault
	h.mu.Unlock()
	switch {
	case now != nil && (was == nil || was.Error() != now.Error()):
		h.log.Error("chat cannot be stored", "err", now)
	case now == nil && was != nil:
		h.log.Info("chat can be stored again")
	}
}

// failedRead notes how a read failed: damage shows in reading too.
func (h *health) failedRead(err error) error {
	if isDamage(err) {
		h.wrote(err)
	}
	return explain(err)
}
