//go:build browser

package main

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"moim/chat"
	"moim/chat/sqlite"
)

func browserUnread(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("before you came")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.titled("tea · Moim")
	jonas.say("one")
	mina.titled("(1) tea · Moim")
	mina.reads("button", "Chat", "1")
	jonas.say("two")
	mina.titled("(2) tea · Moim")
	mina.clicks("button", "Chat")
	mina.titled("tea · Moim")
	mina.reads("log", "Messages", "before you came")
	mina.reads("log", "Messages", "two")
	mina.above("New messages", "one")

	// The line stays while one reads, and goes with the own answer.
	jonas.say("three")
	mina.reads("log", "Messages", "three")
	mina.above("New messages", "one")
	mina.says("I am here")
	mina.readsNot("log", "Messages", "New messages")

	// It comes back with what is unread, and goes when the chat is opened anew.
	mina.clicks("button", "Chat")
	jonas.say("four")
	mina.titled("(1) tea · Moim")
	mina.clicks("button", "Chat")
	mina.above("New messages", "four")
	mina.clicks("button", "Chat")
	mina.clicks("button", "Chat")
	mina.reads("log", "Messages", "four")
	mina.readsNot("log", "Messages", "New messages")

	// What is said while another tab is looked at is unread, too.
	mina.looksAway(true)
	jonas.say("five")
	mina.titled("(1) tea · Moim")
	mina.looksAway(false)
	mina.titled("tea · Moim")
	mina.above("New messages", "five")
}

// looksAway has the page believe that another tab is looked at.
func (p *person) looksAway(away bool) {
	p.t.Helper()
	p.eval(fmt.Sprintf(`(Object.defineProperty(document, 'hidden', { value: %v, configurable: true }),
		document.dispatchEvent(new Event('visibilitychange')))`, away))
}

// above waits until a label of the log stands directly above a line.
func (p *person) above(label, text string) {
	p.t.Helper()
	p.checks(label+" stands above "+text, fmt.Sprintf(`function () {
		const lines = [...this.querySelectorAll('.line')].filter((line) => line.innerText.includes(%q));
		return lines.length === 1 && lines[0].querySelector('.line-text').textContent === %q;
	}`, label, text))
}

// browserUnreadManyLines opens a chat whose first unread line is far up.
func browserUnreadManyLines(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("before you came")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	for i := range 35 {
		jonas.say(fmt.Sprintf("line %d", i))
	}
	mina.titled("(35) tea · Moim")
	mina.clicks("button", "Chat")
	mina.above("New messages", "line 0")
	mina.checks("the first unread line is in view", `function () {
		const line = [...this.querySelectorAll('.line')].find((line) => line.innerText.includes('New messages'));
		return Math.abs(line.getBoundingClientRect().top - this.getBoundingClientRect().top) < 2;
	}`)
	jonas.say("and one more")
	mina.reads("button", "Jump to newest", "1")
	mina.clicks("button", "Jump to newest")
	mina.misses("button", "Jump to newest")
	mina.readsLine("and one more")
}

// browserUnreadAway has what is said while the page is loaded anew be unread.
func browserUnreadAway(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	jonas.say("one")
	mina.readsLine("one")
	mina.open("/")
	jonas.say("two")
	mina.join("tea")
	mina.titled("(1) tea · Moim")
	mina.clicks("button", "Chat")
	mina.above("New messages", "two")
}

func browserSearch(t *testing.T, c *chromium) {
	s := startSite(t)
	jonas := s.scripted(t, "tea", "Jonas")
	jonas.say("The meeting is at the harbour")
	for i := range 20 {
		jonas.say(fmt.Sprintf("filler %d", i))
	}
	jonas.say("내일 회의에서 만나요 <b>")
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.clicks("button", "Search messages")
	mina.searches("meet")
	mina.reads("list", "Search results", "The meeting is at the harbour")
	mina.reads("region", "Chat", "1 message found")
	mina.marked("meet")
	mina.searches("회의")
	mina.reads("list", "Search results", "만나요 <b>")
	mina.marked("회의")
	mina.searches("nothing of the kind")
	mina.reads("region", "Chat", "No message holds these words.")

	mina.searches("FILL")
	mina.reads("list", "Search results", "filler 19")
	mina.searches("harb")
	mina.choosesResult("harbour")
	mina.focused("The meeting is at the harbour")
	mina.misses("list", "Search results")
	mina.sees("textbox", "Message")

	mina.clicks("button", "Search messages")
	mina.presses(kb.Escape)
	mina.sees("log", "Messages")
	mina.sees("region", "Chat")
	mina.clicks("button", "Search messages")
	mina.clicks("button", "Back to chat")
	mina.focused("Message")
}

