//go:build browser

package main

import (
	"context"
	_ "embed"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// glareScript is a function of the number of rounds.
//
//go:embed testdata/glare.js
var glareScript string

// TestBrowserGlare has both sides of a connection restart ICE and turn their
// screens on and off at once, 200 times, in one page. In the end both are to
// be stable, and media to flow over the connection of the beginning.
func TestBrowserGlare(t *testing.T) {
	p := startChromium(t, nil).person(t, startSite(t), "Mina", look{})
	p.open("/")
	ctx, cancel := context.WithTimeout(p.ctx, time.Minute)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string](glareScript+"(200)", chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	t.Log(result)
}
