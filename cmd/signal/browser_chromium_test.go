//go:build browser || network

package main

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"github.com/chromedp/chromedp"
)

// chromium is one running browser. Each person in it has a profile of their own.
type chromium struct {
	ctx context.Context //nolint:containedctx // the browser's life, as chromedp wants it
}

// chromiumPaths are where browsers are looked for, after $CHROMIUM.
var chromiumPaths = []string{
	"/usr/lib/chromium/chromium",
	"chromium",
	"chromium-browser",
	"google-chrome",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
}

// switches are what every browser is started with. There is one fake camera
// and one fake microphone, which beeps; asked for, they are granted.
var switches = map[string]any{
	"headless":                         "new",
	"no-sandbox":                       true, // for root
	"disable-gpu":                      true,
	"disable-quic":                     true,
	"no-first-run":                     true,
	"disable-background-networking":    true,
	"disable-component-update":         true,
	"disable-sync":                     true,
	"use-fake-device-for-media-stream": "device-count=1",
	"use-fake-ui-for-media-stream":     true,
	"autoplay-policy":                  "no-user-gesture-required",
	"lang":                             "en-US",
}

// startChromium starts a browser for the time of the test. The overrides stand
// in for switches; false leaves one out. More options come last.
func startChromium(t *testing.T, overrides map[string]any, more ...chromedp.ExecAllocatorOption) *chromium {
	t.Helper()
	options := append([]chromedp.ExecAllocatorOption{}, chromedp.DefaultExecAllocatorOptions[:]...)
	options = append(options, chromedp.ExecPath(findChromium(t)))
	for _, set := range []map[string]any{switches, overrides} {
		for name, value := range set {
			options = append(options, chromedp.Flag(name, value))
		}
	}
	allocator, release := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), append(options, more...)...)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		if err := chromedp.Cancel(ctx); err != nil {
			t.Logf("close the browser: %v", err)
		}
		cancel()
		release()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	return &chromium{ctx}
}

func findChromium(t *testing.T) string {
	t.Helper()
	paths := chromiumPaths
	if chosen := os.Getenv("CHROMIUM"); chosen != "" {
		paths = []string{chosen}
	}
	for _, path := range paths {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	t.Fatal("Chromium is missing: install it (Debian: apt-get install chromium), or set CHROMIUM to its path")
	return ""
}
