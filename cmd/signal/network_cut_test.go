//go:build network

package main

import (
	"testing"
	"time"
)

// TestNetworkCut cuts a home off, without loss of carrier, for a short and a
// long time.
func TestNetworkCut(t *testing.T) {
	for _, cut := range []struct{ lasts, back time.Duration }{
		{7 * time.Second, 5 * time.Second},
		{30 * time.Second, 10 * time.Second},
		{36 * time.Second, 10 * time.Second}, // it ends while the other side tries sound alone
	} {
		t.Run(cut.lasts.String(), func(t *testing.T) {
			r := settle(t, 2)
			people := r.gather(t, "tea", "Mina", "Jonas")
			mina, jonas := people[0], people[1]
			together := staysTogether(people...)

			since := markNow(people...)
			r.homes[0].Cut()
			mina.writes("I am cut off")
			jonas.writes("Are you there?")
			lasts(t, cut.lasts)
			stopped(since, cut.lasts-time.Second, people...)
			since = markNow(people...)
			r.homes[0].Heal()

			flowAgain(since, cut.back, people...)
			everyPair(people, func(p, from *person) { p.receives(from) })
			for _, p := range people {
				p.readsOnce("Are you there?", "I am cut off")
			}
			together()
		})
	}
}

// TestNetworkMove gives a home another address: connections and sockets of
// the old one are dead without a word.
func TestNetworkMove(t *testing.T) {
	for _, move := range []struct {
		name    string
		without time.Duration // an address
		do      func(*region)
	}{
		{"same subnet", 0, func(r *region) { r.homes[0].Renumber() }},
		{"other subnet", 0, func(r *region) { r.homes[0].Move() }},
		{"other subnet after a while", 2 * time.Second, func(r *region) { r.homes[0].Move() }},
	} {
		t.Run(move.name, func(t *testing.T) {
			r := settle(t, 2)
			people := r.gather(t, "tea", "Mina", "Jonas")
			mina, jonas := people[0], people[1]
			together := staysTogether(people...)

			if move.without > 0 {
				r.homes[0].Detach()
				lasts(t, move.without)
			}
			move.do(r)
			since := markNow(people...)
			mina.writes("I have moved")
			flowAgain(since, 10*time.Second, people...)
			everyPair(people, func(p, from *person) { p.receives(from) })
			mina.readsOnce("I have moved")
			jonas.readsOnce("I have moved")
			jonas.writes("Nice place")
			mina.readsOnce("I have moved", "Nice place")
			together()
		})
	}
}

// TestNetworkAirplane takes a home's address away for a minute, after which it
// is somewhere else. Others may have been told of it.
func TestNetworkAirplane(t *testing.T) {
	r := settle(t, 2)
	people := r.gather(t, "tea", "Mina", "Jonas")
	mina, jonas := people[0], people[1]

	r.homes[0].Detach()
	mina.writes("Up in the air")
	jonas.writes("See you")
	lasts(t, time.Minute)
	r.homes[0].Move()
	since := markNow(people...)

	flowAgain(since, 10*time.Second, people...)
	everyPair(people, func(p, from *person) { p.receives(from) })
	mina.readsOnce("See you", "Up in the air")
	jonas.readsOnce("See you", "Up in the air")
}

// TestNetworkLoss loses every fifth packet of a home, each way.
func TestNetworkLoss(t *testing.T) {
	const (
		percent = 20
		period  = 30 * time.Second
	)
	r := settle(t, 2)
	people := r.gather(t, "tea", "Mina", "Jonas")
	mina, jonas := people[0], people[1]
	together := staysTogether(people...)

	since := markNow(people...)
	r.homes[0].Lose(percent)
	lines := []string{"one", "two", "three", "four", "five", "six"}
	for i, line := range lines {
		people[i%2].writes(line)
		people[1-i%2].reads(messages.role, messages.name, line)
		lasts(t, period/time.Duration(len(lines)))
	}
	flowsOn(since, 5*time.Second, people...)
	r.homes[0].Heal()

	since = markNow(people...)
	flowAgain(since, 2*time.Second, people...)
	mina.readsOnce(lines...)
	jonas.readsOnce(lines...)
	together()
}

// TestNetworkSignalingCut cuts everyone off from the server, and not from each
// other.
func TestNetworkSignalingCut(t *testing.T) {
	r := settle(t, 2)
	people := r.gather(t, "tea", "Mina", "Jonas")
	mina, jonas := people[0], people[1]
	together, connections := staysTogether(people...), keepsConnections(people...)

	since := markNow(people...)
	r.lab.Server.CutTCP()
	mina.writes("Do you see this?")
	jonas.clicks("button", "Mute")
	lasts(t, 15*time.Second)
	r.lab.Server.Heal()

	mina.readsOnce("Do you see this?")
	jonas.readsOnce("Do you see this?")
	mina.reads("group", jonas.name, "Muted")
	flowsOn(since, time.Second, people...)
	together()
	connections()
}
