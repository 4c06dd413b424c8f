//go:build network

package main

import (
	"net/http"
	"net/netip"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"

	"moim/internal/netlab"
)

// region is a site on a host of its own, and homes from which it is called,
// with a network between that can be made worse.
type region struct {
	*staged
	homes []*netlab.Host
	lab   *netlab.Lab
}

// settle builds a region for the time of the test.
func settle(t *testing.T, homes int, args ...string) *region {
	t.Helper()
	lab := netlab.New(t, homes)
	program := exec.CommandContext(t.Context(), build(t))
	lab.Server.Enter(program)
	const port = 8080
	at := netip.AddrPortFrom(lab.Server.Addr(), port).String()
	r := &region{homes: lab.Homes, lab: lab}
	r.staged = startStaged(t, program.Args, append([]string{"--listen=:8080"}, args...)...)
	r.url = "http://" + at
	return r
}

// resident opens a browser in a home, for somebody who joins the room with the
// chat open.
func (r *region) resident(t *testing.T, home int, name string) *person {
	t.Helper()
	c := startChromium(t, map[string]any{
		"unsafely-treat-insecure-origin-as-secure": r.url, // for the camera (W3C Media Capture and Streams, section 10)
	}, chromedp.ModifyCmdFunc(r.homes[home].Enter))
	p := c.measured(t, r.site, name)
	p.expect("WebSocket connection to") // which fails while the network does
	return p
}

// gather has everyone in a room, who see and hear each other and have the
// chat open. The first lives in the first home, and so on.
func (r *region) gather(t *testing.T, room string, names ...string) []*person {
	t.Helper()
	var people []*person
	for home, name := range names {
		people = append(people, r.resident(t, home, name))
	}
	meet(room, people...)
	for _, p := range people {
		p.clicks("button", "Chat")
		p.sees(messages.role, messages.name)
	}
	return people
}

// clientOn makes requests from a host.
func clientOn(h *netlab.Host) *http.Client {
	return &http.Client{Transport: &http.Transport{DialContext: h.Dial, DisableKeepAlives: true}}
}
