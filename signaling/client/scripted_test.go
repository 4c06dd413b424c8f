package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

const joinedFrame = `{"type":"joined","resumed":false,"session":"","got":0,"you":"me","room":{"name":"tea","created":"2026-11-22T12:00:00.000Z"},"peers":[],"ice":[],"messages":[],"more":false}`

// script plays the server to one client, over a pipe in a bubble where time
// passes only when everyone waits.
type script struct {
	t        *testing.T
	ws       *websocket.Conn      // the newest
	sockets  chan *websocket.Conn // that were opened since
	down     atomic.Bool          // no socket is opened
	attempts int                  // joins that were to go on with a session
}

// dialed is what Dial answered.
type dialed struct {
	c   *client.Client
	err error
}

// scripted runs a script against a Dial that is under way.
func scripted(t *testing.T, patience time.Duration, play func(t *testing.T, s *script, dial <-chan dialed)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		listener := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
		s := &script{t: t, sockets: make(chan *websocket.Conn, 1)}
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if s.down.Load() {
				http.Error(w, "down", http.StatusBadGateway)
				return
			}
			ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{protocol.Subprotocol}})
			if err != nil {
				t.Errorf("accept: %v", err)
			}
			s.sockets <- ws
		})}
		go server.Serve(listener)
		defer server.Close()
		dial := make(chan dialed, 1)
		go func() {
			c, err := client.Dial(t.Context(), client.Config{
				URL: "http://moim.test", Room: "tea", Patience: patience,
				HTTPClient: &http.Client{Transport: &http.Transport{DialContext: listener.dial}},
			})
			dial <- dialed{c, err}
		}()
		s.ws = <-s.sockets
		defer func() { s.ws.CloseNow() }()
		s.expect(`{"type":"join","room":"tea","media":{"mic":false,"camera":false}}`)
		play(t, s, dial)
	})
}

// inRoom runs a script against a client that has joined and does not come back.
func inRoom(t *testing.T, play func(t *testing.T, s *script, c *client.Client)) {
	t.Helper()
	inRoomFor(t, -1, joinedFrame, play)
}

// inRoomFor is inRoom for a client that comes back.
func inRoomFor(t *testing.T, patience time.Duration, joined string, play func(t *testing.T, s *script, c *client.Client)) {
	t.Helper()
	scripted(t, patience, func(t *testing.T, s *script, dial <-chan dialed) {
		s.send(joined)
		d := <-dial
		if d.err != nil {
			t.Fatal(d.err)
		}
		defer d.c.Close()
		play(t, s, d.c)
	})
}

func (s *script) send(frame string) {
	s.t.Helper()
	if err := s.ws.Write(s.t.Context(), websocket.MessageText, []byte(frame)); err != nil {
		s.t.Fatalf("send: %v", err)
	}
}

func (s *script) expect(frame string) {
	s.t.Helper()
	_, got, err := s.ws.Read(s.t.Context())
	if err != nil || string(got) != frame {
		s.t.Fatalf("the client sent %s, %v; want %s", got, err, frame)
	}
}

// chat takes a chat frame with the text and answers its id and key.
func (s *script) chat(text string) (id int64, key string) {
	s.t.Helper()
	var f struct {
		Type, Key, Text string
		ID              int64
	}
	_, got, err := s.ws.Read(s.t.Context())
	if err == nil {
		err = json.Unmarshal(got, &f)
	}
	if err != nil || f.Type != "chat" || f.Text != text || f.ID == 0 || f.Key == "" {
		s.t.Fatalf("the client sent %s, %v; want a chat %q", got, err, text)
	}
	return f.ID, f.Key
}

func TestDialClosed(t *testing.T) {
	scripted(t, -1, func(t *testing.T, s *script, dial <-chan dialed) {
		s.ws.Close(websocket.StatusCode(protocol.CloseGoingAway), "server going away")
		var closed *client.CloseError
		d := <-dial
		if !errors.As(d.err, &closed) || *closed != (client.CloseError{Code: protocol.CloseGoingAway, Reason: "server going away"}) {
			t.Errorf("dial: %v", d.err)
		}
	})
}

func TestDialWaits(t *testing.T) {
	scripted(t, -1, func(t *testing.T, s *script, dial <-chan dialed) {
		s.send(`{"type":"waiting"}`)
		synctest.Wait()
		select {
		case d := <-dial:
			t.Fatalf("dial did not wait: %v", d.err)
		default:
		}
		s.send(joinedFrame)
		d := <-dial
		if d.err != nil {
			t.Fatal(d.err)
		}
		d.c.Close()
	})
}

func TestDialAnsweredBadly(t *testing.T) {
	for _, answer := range []string{`[]`, `{"type":"joined","you":1}`, `{"type":"error","code":1}`} {
		scripted(t, -1, func(t *testing.T, s *script, dial <-chan dialed) {
			s.send(answer)
			if d := <-dial; d.err == nil {
				t.Errorf("the answer %s was taken", answer)
			}
		})
	}
}

func TestHeartbeat(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		start := time.Now()
		for beat := 1; beat <= 3; beat++ {
			s.send(`{"type":"typing","from":"you"}`)
			s.expect(fmt.Sprintf(`{"type":"ping","got":%d}`, beat))
			if passed := time.Since(start); passed != time.Duration(beat)*15*time.Second {
				t.Errorf("ping %d came after %v", beat, passed)
			}
			s.send(`{"type":"pong","got":0}`)
		}
		s.send(`{"type":"ping","got":0}`)
		s.expect(`{"type":"pong","got":3}`)
		if len(c.Events()) != 3 {
			t.Errorf("%d events", len(c.Events()))
		}
	})
}

