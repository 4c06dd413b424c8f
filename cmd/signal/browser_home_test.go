//go:build browser

package main

import (
	"context"
	"errors"
	"regexp"
	"testing"
)

func browserNewRoom(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.open("/")
	mina.sees("heading", "Moim")
	mina.reads("region", "Public rooms", "No public room is open right now.")
	mina.clicks("button", "Join")
	mina.reads("main", "", "Type the name of a room, or take a new one.")

	mina.clicks("button", "New room")
	first := mina.proposed("")
	mina.clicks("button", "New room")
	second := mina.proposed(first)
	mina.fills("Your name", "Mina")
	mina.clicks("button", "Join")
	mina.atDoor(second)
	mina.has("textbox", "Your name", "value", "Mina")

	mina.open("/")
	mina.has("textbox", "Your name", "value", "Mina")
	mina.fills("Room", "afternoon tea")
	pages := mina.eval("history.length")
	mina.proves("clicks Join twice", "button", "Join", `function () { this.click(); this.click(); return true; }`)
	mina.atDoor("afternoon-tea")
	if now := mina.eval("history.length - 1"); now != pages {
		t.Errorf("a double click added to %s pages of the history until there were %s besides the new one", pages, now)
	}
	mina.clicks("button", "Join")
	mina.sees("button", "Leave")
	mina.sees("group", "Mina")
}

// proposed waits for a name of a room that nobody will guess and that is not
// the one before.
func (p *person) proposed(before string) string {
	p.t.Helper()
	var name string
	p.eventually("has a name for a room", func(ctx context.Context) error {
		e, err := p.one(ctx, nil, "textbox", "Room")
		if err != nil {
			return err
		}
		name, err = call[string](ctx, e, `function () { return this.value; }`)
		if err == nil && (name == before || !regexp.MustCompile(`^[a-z]+(-[a-z]+){3,}$`).MatchString(name)) {
			err = errors.New("it is " + name)
		}
		return err
	})
	return name
}

func browserPublicRoom(t *testing.T, c *chromium) {
	s := startSite(t)
	sora, mina := c.person(t, s, "Sora", look{}), c.person(t, s, "Mina", look{})
	sora.open("/")
	sora.reads("region", "Public rooms", "No public room is open right now.")

	mina.open("/")
	mina.fills("Room", "garden")
	mina.fills("Your name", "Mina")
	mina.clicks("checkbox", "Public room")
	mina.clicks("button", "Join")
	mina.atDoor("garden")
	mina.clicks("button", "Join")
	mina.sees("button", "Leave")
	sora.reads("list", "Public rooms", "garden")
	sora.reads("list", "Public rooms", "1 person")
	jonas := s.scripted(t, "garden", "Jonas")
	s.scripted(t, "cellar", "Nana")
	sora.reads("list", "Public rooms", "2 people")
	jonas.leave()
	sora.reads("list", "Public rooms", "1 person")
	sora.readsNot("list", "Public rooms", "cellar")

	sora.fills("Your name", "Sora")
	sora.clicks("link", "Join garden")
	sora.atDoor("garden")
	sora.reads("main", "", "1 person is here")
	sora.has("textbox", "Your name", "value", "Sora")
	sora.clicks("button", "Join")
	sora.seesIn(stage, "group", "Mina")
	mina.seesIn(stage, "group", "Sora")
}

func browserUnknownPath(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.open("/no/such/place")
	mina.at("/")
	mina.sees("heading", "Moim")
}

func browserKorean(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "미나", look{language: "ko-KR,ko"})
	mina.open("/")
	mina.sees("textbox", "방")
	mina.sees("textbox", "내 이름")
	mina.sees("button", "새 방")
	if lang := mina.eval("document.documentElement.lang"); lang != "ko" {
		t.Errorf("the page's language is %q", lang)
	}
	mina.open("/r/차")
	mina.fills("내 이름", "미나")
	mina.clicks("button", "참여")
	mina.sees("button", "나가기")
	mina.clicks("button", "음소거")
	mina.reads("group", "미나", "음소거됨")
	mina.clicks("button", "채팅")
	s.scripted(t, "차", "소라")
	mina.reads("log", "메시지 목록", "소라님이 들어왔습니다")

	sora := c.person(t, s, "Sora", look{})
	sora.open("/")
	sora.sees("textbox", "Room")
	sora.chooses("combobox", "Language", "ko")
	sora.sees("textbox", "방")
	sora.open("/")
	sora.sees("textbox", "방")
}

// chooses chooses an option of a select by its value.
func (p *person) chooses(role, name, value string) {
	p.t.Helper()
	p.eventually("chooses "+value, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err == nil {
			_, err = call[any](ctx, e, `function (value) {
				this.value = value;
				this.dispatchEvent(new Event('change', { bubbles: true }));
			}`, value)
		}
		return err
	})
}
