package sqlite_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"moim/chat"
	"moim/chat/sqlite"
)

// TestRetention holds that lines are dropped by age and by number, with their
// words and from the files, and that the room goes on counting.
func TestRetention(t *testing.T) {
	synctest.Test(t, testRetention)
}

func testRetention(t *testing.T) {
	now := time.Now()
	at := func(text string, age time.Duration) chat.Op {
		op := say(text)
		op.Message.At = now.Add(-age)
		return op
	}
	folder := t.TempDir()
	store := open(t, folder, chat.Retention{Age: chat.All, Lines: 600})
	defer func() { closeStore(t, store) }()
	reopen := func(keep chat.Retention) {
		closeStore(t, store)
		store = open(t, folder, keep)
	}
	sweep := func() {
		t.Helper()
		if err := store.Sweep(t.Context(), now); err != nil {
			t.Fatal(err)
		}
	}
	var ops []chat.Op
	for i := range 1500 {
		ops = append(ops, at(fmt.Sprintf("line%04d", i+1), time.Duration(1500-i)*time.Hour))
	}
	apply(t, store, "tea", ops...)
	apply(t, store, "coffee", at("elsewhere", 2000*time.Hour), at("elsewhere2", time.Minute))
	sweep()
	page := find(t, store, chat.Query{})
	if len(page.Messages) != 600 || page.Messages[0].N != 901 || page.Seq != 1500 {
		t.Fatalf("%d kept, from %d, change %d", len(page.Messages), page.Messages[0].N, page.Seq)
	}
	if got := find(t, store, chat.Query{Words: "line0900"}); len(got.Messages) != 0 {
		t.Error("a dropped line is found by its words")
	}
	soon(t, func() string { return onDisk(t, folder, "line0001", "line0900") })

	reopen(chat.Retention{Age: 100*time.Hour + 30*time.Minute, Lines: chat.All})
	sweep()
	page = find(t, store, chat.Query{})
	if len(page.Messages) != 100 || page.Messages[0].N != 1401 {
		t.Fatalf("%d kept, from %d", len(page.Messages), page.Messages[0].N)
	}
	other, err := store.Find(t.Context(), chat.Query{Room: "coffee", Viewer: "mina", Limit: 9})
	if err != nil || len(other.Messages) != 1 || other.Messages[0].N != 2 {
		t.Errorf("the other room keeps %+v, %v", other.Messages, err)
	}
	reply := at("answer", 0)
	reply.Message.Reply = 3
	if o := apply(t, store, "tea", reply)[0]; o.Err != nil || o.Message.N != 1501 {
		t.Errorf("a dropped line is answered: n %d, %v", o.Message.N, o.Err)
	}

	reopen(chat.Retention{Age: time.Second, Lines: 1})
	if err := store.Sweep(t.Context(), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if o := apply(t, store, "tea", at("next", 0))[0]; o.Message.N != 1502 {
		t.Errorf("an emptied room goes on with %d", o.Message.N)
	}
}

// TestRoomsAreForgotten holds that a room without lines is forgotten, name and
// all, when it was quiet for long.
func TestRoomsAreForgotten(t *testing.T) {
	synctest.Test(t, testRoomsAreForgotten)
}

func testRoomsAreForgotten(t *testing.T) {
	folder := t.TempDir()
	keep := chat.Retention{Age: time.Hour, Lines: chat.All}
	store := open(t, folder, keep)
	quiet, lively := say("x"), say("x")
	quiet.Message.At = time.Now().Add(-8 * 24 * time.Hour)
	lively.Message.At = time.Now().Add(-6 * 24 * time.Hour)
	apply(t, store, "wolpertinger", quiet)
	apply(t, store, "nachtigall", lively)
	if err := store.Sweep(t.Context(), time.Now()); err != nil {
		t.Fatal(err)
	}
	closeStore(t, store)
	store = open(t, folder, keep)
	defer closeStore(t, store)
	soon(t, func() string { return onDisk(t, folder, "wolpertinger") })
	if onDisk(t, folder, "nachtigall") == "" {
		t.Error("a room is forgotten while one who was in it may come back")
	}
	if o := apply(t, store, "nachtigall", say("y"))[0]; o.Message.N != 2 {
		t.Errorf("it goes on with %d", o.Message.N)
	}
}

// TestShrinks holds that the file gives back what was dropped.
func TestShrinks(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, chat.Retention{Age: chat.All, Lines: 10})
	var ops []chat.Op
	for i := range 500 {
		ops = append(ops, say(fmt.Sprintf("%d %s", i, strings.Repeat("text ", 400))))
	}
	apply(t, store, "tea", ops...)
	size := func() int64 {
		t.Helper()
		closeStore(t, store)
		info, err := os.Stat(filepath.Join(folder, "chat.db"))
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	full := size()
	var err error
	if store, err = sqlite.Open(sqlite.Config{
		Path: filepath.Join(folder, "chat.db"), Retention: chat.Retention{Age: chat.All, Lines: 10}, Log: slog.New(slog.DiscardHandler),
	}); err != nil {
		t.Fatal(err)
	}
	if err := store.Sweep(t.Context(), moment); err != nil {
		t.Fatal(err)
	}
	if left := size(); left > full/4 {
		t.Errorf("%d of %d bytes are left", left, full)
	}
}
