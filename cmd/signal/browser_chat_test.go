//go:build browser || network

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// messages is the log of the chat, in the language of most.
var messages = &in{role: "log", name: "Messages"}

// says sends a chat line with the Enter key; the chat is open.
func (p *person) says(text string) {
	p.t.Helper()
	p.fills("Message", text)
	p.presses(kb.Enter)
	p.reads("log", "Messages", text)
}

func browserChat(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.join("tea")
	jonas.join("tea")
	mina.clicks("button", "Chat")
	jonas.clicks("button", "Chat")
	mina.reads("log", "Messages", "Jonas joined")
	jonas.reads("log", "Messages", "No messages yet.")

	mina.says("Hello there")
	mina.reads("log", "Messages", "You")
	mina.readsNot("log", "Messages", "Sending…")
	mina.has("textbox", "Message", "value", "")
	jonas.reads("log", "Messages", "Mina")
	jonas.reads("log", "Messages", "Hello there")
	jonas.readsNot("log", "Messages", "You")

	jonas.fills("Message", "Good to see you")
	mina.reads("region", "Chat", "Jonas is typing…")
	jonas.clicks("button", "Send")
	mina.reads("log", "Messages", "Good to see you")
	mina.reads("log", "Messages", "Jonas")
	jonas.reads("log", "Messages", "You")
	mina.readsNot("region", "Chat", "is typing…")
}

// browserChatTexts sends what could be taken for something else than text.
func browserChatTexts(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "<i>Jonas</i>")
	mina.sees("group", "<i>Jonas</i>")
	mina.clicks("button", "Chat")

	mina.fills("Message", "one")
	mina.presses(kb.Enter, kb.ModifierShift)
	mina.types("two")
	mina.has("textbox", "Message", "value", "one\ntwo")
	mina.presses(kb.Enter)
	mina.reads("log", "Messages", "one\ntwo")

	const markup = `<img src=x onerror="document.title='taken'"><b>bold</b>&amp;<script>document.title='taken'</script>`
	jonas.say(markup)
	mina.reads("log", "Messages", markup)
	mina.reads("log", "Messages", "<i>Jonas</i>")
	mina.checks("nothing became markup", `function () { return !this.querySelector('img, b, i, script'); }`)
	mina.titled("tea · Moim")

	jonas.say("see https://example.org/a?b=c, or javascript:alert(1)")
	mina.has("link", "https://example.org/a?b=c", "rel", "noopener noreferrer")
	mina.has("link", "https://example.org/a?b=c", "href", "https://example.org/a?b=c")
	mina.reads("log", "Messages", "javascript:alert(1)")
	mina.checks("there is one link", `function () { return this.querySelectorAll('a').length === 1; }`)
}

// browserQuickChat writes faster than the server takes lines.
func browserQuickChat(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	for i := range 60 {
		mina.fills("Message", fmt.Sprintf("quick %d", i))
		mina.presses(kb.Enter)
	}
	mina.checks("all are sent, in order", `function () {
		const sent = [...this.querySelectorAll('.is-sent .line-text')].map((text) => text.textContent);
		return sent.join() === Array.from({ length: 60 }, (_, i) => 'quick ' + i).join();
	}`)
	mina.readsNot("log", "Messages", "Retry")
}

// browserChatDirections shows names and lines that could turn each other around.
func browserChatDirections(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	jonas := s.scripted(t, "tea", strings.Repeat("W", 40))
	jonas.say("see \u202ehttps://example.org/a\u202e there")
	jonas.rename("2 سارة")
	mina.reads("log", "Messages", "is now 2 سارة")
	mina.has("link", "https://example.org/a", "href", "https://example.org/a")
	mina.checks("nothing turns around or runs over", `function () {
		const { direction, unicodeBidi } = getComputedStyle(this.querySelector('a'));
		return direction === 'ltr' && unicodeBidi === 'isolate' && !this.textContent.includes('\u202e') &&
			this.querySelector('.line-notice bdi') !== null && this.scrollWidth <= this.clientWidth;
	}`)
}

// checks waits until a JavaScript predicate holds for the log.
func (p *person) checks(what, predicate string) {
	p.t.Helper()
	p.proves(what, "log", "Messages", predicate)
}

// proves waits until a JavaScript predicate holds for a part of the page.
func (p *person) proves(what, role, name, predicate string) {
	p.t.Helper()
	p.eventually(what, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, role, name)
		if err != nil {
			return err
		}
		holds, err := call[bool](ctx, e, predicate)
		if err == nil && !holds {
			err = errors.New("it is not so")
		}
		return err
	})
}

func browserNotices(t *testing.T, c *chromium) {
	s := startSite(t, "--grace=1s")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")

	jonas := s.scripted(t, "tea", "Jonas")
	mina.reads("log", "Messages", "Jonas joined")
	mina.seesIn(stage, "group", "Jonas")
	jonas.rename("Nana")
	mina.reads("log", "Messages", "Jonas is now Nana")
	mina.seesIn(stage, "group", "Nana")
	jonas.leave()
	mina.reads("log", "Messages", "Nana left")
	mina.misses("group", "Nana")

	sora := s.scripted(t, "tea", "Sora")
	mina.reads("log", "Messages", "Sora joined")
	sora.vanish()
	mina.reads("log", "Messages", "Sora lost the connection")
	mina.misses("group", "Sora")
	mina.readsNot("log", "Messages", "Mina")
}

func browserRename(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.join("tea")
	jonas.join("tea")
	mina.clicks("button", "Chat")
	jonas.clicks("button", "People")
	jonas.reads("list", "In this call", "Mina")

	jonas.has("textbox", "Your name", "value", "Jonas")
	jonas.fills("Your name", "나나")
	jonas.clicks("button", "Rename")
	mina.reads("log", "Messages", "Jonas is now 나나")
	mina.seesIn(stage, "group", "나나")
	jonas.seesIn(stage, "group", "나나")
	jonas.reads("list", "In this call", "나나")
}
