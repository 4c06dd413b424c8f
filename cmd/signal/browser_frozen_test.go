//go:build browser

package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"

	cdppage "github.com/chromedp/cdproto/page"
)

// browserFrozenTab freezes a tab, as a browser does with one that is not looked
// at, and kills the program meanwhile: all the tab knows is gone when it wakes.
func browserFrozenTab(t *testing.T, c *chromium) {
	s := startStaged(t, []string{build(t)})
	people := s.gather(t, c, "Mina", "Jonas")
	mina, jonas := people[0], people[1]
	jonas.freezes("frozen")
	s.end(os.Kill)
	mina.isTold("Reconnecting…")
	s.start()
	mina.isToldNot("Reconnecting…")
	mina.writes("Are you there?")
	mina.readsLine("Are you there?")
	jonas.freezes("active")
	mina.writes("Good to see you")
	// The tab may stay unseen: it draws nothing then, but it gets what is said.
	mina.eventually("Jonas gets what was said since", func(context.Context) error {
		jonas.mu.Lock()
		defer jonas.mu.Unlock()
		for _, line := range jonas.history {
			if strings.Contains(line, `< {"type":"chat","message":{"n":2,`) {
				return nil
			}
		}
		return errors.New("it does not come")
	})
	mina.readsNot("log", "Messages", "Jonas left")
	mina.readsNot("log", "Messages", "Jonas lost")
	mina.connects(1)
}

// freezes changes the state that the browser keeps the tab in (Page Lifecycle).
func (p *person) freezes(state string) {
	p.t.Helper()
	do(p, cdppage.SetWebLifecycleState, cdppage.SetWebLifecycleStateParams{
		State: cdppage.SetWebLifecycleStateState(state),
	})
}
