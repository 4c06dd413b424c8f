//go:build network

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"moim/signaling/protocol"
)

// silence is how long TCP is cut without a close; manyFrames is what is sent
// to the one who is cut off meanwhile, which is less than is kept for a peer.
const (
	tcpCut     = 12 * time.Second
	manyFrames = 500
)

func upTo(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i)
	}
	return all
}

// TestNetworkHalfOpen has somebody take up a session over a new socket while
// the server knows nothing of the end of the old one.
func TestNetworkHalfOpen(t *testing.T) {
	const back = 50
	r := settle(t, 1, "--limit-signals=2000:2000")
	nana := r.byHand(t, r.homes[0], "tea", "Nana")
	theo := r.byHand(t, r.lab.Server, "tea", "Theo")
	theo.send(number(0))
	nana.takes(1)
	nana.others = nil // Theo came

	r.homes[0].CutTCP()
	for n := 1; n < manyFrames; n++ {
		theo.send(number(n))
	}
	for n := range back {
		nana.send(number(n))
	}
	lasts(t, tcpCut)
	r.homes[0].Heal()

	old := nana.ws
	nana.dial()
	if joined := nana.join(map[string]any{"room": "tea", "name": "Nana"}); !joined.Resumed {
		t.Fatalf("the session does not go on: %+v", joined)
	}
	nana.takes(manyFrames)
	nana.has(upTo(manyFrames))
	theo.takes(back)
	theo.has(upTo(back))
	endsWith(t, old, protocol.CloseReplaced)
}

// TestNetworkHalfOpenPage has a page do the same by itself.
func TestNetworkHalfOpenPage(t *testing.T) {
	r := settle(t, 1, "--limit-signals=2000:2000")
	mina := r.resident(t, 0, "Mina")
	wire := mina.wire()
	mina.join("tea")
	mina.clicks("button", "Chat")
	theo := r.byHand(t, r.lab.Server, "tea", "Theo")
	mina.reads(messages.role, messages.name, "Theo joined")
	together := staysTogether(mina)
	theo.send(number(0))
	wire.takes(mina, 1)

	r.homes[0].CutTCP()
	mina.eval("dispatchEvent(new Event('online'))") // has the page prove its socket at once (HTML, section 8.9)
	mina.writes("Is this on?")
	for n := 1; n < manyFrames; n++ {
		theo.send(number(n))
	}
	lasts(t, tcpCut)
	r.homes[0].Heal()

	wire.takes(mina, manyFrames)
	if got := wire.seen(); !slices.Equal(got, upTo(manyFrames)) {
		t.Errorf("the page got %v", got)
	}
	if wire.count() < 2 {
		t.Error("the page kept its socket, so nothing was taken over")
	}
	mina.readsOnce("Is this on?")
	together()
}

// wire is what a page gets over its newest socket.
type wire struct {
	mu      sync.Mutex // guards what follows
	sockets []network.RequestID
	numbers []int // of data
}

// wire notes what the page gets from now on.
func (p *person) wire() *wire {
	p.t.Helper()
	w := new(wire)
	if err := chromedp.Listen(p.ctx, w.watch); err != nil {
		p.t.Fatal(err)
	}
	return w
}

func (w *wire) watch(event any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch e := event.(type) {
	case *network.EventWebSocketCreated:
		w.sockets = append(w.sockets, e.RequestID)
	case *network.EventWebSocketFrameReceived:
		var f struct {
			Type protocol.Type
			Data struct{ Number int }
		}
		if e.RequestID == w.sockets[len(w.sockets)-1] && json.Unmarshal([]byte(e.Response.PayloadData), &f) == nil && f.Type == protocol.TypeData {
			w.numbers = append(w.numbers, f.Data.Number)
		}
	}
}

// seen are the numbers that came, in the order of their coming.
func (w *wire) seen() []int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.numbers)
}

// count is how many sockets there were.
func (w *wire) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.sockets)
}

// takes waits until so many numbers have come.
func (w *wire) takes(p *person, numbers int) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("gets %d frames", numbers), func(context.Context) error {
		if got := len(w.seen()); got < numbers {
			return fmt.Errorf("got %d", got)
		}
		return nil
	})
}
