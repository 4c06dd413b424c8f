//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// browserFigures has people look at the figures of a call.
func browserFigures(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	figures := &in{role: "group", name: "Jonas", of: stage}
	mina.has("button", "Figures of Jonas", "ariaExpanded", "false")
	mina.clicks("button", "Figures of Jonas")
	mina.has("button", "Figures of Jonas", "ariaExpanded", "true")
	for _, text := range []string{"Path\nDirect", " ms", "Loss\n0% in, 0% out", "bit/s in", "VP8, Opus", "320 × 240, "} {
		mina.readsIn(figures, text)
	}
	mina.misses("button", "Figures of Mina")

	for _, l := range append([]look{{}}, looks...) {
		mina.wear(l)
		mina.figuresFit("Jonas", fmt.Sprintf("%dx%d", l.width, l.height))
		mina.keeps(fmt.Sprintf("figures-%dx%d-dark-%v", l.width, l.height, l.dark))
	}
	mina.wear(look{})

	mina.presses(kb.Escape)
	mina.has("button", "Figures of Jonas", "ariaExpanded", "false")
	mina.readsNot("group", "Jonas", "Round trip")
	mina.presses(kb.Enter)
	mina.reads("group", "Jonas", "Round trip")

	jonas.clicks("button", "Turn camera off")
	mina.reads("group", "Jonas", "Camera off")
	mina.readsIn(figures, "Codec\nOpus")
	mina.figuresFit("Jonas", "without a picture")
	jonas.clicks("button", "Leave")
	mina.misses("button", "Figures of Jonas")
}

// browserFiguresSmall has small tiles with much to say.
func browserFiguresSmall(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	const long = "Sora Kim-Andersen from the garden"
	var others []string
	for _, name := range []string{long, "Jonas", "Nana", "Ada", "Ines"} {
		s.scripted(t, "tea", name)
		mina.reads("group", name, "Connecting…")
		others = append(others, name)
		for _, l := range looks {
			if l.dark {
				continue
			}
			mina.wear(l)
			for _, other := range others {
				mina.clicks("button", "Figures of "+other)
				mina.figuresFit(other, fmt.Sprintf("of %s with %s at %dx%d", other, name, l.width, l.height))
			}
			mina.keeps(fmt.Sprintf("figures-with-%s-%d", name, l.width))
			for _, other := range others {
				mina.clicks("button", "Figures of "+other)
			}
		}
	}
}

// browserFiguresRelayed has one person who only goes by the relay.
func browserFiguresRelayed(t *testing.T, c *chromium) {
	s := startSite(t, "--turn=127.0.0.1:0", "--turn-allow=127.0.0.0/8")
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.prepares(onlyRelayed)
	meet("tea", mina, jonas)
	mina.clicks("button", "Figures of Jonas")
	mina.reads("group", "Jonas", "Relayed over UDP")
	jonas.clicks("button", "Figures of Mina")
	jonas.reads("group", "Mina", "by their side")
}

const onlyRelayed = `window.RTCPeerConnection = class extends RTCPeerConnection {
	constructor(configuration) { super({ ...configuration, iceTransportPolicy: 'relay' }); }
	setConfiguration(configuration) { super.setConfiguration({ ...configuration, iceTransportPolicy: 'relay' }); }
}`

// browserRelayKilled kills the relay of a call, and with it the secret that
// all credentials were made from.
func browserRelayKilled(t *testing.T, c *chromium) {
	s := startStaged(t, []string{build(t)}, "--turn=127.0.0.1:0", "--turn-allow=127.0.0.0/8")
	mina, jonas := c.person(t, s.site, "Mina", look{}), c.person(t, s.site, "Jonas", look{})
	for _, p := range []*person{mina, jonas} {
		p.prepares(onlyRelayed)
		p.expect("WebSocket connection to") // which fails while there is no server
	}
	meet("tea", mina, jonas)
	s.end(os.Kill)
	lasts(t, noticed)
	s.start()
	for _, p := range []*person{mina, jonas} {
		p.isToldNot("Reconnecting…")
	}
	mina.receives(jonas)
	jonas.receives(mina)
	mina.clicks("button", "Figures of Jonas")
	mina.reads("group", "Jonas", "Relayed over UDP")
}

// figuresFit waits until the figures in a tile are within it, and cover
// neither its name nor what it says of itself nor the own tile.
func (p *person) figuresFit(name, what string) {
	p.t.Helper()
	p.eventually("has room for figures: "+what, func(ctx context.Context) error {
		tile, err := p.one(ctx, stage, "group", name)
		if err != nil {
			return err
		}
		wrong, err := call[string](ctx, tile, `function () {
			const box = (e) => e.getBoundingClientRect();
			const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
			const panel = this.querySelector('.tile-figures');
			const at = box(panel), all = box(this), button = box(this.querySelector('.tile-figures-button'));
			if (at.height < 40 || at.width < 60) return 'they are as small as ' + JSON.stringify(at);
			if (at.left < all.left || at.right > all.right || at.top < all.top || at.bottom > all.bottom) return 'they spill over';
			if (button.width < 44 || button.height < 44 || over(at, button)) return 'the button is in the way';
			const others = [...this.querySelectorAll('.tile-label, .tile-status, .tile-camera'), ...document.querySelectorAll('.is-floating')];
			const covered = others.find((e) => e.getClientRects().length && over(at, box(e)));
			return covered ? 'they cover ' + covered.className : '';
		}`)
		if err == nil && wrong != "" {
			err = errors.New(wrong)
		}
		return err
	})
}
