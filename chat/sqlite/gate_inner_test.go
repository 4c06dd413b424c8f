package sqlite

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"moim/chat"
)

// TestReaderGivesWay holds that a reader who would keep what was deleted on the
// disk is interrupted, waits, and reads again.
func TestReaderGivesWay(t *testing.T) {
	path := filepath.Join(t.TempDir(), "chat.db")
	store, err := Open(Config{Path: path, Retention: chat.Retention{Age: chat.All, Lines: chat.All}, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	apply := func(op chat.Op) {
		t.Helper()
		if _, err := store.Apply(t.Context(), "tea", []chat.Op{op}); err != nil {
			t.Fatal(err)
		}
	}
	apply(chat.Op{Message: chat.Message{Key: "k", From: "mina", Text: "wolpertinger"}})

	tries := 0
	err = store.gate.read(t.Context(), func(ctx context.Context) error {
		tries++
		rows, err := store.pages.Query("SELECT text FROM messages UNION ALL SELECT 'more'")
		if err != nil {
			return err
		}
		defer rows.Close()
		var text string
		if !rows.Next() {
			return errors.New("no rows")
		}
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if tries > 1 {
			if log, err := os.ReadFile(path + "-wal"); err != nil || bytes.Contains(log, []byte("wolpertinger")) || text != "" {
				t.Errorf("it is let in again before the log is emptied, and reads %q: %v", text, err)
			}
			return rows.Err()
		}
		apply(chat.Op{Verb: chat.Delete, Message: chat.Message{N: 1, From: "mina", At: time.Now()}})
		<-ctx.Done()
		return errors.Join(ctx.Err(), rows.Err())
	})
	if err != nil || tries != 2 {
		t.Errorf("it read %d times: %v", tries, err)
	}
}

// TestGateIsNoTrap holds that a reader whose own time is over is not sent back.
func TestGateIsNoTrap(t *testing.T) {
	g := newGate()
	ctx, cancel := context.WithCancel(t.Context())
	err := g.read(ctx, func(context.Context) error {
		cancel()
		go g.shut(func() {})
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
