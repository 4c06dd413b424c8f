//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// line is the one line of the chat that holds a text.
func (p *person) line(ctx context.Context, text string) (element, error) {
	found, err := p.find(ctx, &in{role: "log"}, "article", "")
	if err != nil {
		return element{}, err
	}
	var held []element
	for _, e := range found {
		if strings.Contains(e.name, text) {
			held = append(held, e)
		}
	}
	if len(held) != 1 {
		return element{}, fmt.Errorf("there are %d lines that hold %q, want one, of %d", len(held), text, len(found))
	}
	return held[0], nil
}

// readsLine waits until a line holds all of the texts.
func (p *person) readsLine(texts ...string) {
	p.t.Helper()
	p.eventually("reads a line with "+strings.Join(texts, ", "), func(ctx context.Context) error {
		e, err := p.line(ctx, texts[0])
		if err != nil {
			return err
		}
		shown, err := call[string](ctx, e, `function () { return this.innerText; }`)
		for _, text := range texts[1:] {
			if err == nil && !strings.Contains(shown, text) {
				err = fmt.Errorf("it says %q", shown)
			}
		}
		return err
	})
}

// missesLine waits until no line holds the text.
func (p *person) missesLine(text string) {
	p.t.Helper()
	p.eventually("no longer reads "+text, func(ctx context.Context) error {
		_, err := p.line(ctx, text)
		if err == nil {
			return errors.New("it is there")
		}
		if ctx.Err() != nil {
			return err
		}
		return nil
	})
}

// hovers moves the mouse onto the line that holds a text.
func (p *person) hovers(text string) {
	p.t.Helper()
	p.eventually("can point at "+text, func(ctx context.Context) error {
		e, err := p.line(ctx, text)
		if err != nil {
			return err
		}
		at, err := call[struct{ X, Y float64 }](ctx, e, target)
		if err != nil {
			return err
		}
		return chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X, at.Y))
	})
}

// taps touches the line that holds a text with a finger.
func (p *person) taps(text string) {
	p.t.Helper()
	p.eventually("can tap "+text, func(ctx context.Context) error {
		e, err := p.line(ctx, text)
		if err != nil {
			return err
		}
		at, err := call[struct{ X, Y float64 }](ctx, e, target)
		if err != nil {
			return err
		}
		_, err = chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
			Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at.X, Y: at.Y}},
		})
		if err == nil {
			_, err = chromedp.Call(ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{
				Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{},
			})
		}
		return err
	})
}

// chooseAction does something with the line that holds a text.
func (p *person) chooseAction(text, action string) {
	p.t.Helper()
	p.hovers(text)
	p.clicks("button", action)
}

// focused waits until the control with the keyboard is of a name, or a text box
// of that value.
func (p *person) focused(name string) {
	p.t.Helper()
	p.eventually("the keyboard is at "+name, func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](
			`document.activeElement.value || document.activeElement.ariaLabel || document.activeElement.innerText || document.activeElement.tagName`))
		if err == nil && !strings.Contains(got, name) {
			err = fmt.Errorf("it is at %q", got)
		}
		return err
	})
}

// twoChatting are two in a room with the chat open.
func twoChatting(t *testing.T, c *chromium) (mina, jonas *person) {
	t.Helper()
	s := startSite(t)
	mina, jonas = c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.join("tea")
	jonas.join("tea")
	mina.clicks("button", "Chat")
	jonas.clicks("button", "Chat")
	mina.seesIn(stage, "group", "Jonas")
	return mina, jonas
}

func browserEdit(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	mina.says("one")
	mina.says("twoo")
	jonas.readsLine("twoo")
	mina.presses(kb.ArrowUp)
	mina.reads("region", "Chat", "Editing message")
	mina.has("textbox", "Message", "value", "twoo")
	mina.fills("Message", "two")
	mina.presses(kb.Enter)
	mina.has("textbox", "Message", "value", "")
	mina.readsNot("region", "Chat", "Editing message")
	for _, p := range []*person{mina, jonas} {
		p.missesLine("twoo")
		p.readsLine("two", "edited")
	}

	// What was begun is still there after an edit that is given up.
	mina.fills("Message", "half a sen")
	mina.chooseAction("one", "Edit")
	mina.has("textbox", "Message", "value", "one")
	mina.presses(kb.Escape)
	mina.has("textbox", "Message", "value", "half a sen")
	mina.focused("half a sen")
	mina.sees("region", "Chat")
	jonas.readsLine("one")
	jonas.hovers("one")
	jonas.sees("button", "Reply")
	jonas.misses("button", "Edit")
	jonas.misses("button", "Delete")
}

