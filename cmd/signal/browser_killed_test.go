//go:build browser

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

const (
	noticed   = 5 * time.Second  // without a server, from which on people are told of it
	settled   = 2 * time.Second  // after its return, for what that could break
	paused    = 2 * time.Second  // pictures and sounds, on a machine with much else to do; with the server they would for longer
	forgotten = 22 * time.Second // after which who has not come back is gone (docs/protocol.md)
)

// browserKilledTwo also waits until whoever had not come back would be gone.
func browserKilledTwo(t *testing.T, c *chromium) {
	people := browserKilled(t, c, []string{"Mina", "Jonas"}, 15*time.Second, time.Second)
	together, since := staysTogether(people...), markNow(people...)
	lasts(t, forgotten)
	flowsOn(since, paused, people...)
	together()
}

func browserKilledThree(t *testing.T, c *chromium) {
	browserKilled(t, c, []string{"Mina", "Jonas", "Sora"}, noticed)
}

// browserKilled kills the program in the middle of a call, again and again, for
// these times.
func browserKilled(t *testing.T, c *chromium, names []string, outages ...time.Duration) []*person {
	t.Helper()
	s := startStaged(t, []string{build(t)})
	people := s.gather(t, c, names...)
	for i, down := range outages {
		t.Logf("killed for %v", down)
		s.outage(os.Kill, down, i%2 == 0, people...)
	}
	s.lateComer(people...)
	return people
}

// browserPlannedStop stops the program as its operator does, and starts it again.
func browserPlannedStop(t *testing.T, c *chromium) {
	s := startStaged(t, []string{build(t)})
	people := s.gather(t, c, "Mina", "Jonas")
	s.outage(syscall.SIGTERM, time.Second, true, people...)
	s.lateComer(people...)
}

// gather has everyone in the room tea, in tabs of one browser with the chat open.
func (s *staged) gather(t *testing.T, c *chromium, names ...string) []*person {
	t.Helper()
	var people []*person
	for _, name := range names {
		people = append(people, c.measured(t, s.site, name))
	}
	meet("tea", people...)
	for _, p := range people {
		p.expect("WebSocket connection to") // which fails while there is no server
		p.clicks("button", "Chat")
		p.sees(messages.role, messages.name)
	}
	return people
}

// outage ends the program and starts it again after a while, in which two
// people write and the second mutes themselves, or no longer. Nobody's picture
// and sound may pause, nobody may seem to leave, and nothing may be lost.
func (s *staged) outage(by os.Signal, down time.Duration, mutes bool, people ...*person) {
	s.t.Helper()
	mina, jonas := people[0], people[1]
	together, connections := staysTogether(people...), keepsConnections(people...)
	since := markNow(people...)

	s.end(by)
	over := time.Now().Add(down)
	var lines []string
	for i, p := range []*person{mina, jonas, mina, jonas} {
		lines = append(lines, fmt.Sprintf("%s writes %d in the %v", p.name, i, down))
		p.writes(lines[i])
	}
	if mutes {
		jonas.clicks("button", "Mute")
	} else {
		jonas.clicks("button", "Unmute")
	}
	if down >= noticed {
		for _, p := range people {
			p.isTold("Reconnecting…")
		}
		everyPair(people, func(p, of *person) { p.readsNot("group", of.name, "Reconnecting…") })
	}
	lasts(s.t, time.Until(over))
	s.start()

	for _, p := range people {
		p.isToldNot("Reconnecting…")
	}
	readAlike(lines, people...)
	for _, p := range people {
		if mutes {
			p.reads("group", jonas.name, "Muted")
		} else {
			p.readsNot("group", jonas.name, "Muted")
		}
	}
	lasts(s.t, settled)
	flowsOn(since, paused, people...)
	together()
	connections()
}

// lateComer has somebody join, whom everyone sees.
func (s *staged) lateComer(people ...*person) {
	s.t.Helper()
	theo := s.scripted(s.t, "tea", "Theo")
	theo.say("Am I late?")
	for _, p := range people {
		p.seesIn(stage, "group", "Theo")
		p.readsLine("Am I late?")
	}
}

// isTold waits until a status says a text.
func (p *person) isTold(text string) {
	p.t.Helper()
	p.eventually("is told "+text, func(ctx context.Context) error {
		told, err := p.told(ctx)
		if err == nil && !strings.Contains(told, text) {
			err = fmt.Errorf("told %q", told)
		}
		return err
	})
}

// isToldNot waits until no status says a text.
func (p *person) isToldNot(text string) {
	p.t.Helper()
	p.eventually("is no longer told "+text, func(ctx context.Context) error {
		told, err := p.told(ctx)
		if err == nil && strings.Contains(told, text) {
			err = errors.New("it is told")
		}
		return err
	})
}

// told is what can be seen of everything with the role status.
func (p *person) told(ctx context.Context) (string, error) {
	found, err := p.find(ctx, nil, "status", "")
	if err != nil {
		return "", err
	}
	var all []string
	for _, e := range found {
		text, err := call[string](ctx, e, `function () {
			const { width, height } = this.getBoundingClientRect();
			return width > 20 && height > 8 ? this.innerText : '';
		}`)
		if err != nil {
			return "", err
		}
		all = append(all, text)
	}
	return strings.Join(all, "\n"), nil
}

// readAlike waits until all have these lines in their logs, each once, sent, and
// all in the same order. What one person wrote is in the order of writing.
func readAlike(lines []string, people ...*person) {
	var order []string
	for i, p := range people {
		p.t.Helper()
		p.eventually("reads all lines", func(ctx context.Context) error {
			shown, err := p.linesAmong(ctx, lines)
			if err == nil && !slices.Equal(slices.Sorted(slices.Values(shown)), slices.Sorted(slices.Values(lines))) {
				err = fmt.Errorf("it reads %q, want all of %q", shown, lines)
			}
			if err == nil && i == 0 {
				order = shown
			}
			if err == nil && !slices.Equal(shown, order) {
				err = fmt.Errorf("it reads %q, %s reads %q", shown, people[0].name, order)
			}
			return err
		})
	}
	for _, writer := range people {
		own := func(text string) bool { return !strings.HasPrefix(text, writer.name) }
		got, want := slices.DeleteFunc(slices.Clone(order), own), slices.DeleteFunc(slices.Clone(lines), own)
		if !slices.Equal(got, want) {
			writer.t.Errorf("of %s all read %q, want %q", writer.name, got, want)
		}
	}
}
