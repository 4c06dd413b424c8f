package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"moim/chat"
	"moim/chat/sqlite"
	"moim/signaling"
)

// What lies in the data folder.
const (
	lockFile = "lock"         // held by the process that uses the folder
	chatFile = "chat.db"      // what was said, and the rooms that were made; SQLite adds -wal and -shm
	keyFile  = "session.keys" // signs the tokens with which people come back
)

// rotateEvery is how often the session keys are looked at.
const rotateEvery = time.Hour

// Chat that is kept in memory, when nothing is to be kept on disk.
const (
	chatLines = 200    // of each room
	chatRooms = 10_000 // whose lines are kept
	chatBytes = 64 << 20
)

// data is the data folder in use.
type data struct {
	store chat.Store
	rooms signaling.RoomKeeper // nil: rooms are not kept
	keys  *signaling.KeyRing   // sign session tokens
	err   func() error         // why chat cannot be stored at present; nil when it can

	keyFile string
	lock    *flock.Flock
}

// openData takes the data folder for this process and opens what is in it.
func openData(cfg config, log *slog.Logger) (*data, error) {
	if err := makeData(cfg.Data); err != nil {
		return nil, err
	}
	lock := flock.New(filepath.Join(cfg.Data, lockFile), flock.SetPermissions(0o600))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("the data folder cannot be locked; choose one on a local disk with --data: %w", err)
	case !held:
		return nil, fmt.Errorf("the data folder %s is in use by another moim; stop that one, or choose another folder with --data", cfg.Data)
	}
	d := &data{lock: lock}
	if err := d.open(cfg, log); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	return d, nil
}

func (d *data) open(cfg config, log *slog.Logger) error {
	if err := d.readKeys(filepath.Join(cfg.Data, keyFile)); err != nil {
		return err
	}
	path := filepath.Join(cfg.Data, chatFile)
	if cfg.Retention.Nothing() {
		d.err = func() error { return nil }
		if err := eraseChat(path, log); err != nil {
			return err
		}
		var err error
		d.store, err = chat.NewMemory(chatLines, chatRooms, chatBytes)
		return err
	}
	store, err := sqlite.Open(sqlite.Config{Path: path, Retention: cfg.Retention, Log: log})
	if err != nil {
		return fmt.Errorf("%w (the folder is chosen with --data)", err)
	}
	d.store, d.rooms, d.err = store, store, store.Err
	return nil
}

// close gives the folder back.
func (d *data) close() error { return errors.Join(d.store.Close(), d.lock.Close()) }

// eraseChat removes a chat that is not to be kept any more.
func eraseChat(path string, log *slog.Logger) error {
	found := false
	for _, suffix := range []string{"", "-wal", "-shm"} {
		switch err := os.Remove(path + suffix); {
		case err == nil:
			found = true
		case !errors.Is(err, fs.ErrNotExist):
			return fmt.Errorf("the chat of before cannot be removed, and nothing is to be kept on disk: %w", err)
		}
	}
	if found {
		log.Warn("the chat of before is removed, as nothing is to be kept on disk", "path", path)
	}
	return nil
}

// readKeys reads the keys that sign session tokens, or makes one.
func (d *data) readKeys(path string) error {
	d.keyFile = path
	now := time.Now()
	text, err := os.ReadFile(path) //nolint:gosec // in the data folder
	switch {
	case errors.Is(err, fs.ErrNotExist):
		d.keys = signaling.NewKeyRing(now)
		text, err = d.keys.MarshalText()
		if err == nil {
			err = writeWhole(path, text)
		}
	case err == nil:
		if d.keys, err = signaling.ParseKeyRing(text); err != nil {
			return fmt.Errorf("%s holds no session keys (%w); remove it to have new ones made", path, err)
		}
		err = d.rotateKeys(now)
	}
	if err != nil {
		return fmt.Errorf("the session keys cannot be read or made: %w", err)
	}
	return nil
}

// rotateKeys replaces the keys that are due for it.
func (d *data) rotateKeys(now time.Time) error {
	return d.keys.Rotate(now, func(text []byte) error { return writeWhole(d.keyFile, text) })
}

// tend looks after the keys until ctx ends.
func (d *data) tend(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(rotateEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			if err := d.rotateKeys(now); err != nil {
				log.Error("the session keys cannot be replaced; those of before stay in use", "err", err)
			}
		}
	}
}

// writeWhole writes a file that is there whole or not at all, also after a crash.
func writeWhole(path string, content []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	err = errors.Join(err, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(file.Name()))
	}
	return nil
}

// makeData makes the data folder, readable by its owner only, and sees that
// it can be written to.
func makeData(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("the data folder cannot be made; choose another with --data: %w", err)
	}
	probe, err := os.CreateTemp(folder, ".probe-*")
	if err != nil {
		return fmt.Errorf("the data folder cannot be written to; choose another with --data: %w", err)
	}
	probe.Close()
	return os.Remove(probe.Name())
}
