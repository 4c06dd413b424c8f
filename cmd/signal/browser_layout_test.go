//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// looks are the windows the page is tried in, besides the usual one.
var looks = []look{
	{width: 320, height: 568, phone: true},
	{width: 320, height: 568, phone: true, dark: true},
	{width: 390, height: 844, phone: true},
	{width: 390, height: 844, phone: true, dark: true},
	{width: 1280, height: 800},
	{width: 1280, height: 800, dark: true},
}

// touchHeight is the least height of what fingers touch, in CSS pixels.
const touchHeight = 44

// leastTile is the least width and height of a tile, in CSS pixels.
const leastTile = 56

// box is a rectangle in the window, in CSS pixels.
type box struct{ Left, Top, Right, Bottom float64 }

func (b box) overlaps(o box) bool {
	return b.Left < o.Right && o.Left < b.Right && b.Top < o.Bottom && o.Top < b.Bottom
}

func (b box) within(o box) bool {
	const rounding = 0.5
	return b.Left >= o.Left-rounding && b.Top >= o.Top-rounding && b.Right <= o.Right+rounding && b.Bottom <= o.Bottom+rounding
}

func browserLayout(t *testing.T, c *chromium) {
	s := startSite(t)
	for _, name := range []string{"Jonas", "Sora Kim-Andersen from the garden", "나나", "Ada"} {
		s.scripted(t, "tea", name).say("I am " + name + ", https://example.org/a/rather/long/address/that/does/not/break/anywhere")
	}
	mina := c.person(t, s, "Mina", look{})
	everyLook := func(what string, scrolls bool) {
		for _, l := range looks {
			mina.wear(l)
			mina.fits(fmt.Sprintf("%s at %dx%d, dark %v", what, l.width, l.height, l.dark), l, scrolls)
		}
	}
	mina.open("/")
	mina.sees("heading", "Moim")
	everyLook("home", true)
	mina.open("/r/tea")
	mina.reads("main", "", "4 people are here")
	everyLook("door", true)
	mina.join("tea")
	everyLook("call", false)
	mina.clicks("button", "Chat")
	mina.reads("log", "Messages", "I am Ada")
	everyLook("chat", false)
	mina.presses(kb.Escape)
	mina.misses("region", "Chat")
	mina.clicks("button", "People")
	mina.reads("list", "In this call", "Ada")
	everyLook("people", false)
	mina.wear(look{})
	mina.clicks("button", "Leave")
	mina.sees("button", "Join again")
	everyLook("end", true)
}

// fits waits until the page stands in the window as it should. One that
// scrolls may be taller than the window, never wider.
func (p *person) fits(what string, l look, scrolls bool) {
	p.t.Helper()
	window := box{0, 0, float64(l.width), float64(l.height)}
	p.eventually(what, func(ctx context.Context) error {
		page, err := p.measure(ctx)
		if err != nil {
			return err
		}
		if page.Width > window.Right || !scrolls && page.Height > window.Bottom {
			return fmt.Errorf("the page is %v by %v", page.Width, page.Height)
		}
		if dark := page.Light < 0.25; dark != l.dark {
			return fmt.Errorf("the ground has a luminance of %v", page.Light)
		}
		if scrolls {
			window.Bottom = page.Height
		}
		for _, role := range []string{"button", "link", "textbox", "combobox", "checkbox", "switch"} {
			if err := p.controlsFit(ctx, role, window, l.phone); err != nil {
				return err
			}
		}
		return nil
	})
}

// extent is how large the page is, in CSS pixels, and how light its ground is.
type extent struct{ Width, Height, Light float64 }

func (p *person) measure(ctx context.Context) (extent, error) {
	root, err := p.root(ctx, nil)
	if err != nil {
		return extent{}, err
	}
	return call[extent](ctx, element{p, root, ""}, `function () {
		const { scrollWidth, scrollHeight } = document.scrollingElement;
		const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/[\d.]+/g).map(Number);
		return { width: scrollWidth, height: scrollHeight, light: (0.2126 * r + 0.7152 * g + 0.0722 * b) / 255 };
	}`)
}

// controlsFit answers what is wrong with a control: one outside of the window,
// or one too small for a finger. Links within a text are as high as its lines.
func (p *person) controlsFit(ctx context.Context, role string, window box, phone bool) error {
	found, err := p.find(ctx, nil, role, "")
	if err != nil {
		return err
	}
	for _, e := range found {
		at, err := call[struct {
			Box    box
			Inline bool
		}](ctx, e, `function () {
			const touched = this.type === 'checkbox' ? this.labels[0] ?? this : this;
			const { left, top, right, bottom } = touched.getBoundingClientRect();
			const inline = getComputedStyle(this).display === 'inline';
			return { box: { left, top, right, bottom }, inline };
		}`)
		if err != nil {
			return err
		}
		if at.Inline && role == "link" {
			continue
		}
		if !at.Box.within(window) {
			return fmt.Errorf("%s %q is at %+v in a window of %+v", role, e.name, at.Box, window)
		}
		if height := at.Box.Bottom - at.Box.Top; phone && height < touchHeight {
			return fmt.Errorf("%s %q is only %v high", role, e.name, height)
		}
	}
	return nil
}

// browserTiles sees that tiles share the window.
func browserTiles(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.tilesFit(1)
	for i, name := range []string{"Jonas", "Sora", "Nana", "Ada"} {
		s.scripted(t, "tea", name)
		mina.seesIn(stage, "group", name)
		for _, l := range looks {
			mina.wear(l)
			mina.tilesFit(i + 2)
		}
	}
	mina.wear(look{width: 1280, height: 800})
	mina.clicks("button", "Chat")
	mina.tilesFit(5)
}

// tilesFit waits until so many tiles are within the stage, large enough, and
// none lies on another but the own one.
func (p *person) tilesFit(count int) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("has room for %d tiles", count), func(ctx context.Context) error {
		whole, err := p.one(ctx, nil, stage.role, stage.name)
		if err != nil {
			return err
		}
		ground, err := call[box](ctx, whole, bounds)
		if err != nil {
			return err
		}
		tiles, err := p.find(ctx, stage, "group", "")
		if err == nil && len(tiles) != count {
			err = fmt.Errorf("there are %d tiles", len(tiles))
		}
		if err != nil {
			return err
		}
		var others []box
		for _, tile := range tiles {
			at, err := call[box](ctx, tile, bounds)
			if err != nil {
				return err
			}
			if !at.within(ground) || at.Right-at.Left < leastTile || at.Bottom-at.Top < leastTile {
				return fmt.Errorf("the tile of %s is at %+v on a stage of %+v", tile.name, at, ground)
			}
			if tile.name == p.name {
				continue
			}
			if slices.ContainsFunc(others, at.overlaps) {
				return errors.New("the tile of " + tile.name + " lies on another")
			}
			others = append(others, at)
		}
		return nil
	})
}

const bounds = `function () {
	const { left, top, right, bottom } = this.getBoundingClientRect();
	return { left, top, right, bottom };
}`
