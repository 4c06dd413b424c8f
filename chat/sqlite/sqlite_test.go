package sqlite_test

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"moim/chat"
	"moim/chat/sqlite"
	"moim/chat/storetest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	keepAll = chat.Retention{Age: chat.All, Lines: chat.All}
	moment  = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// open opens the chat of a folder; the caller closes it.
func open(t *testing.T, folder string, keep chat.Retention) *sqlite.Store {
	t.Helper()
	store, err := tryOpen(folder, keep)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func tryOpen(folder string, keep chat.Retention) (*sqlite.Store, error) {
	return sqlite.Open(sqlite.Config{
		Path: filepath.Join(folder, "chat.db"), Retention: keep, Log: slog.New(slog.DiscardHandler),
	})
}

func closeStore(t *testing.T, store *sqlite.Store) {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}

func apply(t *testing.T, store chat.Store, room string, ops ...chat.Op) []chat.Outcome {
	t.Helper()
	outcomes, err := store.Apply(t.Context(), room, ops)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func say(text string) chat.Op {
	key := fmt.Sprintf("%x", sha256.Sum256([]byte(text)))
	return chat.Op{Message: chat.Message{Key: key[:32], From: "mina", Name: "Mina", Text: text, At: moment}}
}

func find(t *testing.T, store chat.Store, q chat.Query) chat.Page {
	t.Helper()
	q.Room, q.Viewer = "tea", "mina"
	if q.Limit == 0 {
		q.Limit = 1000
	}
	page, err := store.Find(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// texts are what the room tea holds, in order.
func texts(t *testing.T, store chat.Store) string {
	t.Helper()
	var all []string
	for _, m := range find(t, store, chat.Query{}).Messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, " ")
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) chat.Store { return open(t, t.TempDir(), keepAll) })
}

// TestStoreInOddFolder holds that a folder's name is a name and nothing else.
func TestStoreInOddFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a b?mode=ro&c#d%20e'모임;")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	store := open(t, folder, keepAll)
	apply(t, store, "tea", say("one"))
	closeStore(t, store)
	if _, err := os.Stat(filepath.Join(folder, "chat.db")); err != nil {
		t.Error(err)
	}
	t.Chdir(folder)
	store, err := sqlite.Open(sqlite.Config{Path: "chat.db", Retention: keepAll, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	if got := texts(t, store); got != "one" {
		t.Errorf("opened from within: %q", got)
	}
	closeStore(t, store)
}

// TestClose holds that a closed store has let go of its files, its log among them.
func TestClose(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	apply(t, store, "tea", say("one"))
	find(t, store, chat.Query{Words: "one"})
	closeStore(t, store)
	files, err := os.ReadDir(folder)
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v, %v", files, err)
	}
}

// TestReopen holds that all there is outlives the store: texts, numbers, keys,
// words, and the count of the changes.
func TestReopen(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	apply(t, store, "tea", say("one"), say("two"), say("three"))
	apply(t, store, "tea",
		chat.Op{Verb: chat.Edit, Message: chat.Message{N: 1, From: "mina", Text: "uno", At: moment}},
		chat.Op{Verb: chat.Delete, Message: chat.Message{N: 2, From: "mina", At: moment}})
	before := find(t, store, chat.Query{})
	closeStore(t, store)

	store = open(t, folder, keepAll)
	defer closeStore(t, store)
	if after := find(t, store, chat.Query{}); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("%v\nbecame %v", before, after)
	}
	if again := apply(t, store, "tea", say("two"))[0]; !again.Repeat || again.Message.N != 2 || again.Message.Text != "" {
		t.Errorf("said again: %+v", again)
	}
	if next := apply(t, store, "tea", say("four"))[0].Message; next.N != 4 || next.Seq != 6 {
		t.Errorf("the next is %d, change %d; want 4, 6", next.N, next.Seq)
	}
	for words, want := range map[string]int{"uno": 1, "one": 0, "two": 0, "thr": 1, "four": 1} {
		if got := len(find(t, store, chat.Query{Words: words}).Messages); got != want {
			t.Errorf("%q finds %d, want %d", words, got, want)
		}
	}
}

func TestMadeRooms(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	tea := chat.MadeRoom{
		ID: "tea", Name: "Tea", Topic: "'; DROP TABLE made_rooms; --", Public: true, Lobby: true, Locked: true,
		Password: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$a2V5", HostHash: sha256.Sum256([]byte("key")),
		Salt: [16]byte{1, 2, 3}, Created: moment, Guarded: moment.Add(time.Hour).Truncate(time.Millisecond),
		Bans: []chat.Ban{{Peer: "a", Address: sha256.Sum256([]byte("address"))}, {Peer: "b", Subject: "somebody"}},
	}
	coffee := chat.MadeRoom{ID: "coffee", Name: "Coffee", Created: moment}
	for _, r := range []chat.MadeRoom{tea, coffee, {ID: "water", Name: "Water", Created: moment}} {
		if err := store.Keep(t.Context(), r); err != nil {
			t.Fatal(err)
		}
	}
	coffee.Topic = "changed"
	if err := store.Keep(t.Context(), coffee); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"water", "unknown"} {
		if err := store.Forget(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	closeStore(t, store)

	store = open(t, folder, keepAll)
	defer closeStore(t, store)
	rooms, err := store.Kept(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept := make(map[string]chat.MadeRoom)
	for _, r := range rooms {
		kept[r.ID] = r
	}
	if len(rooms) != 2 || !reflect.DeepEqual(kept["tea"], tea) || !reflect.DeepEqual(kept["coffee"], coffee) {
		t.Errorf("kept %+v", rooms)
	}
}

func TestOpenRefusesNothing(t *testing.T) {
	if _, err := tryOpen(t.TempDir(), chat.Retention{}); err == nil {
		t.Error("a store that keeps nothing was opened")
	}
}
