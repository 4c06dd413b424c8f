//go:build browser

package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

func browserTwo(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	for _, p := range []*person{mina, jonas} {
		p.connects(1)
		p.holds(1, 1)
		p.asksNoOther()
		p.titled("tea · Moim")
	}
}

// browserThree has somebody come late, who gets what was said before.
func browserThree(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas, sora := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{}), c.person(t, s, "Sora", look{})
	meet("tea", mina, jonas)
	mina.clicks("button", "Chat")
	mina.says("The kettle is on")

	sora.join("tea")
	sora.clicks("button", "Chat")
	sora.reads("log", "Messages", "The kettle is on")
	mina.reads("log", "Messages", "Sora joined")
	sora.receives(mina, jonas)
	mina.receives(jonas, sora)
	jonas.receives(mina, sora)
	for _, p := range []*person{mina, jonas, sora} {
		p.connects(2)
	}
}

func browserMute(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	mina.readsNot("group", "Jonas", "Muted")

	jonas.clicks("button", "Mute")
	jonas.sees("button", "Unmute")
	mina.reads("group", "Jonas", "Muted")
	jonas.reads("group", "Jonas", "Muted")
	mina.hearsNothing(jonas)
	jonas.getsSound(mina)

	jonas.clicks("button", "Unmute")
	jonas.sees("button", "Mute")
	mina.readsNot("group", "Jonas", "Muted")
	mina.getsSound(jonas)
}

// browserCamera sees that the camera is let go while it is off, so that its
// light goes out.
func browserCamera(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	meet("tea", mina, jonas)
	mina.readsNot("group", "Jonas", "Camera off")

	jonas.clicks("button", "Turn camera off")
	jonas.sees("button", "Turn camera on")
	mina.reads("group", "Jonas", "Camera off")
	jonas.reads("group", "Jonas", "Camera off")
	jonas.holds(0, 1)
	mina.seesNothing(jonas)

	jonas.clicks("button", "Turn camera on")
	jonas.sees("button", "Turn camera off")
	mina.readsNot("group", "Jonas", "Camera off")
	jonas.holds(1, 1)
	mina.receives(jonas)
}

func browserShortcuts(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	for _, k := range []struct{ key, before, after string }{{"m", "Mute", "Unmute"}, {"v", "Turn camera off", "Turn camera on"}} {
		mina.sees("button", k.before)
		mina.presses(k.key)
		mina.sees("button", k.after)
		mina.presses(k.key)
		mina.sees("button", k.before)
	}
	mina.presses("p")
	mina.sees("region", "People")
	mina.presses("p")
	mina.misses("region", "People")

	mina.presses("c")
	mina.has("textbox", "Message", "value", "")
	mina.presses("mvcp")
	mina.has("textbox", "Message", "value", "mvcp")
	mina.sees("region", "Chat")
	mina.sees("button", "Mute")
	mina.sees("button", "Turn camera off")
	mina.presses(kb.Escape)
	mina.misses("region", "Chat")
	mina.presses("m")
	mina.sees("button", "Unmute")
}

func browserToggles(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	for _, toggle := range []struct{ off, on string }{
		{"Mute", "Unmute"}, {"Turn camera off", "Turn camera on"}, {"Chat", "Chat"}, {"People", "People"},
	} {
		mina.has("button", toggle.off, "aria-pressed", "false")
		mina.clicks("button", toggle.off)
		mina.has("button", toggle.on, "aria-pressed", "true")
		mina.clicks("button", toggle.on)
		mina.has("button", toggle.off, "aria-pressed", "false")
	}
	mina.clicks("button", "Invite")
	mina.has("textbox", "Link to this room", "value", s.url+"/r/tea")
	mina.presses(kb.Escape)
	mina.misses("dialog", "Invite")
}
