//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// speak has people come, say so many lines in all, numbered from 0, and leave;
// none of them comes near the limit of one.
func (s *site) speak(t *testing.T, room string, count int) {
	t.Helper()
	const most = 30
	var speaker *guest
	for i := range count {
		if i%most == 0 {
			if speaker != nil {
				speaker.leave()
			}
			speaker = s.scripted(t, room, "Sora")
		}
		speaker.say(fmt.Sprintf("speech %d.", i))
	}
	speaker.leave()
}

// browserRestated deletes and edits what is quoted and far above what is here.
func browserRestated(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("my secret")
	s.speak(t, "tea", 60)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.readsLine("speech 59.")
	jonas.send("chat", map[string]any{"key": "about", "text": "about that", "reply": 1})
	mina.readsLine("about that", "my secret")
	mina.missesLine("speech 0.")
	jonas.send("chat-edit", map[string]any{"n": 1, "text": "my better words"})
	mina.readsLine("about that", "my better words")
	jonas.send("chat-delete", map[string]any{"n": 1})
	mina.readsLine("about that", "Message deleted")
	mina.readsNot("log", "Messages", "secret")
	mina.missesLine("speech 0.")
}

// browserUnreadBeyond comes back when more was said than a page holds.
func browserUnreadBeyond(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	jonas.say("read")
	mina.readsLine("read")
	mina.open("/")
	s.speak(t, "tea", 60)
	mina.join("tea")
	mina.titled("(50+) tea · Moim")
	mina.reads("button", "Chat", "50+")
	mina.clicks("button", "Chat")
	mina.titled("tea · Moim")
	mina.readsLine("speech 59.")
	mina.readsNot("log", "Messages", "New messages")
	mina.checks("can read up to the first", `function () { this.scrollTop = 0; return this.innerText.includes('New messages'); }`)
	mina.above("New messages", "speech 0.")
}

// mangler is a page that asks for past messages so that the server refuses
// it, or not before the tab's storage lets it.
const mangler = `(() => {
	const { send } = WebSocket.prototype;
	const held = [];
	WebSocket.prototype.send = function (data) {
		const history = data.includes('"type":"chat-history"');
		if (history && sessionStorage.holds) held.push(() => send.call(this, data));
		else send.call(this, history && sessionStorage.mangles ? data.replace(/"limit":\d+/, '"limit":-1') : data);
	};
	window.letGo = () => { sessionStorage.removeItem('holds'); for (const each of held.splice(0)) each(); };
})()`

// browserOlderAgain is at the top of the log when older messages do not come.
func browserOlderAgain(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 300)
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(mangler)
	mina.join("tea")
	mina.eval(`sessionStorage.mangles = 'yes'`)
	mina.clicks("button", "Chat")
	mina.readsLine("line 300 ")
	inLog[bool](mina, "goes to the top", `function () { this.scrollTop = 0; return true; }`)
	mina.reads("log", "Messages", "Older messages could not be loaded.")
	mina.eval(`sessionStorage.removeItem('mangles')`)
	mina.clicksIn(messages, "button", "Retry")
	mina.readsLine("line 240 ")
	mina.readsNot("log", "Messages", "could not be loaded")
	mina.focused("Messages")
}

// browserLateAnswer writes on while a quoted message is on its way.
func browserLateAnswer(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 300)
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(mangler)
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "Chat")
	jonas.send("chat", map[string]any{"key": "far", "text": "as was said", "reply": 9})
	mina.readsLine("as was said", "line 9 ")
	goThere := func() {
		mina.eval(`sessionStorage.holds = 'yes'`)
		mina.clicksIn(messages, "button", "In reply to Jonas line 9 and so on and so on and so on and so on and so on and so on")
	}
	goThere()
	mina.fills("Message", "half a sen")
	mina.eval(`letGo()`)
	mina.readsLine("line 9 ")
	mina.focused("half a sen")
	mina.clicks("button", "Jump to newest")
	mina.readsLine("as was said")
	mina.focused("Messages")

	goThere()
	mina.says("no, here")
	mina.eval(`letGo()`)
	jonas.say("the last")
	mina.readsLine("the last")
	mina.missesLine("line 9 ")
}

// browserLineFocus keeps the keyboard at a line whatever becomes of the line.
func browserLineFocus(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("look at https://moim.test/a")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.readsLine("look at")
	mina.eval(`document.querySelector('.line-text a').focus()`)
	jonas.send("chat-edit", map[string]any{"n": 1, "text": "better look at https://moim.test/b"})
	mina.readsLine("better look at", "edited")
	mina.atLine("better look at")

	other := s.scripted(t, "tea", "Sora")
	mina.clicks("button", "People")
	mina.clicks("button", "Message Sora privately")
	other.leave()
	mina.misses("group", "Sora")
	mina.says("too late")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.described("too late", "That person is no longer in the room.")
	mina.eval(`[...document.querySelectorAll('.line-remedies button')].find((each) => each.textContent === 'Retry').focus()`)
	mina.presses(kb.Enter)
	mina.atLine("too late")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.atLine("too late")
}

