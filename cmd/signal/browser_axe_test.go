//go:build browser

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"moim/signaling/protocol"
)

// axePath is where npm puts axe-core, which looks for what WCAG 2.2 forbids.
const axePath = "../../node_modules/axe-core/axe.min.js"

// axeRun is what axe finds in the page as it is: the rule, what it says, and
// where.
const axeRun = `axe.run(document, { resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })
	.then(({ violations }) => violations.flatMap(({ id, help, nodes }) => nodes.map((n) => id + ': ' + help + ': ' + n.target + ' ' + n.html.slice(0, 160))))`

// state is a screen of the page; enter comes to it from the state before.
type state struct {
	name  string
	enter func(p *person, w words)
}

// states are in an order in which one person comes by all of them.
var states = []state{
	{"home", func(p *person, w words) { p.open("/"); p.sees("button", w.join) }},
	{"no room", func(p *person, _ words) { p.open("/r/no%20room"); p.sees("heading", "") }},
	{"door", func(p *person, w words) { p.open("/r/tea"); p.sees("button", w.cameraOff) }},
	{"door, name refused", func(p *person, w words) {
		p.fills(w.name, "\u202e")
		p.clicks("button", w.join)
		p.has("textbox", w.name, "ariaInvalid", "true")
	}},
	{"check", func(p *person, w words) { p.clicks("button", w.check); p.sees("dialog", w.check) }},
	{"waiting", func(p *person, w words) {
		p.site.makes(p.t, `{"name": "garden", "lobby": true}`)
		p.asks("garden", w)
		p.sees("button", w.cancel)
	}},
	{"alone", func(p *person, w words) {
		p.open("/r/tea")
		p.fills(w.name, p.name)
		p.clicks("button", w.join)
		p.sees("button", w.leave)
	}},
	{"two, muted, hand raised", func(p *person, w words) {
		p.site.scripted(p.t, "tea", "Nana").say("A cup for everybody?")
		p.clicks("button", w.mute)
		p.clicks("button", w.raise)
		p.sees("group", "Nana")
	}},
	{"knock", func(p *person, w words) {
		p.clicks("button", w.settings)
		p.clicks("switch", w.lobby)
		p.presses(kb.Escape)
		p.site.comes(p.t, "tea", "Jonas", protocol.TypeWaiting.String())
		p.sees("button", w.admit)
	}},
	{"chat", func(p *person, w words) { p.clicks("button", w.chat); p.sees("textbox", w.message) }},
	{"people", func(p *person, w words) { p.clicks("button", w.people); p.sees("region", w.people) }},
	{"remove", func(p *person, w words) { p.clicks("button", w.remove); p.sees("dialog", "") }},
	{"reactions", func(p *person, w words) {
		p.presses(kb.Escape)
		p.clicks("button", w.react)
		p.sees("toolbar", w.react)
	}},
	{"invite", func(p *person, w words) { p.presses(kb.Escape); p.opens(w.invite) }},
	{"host link", func(p *person, w words) { p.clicks("button", w.hostLink); p.sees("textbox", w.hostLink) }},
	{"settings", func(p *person, w words) { p.presses(kb.Escape); p.opens(w.settings) }},
	{"shortcuts", func(p *person, w words) { p.presses(kb.Escape); p.opens(w.shortcuts) }},
	{"more, on a phone", func(p *person, w words) {
		p.presses(kb.Escape)
		p.clicks("button", w.people)
		p.wear(look{width: 390, height: 844, phone: true})
		p.clicks("button", w.more)
		p.sees("group", w.more)
	}},
	{"ended", func(p *person, w words) {
		p.presses(kb.Escape)
		p.clicks("button", w.leave)
		p.misses("button", w.leave)
	}},
}

// browserAxe has axe look at every screen, light and dark, in both languages.
func browserAxe(t *testing.T, c *chromium) {
	axe, err := os.ReadFile(axePath)
	if err != nil {
		t.Fatalf("axe-core is missing: run npm ci: %v", err)
	}
	for _, w := range []words{english, korean} {
		s := startSite(t)
		p := c.person(t, s, "Mina", look{language: w.language, width: 1280, height: 800})
		p.prepares(string(axe))
		for _, state := range states {
			state.enter(p, w)
			for _, scheme := range []string{"light", "dark"} {
				p.colours(scheme)
				for _, fault := range p.axe() {
					t.Errorf("%s %s %s: %s", state.name, scheme, w.language, fault)
				}
			}
			p.colours("light")
		}
	}
}

// opens opens a dialog by its button, which has its name.
func (p *person) opens(name string) {
	p.t.Helper()
	p.clicks("button", name)
	p.sees("dialog", name)
}

// axe is what axe finds in the page, once nothing moves.
func (p *person) axe() []string {
	p.t.Helper()
	p.eventually("comes to rest", func(ctx context.Context) error {
		moving, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`document.getAnimations().some((a) => a.playState === 'running' && a.effect?.getTiming().iterations < Infinity)`))
		if err == nil && moving {
			err = errors.New("something still moves")
		}
		return err
	})
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](axeRun+".then(JSON.stringify)", chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("axe: %v", err)
	}
	var faults []string
	if err := json.NewDecoder(strings.NewReader(text)).Decode(&faults); err != nil {
		p.t.Fatalf("axe says %s: %v", text, err)
	}
	return faults
}
