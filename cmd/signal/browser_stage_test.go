//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
)

// browserStage has somebody arrange the tiles of a call.
func browserStage(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.prepares(paintedScreen)
	meet("tea", mina, jonas)
	mina.clicks("button", "Share screen")
	share := &in{role: "group", name: "Mina’s screen", of: stage}
	mina.readsIn(share, "You are sharing your screen")
	jonas.isLarge(share.name, 3)
	jonas.eventually("sees the screen", func(ctx context.Context) error {
		tile, err := jonas.one(ctx, stage, share.role, share.name)
		if err != nil {
			return err
		}
		width, err := call[int](ctx, tile, `function () { return this.querySelector('video').videoWidth; }`)
		if err == nil && width == 0 {
			err = errors.New("it is empty")
		}
		return err
	})
	mina.clicksIn(share, "button", "Stop sharing")
	jonas.misses(share.role, share.name)
	mina.misses(share.role, share.name)

	sora := s.scripted(t, "tea", "Sora")
	s.scripted(t, "tea", "Nana")
	mina.seesIn(stage, "group", "Nana")

	sora.send("update", map[string]any{"hand": true})
	mina.reads("group", "Sora", "Hand raised")
	sora.send("update", map[string]any{"hand": false, "screen": true})
	mina.readsNot("group", "Sora", "Hand raised")
	mina.isLarge("Sora’s screen", 5)
	mina.clicks("button", "Pin Jonas")
	mina.has("button", "Pin Sora’s screen", "type", "button")
	for _, l := range append([]look{{}}, looks...) {
		if !l.dark {
			mina.wear(l)
			mina.isLarge("Jonas", 5)
		}
	}
	mina.wear(look{})
	sora.send("update", map[string]any{"screen": false})
	mina.misses("group", "Sora’s screen")
	mina.isLarge("Jonas", 4)
	mina.clicks("button", "Unpin Jonas")
	mina.tilesFit(4)

	mina.clicks("button", "Full screen Jonas")
	mina.fillsScreen("Jonas")
	mina.clicks("button", "Leave full screen")
	mina.tilesFit(4)

	mina.clicks("button", "Pin Jonas")
	jonas.clicks("button", "Leave")
	mina.misses("group", "Jonas")
	mina.tilesFit(3)
}

// paintedScreen is a screen that can be shared without being asked.
const paintedScreen = `navigator.mediaDevices.getDisplayMedia = async () => {
	const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
	const paint = canvas.getContext('2d');
	setInterval(() => {
		paint.fillStyle = paint.fillStyle === '#ffffff' ? '#eeeeee' : '#ffffff';
		paint.fillRect(0, 0, 640, 360);
	}, 100);
	return canvas.captureStream(10);
}`

// fillsScreen waits until nothing but the tile is to be seen.
func (p *person) fillsScreen(name string) {
	p.t.Helper()
	p.eventually(name+" fills the screen", func(context.Context) error {
		if full := p.eval("document.fullscreenElement?.ariaLabel"); full != name {
			return errors.New("it is filled by " + full)
		}
		return nil
	})
}

// isLarge waits until so many tiles are on the stage, apart from each other,
// and one is larger than the others.
func (p *person) isLarge(name string, count int) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("has %s large among %d", name, count), func(ctx context.Context) error {
		boxes, err := p.tileBoxes(ctx)
		if err != nil {
			return err
		}
		large, ok := boxes[name]
		if !ok {
			return errors.New("it is not there")
		}
		if len(boxes) != count {
			return fmt.Errorf("there are %d tiles", len(boxes))
		}
		var placed []box
		for other, at := range boxes {
			if other != name && at.area() >= large.area() {
				return fmt.Errorf("%s is at %+v, %s at %+v", name, large, other, at)
			}
			if slices.ContainsFunc(placed, at.overlaps) {
				return errors.New(other + " lies on another")
			}
			placed = append(placed, at)
		}
		return nil
	})
}

func (b box) area() float64 { return (b.Right - b.Left) * (b.Bottom - b.Top) }

// tileBoxes is where the tiles lie, by name; an error where one is not on the
// stage.
func (p *person) tileBoxes(ctx context.Context) (map[string]box, error) {
	whole, err := p.one(ctx, nil, stage.role, stage.name)
	if err != nil {
		return nil, err
	}
	ground, err := call[box](ctx, whole, bounds)
	if err != nil {
		return nil, err
	}
	tiles, err := p.find(ctx, stage, "group", "")
	if err != nil {
		return nil, err
	}
	boxes := map[string]box{}
	for _, tile := range tiles {
		at, err := call[box](ctx, tile, bounds)
		if err != nil {
			return nil, err
		}
		if !at.within(ground) {
			return nil, fmt.Errorf("the tile of %s is at %+v on a stage of %+v", tile.name, at, ground)
		}
		boxes[tile.name] = at
	}
	return boxes, nil
}
