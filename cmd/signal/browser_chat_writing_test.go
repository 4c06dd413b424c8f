//go:build browser

package main

import (
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// browserWriting begins one message or change after the other.
func browserWriting(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, sora := c.person(t, s, "Mina", look{}), c.person(t, s, "Sora", look{})
	mina.prepares(mutter)
	mina.join("tea")
	sora.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	for _, p := range []*person{mina, sora} {
		p.clicks("button", "Chat")
	}
	jonas.say("Hello all")

	// What is written for Jonas alone stays so.
	mina.clicks("button", "People")
	mina.clicks("button", "Message Jonas privately")
	mina.fills("Message", "between us")
	mina.chooseAction("Hello all", "Reply")
	mina.reads("region", "Chat", "Private reply to Jonas")
	mina.presses(kb.Enter)
	mina.readsLine("between us", "Private, only you and Jonas see this", "Hello all")
	mina.clicks("button", "Cancel")
	mina.says("one")
	mina.says("two")
	sora.readsLine("two")
	sora.missesLine("between us")

	// What was begun of a change waits for its message.
	mina.readsNot("log", "Messages", "Sending…")
	mina.misses("button", "Save")
	mina.chooseAction("one", "Edit")
	mina.fills("Message", "one more")
	mina.chooseAction("Hello all", "Reply")
	mina.has("textbox", "Message", "value", "")
	mina.sees("button", "Send")
	mina.chooseAction("one", "Edit")
	mina.has("textbox", "Message", "value", "one more")
	mina.clicks("button", "Save")
	mina.readsLine("one more", "edited")

	// A message on its way cannot be changed, and the one before is not meant.
	mina.clicks("button", "Cancel")
	mina.eval(`sessionStorage.mutters = 'yes'`)
	mina.says("three")
	mina.presses(kb.ArrowUp)
	mina.draws()
	mina.has("textbox", "Message", "value", "")
	mina.misses("button", "Save")

	// An input method's Escape is not the panel's.
	mina.eval(`document.querySelector('.composer-text').dispatchEvent(
		new KeyboardEvent('keydown', { key: 'Escape', keyCode: 229, bubbles: true }))`)
	mina.draws()
	mina.sees("region", "Chat")
}

// browserAnswered deletes what another answers and changes.
func browserAnswered(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.open("/")
	mina.fills("Room", "tea")
	mina.clicks("checkbox", "Public room")
	mina.clicks("button", "Join")
	mina.at("/r/tea")
	mina.join("tea")
	jonas := c.person(t, s, "Jonas", look{})
	jonas.join("tea")
	mina.clicks("button", "Chat")
	jonas.clicks("button", "Chat")
	jonas.says("rude words")
	jonas.says("more rude words to come")
	mina.says("please be kind")

	jonas.chooseAction("more rude", "Edit")
	jonas.fills("Message", "kind words to come")
	mina.chooseAction("more rude", "Delete")
	mina.clicks("button", "Delete")
	jonas.reads("region", "Chat", "cannot be changed any longer")
	jonas.has("textbox", "Message", "value", "kind words to come")
	jonas.misses("button", "Save")

	mina.chooseAction("rude words", "Reply")
	mina.reads("region", "Chat", "Replying to Jonas")
	jonas.chooseAction("rude words", "Delete")
	jonas.clicks("button", "Delete")
	mina.proves("what is answered is gone", "region", "Chat", `function () {
		return this.querySelector('.composer-mode').innerText.includes('Message deleted');
	}`)

	// It is so, too, when the page is loaded anew.
	mina.clicks("button", "Cancel")
	mina.chooseAction("please be kind", "Reply")
	mina.reads("region", "Chat", "Replying to yourself")
	mina.eval(`sessionStorage.setItem('moim.draft.tea', sessionStorage.getItem('moim.draft.tea').replace('be kind', 'BE KIND'))`)
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.proves("what is answered is as it stands", "region", "Chat", `function () {
		return this.querySelector('.composer-mode').innerText.includes('please be kind');
	}`)
}

// browserTwin duplicates a tab while lines are on their way in it, and loads
// the page anew after a reader has left.
func browserTwin(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(mutter)
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "People")
	mina.clicks("button", "Message Jonas privately")
	mina.says("for you")
	mina.readsNot("log", "Messages", "Sending…")
	jonas.leave()
	mina.misses("group", "Jonas")
	mina.says("too late")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.eval(`sessionStorage.mutters = 'yes'`)
	mina.says("on its way")
	mina.fills("Message", "half a sen")

	twin := mina.duplicate("Mona")
	twin.join("tea")
	twin.clicks("button", "Chat")
	twin.has("textbox", "Message", "value", "")
	twin.readsNot("region", "Chat", "Private message")
	twin.says("hers")
	twin.readsNot("log", "Messages", "Sending…")
	twin.missesLine("on its way")
	twin.missesLine("too late")
	mina.readsLine("hers", "Mona")
	mina.readsLine("on its way", "Sending…")

	// Why a line failed, and who was to read it, is still known.
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.readsLine("for you", "Private, only you and Jonas see this")
	mina.has("textbox", "Message", "value", "half a sen")
}

