package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"moim/chat"
)

// TestErasedRoom holds that of an erased room, and of the settings of one that is
// forgotten, nothing is soon in the files any more, not its name either.
func TestErasedRoom(t *testing.T) { synctest.Test(t, testErasedRoom) }

func testErasedRoom(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	secrets := []string{"wolpertinger", "nachtigall", "quasselstrippe", "$argon2id$kuckuck", "eichelhaeher", "zaunkoenig"}
	var ops []chat.Op
	for i := range 300 {
		ops = append(ops, say(fmt.Sprintf("wolpertinger nachtigall %d", i)))
	}
	apply(t, store, "quasselstrippe", ops...)
	made := chat.MadeRoom{
		ID: "quasselstrippe", Name: "Quasselstrippe", Topic: "eichelhaeher", Password: "$argon2id$kuckuck", Created: moment,
		Bans: []chat.Ban{{Peer: "zaunkoenig"}},
	}
	if err := store.Keep(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	apply(t, store, "tea", say("harmless"))
	emptied(t, folder)
	if found := onDisk(t, folder, secrets...); strings.Count(found, " in ") < len(secrets) {
		t.Fatalf("only %s", found)
	}
	if err := store.Erase(t.Context(), "quasselstrippe"); err != nil {
		t.Fatal(err)
	}
	if err := store.Forget(t.Context(), "quasselstrippe"); err != nil {
		t.Fatal(err)
	}
	soon(t, func() string { return onDisk(t, folder, secrets...) })
	apply(t, store, "quasselstrippe", say("anew"))
	if err := store.Sweep(t.Context(), moment); err != nil {
		t.Fatal(err)
	}
	page, err := store.Find(t.Context(), chat.Query{Room: "quasselstrippe", Viewer: "mina", Words: "anew", Limit: 10})
	if err != nil || len(page.Messages) != 1 {
		t.Errorf("%d lines are found of the room that began anew, %v", len(page.Messages), err)
	}
}

// TestErasedRoomAtOpen holds that what a crash leaves of an erased room is
// dropped by the next process, and that nobody gets to see it meanwhile.
func TestErasedRoomAtOpen(t *testing.T) { synctest.Test(t, testErasedRoomAtOpen) }

func testErasedRoomAtOpen(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	apply(t, store, "tea", say("wolpertinger"), say("nachtigall"))
	closeStore(t, store)
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("UPDATE rooms SET name = char(0) || id; INSERT INTO erased SELECT id FROM rooms"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	store = open(t, folder, keepAll)
	defer closeStore(t, store)
	if page := find(t, store, chat.Query{}); len(page.Messages) > 0 {
		t.Errorf("%d lines are seen", len(page.Messages))
	}
	soon(t, func() string { return onDisk(t, folder, "wolpertinger", "nachtigall") })
}

// TestErasedRoomLeavesItsNumber holds that the lines of no other room are stored where
// those of an erased one were.
func TestErasedRoomLeavesItsNumber(t *testing.T) {
	synctest.Test(t, testErasedRoomLeavesItsNumber)
}

func testErasedRoomLeavesItsNumber(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	erase := func() {
		t.Helper()
		apply(t, store, "tea", say("x"))
		if err := store.Erase(t.Context(), "tea"); err != nil {
			t.Fatal(err)
		}
		soon(t, func() string {
			if left := pending(t, folder); left > 0 {
				return fmt.Sprint(left, " to be dropped")
			}
			return ""
		})
		if err := store.Sweep(t.Context(), moment); err != nil {
			t.Fatal(err)
		}
	}
	erase()
	apply(t, store, "coffee", say("y"))
	erase()
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var coffee, erased int
	if err := db.QueryRow("SELECT (SELECT id FROM rooms WHERE name = 'coffee'), (SELECT count(*) FROM erased)").Scan(&coffee, &erased); err != nil {
		t.Fatal(err)
	}
	if coffee != 2 || erased != 1 {
		t.Errorf("the other room is number %d, and %d erased ones are kept", coffee, erased)
	}
}
