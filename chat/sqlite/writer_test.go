package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"moim/chat"
	"moim/chat/sqlite"
)

// hold keeps the writer busy until the function it answers is called.
func hold(t *testing.T, store *sqlite.Store) (release func()) {
	t.Helper()
	busy, free := make(chan struct{}), make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		err := store.Work(t.Context(), func() error { close(busy); <-free; return nil })
		if err != nil {
			t.Error(err)
		}
	})
	<-busy
	return func() { close(free); done.Wait() }
}

// waiting waits until so many requests wait for the writer.
func waiting(store *sqlite.Store, requests int) {
	for store.Waiting() < requests {
		runtime.Gosched()
	}
}

// TestOneFailsAlone holds that work which cannot be done takes none of what
// waited with it down.
func TestOneFailsAlone(t *testing.T) {
	store := open(t, t.TempDir(), keepAll)
	defer closeStore(t, store)
	release := hold(t, store)
	var all sync.WaitGroup
	poison := errors.New("poison")
	for i := range 9 {
		all.Go(func() {
			if i == 4 {
				if err := store.Work(t.Context(), func() error { return poison }); !errors.Is(err, poison) {
					t.Errorf("the poison: %v", err)
				}
				return
			}
			outcomes, err := store.Apply(t.Context(), "tea", []chat.Op{say(fmt.Sprint(i))})
			if err != nil || !outcomes[0].Changed() {
				t.Errorf("line %d: %v", i, err)
			}
		})
	}
	waiting(store, 9)
	release()
	all.Wait()
	for i, m := range find(t, store, chat.Query{}).Messages {
		if m.N != int64(i+1) {
			t.Errorf("line %d has n %d", i+1, m.N)
		}
	}
	if got := len(find(t, store, chat.Query{}).Messages); got != 8 {
		t.Errorf("%d lines are stored, want 8", got)
	}
	if err := store.Err(); err != nil {
		t.Errorf("the store says it fails: %v", err)
	}
}

// TestCancelled holds that whoever gives up waiting is let go at once, and that
// the writer goes on.
func TestCancelled(t *testing.T) {
	store := open(t, t.TempDir(), keepAll)
	defer closeStore(t, store)
	release := hold(t, store)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := store.Apply(ctx, "tea", []chat.Op{say("one")})
		gone <- err
	}()
	waiting(store, 1)
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	release()
	if again := apply(t, store, "tea", say("one"))[0]; again.Message.N != 1 {
		t.Errorf("said again it is %d", again.Message.N)
	}
}

// TestReadersHoldNobodyUp holds that a reader who takes long, which keeps the log
// from being emptied, keeps no line from being stored.
func TestReadersHoldNobodyUp(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	apply(t, store, "tea", say("wolpertinger"))
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	reader, err := db.Begin()
	if err != nil {
		t.Fatal(err)
	}
	var lines int
	if err := reader.QueryRow("SELECT count(*) FROM messages").Scan(&lines); err != nil || lines != 1 {
		t.Fatal(lines, err)
	}
	apply(t, store, "tea", chat.Op{Verb: chat.Edit, Message: chat.Message{N: 1, From: "mina", Text: "uno", At: moment}})
	for i, start := 0, time.Now(); time.Since(start) < 1500*time.Millisecond; i++ { // the log is to be emptied meanwhile
		said := time.Now()
		apply(t, store, "tea", say(fmt.Sprint(i)))
		if took := time.Since(said); took > 3*time.Second {
			t.Fatalf("a line waited %v for a reader", took)
		}
	}
	if err := reader.Rollback(); err != nil {
		t.Fatal(err)
	}
	soon(t, func() string { return onDisk(t, folder, "wolpertinger") })
}
