package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// upgrade asks for a WebSocket, which is closed at once, and answers the
// server's answer. header holds names and values in turn; "" leaves one out.
func (p *program) upgrade(header ...string) *http.Response {
	p.t.Helper()
	options := &websocket.DialOptions{
		HTTPClient: p.http, HTTPHeader: http.Header{}, Subprotocols: []string{protocol.Subprotocol},
	}
	for i := 0; i < len(header); i += 2 {
		if header[i] == "Host" {
			options.Host = header[i+1]
		} else if header[i+1] != "" {
			options.HTTPHeader.Set(header[i], header[i+1])
		}
	}
	ws, response, err := websocket.Dial(p.ctx, p.url+"/ws", options)
	if response == nil {
		p.t.Fatalf("upgrade: %v", err)
	}
	if err == nil {
		ws.CloseNow()
	}
	return response
}

func TestOrigin(t *testing.T) {
	own := boot(t)
	open := boot(t, "--origin=app.example.org,*.example.com")
	for _, c := range []struct {
		p            *program
		origin, host string
		status       int
	}{
		{own, "", "", http.StatusSwitchingProtocols}, // no browser
		{own, "http://" + hostOf(own), "", http.StatusSwitchingProtocols},
		{own, "https://moim.example.org", "moim.example.org", http.StatusSwitchingProtocols}, // behind a proxy
		{own, "https://MOIM.example.org", "moim.example.org", http.StatusSwitchingProtocols},
		{own, "http://localhost:1", "", http.StatusForbidden}, // another port is another origin
		{own, "https://evil.example.org", "", http.StatusForbidden},
		{own, "https://evil.example.org/" + hostOf(own), "", http.StatusForbidden},
		{own, "https://" + hostOf(own) + ".evil.example.org", "", http.StatusForbidden},
		{own, "https://app.example.org", "", http.StatusForbidden},
		{own, "null", "", http.StatusForbidden}, // a sandboxed page (RFC 6454, section 7.3)
		{open, "http://" + hostOf(open), "", http.StatusSwitchingProtocols},
		{open, "https://app.example.org", "", http.StatusSwitchingProtocols},
		{open, "https://a.example.com", "", http.StatusSwitchingProtocols},
		{open, "https://example.com", "", http.StatusForbidden},
		{open, "https://evil.example.org", "", http.StatusForbidden},
		{open, "https://app.example.org.evil.example.org", "", http.StatusForbidden},
		{open, "null", "", http.StatusForbidden},
	} {
		header := []string{"Origin", c.origin}
		if c.host != "" {
			header = append(header, "Host", c.host)
		}
		if got := c.p.upgrade(header...); got.StatusCode != c.status {
			t.Errorf("origin %q, host %q: %s, want %d", c.origin, c.host, got.Status, c.status)
		}
	}
}

func hostOf(p *program) string {
	u, err := url.Parse(p.url)
	if err != nil {
		p.t.Fatal(err)
	}
	return u.Host
}

func TestSubprotocol(t *testing.T) {
	p := boot(t)
	for offered, want := range map[string]string{"moim.v1": "moim.v1", "moim.v9, moim.v1": "moim.v1", "": ""} {
		options := &websocket.DialOptions{HTTPClient: p.http}
		if offered != "" {
			options.Subprotocols = strings.Split(offered, ", ")
		}
		ws, _, err := websocket.Dial(p.ctx, p.url+"/ws", options)
		if err != nil {
			t.Fatalf("offered %q: %v", offered, err)
		}
		if ws.Subprotocol() != want {
			t.Errorf("offered %q: got %q", offered, ws.Subprotocol())
		}
		ws.CloseNow()
	}
}

// A socket outlives the header timeout's request and is not compressed, not
// cached and not served to other methods; a plain request learns what it is.
func TestSocketAsksForUpgrade(t *testing.T) {
	p := boot(t)
	if got := p.get("/ws"); got.StatusCode != http.StatusUpgradeRequired || got.Header.Get("Upgrade") != "websocket" {
		t.Errorf("GET /ws: %s, upgrade to %q", got.Status, got.Header.Get("Upgrade"))
	}
	if got := p.upgrade().Header.Get("Sec-WebSocket-Extensions"); got != "" {
		t.Errorf("extensions %q", got)
	}
}
