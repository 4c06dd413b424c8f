package sqlite_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"moim/chat"
)

// onDisk tells which of the texts are anywhere in the files of a folder.
func onDisk(t *testing.T, folder string, texts ...string) string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no files", err)
	}
	var found []string
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if bytes.Contains(content, []byte(text)) {
				found = append(found, text+" in "+filepath.Base(file))
			}
		}
	}
	return strings.Join(found, ", ")
}

// soon waits until a condition that the store works on by itself holds. In a
// bubble it takes no time.
func soon(t *testing.T, what func() string) {
	t.Helper()
	deadline := time.Now().Add(20 * time.Second)
	for what() != "" {
		if time.Now().After(deadline) {
			t.Fatal(what())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestErased holds that what was deleted or edited is soon nowhere in the files,
// its words neither, while the store stays open and is read.
func TestErased(t *testing.T) {
	synctest.Test(t, testErased)
}

func testErased(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	long := strings.Repeat("overflowing pages ", 200)
	secrets := []string{"wolpertinger", "nachtigall", "quasselstrippe", "비밀번호"}
	ops := []chat.Op{say("wolpertinger"), say("the nachtigall " + long), say("quasselstrippe"), say("비밀번호 " + long)}
	for i := range 600 { // more than one page of words
		ops = append(ops, say(fmt.Sprintf("harmless%04d", i)))
	}
	apply(t, store, "tea", ops...)
	emptied(t, folder)
	if found := onDisk(t, folder, secrets...); strings.Count(found, " in ") < len(secrets) {
		t.Fatalf("only %s", found)
	}
	del := func(n int64) chat.Op {
		return chat.Op{Verb: chat.Delete, Message: chat.Message{N: n, From: "mina", At: moment}}
	}
	edit := func(n int64) chat.Op {
		return chat.Op{Verb: chat.Edit, Message: chat.Message{N: n, From: "mina", Text: "other", At: moment}}
	}
	apply(t, store, "tea", del(1), edit(2))
	apply(t, store, "tea", edit(3), del(4))
	secrets = append(secrets, "밀번", "overflowing")
	soon(t, func() string { return onDisk(t, folder, secrets...) })
	if got := len(find(t, store, chat.Query{Words: "harmless"}).Messages); got != 600 {
		t.Errorf("%d other messages are found", got)
	}
}

// emptied waits until the store has emptied its log for the first time, which
// it does without being asked.
func emptied(t *testing.T, folder string) {
	t.Helper()
	soon(t, func() string {
		if info, err := os.Stat(filepath.Join(folder, "chat.db-wal")); err != nil || info.Size() > 0 {
			return "the log is not emptied"
		}
		return ""
	})
}

// TestErasedAtOpen holds that a process which ends between a deletion and the
// emptying of the log leaves that to the next one.
func TestErasedAtOpen(t *testing.T) {
	synctest.Test(t, testErasedAtOpen)
}

func testErasedAtOpen(t *testing.T) {
	folder, copied := t.TempDir(), t.TempDir()
	store := open(t, folder, keepAll)
	for n := int64(1); n == 1 || onDisk(t, copied, "wolpertinger") == ""; n++ {
		line := chat.Message{Key: fmt.Sprint(n), From: "mina", Text: "wolpertinger", At: moment}
		apply(t, store, "tea", chat.Op{Message: line})
		apply(t, store, "tea", chat.Op{Verb: chat.Delete, Message: chat.Message{N: n, From: "mina", At: moment}})
		for _, name := range []string{"chat.db", "chat.db-wal"} { // as a crash leaves them
			content, err := os.ReadFile(filepath.Join(folder, name))
			if err == nil {
				err = os.WriteFile(filepath.Join(copied, name), content, 0o600)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	closeStore(t, store)
	store = open(t, copied, keepAll)
	defer closeStore(t, store)
	soon(t, func() string { return onDisk(t, copied, "wolpertinger") })
	if page := find(t, store, chat.Query{}); len(page.Messages) == 0 {
		t.Error("the places of the lines are gone too")
	}
}

// hangul makes a line of 4000 syllables, most of whose pairs no other line has.
func hangul(seed uint64) chat.Op {
	random := rand.New(rand.NewPCG(seed, 1))
	syllables := make([]rune, chat.MaxText)
	for i := range syllables {
		syllables[i] = '가' + rune(random.IntN(11172))
	}
	op := say(string(syllables))
	op.Message.Key = fmt.Sprint("hangul", seed)
	return op
}

// TestErasingHoldsNobodyUp holds that the many words of long lines are dropped a
// few at a time, also by the next process, and are found by no search meanwhile.
func TestErasingHoldsNobodyUp(t *testing.T) {
	synctest.Test(t, testErasingHoldsNobodyUp)
}

func testErasingHoldsNobodyUp(t *testing.T) {
	const long = 6
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	var lines, deletions []chat.Op
	for i := range long {
		lines = append(lines, hangul(uint64(i)))
		deletions = append(deletions, chat.Op{Verb: chat.Delete, Message: chat.Message{N: int64(i + 1), From: "mina", At: moment}})
	}
	part := func(i, at int) string { return string([]rune(lines[i].Message.Text)[at : at+3]) }
	apply(t, store, "tea", lines...)
	deletions[long-1].Verb, deletions[long-1].Message.Text = chat.Edit, "other words"
	apply(t, store, "tea", deletions...)
	for i := range 5 {
		apply(t, store, "coffee", say(fmt.Sprint("hi ", i)))
	}
	if pending(t, folder) < long/2 {
		t.Error("lines of another room waited until all was dropped")
	}
	for _, i := range []int{0, long - 1} {
		if got := find(t, store, chat.Query{Words: part(i, 3000)}); len(got.Messages) > 0 {
			t.Errorf("what is no longer said is found: line %d", i+1)
		}
	}
	closeStore(t, store)
	store = open(t, folder, keepAll)
	defer closeStore(t, store)
	soon(t, func() string {
		if got := find(t, store, chat.Query{Words: "words other"}); len(got.Messages) != 1 || got.Messages[0].N != long {
			return fmt.Sprintf("the edited line is not found: %d", len(got.Messages))
		}
		var left []string
		for i := range long {
			left = append(left, part(i, 1), "x"+part(i, 3500)[:6])
		}
		return onDisk(t, folder, left...)
	})
}

// TestErasingTakesTurns holds that a room of which much is erased does not hold up
// another, which is made later and erased whole.
func TestErasingTakesTurns(t *testing.T) {
	synctest.Test(t, testErasingTakesTurns)
}

func testErasingTakesTurns(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	var lines, deletions []chat.Op
	for i := range 10 {
		lines = append(lines, hangul(uint64(i)))
		deletions = append(deletions, chat.Op{Verb: chat.Delete, Message: chat.Message{N: int64(i + 1), From: "mina", At: moment}})
	}
	apply(t, store, "tea", lines...)
	apply(t, store, "coffee", say("wolpertinger nachtigall"))
	apply(t, store, "tea", deletions...)
	if err := store.Erase(t.Context(), "coffee"); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	soon(t, func() string {
		var ofTea, ofOthers int
		if err := db.QueryRow("SELECT count(*) FILTER (WHERE message >> 32 = 1), count(*) FILTER (WHERE message >> 32 <> 1) FROM erasing").Scan(&ofTea, &ofOthers); err != nil {
			return err.Error()
		}
		if ofTea == 0 {
			t.Fatal("all of the first room was erased before the other")
		}
		if ofOthers > 0 {
			return fmt.Sprint(ofOthers, " lines of the other are to be erased")
		}
		return ""
	})
}

// pending is of how many messages words are still to be dropped.
func pending(t *testing.T, folder string) (messages int) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow("SELECT count(*) FROM erasing").Scan(&messages); err != nil {
		t.Fatal(err)
	}
	return messages
}

// TestErasedWhileRead holds that readers who take turns without a pause do not
// keep what was deleted on the disk, and are answered all the same.
func TestErasedWhileRead(t *testing.T) {
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	var ops []chat.Op
	for i := range 3000 {
		ops = append(ops, say(fmt.Sprintf("line %d of many lines", i)))
	}
	apply(t, store, "tea", append(ops, say("wolpertinger"))...)
	var readers sync.WaitGroup
	ended := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-ended:
					return
				default:
				}
				page, err := store.Find(t.Context(), chat.Query{Room: "tea", Viewer: "mina", Words: "li ma of", Limit: 2000})
				if err != nil || len(page.Messages) != 2000 {
					t.Errorf("a search finds %d: %v", len(page.Messages), err)
					return
				}
			}
		})
	}
	apply(t, store, "tea", chat.Op{Verb: chat.Delete, Message: chat.Message{N: 3001, From: "mina", At: moment}})
	soon(t, func() string { return onDisk(t, folder, "wolpertinger") })
	close(ended)
	readers.Wait()
}

// TestCopiesAreErased holds that the copies go too which SQLite leaves behind
// where lines of other rooms came in between.
func TestCopiesAreErased(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const rooms, lines = 60, 20
		folder := t.TempDir()
		store := open(t, folder, keepAll)
		defer closeStore(t, store)
		var secrets []string
		for i := range lines {
			for r := range rooms {
				secrets = append(secrets, fmt.Sprintf("secret%dof%d ", i, r))
				apply(t, store, fmt.Sprint("room", r), say(secrets[len(secrets)-1]+strings.Repeat("x", 20+(i*r)%300)))
			}
		}
		for n := range int64(lines) {
			for r := range rooms {
				apply(t, store, fmt.Sprint("room", r), chat.Op{Verb: chat.Delete, Message: chat.Message{N: n + 1, From: "mina", At: moment}})
			}
		}
		time.Sleep(2 * time.Minute)
		if left := onDisk(t, folder, secrets...); left != "" {
			t.Errorf("left: %s", left)
		}
	})
}
