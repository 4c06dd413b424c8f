//go:build browser

package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"moim/signaling/protocol"
)

var (
	people = &in{role: "region", name: "People"}
	knocks = &in{role: "list", name: "Waiting to come in", of: people}
)

// sets switches a setting of the room.
func (p *person) sets(setting string) {
	p.t.Helper()
	p.clicks("button", "Settings")
	p.clicksIn(settings, "switch", setting)
	p.clicksIn(settings, "button", "Close")
}

// asks goes to the door and presses Join, whatever comes of it.
func (p *person) asks(room string, w words) {
	p.t.Helper()
	p.open("/r/" + room)
	p.fills(w.name, p.name)
	p.clicks("button", w.join)
}

// makes makes a room and answers its host key.
func (s *site) makes(t *testing.T, room string) string {
	t.Helper()
	var made struct{ HostKey string }
	answer := s.ask(http.MethodPost, "/api/rooms", room, "Content-Type", "application/json")
	if err := json.Unmarshal([]byte(answer.text), &made); err != nil || made.HostKey == "" {
		t.Fatalf("make a room: %s: %s", answer.Status, answer.text)
	}
	return made.HostKey
}

// browserLobby has people knock, who are let in, turned away, give up, or are
// many.
func browserLobby(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.join("tea")
	mina.sets("Lobby")
	jonas.asks("tea", english)
	jonas.reads("main", "", "Waiting to be let in…")
	jonas.misses("button", "Join")
	jonas.sees("button", "Turn camera off")
	jonas.titled("Waiting to be let in… tea · Moim")
	mina.sees("button", "Admit Jonas")
	mina.titled("(1) tea · Moim")
	mina.clicks("button", "People")
	mina.readsIn(knocks, "Jonas")
	mina.clicksIn(knocks, "button", "Admit Jonas")
	jonas.sees("button", "Leave")
	jonas.readsPage("You were let in")
	jonas.focused("Everyone in the call")
	mina.receives(jonas)
	mina.titled("tea · Moim")
	mina.clicks("button", "People")

	sora := c.person(t, s, "소라", look{language: "ko-KR,ko"})
	sora.asks("tea", korean)
	sora.reads("main", "", "들어가기를 기다리는 중…")
	mina.clicks("button", "Decline 소라")
	sora.reads("alert", "", "호스트가 들여보내지 않았습니다.")
	sora.clicks("button", "참여")
	mina.sees("button", "Decline 소라")
	sora.clicks("button", "취소")
	mina.misses("button", "Decline 소라")
	sora.sees("button", "참여")
	sora.readsNot("main", "", "들여보내지")

	for _, name := range []string{"Ada", "Bea", "Cem"} {
		s.comes(t, "tea", name, protocol.TypeWaiting.String())
	}
	mina.readsPage("3 people wait to come in")
	mina.clicks("button", "People")
	mina.eval(`document.querySelector('[aria-label="Decline Ada"]').focus()`)
	mina.presses(kb.Enter)
	mina.misses("button", "Decline Ada")
	mina.focused("Bea")
	mina.presses(kb.Enter)
	mina.readsIn(knocks, "Bea")
	mina.clicks("button", "Admit all")
	for _, name := range []string{"Bea", "Cem"} {
		mina.seesIn(stage, "group", name)
	}
	mina.misses("button", "Admit all")
	mina.misses("group", "Ada")
}

