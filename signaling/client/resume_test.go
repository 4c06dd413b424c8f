package client_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// snapshot is a joined with a token.
func snapshot(token string) string {
	return strings.Replace(joinedFrame, `"session":""`, `"session":"`+token+`"`, 1)
}

// comesBack runs a script against a client that joined with the token t1 and
// comes back, for a minute.
func comesBack(t *testing.T, play func(t *testing.T, s *script, c *client.Client)) {
	t.Helper()
	inRoomFor(t, time.Minute, snapshot("t1"), play)
}

// again takes the next socket of the client, and its join.
func (s *script) again(token string, got int) {
	s.t.Helper()
	s.ws = <-s.sockets
	s.attempts++
	s.expect(fmt.Sprintf(`{"type":"join","room":"tea","media":{"mic":false,"camera":false},"session":%q,"got":%d,"attempt":%d}`, token, got, s.attempts))
}

func (s *script) resumed(token string, got int) {
	s.t.Helper()
	s.send(fmt.Sprintf(`{"type":"joined","resumed":true,"session":%q,"got":%d}`, token, got))
}

// cut ends the socket without a close frame.
func (s *script) cut() { s.ws.CloseNow() }

// events are the kinds of those that wait.
func events(c *client.Client) string {
	synctest.Wait()
	var all []string
	for len(c.Events()) > 0 {
		switch e := (<-c.Events()).(type) {
		case client.Away:
			all = append(all, "away")
		case client.Snapshot:
			all = append(all, "snapshot of "+e.Joined.You)
		case client.Back:
			all = append(all, fmt.Sprint("back ", e.Resumed))
		case client.Typing:
			all = append(all, e.From)
		default:
			all = append(all, fmt.Sprintf("%T", e))
		}
	}
	return strings.Join(all, ", ")
}

func (s *script) sees(c *client.Client, want string) {
	s.t.Helper()
	if got := events(c); got != want {
		s.t.Errorf("events %q, want %q", got, want)
	}
}

func candidateTo(peer string) client.Signal {
	return client.Signal{Peer: peer, Type: protocol.TypeCandidate}
}

func (s *script) relay(c *client.Client, peers ...string) {
	s.t.Helper()
	for _, peer := range peers {
		if err := c.Relay(s.t.Context(), candidateTo(peer)); err != nil {
			s.t.Fatalf("relay: %v", err)
		}
	}
}

func (s *script) expectCandidates(peers ...string) {
	s.t.Helper()
	for _, peer := range peers {
		s.expect(`{"type":"candidate","to":"` + peer + `","candidate":null}`)
	}
}

// Both sides send again what the other lacks, and a request goes on.
func TestResume(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.send(`{"type":"typing","from":"a"}`)
		s.relay(c, "1", "2")
		s.expectCandidates("1", "2")
		s.send(`{"type":"ping","got":1}`)
		s.expect(`{"type":"pong","got":1}`)
		said := make(chan error)
		go func() { _, err := c.Say(t.Context(), "hello"); said <- err }()
		id, key := s.chat("hello")
		lost := time.Now()
		s.cut()
		synctest.Wait()
		s.relay(c, "3")
		s.again("t1", 1)
		if took := time.Since(lost); took != 0 {
			t.Errorf("came back after %v", took)
		}
		s.resumed("t2", 2)
		s.send(`{"type":"typing","from":"b"}`)
		if again, sameKey := s.chat("hello"); again != id || sameKey != key {
			t.Errorf("sent again as %d, %s", again, sameKey)
		}
		s.expectCandidates("3")
		s.sees(c, "a, away, back true, b")
		s.send(`{"type":"session","session":"t3"}`)
		s.send(fmt.Sprintf(`{"type":"chat","message":{"n":1,"key":%q,"from":"me","name":"","text":"","at":"2026-11-22T12:00:00.000Z"}}`, key))
		s.send(fmt.Sprintf(`{"type":"ok","re":%d}`, id))
		if err := <-said; err != nil {
			t.Errorf("say: %v", err)
		}
		if token := c.Joined().Session; token != "t3" {
			t.Errorf("the token is %s", token)
		}
		s.cut()
		s.again("t3", 5)
		s.resumed("t4", 4)
		s.sees(c, "client.Chat, away, back true")
	})
}

