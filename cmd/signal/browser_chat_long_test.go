//go:build browser

package main

import (
	"context"
	"fmt"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// windowLines is how many lines of the chat a page may hold: what it keeps,
// and a page that is on its way in.
const windowLines = 460

// scrolling is what a scroll through the chat took.
type scrolling struct {
	Median, P95 float64 // milliseconds between two frames
	Most        int     // lines in the document at once
	Oldest      int     // the least number of a line that was seen
}

// scrollUp scrolls up for some seconds, back down where the beginning is reached.
const scrollUp = `async function () {
	const frame = () => new Promise(requestAnimationFrame);
	const times = [];
	let most = 0, oldest = Infinity, step = -150;
	await frame();
	let before = performance.now();
	for (let i = 0; i < 400; i++) {
		if (this.scrollTop < 150) step = this.querySelector('.log-end').hidden ? 150 : -150;
		else if (this.scrollHeight - this.scrollTop - this.clientHeight < 150) step = -150;
		this.scrollTop += step;
		const now = await frame().then(() => performance.now());
		times.push(now - before);
		before = now;
		const lines = this.querySelectorAll('.line');
		most = Math.max(most, lines.length);
		oldest = Math.min(oldest, parseInt(lines[0].querySelector('.line-text')?.textContent.slice(5) ?? 'Infinity'));
	}
	times.sort((a, b) => a - b);
	return { median: times[200], p95: times[380], most, oldest };
}`

// stillFor scrolls close to an end of the window and answers how far the line in view moved on the screen
// while what lies beyond that end was loaded, in CSS pixels.
const stillFor = `async function (end) {
	const frame = () => new Promise(requestAnimationFrame);
	const list = this.querySelector('.log-list');
	const outermost = () => (end === 'top' ? list.firstElementChild : list.lastElementChild);
	const known = outermost();
	this.scrollTop = end === 'top' ? 3 : this.scrollHeight - this.clientHeight - 3;
	const { top, bottom } = this.getBoundingClientRect();
	const place = (line) => line.querySelector('.line-text').getBoundingClientRect();
	const lines = [...list.querySelectorAll('[role=article]')].map((line) => ({ line, at: place(line) }));
	const seen = lines.filter(({ at }) => at.top >= top && at.bottom <= bottom);
	let worst = 0;
	for (let later = 0; later < 5; later += known === outermost() ? 0 : 1) {
		await frame();
		for (const { line, at } of seen) worst = Math.max(worst, Math.abs(place(line).top - at.top));
	}
	return worst;
}`

// browserLongChat scrolls through a room in which very much was said.
func browserLongChat(t *testing.T, c *chromium) {
	const many = 20_000
	short, long := siteWithChat(t, "tea", 300), siteWithChat(t, "tea", many)
	open := func(s *site, name string) *person {
		p := c.person(t, s, name, look{})
		p.join("tea")
		p.clicks("button", "Turn camera off")
		p.clicks("button", "Chat")
		p.readsLine(fmt.Sprintf("line %d ", map[*site]int{short: 300, long: many}[s]))
		return p
	}
	ada := open(short, "Ada")
	few := inLog[scrolling](ada, "scrolls", scrollUp)
	ada.close()
	mina := open(long, "Mina")
	much := inLog[scrolling](mina, "scrolls", scrollUp)
	t.Logf("300 lines: %+v; %d lines: %+v", few, many, much)
	if much.Median > 1.5*few.Median+4 || much.P95 > 2*few.P95+16 {
		t.Errorf("frames take %v, and %v in a room with less", much, few)
	}
	if much.Most > windowLines {
		t.Errorf("there are %d lines in the document at once", much.Most)
	}
	if much.Oldest > many-450 {
		t.Errorf("the oldest line seen is %d", much.Oldest)
	}
	for _, end := range []string{"top", "top", "bottom", "bottom"} {
		if moved := inLog[float64](mina, "sees what lies beyond the "+end, stillFor, end); moved > 1 {
			t.Errorf("a line moves by %v pixels while others come at the %s", moved, end)
		}
	}
	mina.clicks("button", "Jump to newest")
	mina.readsLine(fmt.Sprintf("line %d ", many))
	mina.misses("button", "Jump to newest")
	mina.checks("the window is bounded", fmt.Sprintf(`function () { return this.querySelectorAll('.line').length < %d; }`, windowLines))
}

// browserFarQuote goes to a message that is far from the newest, and back.
func browserFarQuote(t *testing.T, c *chromium) {
	s := siteWithChat(t, "tea", 1000)
	mina := c.person(t, s, "Mina", look{})
	mina.join("tea")
	jonas := s.scripted(t, "tea", "Jonas")
	mina.clicks("button", "Chat")
	jonas.send("chat", map[string]any{"key": "far", "text": "as was said", "reply": 8})
	mina.readsLine("as was said", "line 8 ")
	goThere := func() {
		mina.clicksIn(messages, "button", "In reply to 나나 line 8 and so on and so on and so on")
		mina.focused("line 8 ")
	}
	goThere()
	mina.missesLine("as was said")
	jonas.say("meanwhile")
	mina.reads("button", "Jump to newest", "1")
	mina.says("back again")
	mina.readsLine("meanwhile")
	mina.misses("button", "Jump to newest")

	goThere()
	mina.fills("Message", "")
	mina.presses(kb.ArrowUp)
	mina.has("textbox", "Message", "value", "back again")
	mina.readsLine("meanwhile")
	mina.presses(kb.Escape)
	mina.chooseAction("back again", "Delete")
	mina.clicks("button", "Delete")
	mina.readsLine("Message deleted")
}

// inLog calls a JavaScript function with the log of the chat as this.
func inLog[T any](p *person, what, function string, args ...any) T {
	p.t.Helper()
	var value T
	p.within(3*patience, what, func(ctx context.Context) error {
		e, err := p.one(ctx, nil, "log", "Messages")
		if err == nil {
			value, err = call[T](ctx, e, function, args...)
		}
		return err
	})
	return value
}