func TestSilentServer(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		start := time.Now()
		s.expect(`{"type":"ping","got":0}`)
		s.send(`{"type":"typing","from":"you"}`) // a sign of life, and no pong
		<-c.Done()
		if passed := time.Since(start); passed != 25*time.Second {
			t.Errorf("given up after %v", passed)
		}
		if err := c.Err(); !errors.Is(err, client.ErrSilent) {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestCountsAreTold(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		go func() {
			for range 2 * client.TellEvery {
				s.send(`{"type":"of-tomorrow"}`)
			}
		}()
		s.expect(fmt.Sprintf(`{"type":"ping","got":%d}`, client.TellEvery))
		s.expect(fmt.Sprintf(`{"type":"ping","got":%d}`, 2*client.TellEvery))
		if len(c.Events()) != 0 {
			t.Error("a type that is not known made an event")
		}
	})
}

func TestEventsNotTaken(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		go func() {
			for { // what the client says is of no interest
				if _, _, err := s.ws.Read(t.Context()); err != nil {
					return
				}
			}
		}()
		for range client.MaxEvents {
			s.send(`{"type":"typing","from":"you"}`)
		}
		synctest.Wait()
		if c.Err() != nil {
			t.Fatalf("ended early: %v", c.Err())
		}
		s.send(`{"type":"typing","from":"you"}`)
		<-c.Done()
		if err := c.Err(); !errors.Is(err, client.ErrSlow) {
			t.Errorf("ended with %v", err)
		}
		n := 0
		for range c.Events() {
			n++
		}
		if n != client.MaxEvents {
			t.Errorf("%d events are left", n)
		}
	})
}

func TestBrokenFramesEnd(t *testing.T) {
	for _, frame := range []string{`{`, `[]`, `{"type":"chat","message":1}`, `{"type":"peer-left","peer":{}}`} {
		inRoom(t, func(t *testing.T, s *script, c *client.Client) {
			s.send(frame)
			<-c.Done()
			if c.Err() == nil {
				t.Errorf("the frame %s was taken", frame)
			}
		})
	}
}

func TestSayAnswered(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		said := make(chan error)
		say := func(ctx context.Context, text string) { _, err := c.Say(ctx, text); said <- err }

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go say(ctx, "nobody answers")
		late, key := s.chat("nobody answers")
		if err := <-said; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("say: %v", err)
		}
		s.send(fmt.Sprintf(`{"type":"chat","message":{"n":1,"key":%q,"from":"me","name":"","text":"","at":"2026-11-22T12:00:00.000Z"}}`, key))
		s.send(fmt.Sprintf(`{"type":"ok","re":%d}`, late))

		go say(t.Context(), "confirmed and not sent")
		id, _ := s.chat("confirmed and not sent")
		s.send(fmt.Sprintf(`{"type":"ok","re":%d}`, id))
		if err := <-said; err == nil {
			t.Error("a line that never came was said")
		}

		go say(t.Context(), "the server goes")
		s.chat("the server goes")
		s.ws.Close(websocket.StatusCode(protocol.CloseGoingAway), "")
		var gone *client.CloseError
		if err := <-said; !errors.As(err, &gone) || gone.Code != protocol.CloseGoingAway {
			t.Errorf("say: %v", err)
		}
	})
}

func TestLeaveUnanswered(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		left := make(chan error)
		go func() { left <- c.Leave(ctx) }()
		s.expect(`{"type":"leave"}`)
		if err := <-left; !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("leave: %v", err)
		}
		<-c.Done()
		if err := c.Err(); err != nil {
			t.Errorf("ended with %v", err)
		}
	})
}

func TestServerDoesNotRead(t *testing.T) {
	inRoom(t, func(t *testing.T, _ *script, c *client.Client) {
		start := time.Now()
		if err := c.Typing(t.Context()); err != nil {
			t.Errorf("typing: %v", err)
		}
		<-c.Done()
		if passed := time.Since(start); passed != 10*time.Second || !errors.Is(c.Err(), client.ErrSilent) {
			t.Errorf("ended after %v with %v", passed, c.Err())
		}
	})
}

func TestSignalsArePaced(t *testing.T) {
	inRoom(t, func(t *testing.T, s *script, c *client.Client) {
		const frames, burst, perSecond = 600, 300, 150
		start := time.Now()
		go func() {
			for range frames {
				if err := c.Relay(t.Context(), client.Signal{Peer: "you", Type: protocol.TypeCandidate}); err != nil {
					t.Errorf("relay: %v", err)
				}
			}
		}()
		for i := range frames {
			s.expect(`{"type":"candidate","to":"you","candidate":null}`)
			if (i+1)%128 == 0 {
				s.expect(`{"type":"ping","got":0}`)
				s.send(fmt.Sprintf(`{"type":"pong","got":%d}`, i+1))
			}
			if i == burst-1 && time.Since(start) != 0 {
				t.Errorf("the burst took %v", time.Since(start))
			}
		}
		if took := time.Since(start).Round(10 * time.Millisecond); took != (frames-burst)*time.Second/perSecond {
			t.Errorf("all took %v", took)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Relay(ctx, client.Signal{Peer: "you", Type: protocol.TypeCandidate}); !errors.Is(err, context.Canceled) {
			t.Errorf("relay: %v", err)
		}
	})
}

// pipeListener hands out the server's ends of pipes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case l.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error   { close(l.done); return nil }
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

func (pipeAddr) Network() string { return "pipe" }
func (pipeAddr) String() string  { return "pipe" }