// browserHostRights has a host do all that a host may do, and what that is to
// a guest, who may do none of it.
func browserHostRights(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{width: 1280, height: 800}), c.person(t, s, "Jonas", look{width: 1280, height: 800})
	meet("tea", mina, jonas)
	jonas.clicks("button", "People")
	jonas.readsIn(people, "Host")
	jonas.misses("button", "Mute Mina")
	jonas.misses("button", "Remove Mina")
	jonas.clicks("button", "Settings")
	jonas.seesIn(settings, "combobox", "Camera")
	jonas.misses("switch", "Lock room")
	jonas.clicksIn(settings, "button", "Close")

	mina.clicks("button", "Settings")
	mina.clicksIn(settings, "switch", "Lock room")
	mina.fills("Topic", "Plans for the garden")
	mina.clicksIn(settings, "button", "Save topic")
	mina.fills("Password", "two lumps")
	mina.clicksIn(settings, "button", "Set password")
	mina.seesIn(settings, "button", "Remove password")
	mina.clicksIn(settings, "button", "Close")
	for _, text := range []string{"Locked", "Password", "Plans for the garden"} {
		jonas.readsIn(people, text)
		jonas.reads("contentinfo", "", text)
	}
	sora := c.person(t, s, "Sora", look{})
	sora.open("/r/tea")
	sora.reads("main", "", "The room is locked.")
	sora.sees("textbox", "Password")
	mina.sets("Lock room")
	sora.asks("tea", english)
	sora.reads("main", "", "Ask whoever invited you.")
	sora.fills("Password", "three lumps")
	sora.clicks("button", "Join")
	sora.reads("main", "", "The password is not right.")
	sora.fills("Password", "two lumps")
	sora.clicks("button", "Join")
	sora.seesIn(stage, "group", "Mina")
	mina.sets("Lock room")

	mina.clicks("button", "People")
	mina.clicksIn(people, "button", "Mute Jonas")
	jonas.readsPage("Mina muted you.")
	mina.reads("group", "Jonas", "Muted")
	jonas.clicks("button", "Unmute")
	mina.sees("button", "Mute Jonas")
	jonas.eventually("is no longer told that Mina muted him", func(ctx context.Context) error {
		text, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
		if err == nil && strings.Contains(text, "Mina muted you.") {
			err = errors.New("he is")
		}
		return err
	})

	mina.clicksIn(people, "button", "Remove Jonas")
	jonas.clicks("button", "Mute")
	mina.eventually("draws the row anew behind the dialog", func(ctx context.Context) error {
		drawn, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`[...document.querySelectorAll('.person')].some((row) => row.textContent.includes('Muted'))`))
		if err == nil && !drawn {
			err = errors.New("it is not")
		}
		return err
	})
	mina.clicksIn(&in{role: "dialog", name: "Remove Jonas?"}, "button", "Close")
	mina.focused("Remove Jonas")

	sora.clicks("button", "Chat")
	mina.removes("Jonas", "Remove")
	jonas.sees("heading", "A host removed you")
	jonas.sees("button", "Join again")
	sora.reads("log", "Messages", "Jonas was removed")
	mina.sets("Lock room")
	jonas.clicks("button", "Join again")
	jonas.fills("Password", "two lumps")
	jonas.clicks("button", "Join")
	jonas.seesIn(stage, "group", "Mina")
	mina.removes("Jonas", "Remove and ban")
	jonas.clicks("button", "Join again")
	jonas.reads("alert", "", "A host banned you from this room.")
}

// removes removes somebody, the people being shown.
func (p *person) removes(name, how string) {
	p.t.Helper()
	p.clicksIn(people, "button", "Remove "+name)
	p.clicksIn(&in{role: "dialog", name: "Remove " + name + "?"}, "button", how)
	p.misses("group", name)
}

// browserHostLink takes the host key to another browser, and one that is none.
func browserHostLink(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, phone := c.person(t, s, "Mina", look{}), c.person(t, s, "Phone", look{})
	mina.join("tea")
	phone.open("/r/tea#host=none")
	phone.at("/r/tea")
	mina.clicks("button", "Invite")
	mina.misses("textbox", "Host link for your other devices")
	mina.clicks("button", "Host link for your other devices")
	link := mina.value("textbox", "Host link for your other devices")
	mina.clicks("button", "Close")
	phone.fills("Your name", "Phone")
	phone.clicks("button", "Join")
	phone.sees("button", "Leave")
	phone.clicks("button", "Invite")
	phone.misses("button", "Host link for your other devices")
	phone.clicks("button", "Close")
	phone.clicks("button", "Leave")
	phone.sees("button", "Join again")

	path, found := strings.CutPrefix(link, s.url)
	if !found || !strings.Contains(path, "#host=") {
		t.Fatalf("the link is %s", link)
	}
	phone.open("/")
	phone.open(path)
	phone.at("/r/tea")
	phone.clicks("button", "Join")
	phone.sets("Lock room")
	phone.clicks("button", "Leave")
	phone.sees("button", "Join again")
	phone.eval("sessionStorage.clear()") // as in another tab
	phone.open("/")
	phone.open("/r/tea#host=none")
	phone.clicks("button", "Join")
	phone.reads("alert", "", "The room is locked.")
	phone.clicks("button", "Join")
	phone.sees("button", "Leave")
}

// browserErased has a room erased while people are in it.
func browserErased(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	key := s.makes(t, `{"name":"tea"}`)
	meet("tea", mina, jonas)
	mina.clicks("button", "Chat")
	mina.says("Between us")
	s.ask(http.MethodDelete, "/api/rooms/tea", "", "Authorization", "Bearer "+key).is(http.StatusNoContent, "")
	for _, p := range []*person{mina, jonas} {
		p.readsPage("This room was erased")
		p.readsNot("main", "", "Between us")
	}
	jonas.clicks("button", "Join again")
	jonas.sees("button", "Leave")
	jonas.clicks("button", "Chat")
	jonas.readsPage("No messages yet.")
	jonas.misses("group", "Mina")
	jonas.clicks("button", "People")
	jonas.readsIn(people, "Host")
}