func browserDelete(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	mina.says("this stays")
	mina.says("this goes")
	jonas.readsLine("this goes")
	mina.chooseAction("this goes", "Delete")
	mina.reads("group", "Message actions", "Delete this message?")
	mina.focused("Delete")
	mina.presses(kb.Escape)
	mina.sees("button", "Edit")
	mina.readsLine("this goes")
	mina.clicks("button", "Delete")
	mina.clicks("button", "Cancel")
	mina.clicks("button", "Delete")
	mina.clicks("button", "Delete")
	for _, p := range []*person{mina, jonas} {
		p.missesLine("this goes")
		p.readsLine("Message deleted")
		p.readsLine("this stays")
	}
	mina.hovers("Message deleted")
	mina.misses("group", "Message actions")
	// The newest that can be changed is the one before.
	mina.fills("Message", "")
	mina.presses(kb.ArrowUp)
	mina.has("textbox", "Message", "value", "this stays")
}

// browserHostDeletes has somebody delete what another wrote.
func browserHostDeletes(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.open("/")
	mina.fills("Room", "tea")
	mina.clicks("checkbox", "Public room")
	mina.clicks("button", "Join")
	mina.at("/r/tea")
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "Chat")
	jonas.say("rude words")
	mina.hovers("rude words")
	mina.misses("button", "Edit")
	mina.clicks("button", "Delete")
	mina.clicks("button", "Delete")
	mina.readsLine("Message deleted")
	mina.missesLine("rude words")
}

func browserReply(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	mina.says("Shall we meet at nine?")
	for i := range 30 {
		mina.says(fmt.Sprintf("and %d other thing", i))
	}
	jonas.chooseAction("Shall we meet at nine?", "Reply")
	jonas.focused("Message")
	jonas.reads("region", "Chat", "Replying to Mina")
	jonas.says("At ten")
	jonas.readsNot("region", "Chat", "Replying to Mina")
	for _, p := range []*person{mina, jonas} {
		p.readsLine("At ten", "Shall we meet at nine?")
	}
	mina.clicksIn(messages, "button", "In reply to You Shall we meet at nine?")
	mina.focused("Shall we meet at nine?")
	mina.checks("it is in view and stands out", `function () {
		const line = this.querySelector('.is-marked').getBoundingClientRect();
		const log = this.getBoundingClientRect();
		return line.top >= log.top && line.bottom <= log.bottom;
	}`)
	mina.clicks("button", "Jump to newest")
	mina.checks("the newest is in view", `function () { return this.scrollHeight - this.scrollTop - this.clientHeight < 2; }`)

	// The quote follows what it quotes.
	mina.chooseAction("Shall we meet at nine?", "Delete")
	mina.clicks("button", "Delete")
	jonas.readsLine("At ten", "Message deleted")
}

func browserPrivate(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	sora := c.person(t, mina.site, "Sora", look{})
	sora.join("tea")
	sora.clicks("button", "Chat")
	jonas.says("Hello all")
	mina.chooseAction("Hello all", "Reply privately")
	mina.reads("region", "Chat", "Private reply to Jonas")
	mina.says("between us")
	mina.reads("region", "Chat", "Private message to Jonas")
	mina.readsNot("region", "Chat", "Private reply to Jonas")
	mina.readsLine("between us", "Private, only you and Jonas see this")
	jonas.readsLine("between us", "Private, only you and Mina see this")

	// An answer to what is private is private.
	jonas.chooseAction("between us", "Reply")
	jonas.reads("region", "Chat", "Private reply to Mina")
	jonas.says("of course")
	mina.readsLine("of course", "Private, only you and Jonas see this")
	mina.clicks("button", "Cancel")
	mina.readsNot("region", "Chat", "Private message to")
	mina.says("back to all")
	sora.readsLine("back to all")
	sora.missesLine("between us")
	sora.missesLine("of course")

	sora.clicks("button", "People")
	sora.clicks("button", "Message Mina privately")
	sora.reads("region", "Chat", "Private message to Mina")
	sora.focused("Message")
	sora.says("pst")
	mina.readsLine("pst", "Private, only you and Sora see this")
	sora.presses(kb.Escape)
	sora.readsNot("region", "Chat", "Private message to Mina")
	sora.sees("region", "Chat")
	jonas.missesLine("pst")
}

