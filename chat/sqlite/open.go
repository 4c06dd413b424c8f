package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	_ "modernc.org/sqlite" // the driver "sqlite"
)

// applicationID marks the file as a chat of this program: "moim" in ASCII.
const applicationID = 0x6d6f696d

// checkTime bounds how long an existing file is checked for damage before it is
// used. What is not reached then is found when it is read.
const checkTime = 2 * time.Second

// busyTimeout bounds how long one connection waits for another.
const busyTimeout = 5 * time.Second

//go:embed migrations/*.sql
var migrations embed.FS

// steps bring the tables from each version to the next; the first makes them.
// A step that has been released is never changed.
var steps = []func(*sql.Tx) error{
	script("1.sql"),
	script("2.sql"),
}

func script(name string) func(*sql.Tx) error {
	return func(tx *sql.Tx) error {
		text, err := migrations.ReadFile("migrations/" + name)
		if err == nil {
			_, err = tx.Exec(string(text))
		}
		return err
	}
}

var (
	readPragmas = []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "query_only(1)", "trusted_schema(0)", "cell_size_check(1)", "temp_store(MEMORY)",
	}
	writePragmas = []string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)",
		"secure_delete(1)", "journal_size_limit(67108864)", "temp_store(MEMORY)", "cache_size(-16384)",
		"wal_autocheckpoint(4000)", "trusted_schema(0)", "cell_size_check(1)",
	}
)

// How a file is opened (https://sqlite.org/uri.html).
const (
	readWrite = "rw"
	readOnly  = "ro"
	untouched = "immutable" // not even a lock is taken; for a file without a log
)

// dsn names a file to the driver, with pragmas for each connection.
func dsn(path, mode string, pragmas []string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
	if !filepath.IsAbs(path) {
		u = url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath()}
	}
	query := url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": pragmas}
	if mode == untouched {
		query["mode"], query["immutable"] = []string{readOnly}, []string{"1"}
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// openFile opens the file for the writer: one connection, checked and migrated.
func openFile(cfg Config) (*sql.DB, error) {
	file, err := os.OpenFile(cfg.Path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("the chat cannot be opened for writing: %w", err)
	}
	if err := file.Close(); err != nil {
		return nil, err
	}
	if err := check(cfg); err != nil {
		return nil, refusal(cfg.Path, err)
	}
	db, err := sql.Open("sqlite", dsn(cfg.Path, readWrite, writePragmas))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := migrate(db); err != nil {
		return nil, errors.Join(refusal(cfg.Path, err), db.Close())
	}
	if err := within(db, func(tx *sql.Tx) error { return reindex(tx, cfg.Log) }); err != nil {
		return nil, errors.Join(refusal(cfg.Path, err), db.Close())
	}
	return db, nil
}

var (
	errForeign = errors.New("it is not a chat of this program")
	errNewer   = errors.New("it is from a newer version of this program")
	errNoWAL   = errors.New("the file system has no shared memory")
)

// refusal says in a sentence why the file is not used, and what to do.
func refusal(path string, err error) error {
	advice := "see to its disk and start again"
	switch {
	case errors.Is(err, errForeign):
		advice = "move it away or choose another folder"
	case errors.Is(err, errNewer):
		advice = "start that version, or choose another folder"
	case errors.Is(err, errNoWAL):
		advice = "choose a folder on a local disk"
	case isDamage(err):
		advice = "put a copy of it in its place, or move it away, with the files beside it that begin with its name, to start with an empty chat; nothing in it was changed"
	case isReadOnly(err):
		advice = "make it writable or choose another folder"
	}
	return fmt.Errorf("the chat in %s cannot be used: %w; %s", path, explain(err), advice)
}

// check reads an existing file without changing it.
func check(cfg Config) error {
	mode := readOnly
	if _, err := os.Stat(cfg.Path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		mode = untouched
	}
	db, err := sql.Open("sqlite", dsn(cfg.Path, mode, readPragmas))
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	var id, version, tables int
	for pragma, into := range map[string]*int{
		"PRAGMA application_id": &id, "PRAGMA user_version": &version, "SELECT count(*) FROM sqlite_schema": &tables,
	} {
		if err := db.QueryRow(pragma).Scan(into); err != nil {
			return err
		}
	}
	switch {
	case tables == 0 && version == 0 && id == 0:
		return nil // new, and empty
	case id != applicationID:
		return errForeign
	case version > len(steps):
		return errNewer
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	var found string
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found)
	switch {
	case err == nil && found != "ok":
		return damage(found)
	case err != nil && ctx.Err() != nil && !isDamage(err):
		cfg.Log.Info("the chat is large; it is not checked as a whole", "path", cfg.Path)
		return nil
	}
	return err
}

// migrate makes the tables, or brings those of an older version up to date.
func migrate(db *sql.DB) error {
	var mode string
	if err := db.QueryRow("PRAGMA journal_mode").Scan(&mode); err != nil {
		return err
	}
	if mode != "wal" {
		return errNoWAL
	}
	var version int
	if err := db.QueryRow("PRAGMA user_version").Scan(&version); err != nil {
		return err
	}
	for v, step := range steps[min(version, len(steps)):] {
		if err := within(db, func(tx *sql.Tx) error { return advance(tx, step, version+v+1) }); err != nil {
			return fmt.Errorf("migrate to version %d: %w", version+v+1, err)
		}
	}
	return nil
}

func advance(tx *sql.Tx, step func(*sql.Tx) error, version int) error {
	if err := step(tx); err != nil {
		return err
	}
	// A pragma takes no parameters.
	_, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", version, applicationID))
	return err
}

// within does work in a transaction.
func within(db *sql.DB, work func(*sql.Tx) error) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	if err := work(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}
