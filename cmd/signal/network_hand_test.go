//go:build network

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"moim/internal/netlab"
	"moim/signaling/protocol"
)

// hand speaks the wire by hand, from one goroutine: it counts what it gets,
// keeps what it sent, and goes on over another socket when told to
// (docs/protocol.md, Nothing lost across a reconnect).
type hand struct {
	t    *testing.T
	name string
	url  string
	http *http.Client
	ws   *websocket.Conn // the newest

	session string
	got     int64    // frames received and counted
	kept    []string // sent and counted, not known to have arrived
	arrived int64    // frames that are no longer in kept

	numbers []int           // the data that came
	others  []protocol.Type // what came besides
}

// byHand joins from a host, as somebody without devices.
func (r *region) byHand(t *testing.T, from *netlab.Host, room, name string) *hand {
	t.Helper()
	h := &hand{t: t, name: name, url: r.url, http: clientOn(from)}
	h.dial()
	joined := h.join(map[string]any{"room": room, "name": name, "media": map[string]bool{"mic": false, "camera": false}})
	if joined.Resumed {
		t.Fatalf("%s resumed without a session", name)
	}
	return h
}

// dial opens another socket, and lets the one before be as it is.
func (h *hand) dial() {
	h.t.Helper()
	ctx, cancel := context.WithTimeout(h.t.Context(), patience)
	defer cancel()
	ws, _, err := websocket.Dial(ctx, strings.Replace(h.url, "http", "ws", 1)+"/ws", &websocket.DialOptions{
		Subprotocols: []string{protocol.Subprotocol}, HTTPClient: h.http,
	})
	if err != nil {
		h.t.Fatalf("%s dials: %v", h.name, err)
	}
	h.t.Cleanup(func() { ws.CloseNow() })
	ws.SetReadLimit(protocol.MaxServerFrame)
	h.ws = ws
}

// join sends a join, which continues the session if there is one, and sends
// what the server lacks.
func (h *hand) join(fields map[string]any) protocol.Joined {
	h.t.Helper()
	join := map[string]any{"type": "join", "id": 1}
	maps.Copy(join, fields)
	if h.session != "" {
		join["session"], join["got"] = h.session, h.got
	}
	text, err := json.Marshal(join)
	if err != nil {
		h.t.Fatal(err)
	}
	h.write(string(text))
	var joined protocol.Joined
	if raw := h.read(patienceContext(h.t)); json.Unmarshal(raw, &joined) != nil || joined.Type != protocol.TypeJoined {
		h.t.Fatalf("%s wants to be in, and gets %.200s", h.name, raw)
	}
	h.session = joined.Session
	if joined.Resumed {
		h.acknowledged(joined.Got)
		for _, text := range h.kept {
			h.write(text)
		}
	}
	return joined
}

// acknowledged forgets what the server has got.
func (h *hand) acknowledged(got int64) {
	h.t.Helper()
	if got < h.arrived || got > h.arrived+int64(len(h.kept)) {
		h.t.Fatalf("%s sent %d frames, of which %d have arrived; the server has got %d", h.name, h.arrived+int64(len(h.kept)), h.arrived, got)
	}
	h.kept = h.kept[got-h.arrived:]
	h.arrived = got
}

// send sends a frame that is counted.
func (h *hand) send(text string) {
	h.t.Helper()
	h.kept = append(h.kept, text)
	h.write(text)
}

func (h *hand) write(text string) {
	h.t.Helper()
	if err := h.ws.Write(patienceContext(h.t), websocket.MessageText, []byte(text)); err != nil {
		h.t.Fatalf("%s writes: %v", h.name, err)
	}
}

func (h *hand) read(ctx context.Context) json.RawMessage {
	h.t.Helper()
	_, raw, err := h.ws.Read(ctx)
	if err != nil {
		h.t.Fatalf("%s reads: %v; got %d frames of data, and %v", h.name, err, len(h.numbers), h.others)
	}
	return raw
}

// takes reads frames until so many numbers have come by data in all.
func (h *hand) takes(numbers int) {
	h.t.Helper()
	ctx := patienceContext(h.t)
	for len(h.numbers) < numbers {
		raw := h.read(ctx)
		var f struct {
			Type protocol.Type
			Got  int64
			Data struct{ Number int }
		}
		if err := json.Unmarshal(raw, &f); err != nil {
			h.t.Fatalf("%s reads: %v in %.200s", h.name, err, raw)
		}
		switch f.Type {
		case protocol.TypePing:
			h.acknowledged(f.Got)
			h.write(fmt.Sprintf(`{"type":"pong","got":%d}`, h.got))
		case protocol.TypePong:
			h.acknowledged(f.Got)
		case protocol.TypeData:
			h.got++
			h.numbers = append(h.numbers, f.Data.Number)
		default:
			h.got++
			h.others = append(h.others, f.Type)
		}
	}
}

// has checks that each number came once and in order, and that nobody was seen
// to come or go.
func (h *hand) has(numbers []int) {
	h.t.Helper()
	if !slices.Equal(h.numbers, numbers) {
		h.t.Errorf("%s got %v", h.name, h.numbers)
	}
	for _, unwanted := range []protocol.Type{protocol.TypePeerJoined, protocol.TypePeerLeft, protocol.TypeError} {
		if slices.Contains(h.others, unwanted) {
			h.t.Errorf("%s got a %v among %v", h.name, unwanted, h.others)
		}
	}
}

// number is a frame of data to everyone else.
func number(n int) string { return fmt.Sprintf(`{"type":"data","data":{"number":%d}}`, n) }

// endsWith checks the close code of a socket that is read no longer.
func endsWith(t *testing.T, ws *websocket.Conn, want protocol.CloseCode) {
	t.Helper()
	for ctx := patienceContext(t); ; {
		if _, _, err := ws.Read(ctx); err != nil {
			var closed websocket.CloseError
			if !errors.As(err, &closed) || closed.Code != websocket.StatusCode(want) {
				t.Errorf("the old socket ends with %v, want %d", err, want)
			}
			return
		}
	}
}

func patienceContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}
