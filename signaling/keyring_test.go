package signaling

import (
	"bytes"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling/protocol"
)

var keyDay = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// kept is the keep of a test that keeps everything.
func kept([]byte) error { return nil }

// TestRotate holds that a key signs for a week, and that the one before it is good
// for another day and nobody's after that.
func TestRotate(t *testing.T) {
	const day = 24 * time.Hour
	ring, id := NewKeyRing(keyDay), newIdentity(keyDay)
	read := func(token string, at time.Time) string {
		got, good, fault := ring.read([]byte(token), "tea", at)
		switch {
		case fault != nil:
			return string(fault.Code)
		case !good:
			return "as none"
		case got.peer != id.peer || got.instance != id.instance || !got.joined.Equal(id.joined):
			return "another"
		}
		return "good"
	}
	first := func(at time.Time) string { return ring.issue("tea", id, at) }
	rotate := func(at time.Time) int {
		if err := ring.Rotate(at, kept); err != nil {
			t.Fatal(err)
		}
		return len(ring.keys)
	}
	if n := rotate(keyDay.Add(7 * day)); n != 1 {
		t.Errorf("%d keys after a week to the second", n)
	}
	old := first(keyDay.Add(7 * day))
	second := keyDay.Add(7*day + time.Second)
	if n := rotate(second); n != 2 {
		t.Errorf("%d keys after a week and a second", n)
	}
	if tokenKeyOf(old) == tokenKeyOf(first(second)) {
		t.Error("the old key signs")
	}
	for _, step := range []struct {
		at   time.Time
		want string
	}{{second, "good"}, {second.Add(day), "good"}, {second.Add(day + time.Second), "as none"}, {second.Add(30 * day), "as none"}} {
		rotate(step.at)
		if got := read(old, step.at); got != step.want {
			t.Errorf("a token of the old key is %s after %v, want %s", got, step.at.Sub(second), step.want)
		}
	}
	second = second.Add(30 * day)
	second = second.Add(30 * day)
	for range 20 { // however the time between is
		second = second.Add(8 * day)
		if n := rotate(second); n > 2 {
			t.Errorf("%d keys", n)
		}
	}
}

func tokenKeyOf(token string) string { return token[:6] }

// TestRotateAfterLong holds that what a program signed before it stopped for long is
// good for a day after it has started again.
func TestRotateAfterLong(t *testing.T) {
	ring := NewKeyRing(keyDay)
	back := keyDay.Add(30 * 24 * time.Hour)
	token := ring.issue("tea", newIdentity(keyDay), back.Add(-time.Hour))
	if err := ring.Rotate(back, kept); err != nil {
		t.Fatal(err)
	}
	if _, good, fault := ring.read([]byte(token), "tea", back); !good || fault != nil {
		t.Errorf("good %v, %v", good, fault)
	}
}

// TestRotateClockBack holds that a key which was made when the clock was wrong
// does not stay for as long as that was.
func TestRotateClockBack(t *testing.T) {
	ring := NewKeyRing(keyDay.Add(365 * 24 * time.Hour))
	before := tokenKeyOf(ring.issue("tea", newIdentity(keyDay), keyDay))
	if err := ring.Rotate(keyDay, kept); err != nil {
		t.Fatal(err)
	}
	if tokenKeyOf(ring.issue("tea", newIdentity(keyDay), keyDay)) == before {
		t.Error("the key of next year signs")
	}
}

// TestRotateAfterAWrongClock holds that a key which was made in what is the future
// now does not sign until that has come.
func TestRotateAfterAWrongClock(t *testing.T) {
	const day = 24 * time.Hour
	ring := NewKeyRing(keyDay.Add(365 * day))
	for at, keys := range map[time.Duration]int{364 * day: 1, 363 * day: 2} {
		ring := &KeyRing{keys: slices.Clone(ring.keys)}
		if err := ring.Rotate(keyDay.Add(at), kept); err != nil || len(ring.keys) != keys {
			t.Errorf("%d keys with one that is %v ahead, %v", len(ring.keys), 365*day-at, err)
		}
	}
}

// TestRotateNotKept holds that keys which cannot be kept are not used, and that
// nothing is kept when nothing is due.
func TestRotateNotKept(t *testing.T) {
	ring := NewKeyRing(keyDay)
	before, _ := ring.MarshalText()
	failure := errors.New("the disk is full")
	late := keyDay.Add(8 * 24 * time.Hour)
	if err := ring.Rotate(late, func([]byte) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("rotated with %v", err)
	}
	if after, _ := ring.MarshalText(); !bytes.Equal(before, after) {
		t.Errorf("the keys are %s, were %s", after, before)
	}
	var file []byte
	keep := func(text []byte) error { file = bytes.Clone(text); return nil }
	if err := ring.Rotate(late, keep); err != nil || bytes.Count(file, []byte("\n")) != 2 || !bytes.HasSuffix(file, before) {
		t.Errorf("%v, and kept is %s", err, file)
	}
	if err := ring.Rotate(late.Add(time.Hour), func([]byte) error { return failure }); err != nil {
		t.Errorf("nothing is due, and %v", err)
	}
}

