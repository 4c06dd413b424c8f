package signaling_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"moim/signaling"
)

// TestCounting has peers of two rooms send numbered data to each other and to all
// while their sockets are lost in every way, and holds that within a session each
// frame arrives once and in order, and each request is answered once.
func TestCounting(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			limits := unlimited()
			limits.Joins = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
			Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				c := newCrowd(t, s, seed)
				for step := range 300 {
					c.step()
					if step%10 == 0 {
						s.Settle()
						if err := s.Hub.Audit(); err != nil {
							t.Fatal(err)
						}
					}
				}
				c.finish()
			})
		})
	}
}

// crowd is talkers of two rooms.
type crowd struct {
	t       *testing.T
	s       *Server
	random  *rand.Rand
	talkers []*talker
}

func newCrowd(t *testing.T, s *Server, seed uint64) *crowd {
	c := &crowd{t: t, s: s, random: rand.New(rand.NewPCG(seed, 4))}
	for i := range 6 {
		c.talkers = append(c.talkers, newTalker(c, []string{"tea", "coffee"}[i%2], fmt.Sprint("talker", i)))
	}
	for _, k := range c.talkers {
		k.enter()
	}
	s.Settle()
	return c
}

// others are those of the room of a talker.
func (c *crowd) others(of *talker) []*talker {
	var others []*talker
	for _, k := range c.talkers {
		if k != of && k.room == of.room {
			others = append(others, k)
		}
	}
	return others
}

// step lets something happen.
func (c *crowd) step() {
	k := c.talkers[c.random.IntN(len(c.talkers))]
	k.notice()
	switch n := c.random.IntN(100); {
	case n < 40:
		k.talk(1 + c.random.IntN(8))
	case n < 41:
		k.talk(520 + c.random.IntN(200))
	case n < 60:
		k.hear(c.random.IntN(20))
	case n < 70:
		k.acknowledge()
	case n < 82:
		k.lose(c.random.IntN(5))
	case n < 92:
		k.enter()
	case n < 98:
		c.pass(time.Duration(c.random.IntN(3000)) * time.Millisecond)
	case n < 99:
		c.pass(25 * time.Second)
	default:
		c.s.Settle()
	}
}

// pass lets time go by, in which nobody with a socket is silent.
func (c *crowd) pass(d time.Duration) {
	c.s.Pass(d)
	for _, k := range c.talkers {
		k.notice()
		k.acknowledge()
	}
}

// finish has everyone come back and say one thing more, which has to arrive as the
// last of all.
func (c *crowd) finish() {
	for range 5 { // what one sends again may run over another
		for _, k := range c.talkers {
			if k.notice(); k.sock == nil {
				k.enter()
			}
			c.s.Settle()
			k.hear(1 << 20)
			k.acknowledge()
		}
	}
	for _, k := range c.talkers {
		k.say("all", "")
		for _, other := range c.others(k) {
			k.say(other.name, other.id)
		}
	}
	c.s.Settle()
	for _, k := range c.talkers {
		k.hear(1 << 20)
		if len(k.unanswered) > 0 {
			c.t.Errorf("%s has no answer to %+v", k.name, k.unanswered[0])
		}
		for _, other := range c.others(k) {
			for _, stream := range []string{"all", k.name} {
				if got, want := k.heard[mark{other.name, stream}].n, other.said[stream]; got != want {
					c.t.Errorf("%s has heard %s say to %s up to %d of %d", k.name, other.name, stream, got, want)
				}
			}
		}
		k.acknowledge()
		c.s.Settle()
		k.hear(1)
		if len(k.kept) > 0 {
			c.t.Errorf("%d frames of %s are not acknowledged", len(k.kept), k.name)
		}
	}
}
