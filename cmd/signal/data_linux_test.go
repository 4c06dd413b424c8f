package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"moim/chat/storetest"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// TestFullDisk holds that a full disk refuses lines to their sender alone, keeps
// the call going, is told by /readyz, and is over when there is space again.
func TestFullDisk(t *testing.T) {
	folder, inside := storetest.SmallDisk(t, 3<<10)
	if !inside {
		return
	}
	p := boot(t, "--data="+folder, "--limit-chats=1000:100000", "--limit-chats-per-address=1000:100000")
	mina, nana := p.join("tea", "Mina"), p.join("tea", "Nana")
	said := make(map[string]bool)
	var refused *protocol.Error
	for i := 0; refused == nil && i < 1000; i++ {
		line, err := mina.Say(p.ctx, fmt.Sprint(i, strings.Repeat(" wolpertinger", 200)))
		if err == nil {
			said[line.Text] = true
		} else if !errors.As(err, &refused) {
			t.Fatal(err)
		}
	}
	if refused == nil || refused.Code != protocol.CodeInternal || len(said) < 20 {
		t.Fatalf("after %d lines: %v", len(said), refused)
	}
	ready := p.get("/readyz").is(http.StatusServiceUnavailable, "text/plain; charset=UTF-8").text
	if !strings.Contains(ready, "chat cannot be stored: the disk is full") {
		t.Errorf("not ready, as %s", ready)
	}
	p.get("/healthz").is(http.StatusOK, "text/plain; charset=UTF-8")

	if err := mina.SendData(p.ctx, nana.You(), "still here"); err != nil {
		t.Errorf("a signal while the disk is full: %v", err)
	}
	late := p.join("tea", "Jonas")
	if got := len(late.Joined().Messages); got == 0 {
		t.Error("who joins while the disk is full is shown no lines")
	}
	data := false
	for !data {
		switch event := (<-nana.Events()).(type) {
		case client.Chat:
			if !said[event.Message.Text] {
				t.Error("a line was sent out that its sender was refused")
			}
			delete(said, event.Message.Text)
		case client.Data:
			data = true
		}
	}
	if len(said) > 0 {
		t.Errorf("%d lines were acknowledged and not sent out", len(said))
	}

	if err := syscall.Mount("", folder, "", syscall.MS_REMOUNT, "size=16m"); err != nil {
		t.Fatal(err)
	}
	p.eventually("it is ready again", func() bool { return p.get("/readyz").StatusCode == http.StatusOK })
	p.say(mina, "and on")
}
