package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// The load of TestSharedPort, and what the rest may take beside it.
const (
	loadRate   = 20_000_000 / 8 // bytes a second
	loadPacket = 1000           // bytes
	loadTime   = 3 * time.Second
	promptly   = 2 * time.Second
)

// TestSharedPort relays 20 Mbit/s over TLS, while the page and signaling go
// over the same port.
func TestSharedPort(t *testing.T) {
	p, secure, browser := secureSite(t, "--turn=127.0.0.1:0", "--limit-relay=100", "--limit-chats=10000:10000", "--limit-chats-per-address=10000:10000")
	browser.Transport.(*http.Transport).DisableKeepAlives = false
	a, err := client.Dial(p.ctx, client.Config{URL: secure, HTTPClient: browser, Room: "load", Name: "A"})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	go func() {
		for range a.Events() {
		}
	}()
	b, err := client.Dial(p.ctx, client.Config{URL: secure, HTTPClient: browser, Room: "load", Name: "B"})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()

	from, to := allocate(t, browser, secure), allocate(t, browser, secure)
	if _, err := to.WriteTo([]byte("open"), from.LocalAddr()); err != nil { // a permission
		t.Fatal(err)
	}
	var arrived atomic.Int64
	go func() {
		buf := make([]byte, 2*loadPacket)
		for {
			n, _, err := to.ReadFrom(buf)
			if err != nil {
				return
			}
			arrived.Add(int64(n))
		}
	}()

	var (
		sent    int64
		sending = make(chan struct{})
		took    []time.Duration // by each request and each line
	)
	go func() {
		defer close(sending)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		packet := make([]byte, loadPacket)
		for start := time.Now(); time.Since(start) < loadTime; <-tick.C {
			for due := int64(time.Since(start).Seconds() * loadRate); sent < due; sent += loadPacket {
				if _, err := from.WriteTo(packet, to.LocalAddr()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for loaded := true; loaded; {
		select {
		case <-sending:
			loaded = false
		default:
			took = append(took,
				quick(t, "the page", func(ctx context.Context) error { return fetch(ctx, browser, secure+"/js/main.js") }),
				quick(t, "a line", func(ctx context.Context) error { return says(ctx, a, b, fmt.Sprint(len(took))) }))
		}
	}
	p.eventually("what was sent has arrived", func() bool { return arrived.Load() >= sent*95/100 })
	slices.Sort(took)
	t.Logf("%d requests and lines beside %d bytes; the middle one took %v, the slowest %v", len(took), sent, took[len(took)/2], took[len(took)-1])
	if len(took) < 20 {
		t.Error("those are too few")
	}
	if sent < int64(loadTime.Seconds()*loadRate)*9/10 {
		t.Errorf("only %d bytes were relayed in %v", sent, loadTime)
	}
}

// quick does something that must not take long, and answers how long it took.
func quick(t *testing.T, what string, do func(context.Context) error) time.Duration {
	t.Helper()
	start := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), promptly)
	defer cancel()
	if err := do(ctx); err != nil {
		t.Errorf("%s: %v", what, err)
	}
	return time.Since(start)
}

func fetch(ctx context.Context, browser *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	response, err := browser.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s", response.Status)
	}
	return err
}

// says has one say a line and the other get it.
func says(ctx context.Context, speaker, listener *client.Client, text string) error {
	if _, err := speaker.Say(ctx, text); err != nil {
		return err
	}
	for {
		select {
		case event := <-listener.Events():
			if line, ok := event.(client.Chat); ok && line.Message.Text == text {
				return nil
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// allocate makes a relay over TLS on the shared port.
func allocate(t *testing.T, browser *http.Client, secure string) net.PacketConn {
	t.Helper()
	var check checkAnswer
	request, err := browser.Get(secure + "/api/check")
	if err != nil {
		t.Fatal(err)
	}
	defer request.Body.Close()
	text, err := io.ReadAll(request.Body)
	if err != nil {
		t.Fatal(err)
	}
	(&answer{t, request, string(text)}).json(&check)
	var server protocol.ICEServer
	for _, s := range check.ICE {
		if s.Username != "" {
			server = s
		}
	}
	at := strings.TrimPrefix(secure, "https://")
	conn, err := tls.Dial("tcp", at, &tls.Config{RootCAs: browser.Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if err != nil {
		t.Fatal(err)
	}
	turn, err := pion.NewClient(&pion.ClientConfig{
		TURNServerAddr: at, Conn: pion.NewSTUNConn(conn), Username: server.Username, Password: server.Credential,
		LoggerFactory: logging.NewDefaultLoggerFactory(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { turn.Close(); conn.Close() })
	if err := turn.Listen(); err != nil {
		t.Fatal(err)
	}
	relay, err := turn.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { relay.Close() })
	return relay
}