// TestKeyRingText holds that a ring is what its text says, and that tokens of one
// are good with the other.
func TestKeyRingText(t *testing.T) {
	ring, id := NewKeyRing(keyDay), newIdentity(keyDay)
	old := ring.issue("tea", id, keyDay)
	if err := ring.Rotate(keyDay.Add(8*24*time.Hour), kept); err != nil {
		t.Fatal(err)
	}
	text, _ := ring.MarshalText()
	read, err := ParseKeyRing(text)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(ring.keys, read.keys) {
		t.Errorf("%v, was %v", read.keys, ring.keys)
	}
	if _, good, fault := read.read([]byte(old), "tea", keyDay); !good || fault != nil {
		t.Errorf("good %v, %v", good, fault)
	}
	if _, _, fault := read.read([]byte(old), "coffee", keyDay); fault == nil {
		t.Error("a token is good in another room")
	}
}

func TestParseKeyRing(t *testing.T) {
	const id, at, secret = "0a1b2c3d", "2026-11-22T12:00:00Z", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
	line := id + " " + at + " " + secret + "\n"
	for text, want := range map[string]string{
		line:                                     "",
		line + line:                              "",
		strings.TrimSpace(line):                  "",
		"":                                       "no key",
		"\n":                                     "key 1: not an id, a time and a secret",
		line + "\n":                              "key 2: not an id, a time and a secret",
		id + " " + at + "\n":                     "key 1: not an id, a time and a secret",
		line[:len(line)-1] + " more\n":           "key 1: not an id, a time and a secret",
		"0a1b2c3 " + at + " " + secret:           "key 1: the id is not one",
		"0a1b2c3d4e " + at + " " + secret:        "key 1: the id is not one",
		"0a1b2cxx " + at + " " + secret:          "key 1: the id is not one",
		id + " yesterday " + secret:              "key 1: the time is not one",
		id + " " + at + " " + secret[:40]:        "key 1: the secret is not one",
		id + " " + at + " " + secret[:42] + "==": "key 1: the secret is not one",
		id + " " + at + " ???":                   "key 1: the secret is not one",
		strings.Repeat(line, 9):                  "more than 8 keys",
		strings.Repeat("x", 100_000):             "bufio.Scanner: token too long",
	} {
		ring, err := ParseKeyRing([]byte(text))
		switch {
		case want == "" && (err != nil || ring == nil):
			t.Errorf("%.100q: %v", text, err)
		case want != "" && (err == nil || err.Error() != want || ring != nil):
			t.Errorf("%.100q: %v, want %s", text, err, want)
		case err != nil && strings.Contains(err.Error(), "AAEC"):
			t.Errorf("%.100q: the error tells of the secret: %v", text, err)
		}
	}
}

// TestManyAbsent holds that the peers without a socket are bounded: one more has
// left at once.
func TestManyAbsent(t *testing.T) {
	store, err := chat.NewMemory(1, 1, 1<<10)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := New(Config{Store: store, Log: slog.New(slog.DiscardHandler), Limits: DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	defer hub.parking.close()
	lose := func() *Session {
		id := newIdentity(time.Now())
		room := newRoom(hub, RoomID(id.peer), protocol.Room{})
		hub.rooms[room.id] = room
		session := hub.newSession(&joinRequest{identity: id}, time.Now())
		session.room = room
		room.peers[session.id] = session
		session.detach(nil, absence{grace: time.Minute, reason: protocol.ReasonLost})
		return session
	}
	for range maxAbsent {
		if s := lose(); s.absent == nil {
			t.Fatal("one has left within the bound")
		}
	}
	if s := lose(); s.absent != nil || len(s.room.peers) > 0 {
		t.Error("one over the bound is still there")
	}
	if n := hub.absent.Load(); n != maxAbsent {
		t.Errorf("%d peers without a socket", n)
	}
	hub.sweep(time.Now().Add(time.Hour))
	if left := hub.Left(); left != (Left{}) {
		t.Errorf("when all have gone there are %+v", left)
	}
}

// FuzzToken holds that no token is good but one that was made, and that reading one
// does not panic.
func FuzzToken(f *testing.F) {
	ring, id := NewKeyRing(keyDay), newIdentity(keyDay)
	token := ring.issue("tea", id, keyDay)
	for _, seed := range []string{token, "", "x", token[:50], token + "A", strings.Repeat("A", len(token)), "A" + token[1:], token[:8] + strings.Repeat("_", len(token)-8)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_, good, fault := ring.read(b, "tea", keyDay)
		if good != (string(b) == token) || good && fault != nil {
			t.Errorf("%q is good %v, %v", b, good, fault)
		}
		if fault == nil && !good && string(b[:1]) != token[:1] {
			t.Errorf("%q is as none, and of no version", b)
		}
		if _, good, _ := ring.read(b, "coffee", keyDay); good {
			t.Errorf("%q is good in another room", b)
		}
	})
}
