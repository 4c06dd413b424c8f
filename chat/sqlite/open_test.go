package sqlite_test

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"moim/chat"
)

// filled makes a chat with so many lines and answers its file.
func filled(t *testing.T, lines int) string {
	t.Helper()
	folder := t.TempDir()
	store := open(t, folder, keepAll)
	var ops []chat.Op
	for i := range lines {
		ops = append(ops, say(fmt.Sprint("line ", i)))
	}
	apply(t, store, "tea", ops...)
	closeStore(t, store)
	return filepath.Join(folder, "chat.db")
}

// execute runs SQL on a file as some other program would.
func execute(t *testing.T, path, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statements); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// TestOpenRefuses holds that a file which cannot be used is refused with a
// sentence that says what to do, and is left as it was.
func TestOpenRefuses(t *testing.T) {
	spoil := func(at int64, with []byte) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			t.Helper()
			file, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			if _, err := file.WriteAt(with, at); err != nil {
				t.Fatal(err)
			}
		}
	}
	run := func(statements string) func(*testing.T, string) {
		return func(t *testing.T, path string) { t.Helper(); execute(t, path, statements) }
	}
	for name, tt := range map[string]struct {
		harm func(t *testing.T, path string)
		want []string
	}{
		"not a database":    {spoil(0, []byte("<html>nothing")), []string{"is damaged", "move it away"}},
		"a damaged page":    {spoil(5*4096, bytes.Repeat([]byte{0xa5}, 4096)), []string{"is damaged", "move it away"}},
		"cut short":         {func(t *testing.T, path string) { cut(t, path) }, []string{"is damaged", "move it away"}},
		"a newer version":   {run("PRAGMA user_version = 99"), []string{"newer version", "start that version"}},
		"another program's": {run("PRAGMA application_id = 252006675"), []string{"not a chat", "choose another folder"}},
		"nobody's":          {run("PRAGMA application_id = 0; PRAGMA user_version = 0"), []string{"not a chat", "choose another folder"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t, 500)
			tt.harm(t, path)
			before := read(t, path)
			store, err := tryOpen(filepath.Dir(path), keepAll)
			if err == nil {
				closeStore(t, store)
				t.Fatal("it was opened")
			}
			for _, want := range append(tt.want, path) {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not said in: %v", want, err)
				}
			}
			if !bytes.Equal(read(t, path), before) {
				t.Error("the file was changed")
			}
			if files, err := os.ReadDir(filepath.Dir(path)); err != nil || len(files) != 1 {
				t.Errorf("beside it there is now %v, %v", files, err)
			}
		})
	}
}

func cut(t *testing.T, path string) {
	t.Helper()
	if err := os.Truncate(path, 6*4096); err != nil {
		t.Fatal(err)
	}
}

// TestOpenFolder holds that what is no file is refused.
func TestOpenFolder(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, "chat.db"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := tryOpen(folder, keepAll); err == nil || !strings.Contains(err.Error(), "cannot be opened for writing") {
		t.Error(err)
	}
	if _, err := tryOpen(filepath.Join(folder, "missing"), keepAll); err == nil {
		t.Error("a chat was opened in a folder that is not there")
	}
}

// TestDamageWhileOpen holds that damage which shows only later stops the writing,
// so that it does not get worse, and is told.
func TestDamageWhileOpen(t *testing.T) {
	synctest.Test(t, testDamageWhileOpen)
}

func testDamageWhileOpen(t *testing.T) {
	path := filled(t, 3000)
	store := open(t, filepath.Dir(path), keepAll)
	defer store.Close()
	apply(t, store, "tea", say("before"))
	emptied(t, filepath.Dir(path))
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	for page := int64(1); page < info.Size()/4096; page++ { // all but the first
		if _, err := file.WriteAt(bytes.Repeat([]byte{0xa5}, 4096), page*4096); err != nil {
			t.Fatal(err)
		}
	}
	_, err = store.Find(t.Context(), chat.Query{Room: "tea", Viewer: "mina", From: 1500, Limit: 1000})
	if err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("reading: %v", err)
	}
	if err := store.Err(); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("told: %v", err)
	}
	if _, err := store.Apply(t.Context(), "tea", []chat.Op{say("after")}); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("writing: %v", err)
	}
	emptied(t, filepath.Dir(path)) // nothing was written
}

// TestWordsAreMadeAnew holds that words which another version of the program
// split in its way are split anew, so that they can be found and dropped.
func TestWordsAreMadeAnew(t *testing.T) {
	path := filled(t, 300)
	execute(t, path, `
		INSERT INTO words (words) VALUES ('delete-all');
		INSERT INTO words (rowid, text) VALUES ((1 << 32) + 7, '1xother 1xway');
		UPDATE meta SET value = 'another' WHERE name = 'words'`)
	store := open(t, filepath.Dir(path), keepAll)
	apply(t, store, "tea", chat.Op{Verb: chat.Delete, Message: chat.Message{N: 7, From: "mina", At: moment}})
	for words, want := range map[string]int{"line": 299, "other": 0} {
		if got := len(find(t, store, chat.Query{Words: words}).Messages); got != want {
			t.Errorf("%q finds %d, want %d", words, got, want)
		}
	}
	closeStore(t, store)
	execute(t, path, `INSERT INTO words (words) VALUES ('delete-all')`)
	store = open(t, filepath.Dir(path), keepAll)
	defer closeStore(t, store)
	if len(find(t, store, chat.Query{Words: "line"}).Messages) > 0 {
		t.Error("they are made anew each time")
	}
}

// TestOpenFirstVersion holds that a file of the first version keeps its rooms.
func TestOpenFirstVersion(t *testing.T) {
	folder := t.TempDir()
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	first, err := os.ReadFile("migrations/1.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		"PRAGMA auto_vacuum = INCREMENTAL", fmt.Sprintf("PRAGMA application_id = %d", applicationID(t)), string(first), "PRAGMA user_version = 1",
		"INSERT INTO made_rooms (id, name, topic, public, host_key, created) VALUES ('tea', 'Tea', 'leaves', 1, zeroblob(32), 1763812800000)",
	} {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	store := open(t, folder, keepAll)
	defer closeStore(t, store)
	rooms, err := store.Kept(t.Context())
	want := chat.MadeRoom{ID: "tea", Name: "Tea", Topic: "leaves", Public: true, Created: time.UnixMilli(1763812800000).UTC()}
	if err != nil || len(rooms) != 1 || !reflect.DeepEqual(rooms[0], want) {
		t.Errorf("kept %+v, %v", rooms, err)
	}
}

// applicationID is that of the files of this program.
func applicationID(t *testing.T) (id int) {
	t.Helper()
	folder := t.TempDir()
	closeStore(t, open(t, folder, keepAll))
	db, err := sql.Open("sqlite", filepath.Join(folder, "chat.db"))
	if err == nil {
		err = db.QueryRow("PRAGMA application_id").Scan(&id)
	}
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	return id
}