// deaf is a page to which the server refuses the newest messages while the
// tab's storage says so.
const deaf = `(() => {
	const { send } = WebSocket.prototype;
	WebSocket.prototype.send = function (data) {
		const { type, id, before, after } = JSON.parse(data);
		const refused = sessionStorage.deaf && type === 'chat-history' && before === undefined && after === undefined;
		if (!refused) return send.call(this, data);
		const error = { type: 'error', re: id, code: 'internal', message: 'internal error' };
		setTimeout(() => this.dispatchEvent(new MessageEvent('message', { data: JSON.stringify(error) })));
	};
})()`

// browserUnseen writes while old messages are read and the newest cannot be
// had.
func browserUnseen(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 300)
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(deaf)
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.clicks("button", "Search messages")
	mina.searches("line 8 and")
	mina.choosesResult("line 8 ")
	mina.focused("line 8 ")
	mina.eval(`sessionStorage.deaf = 'yes'`)
	mina.fills("Message", "Is anybody here?")
	mina.presses(kb.Enter)
	mina.reads("region", "Chat", "Your message is on its way")
	mina.eval(`sessionStorage.removeItem('deaf')`)
	mina.eval(`document.querySelector('.chat-fault button').click()`)
	mina.readsLine("Is anybody here?")
	mina.readsNot("region", "Chat", "Your message is on its way")
}

// browserSearchAgain has what is found change.
func browserSearchAgain(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 120)
	jonas := c.person(t, s, "Jonas", look{})
	jonas.join("tea")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	jonas.clicks("button", "Chat")
	jonas.says("line of mine")
	mina.clicks("button", "Search messages")
	mina.sees("heading", "Search messages")
	mina.searches("line")
	mina.reads("list", "Search results", "line of mine")
	mina.eval(`(b => { b.click(); b.click(); b.click(); })(document.querySelector('.search-older'))`)
	mina.proves("one page more", "list", "Search results", `function () { return this.children.length === 100; }`)
	mina.clicks("button", "Show older results")
	mina.proves("all", "list", "Search results", `function () { return this.children.length === 121; }`)
	mina.reads("region", "Chat", "121 messages found")

	// What is found is shown as it stands, and searched anew.
	jonas.chooseAction("line of mine", "Edit")
	jonas.says("line of ours")
	mina.reads("list", "Search results", "line of ours")
	jonas.chooseAction("line of ours", "Delete")
	jonas.clicks("button", "Delete")
	mina.readsNot("list", "Search results", "line of ours")
	mina.reads("region", "Chat", "120 messages found")
	jonas.says("line at last")
	mina.searches("line")
	mina.reads("list", "Search results", "line at last")

	// What is said meanwhile is unread until the log is seen.
	mina.titled("(1) tea · Moim")
	mina.clicks("button", "Back to chat")
	mina.titled("tea · Moim")
	mina.sees("heading", "Chat")
	jonas.says("line after all")
	mina.readsLine("line after all")
	mina.clicks("button", "Search messages")
	mina.reads("list", "Search results", "line after all")
}

// browserLowWindow uses the chat where there is little height.
func browserLowWindow(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{width: 640, height: 400, phone: true})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas of the House by the Sea and so on")
	mina.clicks("button", "Chat")
	mina.focused("Messages")
	for range 10 {
		jonas.say("Can you hear me? Or can you see me at least?")
	}
	jonas.say("I cannot hear you.")
	mina.taps("I cannot hear you.")
	mina.clicks("button", "Reply privately")
	for _, l := range []look{{width: 640, height: 400, phone: true}, {width: 360, height: 380, phone: true}, {width: 320, height: 256, phone: true}} {
		mina.wear(l)
		mina.fits("the composer in a low window", l, false)
		mina.proves("there is room to read, and the mode is one line", "region", "Chat", `function () {
			const { height } = this.querySelector('.log').getBoundingClientRect();
			const jump = this.querySelector('.log-jump');
			return height >= 60 && this.querySelector('.composer-mode').offsetHeight <= 46 &&
				(height >= 96 || getComputedStyle(jump).display === 'none');
		}`)
	}
	mina.fills("Message", "only a little,\nor less,\nor even\nless\nthan\nthat")
	mina.proves("it stays low", "textbox", "Message", `function () { return this.offsetHeight < 80; }`)
	mina.fills("Message", "only a little, or even less than that")
	mina.wear(look{width: 640, height: 400, phone: true})
	mina.proves("it is as high as its text", "textbox", "Message", `function () { return this.offsetHeight < 50; }`)
	mina.wear(look{width: 320, height: 256, phone: true})
	mina.clicks("button", "Send")
	mina.readsLine("only a little")

	// What is begun is shown whole when the chat is opened again.
	mina.fills("Message", "one\ntwo")
	mina.clicks("button", "Close")
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.proves("both lines are shown", "textbox", "Message", `function () { return this.offsetHeight > 60; }`)

	// Choosing a message or going back brings no keyboard over it.
	mina.clicks("button", "Search messages")
	mina.clicks("button", "Back to chat")
	mina.focused("Messages")
}
