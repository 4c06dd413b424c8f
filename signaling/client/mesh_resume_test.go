package client_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// cable is the network of one client, which can be cut.
type cable struct {
	mu    sync.Mutex // guards what follows
	conns []net.Conn
}

func (c *cable) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.conns = append(c.conns, conn)
	}
	return conn, err
}

// cut ends all that is open, without a word.
func (c *cable) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, conn := range c.conns {
		conn.Close()
	}
	c.conns = nil
}

// joinTough joins as one that comes back, over a cable of its own.
func (s *service) joinTough(name string, kinds ...client.Kind) (*participant, *cable) {
	s.t.Helper()
	line := &cable{}
	c, err := client.Dial(s.ctx, client.Config{
		URL: s.url, Room: "tea", Name: name,
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: line.dial, DisableKeepAlives: true}},
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(c.Close)
	p := s.participant(name, c)
	p.start(kinds...)
	return p, line
}

func (p *participant) newsOf() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.news)
}

func (p *participant) isBack(times int) {
	p.t.Helper()
	p.wait("return", func() bool {
		n := 0
		for _, what := range p.news {
			if what == "back" {
				n++
			}
		}
		return n == times
	})
}

// goesOn checks that both ways are the connections there were, and that they
// can still be negotiated.
func goesOn(mina, nana *participant, connections int) {
	mina.t.Helper()
	for _, p := range []*participant{mina, nana} {
		other := map[*participant]*participant{mina: nana, nana: mina}[p]
		text := fmt.Sprint("goes on from ", p.name, len(p.newsOf()))
		p.play(client.Audio, text)
		other.hearsText(p, client.Audio, text)
		p.mu.Lock()
		if n := p.made[other.You()]; n != connections {
			p.t.Errorf("%s made %d connections to %s", p.name, n, other.name)
		}
		p.mu.Unlock()
		before := mina.settled() + nana.settled()
		p.mesh.RestartICE(other.You())
		p.waitBoth(other, "answer", func() bool { return mina.settled()+nana.settled() > before })
	}
	mina.noErrors()
	nana.noErrors()
}

