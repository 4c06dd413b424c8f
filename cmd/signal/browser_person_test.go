//go:build browser || network

package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/inspector"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience is how long anything a page is to do may take.
const patience = 20 * time.Second

//go:embed testdata/browser.js
var browserScript string

// person is a tab, with storage that no other person shares.
type person struct {
	name string
	t    *testing.T
	ctx  context.Context //nolint:containedctx // the tab's life, as chromedp wants it
	site *site

	mu      sync.Mutex // guards what follows
	history []string   // what happened in the tab
	faults  []string   // of that, what must not happen
	allowed []string   // parts of faults that are expected
}

// look is how a person's browser differs from an English one on a light desk.
type look struct {
	width, height int64 // of the window in CSS pixels; 1000 by 640 when not set
	phone         bool
	dark          bool
	language      string // as in Accept-Language
	deaf          bool   // without a microphone
}

// person opens a tab for somebody new. What went wrong in it is reported when
// the test ends.
func (c *chromium) person(t *testing.T, s *site, name string, l look) *person {
	t.Helper()
	p := &person{name: name, t: t, site: s}
	ctx, cancel := chromedp.NewContext(c.ctx, chromedp.WithNewBrowserContext(), chromedp.WithListener(p.watch))
	p.ctx = ctx
	s.people = append(s.people, p)
	t.Cleanup(func() {
		p.report()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("open a tab for %s: %v", name, err)
	}
	do(p, network.Enable, network.EnableParams{})
	p.prepares(browserScript)
	if l.deaf {
		p.prepares("moimTest.deaf = true")
	}
	if l.language != "" {
		do(p, emulation.SetUserAgentOverride, emulation.SetUserAgentOverrideParams{
			UserAgent: p.eval("navigator.userAgent"), AcceptLanguage: l.language,
		})
	}
	p.wear(l)
	return p
}

// prepares has a script run in every page before its own.
func (p *person) prepares(script string) {
	p.t.Helper()
	do(p, cdppage.AddScriptToEvaluateOnNewDocument, cdppage.AddScriptToEvaluateOnNewDocumentParams{Source: script})
}

// wear changes the window and its colours.
func (p *person) wear(l look) {
	p.t.Helper()
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	if l.width == 0 {
		l.width, l.height = 1000, 640
	}
	p.colours(scheme)
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: l.width, Height: l.height, DeviceScaleFactor: 1, Mobile: l.phone,
	})
	do(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: l.phone})
}

// colours changes the colours of the browser, "light" or "dark".
func (p *person) colours(scheme string) {
	p.t.Helper()
	do(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
}

// do sends a command to the person's tab.
func do[P, R any](p *person, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.t.Fatalf("%s: %T: %v", p.name, params, err)
	}
	return result
}

// eval is what a JavaScript expression is, as a string.
func (p *person) eval(expression string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[string]("String("+expression+")"))
	if err != nil {
		p.t.Fatalf("%s: %s: %v", p.name, expression, err)
	}
	return result
}

// open loads a path of the site.
func (p *person) open(path string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, chromedp.Navigate(p.site.url+path)); err != nil {
		p.t.Fatalf("%s opens %s: %v", p.name, path, err)
	}
}

// close closes the tab as a person does.
func (p *person) close() {
	p.t.Helper()
	if err := chromedp.Cancel(p.ctx); err != nil {
		p.t.Fatalf("%s closes the tab: %v", p.name, err)
	}
}

// eventually tries until the page is as it should be.
func (p *person) eventually(what string, try func(ctx context.Context) error) {
	p.t.Helper()
	p.within(patience, what, try)
}

// within is eventually with a patience of its own.
func (p *person) within(limit time.Duration, what string, try func(ctx context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, limit)
	defer cancel()
	var fault error
	for {
		err := try(ctx)
		if err == nil {
			return
		}
		if ctx.Err() == nil || fault == nil {
			fault = err
		}
		if p.change(ctx); ctx.Err() != nil {
			p.site.keepPictures()
			p.t.Fatalf("%s: %s: %v", p.name, what, fault)
		}
	}
}

