package sqlite_test

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
)

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