// atLine waits until the keyboard is at the line that holds a text.
func (p *person) atLine(text string) {
	p.t.Helper()
	p.checks("the keyboard is at "+text, fmt.Sprintf(`function () {
		const line = document.activeElement;
		return line.role === 'article' && this.contains(line) && line.textContent.includes(%q);
	}`, text))
}

// described waits until the description of a line holds a text.
func (p *person) described(line, text string) {
	p.t.Helper()
	p.eventually(line+" is described", func(ctx context.Context) error {
		e, err := p.line(ctx, line)
		if err != nil {
			return err
		}
		held, err := call[bool](ctx, e, `function (text) {
			const parts = this.getAttribute('aria-describedby').split(' ').map((id) => document.getElementById(id));
			return parts.some((part) => part?.textContent.includes(text));
		}`, text)
		if err == nil && !held {
			err = errors.New("its description lacks " + text)
		}
		return err
	})
}

// browserTabStops goes through a log full of links with the Tab key.
func browserTabStops(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("one https://moim.test/1")
	jonas.say("two https://moim.test/2")
	jonas.send("chat", map[string]any{"key": "answer", "text": "three https://moim.test/3", "reply": 2})
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.readsLine("three", "two")
	mina.described("three", "two")
	mina.eval(`document.querySelector('[role=log]').focus()`)
	mina.presses(kb.Tab)
	mina.focused("Message")
	mina.eval(`document.querySelector('[role=log]').focus()`)
	mina.presses(kb.ArrowUp)
	mina.focused("three")
	mina.presses(kb.ArrowUp)
	mina.focused("two")
	mina.presses(kb.Tab)
	mina.focused("https://moim.test/2")
	mina.checks("only one line has stops", `function () {
		const stops = [...this.querySelectorAll('.line-content :is(a, button)')].filter(({ tabIndex }) => tabIndex === 0);
		return stops.length === 1 && stops[0].textContent.endsWith('/2');
	}`)
}

// browserHeard has what is said read out once, by whom it is not from.
func browserHeard(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	mina.eval(`(() => {
		window.heard = [];
		const region = document.body.querySelector(':scope > [role=status]');
		new MutationObserver((records) => {
			for (const { addedNodes } of records) for (const node of addedNodes) heard.push(node.textContent);
		}).observe(region, { childList: true });
	})()`)
	mina.has("log", "Messages", "aria-live", "off")
	mina.says("an own one")
	jonas.readsLine("an own one")
	jonas.says("one")
	jonas.chooseAction("an own one", "Reply privately")
	jonas.says("two")
	mina.readsLine("two", "an own one")
	jonas.presses(kb.Escape)
	jonas.clicks("button", "Leave")
	mina.reads("log", "Messages", "Jonas left")
	mina.eventually("hears each once", func(ctx context.Context) error {
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](`heard.join('|')`))
		if want := "Jonas: one|Jonas, privately: two|Jonas left"; err == nil && got != want {
			err = fmt.Errorf("it is %q, want %q", got, want)
		}
		return err
	})
}

// browserGoneReader has no answer to what somebody said privately and left.
func browserGoneReader(t *testing.T, c *chromium) {
	mina, jonas := twoChatting(t, c)
	jonas.says("to all")
	jonas.clicks("button", "People")
	jonas.clicks("button", "Message Mina privately")
	jonas.says("between us")
	mina.hovers("between us")
	mina.sees("button", "Reply")
	jonas.clicks("button", "Leave")
	mina.reads("log", "Messages", "Jonas left")
	mina.hovers("to all")
	mina.sees("button", "Reply")
	mina.hovers("between us")
	mina.misses("button", "Reply")
}

// browserAsked shows which message is to be deleted.
func browserAsked(t *testing.T, c *chromium) {
	mina, _ := twoChatting(t, c)
	mina.says("this stays")
	mina.says("this goes")
	mina.chooseAction("this goes", "Delete")
	mina.checks("the message stands out", `function () {
		return [...this.querySelectorAll('.is-asked .line-text')].map((each) => each.textContent).join() === 'this goes';
	}`)
	mina.presses(kb.Escape)
	mina.checks("no message stands out", `function () { return !this.querySelector('.is-asked'); }`)
}

// browserPen uses the chat with a pen, which does not hover here.
func browserPen(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("Can you hear me?")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	pen := func() {
		t.Helper()
		mina.eventually("can touch with a pen", func(ctx context.Context) error {
			e, err := mina.line(ctx, "Can you hear me?")
			if err != nil {
				return err
			}
			at, err := call[struct{ X, Y float64 }](ctx, e, target)
			for _, kind := range []input.DispatchMouseEventType{input.DispatchMouseEventTypeMousePressed, input.DispatchMouseEventTypeMouseReleased} {
				if err == nil {
					_, err = chromedp.Call(ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{
						Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, ClickCount: 1,
						PointerType: input.DispatchMouseEventPointerTypePen,
					})
				}
			}
			return err
		})
	}
	pen()
	mina.sees("group", "Message actions")
	pen()
	mina.misses("group", "Message actions")

	// Some assistive technology clicks without a pointer.
	mina.eval(`document.querySelector('.line-text').click()`)
	mina.sees("group", "Message actions")
}
