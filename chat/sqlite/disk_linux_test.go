package sqlite_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"moim/chat"
	"moim/chat/storetest"
)

// TestFullDisk holds that a full disk refuses lines, says so, keeps what it has,
// lets it be read, and goes on by itself once there is space.
func TestFullDisk(t *testing.T) {
	folder, inside := storetest.SmallDisk(t, 2048)
	if !inside {
		return
	}
	store := open(t, folder, keepAll)
	line := func(i int) chat.Op { return say(fmt.Sprintf("%d %s", i, strings.Repeat("x", 3000))) }
	stored := 0
	var err error
	for ; err == nil && stored < 2000; stored++ {
		_, err = store.Apply(t.Context(), "tea", []chat.Op{line(stored)})
	}
	stored--
	if err == nil || !strings.Contains(err.Error(), "full") {
		t.Fatalf("after %d lines: %v", stored, err)
	}
	if told := store.Err(); told == nil || !strings.Contains(told.Error(), "the disk is full") {
		t.Errorf("told: %v", told)
	}
	if got := find(t, store, chat.Query{}); len(got.Messages) != min(stored, 1000) {
		t.Errorf("%d of %d lines can be read", len(got.Messages), stored)
	}
	if got := find(t, store, chat.Query{Words: "3"}); len(got.Messages) == 0 {
		t.Error("nothing is found while the disk is full")
	}
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	soon(t, func() string {
		if err := store.Err(); err != nil {
			return err.Error()
		}
		return ""
	})
	next := apply(t, store, "tea", line(stored))[0]
	if next.Repeat || next.Message.N != int64(stored+1) {
		t.Errorf("it goes on with %d after %d, repeat %v", next.Message.N, stored, next.Repeat)
	}
	closeStore(t, store)
	store = open(t, folder, keepAll) // it is checked for damage
	defer closeStore(t, store)
	if got := find(t, store, chat.Query{Limit: 5000}); len(got.Messages) != stored+1 {
		t.Errorf("%d lines, want %d", len(got.Messages), stored+1)
	}
}

// TestReadOnlyDisk holds that a chat on a disk that is or becomes read-only is
// refused with a sentence.
func TestReadOnlyDisk(t *testing.T) {
	folder, inside := storetest.SmallDisk(t, 4096)
	if !inside {
		return
	}
	store := open(t, folder, keepAll)
	apply(t, store, "tea", say("one"))
	closeStore(t, store)
	soon(t, func() string { // the files are let go
		if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
			return err.Error()
		}
		return ""
	})
	if _, err := tryOpen(folder, keepAll); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Error(err)
	}
	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT, ""); err != nil {
		t.Fatal(err)
	}
	store = open(t, folder, keepAll)
	defer closeStore(t, store)
	if got := texts(t, store); got != "one" {
		t.Errorf("the room holds %q", got)
	}
}
