package client_test

import (
	"errors"
	"net/netip"
	"testing"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// TestHosting holds that a host can do with the client what it may.
func TestHosting(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	_, key, err := s.hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea", Password: "two lumps"}, netip.MustParseAddr("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea"}); !isCode(err, protocol.CodeBadPassword) {
		t.Errorf("without the password: %v", err)
	}
	host, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea", Host: key, Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	yes, topic := true, "Plans"
	if err := host.SetRoom(s.ctx, client.Settings{Lobby: &yes, Topic: &topic}); err != nil {
		t.Fatal(err)
	}
	if room := next[client.RoomChanged](s, host, nil).Room; !room.Lobby || room.Topic != "Plans" || !room.HasPassword {
		t.Errorf("the room is %+v", room)
	}

	waits := make(chan struct{}, 1)
	knock := func() (*client.Client, error) {
		return client.Dial(s.ctx, client.Config{
			URL: s.url, Room: "tea", Name: "Jonas", Password: "two lumps", Patience: -1, Waiting: func() { waits <- struct{}{} },
		})
	}
	refused := make(chan error, 1)
	go func() { _, err := knock(); refused <- err }()
	<-waits
	if err := host.Reject(s.ctx, next[client.Knock](s, host, nil).Peer.ID); err != nil {
		t.Fatal(err)
	}
	if err := <-refused; !isCode(err, protocol.CodeRejected) {
		t.Errorf("rejected: %v", err)
	}
	if ended := next[client.KnockEnded](s, host, nil); ended.Reason != protocol.KnockRejected {
		t.Errorf("the knock ended: %+v", ended)
	}

	entered := make(chan *client.Client, 1)
	go func() {
		c, err := knock()
		if err != nil {
			t.Error(err)
		}
		entered <- c
	}()
	<-waits
	if err := host.Admit(s.ctx, next[client.Knock](s, host, nil).Peer.ID); err != nil {
		t.Fatal(err)
	}
	jonas := <-entered
	defer jonas.Close()
	if err := host.Mute(s.ctx, jonas.You()); err != nil {
		t.Fatal(err)
	}
	if by := next[client.Muted](s, jonas, nil).By; by != host.You() {
		t.Errorf("muted by %s", by)
	}
	if err := jonas.Kick(s.ctx, host.You(), false); !isCode(err, protocol.CodeForbidden) {
		t.Errorf("a guest kicks: %v", err)
	}
	if err := host.Kick(s.ctx, jonas.You(), true); err != nil {
		t.Fatal(err)
	}
	<-jonas.Done()
	if err := jonas.Err(); err == nil || errors.Is(err, s.ctx.Err()) {
		t.Errorf("who was kicked ended with %v", err)
	}
	if _, err := knock(); !isCode(err, protocol.CodeBanned) {
		t.Errorf("who was banned: %v", err)
	}
}