func browserChatKeys(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	mina.says("first")
	mina.says("second")
	jonas.says("third")
	mina.readsLine("third")
	mina.eval(`document.querySelector('[role=log]').focus()`)
	mina.presses(kb.ArrowUp)
	mina.focused("third")
	mina.presses(kb.ArrowUp)
	mina.focused("second")
	mina.presses(kb.Tab)
	mina.focused("Reply")
	mina.presses(kb.Tab, kb.ModifierShift)
	mina.focused("second")
	mina.presses(kb.Tab + kb.Tab)
	mina.focused("Edit")
	mina.presses(kb.Enter)
	mina.focused("second")
	mina.reads("region", "Chat", "Editing message")
	mina.presses(kb.Escape)
	mina.eval(`document.querySelector('[role=log]').focus()`)
	mina.presses(kb.Home)
	mina.focused("first")
	mina.presses(kb.ArrowDown)
	mina.focused("second")
	mina.presses(kb.End)
	mina.focused("third")
	mina.sees("group", "Message actions")
	mina.presses(kb.Escape)
	mina.misses("group", "Message actions")
	mina.focused("Messages")
	mina.presses(kb.Escape)
	mina.misses("region", "Chat")
}

// browserChatTouch uses the chat with a finger on a small phone.
func browserChatTouch(t *testing.T, c *chromium) {
	phone := look{width: 360, height: 640, phone: true}
	s := startSite(t)
	mina := c.person(t, s, "Mina", phone)
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "Chat")
	jonas.say("Can you hear me?")
	jonas.say("I cannot hear you.")
	mina.taps("I cannot hear you.")
	mina.sees("group", "Message actions")
	mina.fits("the actions of a line", phone, false)
	mina.taps("I cannot hear you.")
	mina.misses("group", "Message actions")
	mina.taps("Can you hear me?")
	mina.clicks("button", "Reply privately")
	mina.reads("region", "Chat", "Private reply to Jonas")
	mina.fits("the composer of a private answer", phone, false)
	mina.says("Only a little")
	mina.readsNot("log", "Messages", "Sending…")
	mina.taps("Only a little")
	mina.clicks("button", "Delete")
	mina.fits("the question of a deletion", phone, false)
	mina.clicks("button", "Delete")
	mina.missesLine("Only a little")
	mina.clicks("button", "Search messages")
	mina.fits("the search", phone, false)
}

// browserChatTowers shows marks that combine into towers.
func browserChatTowers(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "J"+strings.Repeat("\u0301", 30))
	mina.clicks("button", "Chat")
	jonas.say("before")
	jonas.say("x" + strings.Repeat("\u0301\u0316", 1999))
	mina.readsLine("before")
	mina.checks("nothing spills over", `function () {
		const texts = [...this.querySelectorAll('.line-text, .line-notice')];
		return texts.length === 3 && texts.every((text) => getComputedStyle(text).overflow === 'clip' && text.offsetHeight < 60) &&
			this.scrollWidth <= this.clientWidth;
	}`)
}

func browserChatKorean(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "미나", look{language: "ko"})
	mina.open("/r/tea")
	mina.fills("내 이름", mina.name)
	mina.clicks("button", "참여")
	mina.sees("button", "나가기")
	jonas := s.scripted(t, "tea", "요나스")
	jonas.say("내일 회의에서 만나요")
	mina.titled("(1) tea · Moim")
	mina.clicks("button", "채팅")
	mina.reads("log", "메시지 목록", "새 메시지")
	mina.chooseAction("내일 회의에서", "비공개로 답장")
	mina.reads("region", "채팅", "요나스님에게 비공개로 답장하는 중")
	mina.fills("메시지", "네")
	mina.presses(kb.Enter)
	mina.readsLine("네", "비공개: 나와 요나스님에게만 보입니다", "내일 회의에서 만나요")
	mina.clicks("button", "취소")
	mina.fills("메시지", "모두 안뇽")
	mina.presses(kb.Enter)
	mina.readsLine("모두 안뇽")
	mina.readsNot("log", "메시지 목록", "보내는 중…")
	mina.presses(kb.ArrowUp)
	mina.reads("region", "채팅", "메시지를 수정하는 중")
	mina.fills("메시지", "모두 안녕")
	mina.presses(kb.Enter)
	mina.readsLine("모두 안녕", "수정됨")
	mina.chooseAction("모두 안녕", "삭제")
	mina.reads("group", "메시지 동작", "이 메시지를 삭제할까요?")
	mina.clicks("button", "삭제")
	mina.readsLine("삭제된 메시지")
	mina.clicks("button", "메시지 검색")
	mina.searchesIn("메시지 검색", "회의")
	mina.reads("list", "검색 결과", "내일 회의에서 만나요")
	mina.clicks("button", "채팅으로 돌아가기")
	mina.focused("메시지")
	jonas.leave()
	mina.reads("log", "메시지 목록", "요나스님이 나갔습니다")
	mina.clicks("button", "참여자")
	mina.sees("list", "이 통화에 있는 사람")
}
