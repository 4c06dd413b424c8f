//go:build browser || network

package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/chromedp/chromedp"
)

// media is what arrives in somebody's tile, by the browser's own counts
// (W3C WebRTC Statistics, section 6.1, RTCInboundRtpStreamStats).
type media struct {
	Frames  int     // decoded
	Width   int     // of the picture, in pixels
	Showing bool    // the picture is to be seen
	Energy  float64 // of all sound so far
	Seconds float64 // of sound so far, silence included
	Playing bool    // the sound is to be heard
}

// The fake microphone beeps twice a second, each with an energy of about 0.1.
const (
	still   = 1.5  // seconds without news that say it has stopped, by the count of the sound
	silence = 1e-4 // the energy a second of it may have
	beep    = 0.05 // the energy that says that there was one
)

// gets is what arrives from another person.
func (p *person) gets(ctx context.Context, from *person) (media, error) {
	tile, err := p.one(ctx, stage, "group", from.name)
	if err != nil {
		return media{}, err
	}
	return call[media](ctx, tile, `function () { return moimTest.media(this); }`)
}

// stage is where the tiles are.
var stage = &in{role: "main", name: "Everyone in the call"}

// receives waits until a new picture and new sound have come from each of
// the others.
func (p *person) receives(from ...*person) {
	p.t.Helper()
	for _, other := range from {
		p.getsMore(other, true)
	}
}

// getsSound waits until new sound has come from another person.
func (p *person) getsSound(from *person) {
	p.t.Helper()
	p.getsMore(from, false)
}

func (p *person) getsMore(from *person, picture bool) {
	p.t.Helper()
	var first *media
	p.eventually("receives "+from.name, func(ctx context.Context) error {
		now, err := p.gets(ctx, from)
		if err != nil {
			return err
		}
		if first == nil {
			first = &now
		}
		seen := !picture || now.Frames >= first.Frames+5 && now.Width > 0 && now.Showing
		if heard := now.Energy > first.Energy+beep && now.Playing; seen && heard {
			return nil
		}
		return fmt.Errorf("there is %+v, at first %+v", now, *first)
	})
}

// hearsNothing waits until a while of silence has come from another person.
func (p *person) hearsNothing(from *person) {
	p.t.Helper()
	var start media
	p.eventually("hears nothing of "+from.name, func(ctx context.Context) error {
		now, err := p.gets(ctx, from)
		if err != nil {
			return err
		}
		if start.Seconds == 0 || now.Energy-start.Energy > silence*(now.Seconds-start.Seconds) {
			start = now
		}
		if now.Seconds < start.Seconds+still {
			return fmt.Errorf("of the sound there is %+v, silent since %+v", now, start)
		}
		return nil
	})
}

// seesNothing waits until for a while, in which sound arrived, no picture has
// come from another person.
func (p *person) seesNothing(from *person) {
	p.t.Helper()
	var start media
	p.eventually("sees nothing of "+from.name, func(ctx context.Context) error {
		now, err := p.gets(ctx, from)
		if err != nil {
			return err
		}
		if start.Seconds == 0 || now.Frames > start.Frames {
			start = now
		}
		if now.Seconds < start.Seconds+still {
			return fmt.Errorf("there is %+v, without a new picture since %+v", now, start)
		}
		return nil
	})
}

// holds waits until so many of the own devices are in use.
func (p *person) holds(cameras, microphones int) {
	p.t.Helper()
	want := fmt.Sprintf("%d cameras, %d microphones", cameras, microphones)
	p.eventually("uses "+want, func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](
			"`${moimTest.live('video')} cameras, ${moimTest.live('audio')} microphones`"))
		if err == nil && got != want {
			err = errors.New("uses " + got)
		}
		return err
	})
}

// connects waits until so many connections to others are open.
func (p *person) connects(count int) {
	p.t.Helper()
	p.eventually(fmt.Sprintf("has %d connections", count), func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[int]("moimTest.open()"))
		if err == nil && got != count {
			err = fmt.Errorf("has %d", got)
		}
		return err
	})
}

// asksNoOther checks that no other host is asked for addresses or relays.
func (p *person) asksNoOther() {
	p.t.Helper()
	for address := range strings.SplitSeq(p.eval("moimTest.iceServers().join(' ')"), " ") {
		_, host, _ := strings.Cut(address, ":")
		u, err := url.Parse("//" + host)
		if err != nil || address != "" && u.Hostname() != strings.Split(p.site.host(), ":")[0] {
			p.t.Errorf("%s asks %s for addresses", p.name, strconv.Quote(address))
		}
	}
}

// join enters a room from its door, under the person's name, with camera and
// microphone as they are.
func (p *person) join(room string) {
	p.t.Helper()
	p.open("/r/" + room)
	p.fills("Your name", p.name)
	p.clicks("button", "Join")
	p.sees("button", "Leave")
}

// meet has people in a room, in the order of their coming, all of whom see
// and hear each other.
func meet(room string, people ...*person) {
	for i, p := range people {
		p.t.Helper()
		p.join(room)
		for _, earlier := range people[:i] {
			earlier.seesIn(stage, "group", p.name)
		}
	}
	for _, p := range people {
		for _, other := range people {
			if other != p {
				p.receives(other)
			}
		}
	}
}
