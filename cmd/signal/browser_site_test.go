//go:build browser || network

package main

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// site is a running program, and who has a tab on it.
type site struct {
	*program
	people []*person
}

// startSite runs the program for the time of the test.
func startSite(t *testing.T, args ...string) *site {
	t.Helper()
	return &site{program: boot(t, args...)}
}

// end ends the program and waits for that.
func (s *site) end() {
	s.stop()
	<-s.ended
}

// host is the host and port of the site.
func (s *site) host() string {
	_, host, _ := strings.Cut(s.url, "://")
	return host
}

// scripted joins a room as somebody without a browser, who takes no calls and
// says what is asked for. They stay until the test ends, or leave is called.
func (s *site) scripted(t *testing.T, room, name string) *guest {
	t.Helper()
	return s.comes(t, room, name, protocol.TypeJoined.String())
}

// comes is scripted with the answer that the join gets first.
func (s *site) comes(t *testing.T, room, name, answer string) *guest {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ws, _, err := websocket.Dial(ctx, "ws://"+s.host()+"/ws", &websocket.DialOptions{
		Subprotocols: []string{protocol.Subprotocol}, HTTPClient: &http.Client{},
	})
	if err != nil {
		t.Fatalf("%s dials: %v", name, err)
	}
	g := &guest{t: t, name: name, ws: ws, gone: make(chan struct{})}
	g.send("join", map[string]any{"room": room, "name": name, "media": map[string]bool{"mic": false, "camera": false}})
	answered := make(chan struct{})
	go func() {
		defer close(g.gone)
		for first := true; ; {
			_, text, err := ws.Read(ctx)
			if err != nil {
				return
			}
			if first && strings.Contains(string(text), `"`+answer+`"`) {
				first = false
				close(answered)
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-g.gone; ws.CloseNow() })
	select {
	case <-answered:
	case <-g.gone:
		t.Fatalf("%s did not get %q", name, answer)
	}
	return g
}

// guest is a person without a browser.
type guest struct {
	t    *testing.T
	name string
	ws   *websocket.Conn
	said int
	gone chan struct{} // closed when the socket has ended
}

func (g *guest) say(text string) {
	g.t.Helper()
	g.said++
	g.send("chat", map[string]any{"key": strconv.Itoa(g.said), "text": text})
}

func (g *guest) rename(name string) {
	g.t.Helper()
	g.name = name
	g.send("update", map[string]any{"name": name})
}

func (g *guest) leave() {
	g.t.Helper()
	g.send("leave", map[string]any{})
	<-g.gone
}

// vanish cuts the connection without a word.
func (g *guest) vanish() {
	g.ws.CloseNow()
	<-g.gone
}

func (g *guest) send(kind string, fields map[string]any) {
	g.t.Helper()
	fields["type"] = kind
	text, err := json.Marshal(fields)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := g.ws.Write(g.t.Context(), websocket.MessageText, text); err != nil {
		g.t.Fatalf("%s sends %s: %v", g.name, kind, err)
	}
}
