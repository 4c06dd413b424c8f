package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// texts are what a room's newest lines say, in order.
func texts(messages []protocol.ChatMessage) []string {
	var all []string
	for _, m := range messages {
		all = append(all, m.Text)
	}
	return all
}

// say says lines in a room, one after the other.
func (p *program) say(c *client.Client, lines ...string) {
	p.t.Helper()
	for _, line := range lines {
		if _, err := c.Say(p.ctx, line); err != nil {
			p.t.Fatal(err)
		}
	}
}

// again runs the program once more in the same folder.
func (p *program) again(args ...string) *program {
	p.t.Helper()
	p.stop()
	<-p.ended
	return boot(p.t, append([]string{"--data=" + p.data}, args...)...)
}

// TestChatOutlivesTheProgram holds that what was said, and rooms that were made,
// are there after a restart, and that who comes back is who it was.
func TestChatOutlivesTheProgram(t *testing.T) {
	p := boot(t)
	var made makeAnswer
	p.post(`{"name":"tea","topic":"Green","public":true}`).json(&made)
	mina := p.join("tea", "Mina")
	p.say(mina, "one", "two", "세 번째")

	p = p.again()
	nana := p.join("tea", "Nana")
	if got := texts(nana.Joined().Messages); !slices.Equal(got, []string{"one", "two", "세 번째"}) {
		t.Errorf("after a restart there are %q", got)
	}
	if room := nana.Joined().Room; room.Topic != "Green" || !room.Public {
		t.Errorf("the room is %+v", room)
	}
	host, err := p.dial(client.Config{Room: "tea", Name: "Mina", Session: mina.Joined().Session, Host: made.HostKey})
	if err != nil {
		t.Fatal(err)
	}
	joined := host.Joined()
	if joined.You != mina.Joined().You {
		t.Errorf("who comes back as %s was %s", joined.You, mina.Joined().You)
	}
	for _, peer := range joined.Peers {
		if peer.ID == joined.You && peer.Role != "host" {
			t.Errorf("who made the room is a %s", peer.Role)
		}
	}
	if err := host.Edit(p.ctx, 1, "uno"); err != nil {
		t.Errorf("an own line of before: %v", err)
	}
}

// TestNothingOnDisk holds that --retention=0 writes no text to the disk and
// removes what was there.
func TestNothingOnDisk(t *testing.T) {
	p := boot(t)
	p.say(p.join("tea", "Mina"), "wolpertinger")
	p = p.again("--retention=0")
	if got := texts(p.join("tea", "Nana").Joined().Messages); len(got) != 0 {
		t.Errorf("there are %q", got)
	}
	p.post(`{"name":"nachtigall","public":true}`).is(http.StatusCreated, "application/json")
	p.say(p.join("tea", "Mina"), "quasselstrippe")
	for range 2 {
		files, err := filepath.Glob(filepath.Join(p.data, "*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			content, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, word := range []string{"wolpertinger", "nachtigall", "quasselstrippe"} {
				if bytes.Contains(content, []byte(word)) {
					t.Errorf("%s is in %s", word, filepath.Base(file))
				}
			}
		}
		p = p.again("--retention=0")
	}
}

// TestRetentionFlag holds that the option reaches the store.
func TestRetentionFlag(t *testing.T) {
	p := boot(t)
	p.say(p.join("tea", "Mina"), "one", "two", "three")
	p = p.again("--retention=all:2")
	p.eventually("the oldest line is dropped", func() bool {
		return slices.Equal(texts(p.join("tea", "Nana").Joined().Messages), []string{"two", "three"})
	})
	for _, bad := range []string{"1", "30d", "d:1", "1s", "forever:2"} {
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+t.TempDir(), "--retention="+bad)
		if err == nil || !strings.Contains(err.Error(), "AGE:LINES") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// TestDataFolderInUse holds that a second program is refused while the first
// goes on, and is let in after it.
func TestDataFolderInUse(t *testing.T) {
	p := boot(t)
	p.say(p.join("tea", "Mina"), "one")
	for _, retention := range []string{"30d:100", "0"} {
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+p.data, "--retention="+retention)
		want := "the data folder " + p.data + " is in use by another moim; stop that one, or choose another folder with --data"
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	p.say(p.join("tea", "Mina"), "two")
	p = p.again()
	if got := texts(p.join("tea", "Nana").Joined().Messages); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("there are %q", got)
	}
}

// TestDataRefused holds that what cannot be used is refused in a sentence, and
// the folder is free again afterwards.
func TestDataRefused(t *testing.T) {
	folder := t.TempDir()
	for name, want := range map[string]string{
		"chat.db":      "is damaged",
		"session.keys": " holds no session keys (key 1: not an id, a time and a secret); remove it to have new ones made",
	} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(strings.Repeat("no such thing ", 400)), 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+folder)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
	boot(t, "--data="+folder)
}
