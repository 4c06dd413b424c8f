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

//go:embed migrations/*.sql
var migrations embed.FS

// versions is the number of migrations.
const versions = 1

var (
	readPragmas = []string{
		"busy_timeout(5000)", "query_only(1)", "trusted_schema(0)", "cell_size_check(1)", "temp_store(MEMORY)",
	}
	writePragmas = []string{
		"busy_timeout(5000)", "auto_vacuum(INCREMENTAL)", "journal_mode(WAL)", "synchronous(FULL)",
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
	case version > versions:
		return errNewer
	}
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	var found string
	switch err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&found); {
	case ctx.Err() != nil:
		cfg.Log.Info("the chat is large; it is not checked as a whole", "path", cfg.Path)
	case err != nil:
		return err
	case found != "ok":
		return damage(found)
	}
	return nil
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
	for v := version + 1; v <= versions; v++ {
		script, err := migrations.ReadFile(fmt.Sprintf("migrations/%d.sql", v))
		if err != nil {
			return err
		}
		if err := step(db, v, string(script)); err != nil {
			return err
		}
	}
	return nil
}

func step(db *sql.DB, version int, script string) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // it has nothing to say after a commit
	if _, err := tx.Exec(script); err != nil {
		return fmt.Errorf("migrate to version %d: %w", version, err)
	}
	// A pragma takes no parameters.
	if _, err := tx.Exec(fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", version, applicationID)); err != nil {
		return fmt.Errorf("migrate to version %d: %w", version, err)
	}
	return tx.Commit()
}