// searches looks for words.
func (p *person) searches(words string) {
	p.t.Helper()
	p.searchesIn("Search messages", words)
}

// searchesIn looks for words in a search box of that name.
func (p *person) searchesIn(name, words string) {
	p.t.Helper()
	p.eventually("can search", func(ctx context.Context) error {
		e, err := p.one(ctx, nil, "searchbox", name)
		if err == nil {
			_, err = call[any](ctx, e, `function () { this.focus(); this.select(); }`)
		}
		return err
	})
	p.types(words)
	p.presses(kb.Enter)
}

// choosesResult clicks the one search result that holds a text.
func (p *person) choosesResult(text string) {
	p.t.Helper()
	list := &in{role: "list", name: "Search results"}
	var name string
	p.eventually("finds "+text, func(ctx context.Context) error {
		found, err := p.find(ctx, list, "button", "")
		found = slices.DeleteFunc(found, func(e element) bool { return !strings.Contains(e.name, text) })
		if err == nil && len(found) != 1 {
			err = fmt.Errorf("there are %d", len(found))
		}
		if err == nil {
			name = found[0].name
		}
		return err
	})
	p.clicksIn(list, "button", name)
}

// marked waits until a word stands out in every search result.
func (p *person) marked(word string) {
	p.t.Helper()
	p.proves(word+" is marked", "list", "Search results", fmt.Sprintf(`function () {
		const marks = [...this.querySelectorAll('mark')].map((mark) => mark.textContent);
		return marks.length === this.children.length && marks.every((mark) => mark === %q);
	}`, word))
}

// browserSearchOlder finds more than one page.
func browserSearchOlder(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 300)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.clicks("button", "Search messages")
	mina.searches("line")
	mina.reads("list", "Search results", "line 300")
	mina.clicks("button", "Show older results")
	mina.proves("there are more", "list", "Search results", `function () { return this.children.length === 100; }`)
	mina.searches("line 8 and")
	mina.choosesResult("line 8 ")
	mina.focused("line 8 ")
	mina.sees("button", "Jump to newest")
	// Newer ones come while one reads down.
	mina.readsDownTo("line 300")
	mina.misses("button", "Jump to newest")
}

// readsDownTo scrolls until a line is in view.
func (p *person) readsDownTo(text string) {
	p.t.Helper()
	p.checks("can read down to "+text, fmt.Sprintf(`function () {
		this.scrollTop += this.clientHeight;
		return this.innerText.includes(%q) && this.scrollHeight - this.scrollTop - this.clientHeight < 1;
	}`, text))
}

func browserFailed(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "People")
	mina.clicks("button", "Message Jonas privately")
	jonas.leave()
	mina.misses("group", "Jonas")
	mina.says("too late")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.clicks("button", "Retry")
	mina.readsLine("too late", "That person is no longer in the room.")
	mina.clicks("button", "Discard")
	mina.missesLine("too late")
	mina.focused("Message")
	mina.clicks("button", "Cancel")
	mina.says("to all")
	mina.readsNot("log", "Messages", "Sending…")
}

// browserDrafts loads the page anew while something is being written.
func browserDrafts(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "Chat")
	mina.says("sent")
	mina.clicks("button", "People")
	mina.clicks("button", "Message Jonas privately")
	mina.fills("Message", "not for all")
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.has("textbox", "Message", "value", "not for all")
	mina.reads("region", "Chat", "Private message to Jonas")
	jonas.say("still here")
	mina.readsLine("still here")
}

