//go:build browser

package main

import (
	"context"
	"fmt"
	"testing"
	"time"

	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// soon is how long it may take until others notice that somebody has left.
const soon = 2 * time.Second

func browserJoinAgain(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	mina.clicks("button", "Chat")

	jonas.clicks("button", "Leave")
	jonas.sees("heading", "You left the call")
	jonas.holds(0, 0)
	jonas.connects(0)
	mina.losesWithin(soon, jonas)
	mina.reads("log", "Messages", "Jonas left")
	mina.connects(0)

	jonas.clicks("button", "Join again")
	jonas.sees("button", "Leave")
	mina.receives(jonas)
	jonas.receives(mina)
	mina.connects(1)
}

func browserClosedTab(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	mina.clicks("button", "Chat")
	jonas.close()
	mina.losesWithin(soon, jonas)
	mina.reads("log", "Messages", "Jonas left")
	mina.connects(0)
}

// browserCrashedTab has the browser close the socket of a page that died: that
// is no loss, as the page will not come back.
func browserCrashedTab(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	mina.clicks("button", "Chat")
	jonas.crash()
	mina.losesWithin(2*soon, jonas)
	mina.reads("log", "Messages", "Jonas left")
}

func browserStoppedServer(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.expect("ERR_CONNECTION_REFUSED")
	s.end()
	mina.isTold("Reconnecting…")
	mina.sees("button", "Mute")

	mina.clicks("button", "Leave")
	mina.sees("heading", "You left the call")
	mina.holds(0, 0)
	mina.clicks("button", "Join again")
	mina.reads("alert", "", "The server cannot be reached.")
	mina.sees("button", "Join")
}

// losesWithin waits until the tile of another person is gone.
func (p *person) losesWithin(limit time.Duration, other *person) {
	p.t.Helper()
	p.within(limit, "no longer sees "+other.name, func(ctx context.Context) error {
		found, err := p.find(ctx, stage, "group", other.name)
		if err == nil && len(found) > 0 {
			err = fmt.Errorf("there are %d tiles", len(found))
		}
		return err
	})
}

// crash ends the tab as a browser that dies does.
func (p *person) crash() {
	p.t.Helper()
	p.expect("the tab crashed")
	ctx, cancel := context.WithTimeout(p.ctx, time.Second)
	defer cancel()
	// A tab that has crashed cannot answer.
	chromedp.Call(ctx, cdppage.Crash, struct{}{})
}
