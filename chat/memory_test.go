package chat_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"moim/chat"
	"moim/chat/storetest"
)

func newMemory(t *testing.T, lines, rooms int) *chat.Memory {
	t.Helper()
	store, err := chat.NewMemory(lines, rooms, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func TestMemory(t *testing.T) {
	storetest.Run(t, func(t *testing.T) chat.Store { return newMemory(t, 200, 100) })
}

func TestNewMemoryRefuses(t *testing.T) {
	for _, bounds := range [][3]int{{0, 1, 1}, {1, 0, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, 0}} {
		if store, err := chat.NewMemory(bounds[0], bounds[1], bounds[2]); err == nil || store != nil {
			t.Errorf("%v is taken", bounds)
		}
	}
}

func say(t *testing.T, m *chat.Memory, room string, keys ...string) []chat.Outcome {
	t.Helper()
	var ops []chat.Op
	for _, key := range keys {
		ops = append(ops, chat.Op{Message: chat.Message{From: "a", Key: key, Text: "x"}})
	}
	outcomes, err := m.Apply(t.Context(), room, ops)
	if err != nil {
		t.Fatal(err)
	}
	return outcomes
}

func numbers(t *testing.T, m *chat.Memory, room string, limit int) string {
	t.Helper()
	page, err := m.Find(t.Context(), chat.Query{Room: room, Viewer: "a", Limit: limit})
	if err != nil {
		t.Fatal(err)
	}
	ns := []int64{}
	for _, line := range page.Messages {
		ns = append(ns, line.N)
	}
	return fmt.Sprint(ns, page.More)
}

// TestMemoryLines holds that a room keeps its newest lines and goes on
// counting, and that what was forgotten is no repeat any more.
func TestMemoryLines(t *testing.T) {
	m := newMemory(t, 3, 1)
	say(t, m, "tea", "1", "2")
	say(t, m, "tea", "3", "4", "5")
	if got := numbers(t, m, "tea", 50); got != "[3 4 5] false" {
		t.Errorf("kept %s", got)
	}
	if got := numbers(t, m, "tea", 2); got != "[4 5] true" {
		t.Errorf("kept %s", got)
	}
	if o := say(t, m, "tea", "3")[0]; !o.Repeat || o.Message.N != 3 {
		t.Errorf("a line that is kept is said again as %+v", o)
	}
	if o := say(t, m, "tea", "1")[0]; o.Repeat || o.Message.N != 6 {
		t.Errorf("a line that is forgotten is said again as %+v", o)
	}
	reply := chat.Message{From: "a", Key: "r", Text: "x", Reply: 2}
	if o, err := m.Apply(t.Context(), "tea", []chat.Op{{Message: reply}}); err != nil || o[0].Err != nil {
		t.Errorf("a line that is forgotten cannot be answered: %v, %v", o[0].Err, err)
	}
}

// TestMemoryForgottenChanges holds that a line which is forgotten cannot be
// changed, and that the room's changes go on counting.
func TestMemoryForgottenChanges(t *testing.T) {
	m := newMemory(t, 3, 1)
	say(t, m, "tea", "1", "2", "3", "4")
	for _, op := range []chat.Op{
		{Verb: chat.Edit, Message: chat.Message{N: 1, From: "a", Text: "y"}},
		{Verb: chat.Delete, Message: chat.Message{N: 1, From: "a"}},
	} {
		if o, err := m.Apply(t.Context(), "tea", []chat.Op{op}); err != nil || !errors.Is(o[0].Err, chat.ErrNoSuchMessage) {
			t.Errorf("a line that is forgotten is changed: %+v, %v", o[0], err)
		}
	}
	edit := chat.Op{Verb: chat.Edit, Message: chat.Message{N: 2, From: "a", Text: "y"}}
	if o, err := m.Apply(t.Context(), "tea", []chat.Op{edit}); err != nil || o[0].Message.Seq != 5 {
		t.Errorf("a line that is kept is changed: %+v, %v", o[0], err)
	}
	page, err := m.Find(t.Context(), chat.Query{Room: "tea", Viewer: "a", Direction: chat.Changed, Limit: 9})
	if err != nil || len(page.Messages) != 3 || page.Messages[2].N != 2 || page.Seq != 5 {
		t.Errorf("changed: %+v, %v", page, err)
	}
}

// TestMemoryRooms holds that the room where nothing was said for longest goes first.
func TestMemoryRooms(t *testing.T) {
	m := newMemory(t, 10, 2)
	say(t, m, "tea", "1")
	say(t, m, "coffee", "1")
	say(t, m, "tea", "2")
	say(t, m, "water", "1")
	for room, want := range map[string]string{"tea": "[1 2] false", "coffee": "[] false", "water": "[1] false"} {
		if got := numbers(t, m, room, 50); got != want {
			t.Errorf("%s keeps %s, want %s", room, got, want)
		}
	}
}

// TestMemoryBytes holds that the lines of the room where nothing was said for
// longest go when all are too long together, and that it goes on counting.
func TestMemoryBytes(t *testing.T) {
	m, err := chat.NewMemory(10, 10, 8<<10)
	if err != nil {
		t.Fatal(err)
	}
	long := func(room, key string) chat.Outcome {
		line := chat.Message{From: "a", Key: key, Text: strings.Repeat("x", 3<<10)}
		outcomes, err := m.Apply(t.Context(), room, []chat.Op{{Message: line}})
		if err != nil {
			t.Fatal(err)
		}
		return outcomes[0]
	}
	long("tea", "1")
	long("coffee", "1")
	long("water", "1")
	for room, want := range map[string]string{"tea": "[] false", "coffee": "[1] false", "water": "[1] false"} {
		if got := numbers(t, m, room, 50); got != want {
			t.Errorf("%s keeps %s, want %s", room, got, want)
		}
	}
	if o := long("tea", "2"); o.Message.N != 2 {
		t.Errorf("a room whose lines were forgotten counts on from %d", o.Message.N)
	}
	for i := range 10 {
		long("water", fmt.Sprint("more", i))
	}
	if got := numbers(t, m, "water", 2); got != "[10 11] true" {
		t.Errorf("a room that alone is too large keeps %s", got)
	}
}

// TestMemoryEditedBytes holds that an edited line counts with the text it has now.
func TestMemoryEditedBytes(t *testing.T) {
	m, err := chat.NewMemory(10, 10, 8<<10)
	if err != nil {
		t.Fatal(err)
	}
	change := func(room string, op chat.Op) {
		t.Helper()
		op.Message.N, op.Message.From = 1, "a"
		if o, err := m.Apply(t.Context(), room, []chat.Op{op}); err != nil || o[0].Err != nil {
			t.Fatal(o, err)
		}
	}
	long := chat.Op{Verb: chat.Edit, Message: chat.Message{Text: strings.Repeat("x", 5<<10)}}
	say(t, m, "tea", "1")
	change("tea", long)
	change("tea", chat.Op{Verb: chat.Delete})
	say(t, m, "coffee", "1")
	change("coffee", long)
	if got := numbers(t, m, "tea", 50); got != "[1] false" {
		t.Errorf("beside a deleted text tea keeps %s", got)
	}
	say(t, m, "water", "1")
	change("water", long)
	for room, want := range map[string]string{"tea": "[] false", "coffee": "[] false", "water": "[1] false"} {
		if got := numbers(t, m, room, 50); got != want {
			t.Errorf("%s keeps %s, want %s", room, got, want)
		}
	}
}

// TestMemoryBounded holds that many lines take no more memory than are kept.
func TestMemoryBounded(t *testing.T) {
	m := newMemory(t, 50, 5)
	for i := range 2000 {
		say(t, m, fmt.Sprint(i%7), fmt.Sprint(i))
	}
	kept := 0
	for i := range 7 {
		page, err := m.Find(t.Context(), chat.Query{Room: fmt.Sprint(i), Viewer: "a", Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		kept += len(page.Messages)
	}
	if kept > 5*50 {
		t.Errorf("%d lines are kept", kept)
	}
}
