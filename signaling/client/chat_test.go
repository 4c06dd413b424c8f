package client_test

import (
	"errors"
	"fmt"
	"testing"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

func TestChangeLines(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.dial("Mina"), s.dial("Nana")
	for _, text := range []string{"helo", "tea?", "bye"} {
		if _, err := mina.Say(s.ctx, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := mina.Edit(s.ctx, 1, "hello"); err != nil {
		t.Fatal(err)
	}
	if err := mina.Delete(s.ctx, 2); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client.Client{mina, nana} {
		edited, deleted := next[client.ChatChanged](s, c, nil).Message, next[client.ChatChanged](s, c, nil).Message
		if edited.N != 1 || edited.Seq != 4 || edited.Text != "hello" || edited.Edited.IsZero() {
			t.Errorf("edited is %+v", edited)
		}
		if deleted.N != 2 || deleted.Seq != 5 || deleted.Text != "" || deleted.Deleted.IsZero() {
			t.Errorf("deleted is %+v", deleted)
		}
	}
	for code, err := range map[protocol.Code]error{
		protocol.CodeForbidden:     nana.Edit(s.ctx, 1, "mine"),
		protocol.CodeNoSuchMessage: nana.Delete(s.ctx, 9),
		protocol.CodeTooLong:       mina.Edit(s.ctx, 1, fmt.Sprintf("%4001d", 1)),
	} {
		if !isCode(err, code) {
			t.Errorf("want the error %s, got %v", code, err)
		}
	}

	for what, ask := range map[string]struct {
		answer func() (protocol.History, error)
		want   string // n of each, and more
	}{
		"the newest":     {func() (protocol.History, error) { return nana.History(s.ctx, 0, 2) }, "[2 3] true"},
		"the oldest":     {func() (protocol.History, error) { return nana.HistoryAfter(s.ctx, 0, 2) }, "[1 2] true"},
		"after":          {func() (protocol.History, error) { return nana.HistoryAfter(s.ctx, 2, 0) }, "[3] false"},
		"all changes":    {func() (protocol.History, error) { return nana.HistorySince(s.ctx, 0, 0) }, "[3 1 2] false"},
		"changes since":  {func() (protocol.History, error) { return nana.HistorySince(s.ctx, 3, 1) }, "[1] true"},
		"found":          {func() (protocol.History, error) { return nana.Search(s.ctx, "HEL", 0, 0) }, "[1] false"},
		"found before":   {func() (protocol.History, error) { return nana.Search(s.ctx, "hello", 1, 0) }, "[] false"},
		"nothing to see": {func() (protocol.History, error) { return nana.Search(s.ctx, "tea", 0, 0) }, "[] false"},
	} {
		got, err := ask.answer()
		ns := []int64{}
		for _, m := range got.Messages {
			ns = append(ns, m.N)
		}
		if is := fmt.Sprint(ns, got.More); err != nil || is != ask.want {
			t.Errorf("%s: %s, %v; want %s", what, is, err, ask.want)
		}
	}
	if _, err := nana.Search(s.ctx, "", 0, 0); !isCode(err, protocol.CodeBadMessage) {
		t.Errorf("a search for nothing: %v", err)
	}
}

// TestComeBack holds that a client with an earlier session is the same peer,
// and that the one it replaces ends.
func TestComeBack(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	witness, old := s.dial("Mina"), s.dial("Nana")
	cfg := client.Config{URL: s.url, Room: "tea", Name: "Nana", Session: old.Joined().Session}
	c, err := client.Dial(s.ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if c.You() != old.You() {
		t.Errorf("%s comes back as %s", old.You(), c.You())
	}
	<-old.Done()
	var closed *client.CloseError
	if err := old.Err(); !errors.As(err, &closed) || closed.Code != protocol.CloseReplaced {
		t.Errorf("the old one ended with %v", err)
	}
	next[client.PeerJoined](s, witness, nil)
	if left := next[client.PeerLeft](s, witness, nil); left.Peer != c.You() || left.Reason != protocol.ReasonLost {
		t.Errorf("left %+v", left)
	}
	if joined := next[client.PeerJoined](s, witness, nil); joined.Peer.ID != c.You() {
		t.Errorf("joined %+v", joined)
	}
	cfg.Room = "coffee"
	if _, err := client.Dial(s.ctx, cfg); !isCode(err, protocol.CodeBadToken) {
		t.Errorf("in another room: %v", err)
	}
}
