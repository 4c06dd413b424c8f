//go:build browser || network

package main

import (
	"context"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

//go:embed testdata/flow.js
var flowScript string

// flow is what arrived in somebody's tile since a mark.
type flow struct {
	Pictures, Sounds arrivals
	Gone             int // how often the tile went away, ever
}

// arrivals are frames that were shown, or moments at which packets had come.
// All times are in milliseconds.
type arrivals struct {
	Count   int
	Longest float64 // time without any since the mark
	Steady  float64 // when those began, after the mark, that come without a pause of a second; -1 while they pause
	Elapsed float64 // since the mark
}

func (a arrivals) String() string {
	return fmt.Sprintf("%d in %.0f ms, %.0f ms without any, steady after %.0f ms", a.Count, a.Elapsed, a.Longest, a.Steady)
}

// again tells that they came without a pause in the last second, or longer.
func (a arrivals) again() bool { return a.Steady >= 0 && a.Elapsed >= max(2000, a.Steady+1000) }

// measured opens a tab for somebody new, in which pauses are measured.
func (c *chromium) measured(t *testing.T, s *site, name string) *person {
	t.Helper()
	p := c.person(t, s, name, look{})
	p.prepares(flowScript)
	return p
}

// mark is a moment from which on to measure.
type mark map[*person]float64 // the clock of each one's page, in milliseconds

func markNow(people ...*person) mark {
	m := mark{}
	for _, p := range people {
		p.t.Helper()
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		now, err := chromedp.Run(ctx, chromedp.Evaluate[float64]("moimFlow.now()"))
		cancel()
		if err != nil {
			p.t.Fatalf("%s: read the clock: %v", p.name, err)
		}
		m[p] = now
	}
	return m
}

// flows is what arrived from another person since a mark.
func (p *person) flows(ctx context.Context, from *person, since mark) (flow, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[flow](fmt.Sprintf("moimFlow.since(%q, %f)", from.name, since[p])))
}

// everyPair calls a function for everyone and each of the others.
func everyPair(people []*person, do func(p, from *person)) {
	for _, p := range people {
		for _, from := range people {
			if from != p {
				do(p, from)
			}
		}
	}
}

// flowAgain waits until pictures and sounds of everyone come to everyone without
// pauses, beginning sooner after the mark than the limit.
func flowAgain(since mark, limit time.Duration, people ...*person) {
	everyPair(people, func(p, from *person) {
		p.t.Helper()
		var now flow
		p.within(limit+patience, "receives "+from.name+" again", func(ctx context.Context) (err error) {
			now, err = p.flows(ctx, from, since)
			if both := now.Pictures.again() && now.Sounds.again(); err == nil && !both {
				err = fmt.Errorf("pictures: %v; sounds: %v", now.Pictures, now.Sounds)
			}
			return err
		})
		p.t.Logf("%s receives %s: pictures after %.0f ms, sounds after %.0f ms", p.name, from.name, now.Pictures.Steady, now.Sounds.Steady)
		if most := float64(limit.Milliseconds()); max(now.Pictures.Steady, now.Sounds.Steady) > most {
			p.t.Errorf("%s receives %s later than after %v", p.name, from.name, limit)
		}
	})
}

// flowsOn checks that no picture and no sound of anyone paused for longer than
// the limit since the mark.
func flowsOn(since mark, limit time.Duration, people ...*person) {
	everyPair(people, func(p, from *person) {
		p.t.Helper()
		now := p.flowsNow(from, since)
		p.t.Logf("%s receives %s: pictures: %v; sounds: %v", p.name, from.name, now.Pictures, now.Sounds)
		if most := float64(limit.Milliseconds()); now.Pictures.Longest > most || now.Sounds.Longest > most {
			p.t.Errorf("what %s receives of %s pauses for more than %v", p.name, from.name, limit)
		}
	})
}

