//go:build browser

package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// tokensFor makes a key, and tokens of it for one room.
func tokensFor(t *testing.T) (key string, token func(args ...string) string) {
	key = filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(key, []byte(strings.Repeat("k", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	return key, func(args ...string) string {
		var out strings.Builder
		if err := makeToken(append([]string{"--key=k=" + key, "--room=tea"}, args...), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out.String())
	}
}

// browserTokens comes into a server that takes nobody without a token, as a
// host who may not do everything and as a guest whose name is given.
func browserTokens(t *testing.T, c *chromium) {
	key, token := tokensFor(t)
	s := startSite(t, "--token-key=k="+key, "--require-token")
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	jonas.asks("tea", english)
	jonas.reads("alert", "", "This server lets in only those who have an invitation.")
	jonas.open("/r/tea#token=a.b.c")
	jonas.at("/r/tea")
	jonas.clicks("button", "Join")
	jonas.reads("alert", "", "Your invitation is no longer valid.")

	mina.open("/r/tea#token=" + token("--role=host", "--right=mute", "--right=chat"))
	mina.fills("Your name", "Mina")
	mina.clicks("button", "Join")
	mina.sees("button", "Leave")
	jonas.open("/r/tea#token=" + token("--name=Jonas Park"))
	jonas.at("/r/tea")
	jonas.clicks("button", "Join")
	mina.seesIn(stage, "group", "Jonas Park")
	mina.clicks("button", "People")
	mina.sees("button", "Mute Jonas Park")
	mina.misses("button", "Remove Jonas Park")
	mina.misses("button", "Room settings")
	jonas.clicks("button", "People")
	jonas.fills("Your name", "Nana")
	jonas.clicks("button", "Rename")
	jonas.readsIn(people, "Your invitation says what you are called.")
	lena := c.person(t, s, "Lena", look{width: 1280, height: 800})
	lena.open("/r/tea#token=" + token("--name=Lena", "--right=mute"))
	lena.clicks("button", "Join")
	mina.seesIn(stage, "group", "Lena")
	mina.clicks("button", "Chat")
	mina.says("Can you read this?")
	lena.clicks("button", "Chat")
	lena.readsIn(messages, "Can you read this?")
	lena.readsPage("Your link lets you read along, but not write.")
	for _, what := range [][2]string{{"textbox", "Message"}, {"button", "Search messages"}, {"button", "Reply"}} {
		lena.misses(what[0], what[1])
	}
	lena.clicks("button", "People")
	lena.seesIn(people, "textbox", "Your name")
	lena.misses("button", "Message Mina privately")

	closed := startSite(t, "--api-key="+key, "--open-rooms=off")
	sora := c.person(t, closed, "Sora", look{})
	sora.asks("garden", english)
	sora.reads("alert", "", "There is no such room.")
}

// browserTokenFirst has the bearer of a guest's token come first, who is no host by that.
func browserTokenFirst(t *testing.T, c *chromium) {
	key, token := tokensFor(t)
	s := startSite(t, "--token-key=k="+key)
	pupil, teacher := c.person(t, s, "Pupil", look{}), c.person(t, s, "Teacher", look{width: 1280, height: 800})
	pupil.open("/r/tea#token=" + token("--name=Pupil"))
	pupil.reads("main", "", "Your invitation says what you are called.")
	pupil.clicks("button", "Join")
	pupil.sees("button", "Leave")
	teacher.open("/r/tea#token=" + token("--role=host", "--name=Teacher"))
	teacher.clicks("button", "Join")
	teacher.clicks("button", "People")
	teacher.sees("button", "Remove Pupil")
}