// change waits until the page may have changed.
func (p *person) change(ctx context.Context) {
	_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`moimTest.change()`, chromedp.EvalAwaitPromise))
	if err == nil {
		return
	}
	select { // the page is being loaded
	case <-ctx.Done():
	case <-time.After(50 * time.Millisecond):
	}
}

// expect allows faults that hold one of the texts.
func (p *person) expect(texts ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, texts...)
}

// watch notes what happens in the tab.
func (p *person) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		bad := slices.Contains([]string{"error", "warning", "assert"}, string(e.Type))
		p.note(bad, "console.%s %s", e.Type, arguments(e.Args))
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil {
			text += " " + d.Exception.Description
		}
		p.note(true, "exception: %s (%s:%d)", text, d.URL, d.LineNumber+1)
	case *log.EventEntryAdded:
		bad := e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning
		p.note(bad, "%s %s: %s %s", e.Entry.Source, e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if foreign := p.isForeign(e.Request.URL); foreign || !p.isAsset(e.Request.URL) {
			p.note(foreign, "request %s", e.Request.URL)
		}
	case *network.EventWebSocketCreated:
		p.note(p.isForeign(e.URL), "socket %s", e.URL)
	case *network.EventWebSocketClosed:
		p.note(false, "socket closed")
	case *network.EventWebSocketFrameSent:
		p.note(false, "> %.120s", e.Response.PayloadData)
	case *network.EventWebSocketFrameReceived:
		p.note(false, "< %.120s", e.Response.PayloadData)
	case *cdppage.EventFrameNavigated:
		p.note(false, "at %s", e.Frame.URL)
	case *inspector.EventTargetCrashed:
		p.note(true, "the tab crashed")
	}
}

// isForeign tells of an address whether another host would see the request.
func (p *person) isForeign(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return true
	}
	local := slices.Contains([]string{"blob", "about", "data"}, u.Scheme)
	return !local && u.Host != p.site.host()
}

// isAsset tells of an address whether it is a part of the page, of which there
// are too many to list.
func (p *person) isAsset(address string) bool {
	return strings.HasPrefix(address, p.site.url+"/assets/") || address == p.site.url+"/icon.svg"
}

func arguments(objects []*runtime.RemoteObject) string {
	var texts []string
	for _, o := range objects {
		texts = append(texts, strings.TrimSpace(string(o.Value)+" "+o.Description))
	}
	return strings.Join(texts, " ")
}

func (p *person) note(bad bool, format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := time.Now().Format("05.000 ") + fmt.Sprintf(format, args...)
	p.history = append(p.history, line)
	if bad {
		p.faults = append(p.faults, line)
	}
}

// report fails the test when something was wrong in the tab, and keeps what
// helps to find out why a test failed.
func (p *person) report() {
	p.mu.Lock()
	history, faults := p.history, slices.DeleteFunc(slices.Clone(p.faults), func(fault string) bool {
		return slices.ContainsFunc(p.allowed, func(part string) bool { return strings.Contains(fault, part) })
	})
	p.mu.Unlock()
	for _, fault := range faults {
		p.t.Errorf("%s: %s", p.name, fault)
	}
	if !p.t.Failed() {
		return
	}
	p.t.Logf("what happened to %s:\n%s", p.name, strings.Join(history, "\n"))
}

// keepPictures stores what everyone sees.
func (s *site) keepPictures() {
	for _, p := range s.people {
		path := filepath.Join(artifacts(p.t), strings.ReplaceAll(p.name, " ", "-")+".png")
		if err := p.picture(path); err == nil {
			p.t.Logf("how it looks to %s: %s", p.name, path)
		}
	}
}

// picture stores what the person sees.
func (p *person) picture(path string) error {
	if p.ctx.Err() != nil {
		return errors.New("the tab is closed")
	}
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		return err
	}
	return os.WriteFile(path, png, 0o600)
}

// artifacts is where failed tests leave pictures: where go test -artifacts
// says, else a folder that stays.
func artifacts(t *testing.T) string {
	if f := flag.Lookup("test.artifacts"); f != nil && f.Value.String() == "true" {
		return t.ArtifactDir()
	}
	folder := filepath.Join(os.TempDir(), "moim-browser", t.Name())
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Logf("keep pictures: %v", err)
	}
	return folder
}