// stopped checks that since the mark nobody's pictures and sounds flowed for
// the whole of a time, so that a fault was one.
func stopped(since mark, d time.Duration, people ...*person) {
	everyPair(people, func(p, from *person) {
		p.t.Helper()
		now := p.flowsNow(from, since)
		if least := float64(d.Milliseconds()); now.Pictures.Longest < least || now.Sounds.Longest < least {
			p.t.Errorf("%s received %s in spite of all: pictures: %v; sounds: %v", p.name, from.name, now.Pictures, now.Sounds)
		}
	})
}

func (p *person) flowsNow(from *person, since mark) flow {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	now, err := p.flows(ctx, from, since)
	if err != nil {
		p.t.Fatalf("%s: measure %s: %v", p.name, from.name, err)
	}
	return now
}

// notices are the lines of the log that nobody wrote, without their times.
func (p *person) notices() []string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	e, err := p.one(ctx, nil, messages.role, messages.name)
	if err != nil {
		p.t.Fatalf("%s: %v", p.name, err)
	}
	found, err := call[[]string](ctx, e, `function () {
		return [...this.querySelectorAll('.line-notice')].map((line) => {
			const told = line.cloneNode(true);
			told.querySelector('time')?.remove();
			return told.textContent.trim();
		});
	}`)
	if err != nil {
		p.t.Fatalf("%s: read the notices: %v", p.name, err)
	}
	return found
}

// staysTogether answers a check that since the call of it nobody's log got a
// notice, and nobody's tile went away, even for a moment. Everyone's chat is open.
func staysTogether(people ...*person) (check func()) {
	before := map[*person][]string{}
	gone := map[[2]*person]int{}
	for _, p := range people {
		before[p] = p.notices()
	}
	everyPair(people, func(p, of *person) { gone[[2]*person{p, of}] = p.flowsNow(of, mark{p: 0}).Gone })
	return func() {
		for _, p := range people {
			p.t.Helper()
			if now := p.notices(); !slices.Equal(now, before[p]) {
				p.t.Errorf("%s reads the notices %q, before %q", p.name, now, before[p])
			}
		}
		everyPair(people, func(p, of *person) {
			if now := p.flowsNow(of, mark{p: 0}).Gone; now != gone[[2]*person{p, of}] {
				p.t.Errorf("the tile of %s was gone %d times for %s", of.name, now-gone[[2]*person{p, of}], p.name)
			}
		})
	}
}

// keepsConnections answers a check that since the call of it nobody's page has
// made another connection.
func keepsConnections(people ...*person) (check func()) {
	before := map[*person]string{}
	for _, p := range people {
		before[p] = p.eval("moimFlow.made()")
	}
	return func() {
		for _, p := range people {
			p.t.Helper()
			if now := p.eval("moimFlow.made()"); now != before[p] {
				p.t.Errorf("the page of %s has made %s connections, before %s", p.name, now, before[p])
			}
		}
	}
}

// writes sends a chat line without waiting for what becomes of it.
func (p *person) writes(text string) {
	p.t.Helper()
	p.fills("Message", text)
	p.presses("\r")
}

// notSent is put behind the text of lines of which the server has not said that
// it has them.
const notSent = " (not sent)"

// readsOnce waits until these lines are in the log, each once, in this order
// among each other, and sent.
func (p *person) readsOnce(lines ...string) {
	p.t.Helper()
	p.eventually("reads each line once and in order", func(ctx context.Context) error {
		shown, err := p.linesAmong(ctx, lines)
		if err == nil && !slices.Equal(shown, lines) {
			err = fmt.Errorf("it reads %q, want %q", shown, lines)
		}
		return err
	})
}

// linesAmong are those of some lines that are in the log, in its order.
func (p *person) linesAmong(ctx context.Context, lines []string) ([]string, error) {
	e, err := p.one(ctx, nil, messages.role, messages.name)
	if err != nil {
		return nil, err
	}
	shown, err := call[[]string](ctx, e, `function (notSent) {
		return [...this.querySelectorAll('.line-text')].map((text) => text.textContent + (text.closest('.is-sent') ? '' : notSent));
	}`, notSent)
	return slices.DeleteFunc(shown, func(text string) bool {
		return !slices.Contains(lines, strings.TrimSuffix(text, notSent))
	}), err
}