// A lost socket is noticed by nobody.
func TestSocketLost(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, cableOfMina := s.joinTough("Mina", client.Audio)
	nana, cableOfNana := s.joinTough("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	before := [][]string{mina.newsOf(), nana.newsOf()}
	cableOfMina.cut()
	mina.isBack(1)
	cableOfNana.cut()
	if err := mina.SendData(s.ctx, nana.You(), "meanwhile"); err != nil {
		t.Fatal(err)
	}
	nana.isBack(1)
	nana.wait("data", func() bool { return slices.Contains(nana.data, `"meanwhile"`) })
	goesOn(mina, nana, 1)
	for i, p := range []*participant{mina, nana} {
		if want := append(before[i], "away", "back"); !slices.Equal(p.newsOf(), want) {
			t.Errorf("%s saw %v, want %v", p.name, p.newsOf(), want)
		}
	}
}

// Another server in the place of the first one leaves the connections as they
// are.
func TestServerReplaced(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, _ := s.joinTough("Mina", client.Audio)
	nana, _ := s.joinTough("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	for round := 1; round <= 2; round++ {
		stop := s.stop
		s.start()
		stop()
		mina.isBack(round)
		nana.isBack(round)
		goesOn(mina, nana, 1)
		if !slices.Contains(mina.newsOf(), "snapshot") {
			t.Error("the new server knew who was there")
		}
	}
}

// Each line that was said while sockets and servers came and went is there once,
// in order, and so is each signal for as long as the server stays.
func TestNothingLost(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Chats = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	limits.Signals = limits.Chats
	s := startService(t, limits)
	const lines, candidates = 90, 400
	line := &cable{}
	cfg := client.Config{URL: s.url, Room: "tea", HTTPClient: &http.Client{Transport: &http.Transport{DialContext: line.dial, DisableKeepAlives: true}}}
	mina, err := client.Dial(s.ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer mina.Close()
	cfg.HTTPClient = nil
	nana, err := client.Dial(s.ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer nana.Close()
	for i := range candidates {
		if i == candidates/2 {
			line.cut()
		}
		signal := client.Signal{Peer: nana.You(), Type: protocol.TypeCandidate, Candidate: numbered(i)}
		if err := mina.Relay(s.ctx, signal); err != nil {
			t.Fatal(err)
		}
		if i%10 == 0 {
			if err := nana.SendData(s.ctx, mina.You(), i); err != nil {
				t.Fatal(err)
			}
		}
	}
	for i := range candidates {
		if got := next[client.Signal](s, nana, nil); string(got.Candidate) != string(numbered(i)) {
			t.Fatalf("signal %s is in the place of %d", got.Candidate, i)
		}
		if i%10 == 0 {
			if got := next[client.Data](s, mina, nil); string(got.Data) != strconv.Itoa(i) {
				t.Fatalf("data %s is in the place of %d", got.Data, i)
			}
		}
	}
	for i := range lines {
		switch i {
		case 30:
			line.cut()
		case 60:
			stop := s.stop
			s.start()
			go stop()
		}
		if said, err := mina.Say(s.ctx, strconv.Itoa(i)); err != nil || said.Text != strconv.Itoa(i) {
			t.Fatalf("said %+v, %v", said, err)
		}
	}
	reader := s.dial("Reader")
	for i := int64(0); i < lines; {
		page, err := reader.HistoryAfter(s.ctx, i, 100)
		if err != nil || len(page.Messages) == 0 {
			t.Fatalf("%d messages, %v", len(page.Messages), err)
		}
		for _, m := range page.Messages {
			if m.Text != strconv.FormatInt(i, 10) {
				t.Fatalf("%q is in the place of %d", m.Text, i)
			}
			i++
		}
		if page.More != (i < lines) {
			t.Errorf("more after %d: %v", i, page.More)
		}
	}
}

func numbered(i int) json.RawMessage {
	return json.RawMessage(`{"candidate":"` + strconv.Itoa(i) + `"}`)
}

// A peer that begins anew, as the same person, is connected to anew.
func TestAnotherInstance(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	c, err := client.Dial(s.ctx, client.Config{URL: s.url, Room: "tea", Name: "Nana", Session: nana.Joined().Session, Patience: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	again := s.participant("Nana again", c)
	again.start(client.Audio)
	again.hears(mina, client.Audio)
	mina.hears(again, client.Audio)
	if mina.made[again.You()] != 2 {
		t.Errorf("%d connections", mina.made[again.You()])
	}
	mina.noErrors()
}

// Either side may begin anew, or both at once.
func TestBeginAnew(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	for i, who := range [][]*participant{{mina}, {nana}, {mina, nana}, {nana, mina}, {mina, nana}, {nana, mina}, {mina, nana}} {
		for _, p := range who {
			other := map[*participant]*participant{mina: nana, nana: mina}[p]
			p.mesh.BeginAnew(other.You())
		}
		for _, p := range []*participant{mina, nana} {
			other := map[*participant]*participant{mina: nana, nana: mina}[p]
			text := fmt.Sprint("anew ", i, p.name)
			p.play(client.Audio, text)
			other.hearsText(p, client.Audio, text)
		}
	}
	for _, p := range []*participant{mina, nana} {
		for _, sdp := range p.sdpsOf() {
			checkMLines(t, sdp)
		}
		p.noErrors()
	}
}

// An answer of another connection than the one there is makes a new one.
func TestAnswerOfAnother(t *testing.T) {
	s := startService(t, signaling.DefaultLimits())
	mina, nana := s.join("Mina", client.Audio), s.join("Nana", client.Audio)
	mina.hears(nana, client.Audio)
	nana.hears(mina, client.Audio)
	sdp := strings.Replace(mina.sdpsOf()[0], "a=fingerprint:sha-256 ", "a=fingerprint:sha-256 00:", 1)
	mina.mesh.Handle(client.Signal{Peer: nana.You(), Type: protocol.TypeAnswer, SDP: sdp})
	for _, p := range []*participant{mina, nana} {
		other := map[*participant]*participant{mina: nana, nana: mina}[p]
		p.wait("new connection", func() bool { return p.made[other.You()] == 2 })
		p.play(client.Audio, "anew")
		other.hearsText(p, client.Audio, "anew")
		p.noErrors()
	}
}

// Signals that were lost with a server are made again, whether both sides come
// to another one or only the one that offered.
func TestLostSignals(t *testing.T) {
	for _, lost := range []protocol.Type{protocol.TypeOffer, protocol.TypeAnswer} {
		for sides := 1; sides <= 2; sides++ {
			t.Run(fmt.Sprint(lost, sides), func(t *testing.T) {
				s := startService(t, signaling.DefaultLimits())
				all := []*participant{s.prepare("Mina"), s.prepare("Nana")}
				slices.SortFunc(all, func(a, b *participant) int { return strings.Compare(a.You(), b.You()) })
				dropped := make(chan struct{}, 8)
				var losing atomic.Bool
				losing.Store(true)
				for _, p := range all {
					p.lose = func(e client.Event) bool {
						signal, ok := e.(client.Signal)
						if ok && signal.Type == lost && losing.Load() {
							dropped <- struct{}{}
							return true
						}
						return false
					}
					p.start(client.Audio)
				}
				<-dropped
				losing.Store(false)
				began := time.Now()
				for i, p := range all[:sides] {
					other := all[1-i]
					p.mesh.Handle(client.Snapshot{Joined: protocol.Joined{You: p.You(), Peers: []protocol.Peer{other.itself()}}})
				}
				all[0].hears(all[1], client.Audio)
				all[1].hears(all[0], client.Audio)
				if took := time.Since(began); took > 8*time.Second {
					t.Errorf("it took %v: by the ladder only", took)
				}
			})
		}
	}
}