// value is what stands in a text box.
func (p *person) value(role, name string) string {
	p.t.Helper()
	var value string
	p.eventually("has "+name, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err == nil {
			value, err = call[string](ctx, e, `function () { return this.value; }`)
		}
		return err
	})
	return value
}

// browserNames has people come under names that imitate others.
func browserNames(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{width: 1280, height: 800})
	mina.join("tea")
	other := s.scripted(t, "tea", "Мina")
	mina.seesIn(stage, "group", "Мina (2)")
	s.scripted(t, "tea", "Host")
	mina.seesIn(stage, "group", "“Host”")
	mina.clicks("button", "People")
	mina.readsIn(people, "Mixed alphabets")
	mina.sees("button", "Remove Мina (2)")
	mina.clicks("button", "Chat")
	other.say("It is me!")
	mina.reads("log", "Messages", "Мina (2) joined")
	mina.reads("article", "", "Мina (2)")
	jonas := c.person(t, s, "Jonas", look{})
	jonas.join("tea")
	jonas.seesIn(stage, "group", "Mina")
	jonas.seesIn(stage, "group", "Мina (2)")
	mina.clicks("button", "People")
	mina.fills("Your name", "Jonas")
	mina.clicks("button", "Rename")
	jonas.seesIn(stage, "group", "Jonas (2)")
	other.rename("Mina")
	jonas.seesIn(stage, "group", "Mina")
}

// browserHostsPictures stores pictures of what hosts and those who wait see.
func browserHostsPictures(t *testing.T, c *chromium) {
	folder := pictureFolder(t)
	desk := look{width: 1280, height: 800}
	s := startSite(t)
	shot := func(p *person, name string) {
		for suffix, l := range map[string]look{
			"":            desk,
			"-dark":       {width: 1280, height: 800, dark: true},
			"-phone":      {width: 390, height: 844, phone: true},
			"-small":      {width: 320, height: 568, phone: true},
			"-small-dark": {width: 320, height: 568, phone: true, dark: true},
		} {
			p.wear(l)
			p.draws()
			if err := p.picture(filepath.Join(folder, "hosts-"+name+suffix+".png")); err != nil {
				t.Fatal(err)
			}
		}
		p.wear(desk)
	}
	mina, jonas := c.person(t, s, "Mina", desk), c.person(t, s, "Jonas", desk)
	sora := c.person(t, s, "소라", look{language: "ko-KR,ko", width: 1280, height: 800})
	mina.join("reading-circle")
	mina.clicks("button", "Turn camera off")
	s.scripted(t, "reading-circle", "Nana")
	s.scripted(t, "reading-circle", "Мina")
	mina.sets("Lobby")
	jonas.asks("reading-circle", english)
	sora.asks("reading-circle", korean)
	jonas.reads("main", "", "Waiting to be let in…")
	sora.reads("main", "", "들어가기를 기다리는 중…")
	shot(jonas, "waiting")
	shot(sora, "waiting-korean")
	mina.readsPage("2 people wait to come in")
	shot(mina, "knocks")
	mina.clicks("button", "People")
	shot(mina, "people")
	mina.clicksIn(knocks, "button", "Decline 소라")
	mina.clicks("button", "People")
	mina.sees("button", "Admit Jonas")
	shot(mina, "knock")
	sora.reads("alert", "", "호스트가 들여보내지 않았습니다.")
	shot(sora, "rejected-korean")
	mina.clicks("button", "Admit Jonas")
	jonas.sees("button", "Leave")
	mina.clicks("button", "Settings")
	mina.fills("Topic", "Chapter four: The harbour")
	mina.clicksIn(settings, "button", "Save topic")
	mina.fills("Password", "lighthouse")
	mina.clicksIn(settings, "button", "Set password")
	mina.clicksIn(settings, "switch", "Lock room")
	shot(mina, "settings")
	mina.presses(kb.Escape)
	mina.clicks("button", "Invite")
	mina.clicks("button", "Host link for your other devices")
	shot(mina, "invite")
	mina.presses(kb.Escape)
	jonas.clicks("button", "People")
	shot(jonas, "people-guest")
	mina.clicks("button", "People")
	mina.clicksIn(people, "button", "Mute Jonas")
	jonas.readsPage("Mina muted you.")
	jonas.clicks("button", "People")
	shot(jonas, "muted")
	mina.clicksIn(people, "button", "Remove Jonas")
	mina.sees("dialog", "Remove Jonas?")
	shot(mina, "remove")
	mina.clicks("button", "Remove")
	jonas.sees("heading", "A host removed you")
	shot(jonas, "removed")
	sora.open("/r/reading-circle")
	sora.reads("main", "", "방이 잠겨 있습니다.")
	shot(sora, "locked-korean")
}