// A snapshot drops signals and asks again what was not answered.
func TestSnapshot(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.send(`{"type":"peer-changed","peer":{"id":"me","name":"Nana","mic":true,"hand":true}}`)
		done := make(chan error)
		for _, text := range []string{"one", "two"} {
			go func() { _, err := c.Say(t.Context(), text); done <- err }()
			s.chat(text)
		}
		s.send(`{"type":"ping","got":2}`) // it has both, and answers none
		s.expect(`{"type":"pong","got":1}`)
		s.cut()
		synctest.Wait()
		s.relay(c, "1")
		s.ws = <-s.sockets
		s.expect(`{"type":"join","room":"tea","name":"Nana","media":{"mic":true,"camera":false},"session":"t1","got":1,"attempt":1}`)
		s.send(strings.Replace(snapshot("t2"), `"peers":[]`, `"peers":[{"id":"me","name":"Nana","mic":true}]`, 1))
		s.expect(`{"type":"update","screen":false,"hand":true}`)
		for _, text := range []string{"one", "two"} {
			id, key := s.chat(text)
			s.send(fmt.Sprintf(`{"type":"chat","message":{"n":1,"key":%q,"from":"me","name":"","text":"","at":"2026-11-22T12:00:00.000Z"}}`, key))
			s.send(fmt.Sprintf(`{"type":"ok","re":%d}`, id))
			if err := <-done; err != nil {
				t.Errorf("say: %v", err)
			}
		}
		s.relay(c, "2")
		s.expectCandidates("2")
		s.sees(c, "client.PeerChanged, away, snapshot of me, back false, client.Chat, client.Chat")
		s.cut()
		s.ws = <-s.sockets
		s.expect(`{"type":"join","room":"tea","name":"Nana","media":{"mic":true,"camera":false},"session":"t2","got":4,"attempt":2}`)
		s.resumed("t3", 4)
		s.sees(c, "away, back true")
	})
}

// The attempts follow the table, and the patience ends them.
func TestPauses(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		time.Sleep(10 * time.Second)
		s.down.Store(true)
		lost := time.Now()
		s.cut()
		synctest.Wait()
		blocked := make(chan error)
		go func() { blocked <- c.Update(t.Context(), client.Presence{}) }()
		<-c.Done()
		if took := time.Since(lost); took != time.Minute {
			t.Errorf("it tried for %v", took)
		}
		if err := c.Err(); !errors.Is(err, client.ErrAway) || !strings.Contains(err.Error(), "502") {
			t.Errorf("ended with %v", err)
		}
		if err := <-blocked; !errors.Is(err, client.ErrAway) {
			t.Errorf("update: %v", err)
		}
	})
	comesBack(t, func(t *testing.T, s *script, _ *client.Client) {
		for i, want := range []time.Duration{0, 300, 1200, 2700, 4800, 7000, 7000} {
			want *= time.Millisecond
			lost := time.Now()
			s.cut()
			s.again("t1", 0)
			if took := time.Since(lost); took < want*8/10 || took > want*12/10 {
				t.Errorf("attempt %d came after %v", i, took)
			}
			s.resumed("t1", 0)
			synctest.Wait()
		}
		time.Sleep(5 * time.Second)
		lost := time.Now()
		s.cut()
		s.again("t1", 0)
		if took := time.Since(lost); took != 0 {
			t.Errorf("the attempt after a steady socket came after %v", took)
		}
	})
}

// A planned restart is waited for.
func TestRestarting(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.send(`{"type":"restarting","after":4000}`)
		synctest.Wait()
		lost := time.Now()
		s.ws.Close(websocket.StatusCode(protocol.CloseGoingAway), "")
		s.again("t1", 1)
		if took := time.Since(lost); took < 4*time.Second || took > 4800*time.Millisecond {
			t.Errorf("came back after %v", took)
		}
		s.send(snapshot("t2"))
		s.sees(c, "away, snapshot of me, back false")
	})
}

func TestFinalWords(t *testing.T) {
	for _, code := range []protocol.CloseCode{protocol.CloseLeft, protocol.CloseReplaced, protocol.CloseKicked, protocol.CloseFaults} {
		comesBack(t, func(t *testing.T, s *script, c *client.Client) {
			s.ws.Close(websocket.StatusCode(code), "")
			<-c.Done()
			var closed *client.CloseError
			if err := c.Err(); !errors.As(err, &closed) || closed.Code != code {
				t.Errorf("closed with %d, ended with %v", code, err)
			}
			s.sees(c, "")
		})
	}
	for answer, want := range map[string]string{
		`{"type":"error","code":"room-full","message":"Full."}`:     "room-full: Full.",
		`{"type":"joined","resumed":"yes","session":"x","got":"1"}`: "read a frame",
	} {
		comesBack(t, func(t *testing.T, s *script, c *client.Client) {
			s.cut()
			s.again("t1", 0)
			s.send(answer)
			<-c.Done()
			if err := c.Err(); err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("answered %s it ended with %v", answer, err)
			}
		})
	}
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.send(`{"type":"pong","got":1}`)
		<-c.Done()
		if c.Err() == nil {
			t.Error("a pong for what was not sent was taken")
		}
	})
}