// mutter is a page whose chat lines do not reach the server while the tab's
// storage says so.
const mutter = `(() => {
	const { send } = WebSocket.prototype;
	WebSocket.prototype.send = function (data) {
		if (!sessionStorage.mutters || !data.includes('"type":"chat"')) send.call(this, data);
	};
})()`

// browserPending loads the page anew while lines are on their way.
func browserPending(t *testing.T, c *chromium) {
	s := startSite(t)
	mina, jonas := c.person(t, s, "Mina", look{}), c.person(t, s, "Jonas", look{})
	mina.prepares(mutter)
	mina.join("tea")
	jonas.join("tea")
	for _, p := range []*person{mina, jonas} {
		p.clicks("button", "Chat")
		p.clicks("button", "Turn camera off")
	}
	jonas.says("to be answered")
	mina.readsLine("to be answered")
	mina.eval(`sessionStorage.mutters = 'yes'`)
	mina.chooseAction("to be answered", "Reply privately")
	mina.says("on its way")
	mina.readsLine("on its way", "Sending…")
	mina.eval(`sessionStorage.removeItem('mutters')`)
	mina.join("tea")
	mina.clicks("button", "Chat")
	for _, p := range []*person{mina, jonas} {
		p.readsLine("on its way", "Private, only you and", "to be answered")
	}
	mina.readsNot("log", "Messages", "Sending…")
	mina.readsNot("log", "Messages", "Retry")
}

// browserSameMember loads the page anew, and opens a duplicate of its tab.
func browserSameMember(t *testing.T, c *chromium) {
	s := startSite(t)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.says("mine")
	mina.join("tea")
	mina.clicks("button", "Chat")
	mina.reads("log", "Messages", "You")
	mina.chooseAction("mine", "Edit")
	mina.has("textbox", "Message", "value", "mine")
	mina.presses(kb.Escape)

	twin := mina.duplicate("Mona")
	twin.join("tea")
	twin.seesIn(stage, "group", "Mina")
	mina.seesIn(stage, "group", "Mona")
	twin.clicks("button", "Chat")
	twin.says("hers")
	mina.readsLine("hers", "Mona")
	twin.readsLine("mine", "Mina")
}

// duplicate opens another tab of the same browser, with what this tab stores.
func (p *person) duplicate(name string) *person {
	p.t.Helper()
	stored := p.eval(`JSON.stringify(sessionStorage)`)
	twin := &person{name: name, t: p.t, site: p.site}
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithListener(twin.watch))
	twin.ctx = ctx
	p.t.Cleanup(func() {
		twin.report()
		cancel()
	})
	if err := chromedp.Do(ctx); err != nil {
		p.t.Fatalf("open a duplicate: %v", err)
	}
	do(twin, network.Enable, network.EnableParams{})
	twin.prepares(browserScript)
	twin.prepares(fmt.Sprintf(`if (!sessionStorage.length) Object.assign(sessionStorage, %s)`, stored))
	twin.wear(look{})
	return twin
}

// siteWithChat runs the program with a room in which much was said, line 1 to
// line count, most of it long ago.
func siteWithChat(t *testing.T, room string, count int) *site {
	t.Helper()
	data := t.TempDir()
	store, err := sqlite.Open(sqlite.Config{
		Path: filepath.Join(data, chatFile), Retention: chat.Retention{Age: chat.All, Lines: chat.All}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	const interval, batch = 20 * time.Second, 1000
	began := time.Now().Add(-interval * time.Duration(count))
	for done := 0; done < count; {
		var ops []chat.Op
		for len(ops) < batch && done < count {
			done++
			who := []string{"Jonas", "Sora", "나나"}[done/3%3]
			ops = append(ops, chat.Op{Verb: chat.Say, Message: chat.Message{
				Key: strconv.Itoa(done), From: "was-" + who, Name: who, At: began.Add(interval * time.Duration(done)),
				Text: fmt.Sprintf("line %d%s", done, strings.Repeat(" and so on", done%7*3)),
			}})
		}
		if _, err := store.Apply(t.Context(), room, ops); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return &site{program: boot(t, "--data="+data, "--retention=all:all")}
}
