//go:build browser

package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browserChatPictures stores pictures of the chat in all its states.
func browserChatPictures(t *testing.T, c *chromium) {
	folder := pictureFolder(t)
	desk := look{width: 1280, height: 800}
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", desk), c.person(t, s, "Jonas", desk)
	keep := func(p *person, name string) {
		p.draws()
		if err := p.picture(filepath.Join(folder, "chat-"+name+".png")); err != nil {
			t.Fatal(err)
		}
	}
	shot := func(p *person, name string) {
		for suffix, l := range map[string]look{
			"":            desk,
			"-dark":       {width: 1280, height: 800, dark: true},
			"-phone":      {width: 360, height: 740, phone: true},
			"-phone-dark": {width: 360, height: 740, phone: true, dark: true},
			"-low":        {width: 640, height: 400, phone: true},
			"-small":      {width: 320, height: 256, phone: true},
		} {
			p.wear(l)
			keep(p, name+suffix)
		}
		p.wear(desk)
	}
	jonas.join("reading-circle")
	mina.join("reading-circle")
	for _, p := range []*person{jonas, mina} {
		p.clicks("button", "Turn camera off")
		p.clicks("button", "Chat")
	}
	sora := s.scripted(t, "reading-circle", "Sora Kim-Andersen from the garden")
	shot(mina, "empty")
	jonas.says("Shall we meet at nine, at the harbour? I can bring the notes for chapter four and the old map.")
	mina.says("Nine is fine, I will be the one with a rad scarf.")
	mina.presses(kb.ArrowUp)
	mina.fills("Message", "Nine is fine, I will be the one with the red scarf.")
	shot(mina, "editing")
	mina.presses(kb.Enter)
	mina.readsLine("red scarf", "edited")
	mina.chooseAction("Shall we meet", "Reply")
	shot(mina, "replying")
	mina.says("Could we make it half past?")
	mina.readsNot("log", "Messages", "Sending…")
	jonas.chooseAction("Could we make it half past?", "Reply privately")
	jonas.says("Of course, if Sora agrees")
	mina.chooseAction("if Sora agrees", "Reply")
	shot(mina, "private")
	mina.says("She will, she is always late")
	mina.clicks("button", "Cancel")
	mina.says("Oops")
	mina.readsNot("log", "Messages", "Sending…")
	mina.chooseAction("Oops", "Delete")
	keep(mina, "deleting")
	mina.clicks("button", "Delete")
	mina.clicks("button", "Chat")
	mina.misses("region", "Chat")
	sora.say("Half past nine it is! https://example.org/a/rather/long/address/of/a/harbour")
	sora.say("내일 봐요 👋")
	mina.titled("(2) reading-circle · Moim")
	mina.clicks("button", "Chat")
	mina.reads("log", "Messages", "New messages")
	shot(mina, "unread")
	mina.hovers("Half past nine it is!")
	keep(mina, "actions")
	mina.wear(look{width: 360, height: 740, phone: true})
	mina.taps("red scarf")
	keep(mina, "actions-phone")
	mina.clicks("button", "Delete")
	keep(mina, "deleting-phone")
	mina.clicks("button", "Cancel")
	mina.wear(desk)
	mina.clicks("button", "Search messages")
	mina.searches("nine har")
	mina.reads("list", "Search results", "harbour")
	shot(mina, "search")
	mina.clicks("button", "Back to chat")
	mina.clicks("button", "People")
	shot(mina, "people")
	mina.clicks("button", "Message Sora Kim-Andersen from the garden privately")
	sora.leave()
	mina.misses("group", "Sora Kim-Andersen from the garden")
	mina.says("Are you still there?")
	mina.readsLine("Are you still there?", "no longer in the room")
	shot(mina, "failed")

	mina.open("/")
	mina.chooses("combobox", "Language", "ko")
	mina.open("/r/reading-circle")
	mina.clicks("button", "참여")
	mina.sees("button", "나가기")
	mina.clicks("button", "채팅")
	mina.reads("log", "메시지 목록", "수정됨")
	shot(mina, "korean")
	mina.clicks("button", "메시지 검색")
	mina.searchesIn("메시지 검색", "내일 red")
	mina.reads("region", "채팅", "검색어와 일치하는 메시지가 없습니다.")
	mina.searchesIn("메시지 검색", "내일")
	mina.reads("list", "검색 결과", "내일 봐요")
	shot(mina, "korean-search")
}

// draws waits until what has changed is on the screen.
func (p *person) draws() {
	p.t.Helper()
	twoFrames := `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(true))))`
	p.eventually("draws", func(ctx context.Context) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](twoFrames, chromedp.EvalAwaitPromise))
		return err
	})
}
