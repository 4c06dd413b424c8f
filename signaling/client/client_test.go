package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

func TestDial(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	_, key, err := s.hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea", Topic: "leaves"}, netip.MustParseAddr("192.0.2.1"))
	if err != nil {
		t.Fatal(err)
	}
	guest := s.dial("")
	host, err := client.Dial(s.ctx, client.Config{
		URL: strings.Replace(s.url, "http:", "ws:", 1) + "/", Room: "TEA", Name: "Mina", Host: key,
		Media: client.Media{Mic: true}, HTTPClient: &http.Client{Transport: &http.Transport{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer host.Close()
	joined := host.Joined()
	if joined.Room.Topic != "leaves" || joined.You != host.You() || len(host.You()) != 16 {
		t.Errorf("joined %+v", joined)
	}
	names := map[string]string{guest.You(): "Guest", host.You(): "Mina"}
	for _, peer := range joined.Peers {
		if peer.Name != names[peer.ID] {
			t.Errorf("in the room is %+v", peer)
		}
	}
	seen := next[client.PeerJoined](s, guest, nil).Peer
	if !slices.Contains(joined.Peers, seen) || len(joined.Peers) != 2 || seen.ID != host.You() || seen.Role != protocol.RoleHost || !seen.Mic || seen.Camera {
		t.Errorf("the guest sees %+v of %+v", seen, joined.Peers)
	}
	select {
	case <-guest.Done():
		t.Error("a client that goes on says it is done")
	default:
	}
	if err := guest.Err(); err != nil {
		t.Errorf("a client that goes on has the error %v", err)
	}
}

func TestDialRefused(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Peers, limits.Joins = 1, signaling.Rate{PerSecond: 0.001, Burst: 4}
	s := startService(t, limits)
	s.dial("Mina")
	for _, c := range []struct {
		code protocol.Code
		cfg  client.Config
	}{
		{protocol.CodeBadRoom, client.Config{Room: "no spaces"}},
		{protocol.CodeBadName, client.Config{Room: "tea", Name: "\u202e"}},
		{protocol.CodeRoomFull, client.Config{Room: "tea"}},
		{protocol.CodeRateLimited, client.Config{Room: "tea"}},
	} {
		c.cfg.URL = s.url
		_, err := client.Dial(s.ctx, c.cfg)
		var refused *protocol.Error
		if !errors.As(err, &refused) || refused.Code != c.code || refused.Message == "" {
			t.Errorf("want the error %s, got %v", c.code, err)
		}
	}
}

func TestDialFails(t *testing.T) {
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	other := httptest.NewServer(http.NotFoundHandler())
	defer other.Close()
	for _, c := range []struct{ url, says string }{
		{"tea", "none of the schemes"},
		{"ftp://127.0.0.1", "none of the schemes"},
		{"http://[", "read the server's address"},
		{gone.URL, "connect to"},
		{other.URL, "404"},
		{other.URL + "/of/its/own", "/of/its/own"},
	} {
		if _, err := client.Dial(t.Context(), client.Config{URL: c.url, Room: "tea"}); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("dial %s: %v, want something with %q", c.url, err, c.says)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := client.Dial(ctx, client.Config{URL: other.URL, Room: "tea"}); !errors.Is(err, context.Canceled) {
		t.Errorf("dial with an ended context: %v", err)
	}
}

func TestSay(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana, juno := s.dial("Mina"), s.dial("Nana"), s.dial("Juno")

	first, err := mina.Say(s.ctx, "hello")
	if err != nil {
		t.Fatal(err)
	}
	if first.N != 1 || first.Text != "hello" || first.From != mina.You() || first.Name != "Mina" || first.Key == "" {
		t.Errorf("said %+v", first)
	}
	private, err := nana.Chat(s.ctx, client.Line{Text: "hush", To: mina.You(), Reply: 1, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	again, err := nana.Chat(s.ctx, client.Line{Text: "hush", To: mina.You(), Reply: 1, Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if private != again || private.N != 2 || private.To != mina.You() || private.Reply != 1 {
		t.Errorf("said %+v and again %+v", private, again)
	}
	if _, err := juno.Say(s.ctx, "bye"); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{"Mina": {"hello", "hush", "bye"}, "Nana": {"hello", "hush", "hush", "bye"}, "Juno": {"hello", "bye"}} {
		c := map[string]*client.Client{"Mina": mina, "Nana": nana, "Juno": juno}[name]
		for _, text := range want {
			if got := next[client.Chat](s, c, nil).Message; got.Text != text {
				t.Errorf("%s hears %q, want %q", name, got.Text, text)
			}
		}
	}

	for code, line := range map[protocol.Code]client.Line{
		protocol.CodeTooLong:       {Text: strings.Repeat("x", 4001)},
		protocol.CodeBadMessage:    {Text: " "},
		protocol.CodeNoSuchPeer:    {Text: "x", To: "nobody"},
		protocol.CodeNoSuchMessage: {Text: "x", Reply: 99},
	} {
		_, err := mina.Chat(s.ctx, line)
		var refused *protocol.Error
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("want the error %s, got %v", code, err)
		}
	}

	late := s.dial("Late")
	if got := late.Joined().Messages; len(got) != 2 || got[0] != first {
		t.Errorf("a late comer sees %+v", got)
	}
	past, err := mina.History(s.ctx, 3, 1)
	if err != nil || len(past.Messages) != 1 || past.Messages[0] != private || !past.More {
		t.Errorf("history %+v, %v", past, err)
	}
	newest, err := mina.History(s.ctx, 0, 0)
	if err != nil || len(newest.Messages) != 3 || newest.More {
		t.Errorf("history %+v, %v", newest, err)
	}
}

func TestSayConcurrently(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Chats = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	s := startService(t, limits)
	mina, nana := s.dial("Mina"), s.dial("Nana")
	const each = 50
	var (
		mu   sync.Mutex
		seen = map[int64]string{}
		all  sync.WaitGroup
	)
	for _, c := range []*client.Client{mina, nana} {
		for g := range 4 {
			all.Go(func() {
				for i := range each {
					text := fmt.Sprint(c.You(), g, i)
					line, err := c.Say(s.ctx, text)
					if err != nil || line.Text != text {
						t.Errorf("said %q: %+v, %v", text, line, err)
						return
					}
					mu.Lock()
					seen[line.N] = text
					mu.Unlock()
				}
			})
		}
	}
	all.Wait()
	if len(seen) != 8*each {
		t.Errorf("%d lines, want %d", len(seen), 8*each)
	}
	for n := int64(1); n <= 8*each; n++ {
		if got := next[client.Chat](s, nana, nil).Message; got.N != n || got.Text != seen[n] {
			t.Fatalf("line %d is %+v, want %q", n, got, seen[n])
		}
	}
}

func TestPresence(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.dial("Mina"), s.dial("Nana")
	if err := mina.Update(s.ctx, client.Presence{Name: new("Juno"), Mic: new(true), Camera: new(true), Screen: new(true), Hand: new(true)}); err != nil {
		t.Fatal(err)
	}
	if err := mina.Update(s.ctx, client.Presence{Hand: new(false)}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client.Client{mina, nana} {
		first, second := next[client.PeerChanged](s, c, nil).Peer, next[client.PeerChanged](s, c, nil).Peer
		if !first.Hand || second.Hand || second.Name != "Juno" || !second.Mic || !second.Camera || !second.Screen || second.ID != mina.You() {
			t.Errorf("%+v, then %+v", first, second)
		}
	}
	var refused *protocol.Error
	if err := mina.Update(s.ctx, client.Presence{Name: new("\x00")}); !errors.As(err, &refused) || refused.Code != protocol.CodeBadName {
		t.Errorf("a bad name: %v", err)
	}
	if err := mina.Typing(s.ctx); err != nil {
		t.Fatal(err)
	}
	if got := next[client.Typing](s, nana, nil); got.From != mina.You() {
		t.Errorf("%s types", got.From)
	}
}

func TestData(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana, juno := s.dial("Mina"), s.dial("Nana"), s.dial("Juno")
	type cursor struct{ X, Y int }
	if err := mina.SendData(s.ctx, nana.You(), cursor{3, 4}); err != nil {
		t.Fatal(err)
	}
	if err := nana.SendData(s.ctx, "", "for all"); err != nil {
		t.Fatal(err)
	}
	got := next[client.Data](s, nana, nil)
	var at cursor
	if err := json.Unmarshal(got.Data, &at); err != nil || at != (cursor{3, 4}) || got.From != mina.You() {
		t.Errorf("data %+v, %v", got, err)
	}
	for _, c := range []*client.Client{mina, juno} {
		if got := next[client.Data](s, c, nil); string(got.Data) != `"for all"` || got.From != nana.You() {
			t.Errorf("data %s from %s", got.Data, got.From)
		}
	}
	var refused *protocol.Error
	for code, err := range map[protocol.Code]error{
		protocol.CodeTooLong:    mina.SendData(s.ctx, "", strings.Repeat("x", protocol.MaxData)),
		protocol.CodeNoSuchPeer: mina.SendData(s.ctx, "nobody", 1),
	} {
		if !errors.As(err, &refused) || refused.Code != code {
			t.Errorf("want the error %s, got %v", code, err)
		}
	}
	if err := mina.SendData(s.ctx, "", func() {}); err == nil {
		t.Error("a function is no data")
	}
}

func TestRelay(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.dial("Mina"), s.dial("Nana")
	sent := []client.Signal{
		{Type: protocol.TypeOffer, SDP: "v=0\r\n<&>\u2028"},
		{Type: protocol.TypeAnswer, SDP: "v=0\r\n"},
		{Type: protocol.TypeCandidate, Candidate: json.RawMessage(`{"candidate":"candidate:1","sdpMid":"0"}`)},
		{Type: protocol.TypeCandidate},
	}
	for _, signal := range sent {
		signal.Peer = nana.You()
		if err := mina.Relay(s.ctx, signal); err != nil {
			t.Fatal(err)
		}
	}
	sent[3].Candidate = json.RawMessage("null")
	for _, want := range sent {
		got := next[client.Signal](s, nana, nil)
		if got.Peer != mina.You() || got.Type != want.Type || got.SDP != want.SDP || string(got.Candidate) != string(want.Candidate) {
			t.Errorf("got %+v, want %+v", got, want)
		}
	}
	if err := mina.Relay(s.ctx, client.Signal{Peer: "nobody", Type: protocol.TypeCandidate}); err != nil {
		t.Fatal(err)
	}
	if got := next[client.Refused](s, mina, nil).Err; got.Code != protocol.CodeNoSuchPeer {
		t.Errorf("refused with %v", got)
	}
	if err := mina.Relay(s.ctx, client.Signal{Peer: nana.You(), Type: protocol.TypeChat}); err == nil {
		t.Error("a chat is no signal")
	}
}

func TestLeave(t *testing.T) {
	s := startService(t, withoutGrace())
	mina, nana, juno := s.dial("Mina"), s.dial("Nana"), s.dial("Juno")
	if err := nana.Leave(s.ctx); err != nil {
		t.Errorf("leave: %v", err)
	}
	juno.Close()
	for _, want := range []client.PeerLeft{{nana.You(), protocol.ReasonLeft}, {juno.You(), protocol.ReasonLost}} {
		if got := next[client.PeerLeft](s, mina, nil); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for _, c := range []*client.Client{nana, juno} {
		<-c.Done()
		for range c.Events() { // it is closed
		}
		if err := c.Err(); err != nil {
			t.Errorf("the client has ended with %v", err)
		}
		_, said := c.Say(s.ctx, "x")
		for _, err := range []error{said, c.Typing(s.ctx), c.Update(s.ctx, client.Presence{})} {
			if !errors.Is(err, client.ErrClosed) {
				t.Errorf("after the end: %v", err)
			}
		}
		if err := c.Leave(s.ctx); err != nil {
			t.Errorf("leave again: %v", err)
		}
	}
}

func TestServerGoes(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina := s.dial("Mina")
	s.stop()
	<-mina.Done()
	var gone *client.CloseError
	if err := mina.Err(); !errors.As(err, &gone) || gone.Code != protocol.CloseGoingAway || gone.Final() {
		t.Errorf("the client has ended with %v", err)
	}
	if _, err := mina.Say(s.ctx, "x"); !errors.As(err, &gone) {
		t.Errorf("say: %v", err)
	}
	_, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea"})
	if !errors.As(err, &gone) && !isCode(err, protocol.CodeRestarting) {
		t.Errorf("dial: %v", err)
	}
}

func isCode(err error, code protocol.Code) bool {
	var refused *protocol.Error
	return errors.As(err, &refused) && refused.Code == code
}

func TestFinal(t *testing.T) {
	final := map[protocol.CloseCode]bool{
		1000: true, 1001: false, 1003: true, 1007: true, 1008: true, 1009: true, 4000: false, 4001: true,
		4002: false, 4500: true, 4501: true, 4502: true,
	}
	for _, code := range append(protocol.CloseCodes(), 1006, 1011, 4499, 4999) {
		want, listed := final[code]
		if !listed {
			want = code >= 4500
		}
		if got := (&client.CloseError{Code: code}).Final(); got != want {
			t.Errorf("%d is final: %v, want %v", code, got, want)
		}
	}
}