func TestRefusals(t *testing.T) {
	for _, code := range []string{"rate-limited", "internal", "restarting", "server-full"} {
		comesBack(t, func(_ *testing.T, s *script, c *client.Client) {
			s.cut()
			s.again("t1", 0)
			s.send(`{"type":"error","code":"` + code + `","message":"Later."}`)
			s.again("t1", 0)
			s.resumed("t1", 0)
			s.sees(c, "away, back true")
		})
	}
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.cut()
		s.again("t1", 0)
		s.send(`{"type":"error","code":"bad-token","message":"Forged."}`)
		s.ws = <-s.sockets
		s.expect(`{"type":"join","room":"tea","media":{"mic":false,"camera":false}}`)
		s.send(strings.Replace(snapshot("t2"), `"you":"me"`, `"you":"other"`, 1))
		s.sees(c, "away, snapshot of other, back false")
		if c.You() != "other" {
			t.Errorf("it is %s", c.You())
		}
	})
}

// A server that counts otherwise is asked for a snapshot.
func TestMiscounted(t *testing.T) {
	comesBack(t, func(_ *testing.T, s *script, c *client.Client) {
		s.cut()
		s.again("t1", 0)
		s.resumed("t2", 1)
		s.again("t1", 1<<53-1)
		s.send(snapshot("t3"))
		s.sees(c, "away, snapshot of me, back false")
		s.cut()
		s.again("t3", 0)
	})
}

// A server that says nothing is left for another socket.
func TestSilentSocketIsReplaced(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		old := s.ws
		s.expect(`{"type":"ping","got":0}`)
		s.again("t1", 0)
		if err := old.Write(t.Context(), websocket.MessageText, []byte(`{"type":"typing","from":"old"}`)); err == nil {
			t.Error("the old socket was still read")
		}
		s.resumed("t2", 0)
		s.send(`{"type":"typing","from":"new"}`)
		s.sees(c, "away, back true, new")
	})
}

// What is kept is bounded, and who sends more waits.
func TestKeptIsBounded(t *testing.T) {
	for _, text := range []string{"", strings.Repeat("x", 8000)} {
		comesBack(t, func(t *testing.T, s *script, c *client.Client) {
			s.down.Store(true)
			s.cut()
			synctest.Wait()
			offer := client.Signal{Peer: "you", Type: protocol.TypeOffer, SDP: text}
			for i := 0; ; i++ {
				ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
				err := c.Relay(ctx, offer)
				cancel()
				if err == nil {
					continue
				}
				want := 512
				if text != "" {
					want = 512 << 10 / (len(text) + len(`{"type":"offer","to":"you","sdp":""}`))
				}
				if !errors.Is(err, context.DeadlineExceeded) || i != want {
					t.Errorf("%d were kept, then %v", i, err)
				}
				break
			}
			late := make(chan error)
			go func() { late <- c.Relay(t.Context(), offer) }()
			synctest.Wait()
			if err := c.Typing(t.Context()); err != nil {
				t.Errorf("typing: %v", err)
			}
			s.down.Store(false)
			s.again("t1", 0)
			s.send(snapshot("t2"))
			if err := <-late; err != nil {
				t.Errorf("relay: %v", err)
			}
			s.expect(`{"type":"offer","to":"you","sdp":"` + text + `"}`)
		})
	}
}

// Who leaves while away comes back first.
func TestLeaveAway(t *testing.T) {
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.cut()
		s.ws = <-s.sockets
		left := make(chan error)
		go func() { left <- c.Leave(t.Context()) }()
		s.expect(`{"type":"join","room":"tea","media":{"mic":false,"camera":false},"session":"t1","got":0,"attempt":1}`)
		s.send(snapshot("t2"))
		s.expect(`{"type":"leave"}`)
		s.ws.Close(websocket.StatusCode(protocol.CloseLeft), "")
		if err := <-left; err != nil {
			t.Errorf("leave: %v", err)
		}
	})
	comesBack(t, func(t *testing.T, s *script, c *client.Client) {
		s.down.Store(true)
		s.cut()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.Leave(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("leave: %v", err)
		}
		if err := c.Err(); err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}
