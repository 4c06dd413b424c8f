package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"moim/signaling/protocol"
)

// soaker is a person with a bad connection: it talks, loses its socket in any way
// there is, comes back, loads its page anew, or leaves. It speaks the wire by
// itself, to the letter of docs/protocol.md.
type soaker struct {
	room, name string
	url        func() string
	random     *rand.Rand
	count      *soakCount

	you, session string
	got          int64    // frames received on the session
	sent         int64    // frames sent on it
	kept         []string // the last of those, which the server may lack
	run, said    int      // of the numbered data; a run is a session
	heard        map[string]soakMark

	*soakSocket // nil while there is none
}

// soakSocket is a socket, read by a goroutine of its own.
type soakSocket struct {
	ws    *websocket.Conn
	tcp   *net.TCPConn
	inbox chan []byte // closed when the socket has ended
	end   error       // why it has; read after that
}

func (s *soakSocket) read() {
	defer close(s.inbox)
	defer func() { _ = s.ws.CloseNow() }()
	for {
		_, frame, err := s.ws.Read(context.Background())
		if s.end = err; err != nil {
			return
		}
		s.inbox <- frame
	}
}

// soakMark is the newest number that was heard of somebody.
type soakMark struct {
	run, said int
}

// soakCount is what soakers did, all together.
type soakCount struct {
	mu   sync.Mutex
	what map[string]int
}

func (c *soakCount) add(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.what[what]++
}

// soakFrame is any frame of the server, as far as a soaker looks at it.
type soakFrame struct {
	Type    protocol.Type `json:"type"`
	Code    protocol.Code `json:"code"`
	Message any           `json:"message"`
	From    string        `json:"from"`
	Data    *struct {
		Room string `json:"room"`
		Run  int    `json:"run"`
		Said int    `json:"said"`
	} `json:"data"`
	Resumed bool   `json:"resumed"`
	Session string `json:"session"`
	Got     int64  `json:"got"`
	You     string `json:"you"`
}

// live goes on until ctx ends. The error is a fault of the server.
func (s *soaker) live(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.enter(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if s.soakSocket == nil {
			pause(ctx, 50*time.Millisecond)
			continue
		}
		err := s.stay(ctx, time.Duration(s.random.IntN(2000))*time.Millisecond)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		s.part(ctx)
	}
	s.drop()
	return nil
}

// pause lets time go by.
func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// connect makes another socket; false when there is no server to talk to.
func (s *soaker) connect(ctx context.Context) bool {
	var tcp *net.TCPConn
	transport := &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
			tcp, _ = conn.(*net.TCPConn)
			return conn, err
		},
	}
	dialing, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ws, _, err := websocket.Dial(dialing, s.url()+"/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, Subprotocols: []string{protocol.Subprotocol},
	})
	if err != nil {
		return false
	}
	ws.SetReadLimit(protocol.MaxServerFrame)
	s.soakSocket = &soakSocket{ws: ws, tcp: tcp, inbox: make(chan []byte)}
	go s.read()
	return true
}

// enter connects and joins in one of the ways there are. There is no socket
// afterwards when that did not succeed.
func (s *soaker) enter(ctx context.Context) error {
	if s.soakSocket = nil; !s.connect(ctx) {
		s.count.add("not connected")
		return nil
	}
	join := map[string]any{"type": "join", "id": 1, "room": s.room, "name": s.name}
	way := s.random.IntN(20)
	if way > 0 && s.session != "" {
		join["session"] = s.session
	}
	if goesOn := way > 1 && s.session != ""; goesOn {
		join["got"] = s.got
	}
	text, err := json.Marshal(join)
	if err != nil {
		return err
	}
	s.write(ctx, string(text))
	select {
	case answer, ok := <-s.inbox:
		if !ok {
			s.count.add("no answer to a join")
			s.drop()
			return nil
		}
		return s.entered(ctx, answer, join)
	case <-time.After(tolerance):
		return errors.New("no answer to a join")
	case <-ctx.Done():
		s.drop()
		return nil
	}
}

// entered takes the answer to a join.
func (s *soaker) entered(ctx context.Context, answer []byte, join map[string]any) error {
	var f soakFrame
	if err := json.Unmarshal(answer, &f); err != nil {
		return err
	}
	switch {
	case f.Type == protocol.TypeError && f.Code == protocol.CodeRestarting:
		s.count.add("restarting")
		s.drop()
		return nil
	case f.Type != protocol.TypeJoined:
		return fmt.Errorf("%.200v is answered with %.200s", join, answer)
	case f.Resumed:
		s.count.add("resumed")
		lacks := s.sent - f.Got
		if lacks < 0 || lacks > int64(len(s.kept)) {
			return fmt.Errorf("the server has got %d frames of %d, %d were kept", f.Got, s.sent, len(s.kept))
		}
		s.kept = s.kept[int64(len(s.kept))-lacks:]
		for _, frame := range s.kept {
			s.write(ctx, frame)
		}
	default:
		switch {
		case join["got"] != nil:
			s.count.add("snapshots")
		case join["session"] != nil:
			s.count.add("reloads")
		default:
			s.count.add("new")
		}
		if join["session"] != nil && f.You != s.you {
			return fmt.Errorf("who was %s came back as %s", s.you, f.You)
		}
		s.you, s.got, s.sent, s.kept = f.You, 0, 0, nil
		s.run, s.said, s.heard = s.run+1, 0, make(map[string]soakMark)
	}
	s.session = f.Session
	return nil
}

// stay talks and listens for some time, or until the socket ends.
func (s *soaker) stay(ctx context.Context, d time.Duration) error {
	end := time.After(d)
	tick := time.NewTicker(time.Duration(20+s.random.IntN(200)) * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case frame, ok := <-s.inbox:
			if !ok {
				return nil
			}
			if err := s.hear(ctx, frame); err != nil {
				return err
			}
		case <-tick.C:
			s.talk(ctx)
		case <-end:
			return nil
		case <-ctx.Done():
			return nil
		}
	}
}

// hear takes a frame, and checks that nothing of the room is missing or twice.
func (s *soaker) hear(ctx context.Context, text []byte) error {
	var f soakFrame
	if err := json.Unmarshal(text, &f); err != nil {
		return err
	}
	switch f.Type {
	case protocol.TypePing, protocol.TypePong:
		lacks := s.sent - f.Got
		if lacks < 0 {
			return fmt.Errorf("the server has got %d frames of %d", f.Got, s.sent)
		}
		s.kept = s.kept[max(int64(len(s.kept))-lacks, 0):]
		if f.Type == protocol.TypePing {
			s.write(ctx, fmt.Sprintf(`{"type":"pong","got":%d}`, s.got))
		}
		return nil
	case protocol.TypeJoined:
		return errors.New("a second joined")
	case protocol.TypeError:
		return fmt.Errorf("refused: %s", text)
	case protocol.TypeSession:
		s.session = f.Session
	default:
	}
	s.got++
	if f.Type != protocol.TypeData || f.Data == nil {
		return nil
	}
	s.count.add("data received")
	last, known := s.heard[f.From]
	switch d := f.Data; {
	case d.Room != s.room:
		return fmt.Errorf("%s is not of %s", text, s.room)
	case known && (d.Run < last.run || d.Run == last.run && d.Said != last.said+1):
		return fmt.Errorf("after %+v comes %.200s", last, text)
	case known && d.Run > last.run && d.Said != 1:
		return fmt.Errorf("a run after %+v begins with %.200s", last, text)
	}
	s.heard[f.From] = soakMark{f.Data.Run, f.Data.Said}
	return nil
}

// talk sends something.
func (s *soaker) talk(ctx context.Context) {
	switch s.random.IntN(10) {
	case 0:
		s.write(ctx, fmt.Sprintf(`{"type":"ping","got":%d}`, s.got))
	case 1:
		s.say(ctx, fmt.Sprintf(`{"type":"chat","key":"%s %d %d","text":"soaked to the skin"}`, s.name, s.run, s.sent))
	case 2:
		s.say(ctx, fmt.Sprintf(`{"type":"update","mic":%v}`, s.random.IntN(2) == 0))
	case 3:
		s.say(ctx, `{"type":"chat-history"}`)
	default:
		s.said++
		load := strings.Repeat("x", []int{0, 0, 0, 10, 1000, 8000}[s.random.IntN(6)])
		s.say(ctx, fmt.Sprintf(`{"type":"data","data":{"room":%q,"run":%d,"said":%d,"load":%q}}`, s.room, s.run, s.said, load))
	}
}

// say sends a frame that counts, and keeps it.
func (s *soaker) say(ctx context.Context, frame string) {
	s.sent++
	s.kept = append(s.kept, frame)
	s.write(ctx, frame)
}

// write sends a frame; what is lost is noticed by counting.
func (s *soaker) write(ctx context.Context, frame string) {
	writing, cancel := context.WithTimeout(ctx, tolerance)
	defer cancel()
	_ = s.ws.Write(writing, websocket.MessageText, []byte(frame))
}

// part loses the socket in one of the ways there are, and stays away for a while.
func (s *soaker) part(ctx context.Context) {
	away := time.Duration(s.random.IntN(1500)) * time.Millisecond
	if s.random.IntN(8) == 0 {
		away = 5 * time.Second // longer than the grace time
	}
	switch way := s.random.IntN(8); way {
	case 0:
		s.count.add("ended: reset")
		_ = s.tcp.SetLinger(0)
		s.tcp.Close()
		s.drop()
	case 1:
		s.count.add("ended: cut")
		s.tcp.Close()
		s.drop()
	case 2, 3:
		s.count.add("ended: closed")
		go discard(s.inbox)
		_ = s.ws.Close([]websocket.StatusCode{websocket.StatusGoingAway, 4002}[way-2], "")
	case 4:
		s.count.add("ended: left")
		s.write(ctx, `{"type":"leave"}`)
		go discard(s.inbox)
		_ = s.ws.Close(websocket.StatusNormalClosure, "")
	case 5, 6:
		s.count.add("ended: deaf, then taken over")
		s.overtaken(away)
	default:
		s.count.add("ended: taken over")
		away = 0
		s.overtaken(time.Second)
	}
	pause(ctx, away)
}

// overtaken leaves the socket to itself, not read for some time.
func (s *soaker) overtaken(deaf time.Duration) {
	inbox, ws := s.inbox, s.ws
	time.AfterFunc(deaf+time.Second, func() {
		go discard(inbox)
		_ = ws.CloseNow()
	})
}

// drop ends the socket without a word.
func (s *soaker) drop() {
	if s.soakSocket != nil {
		go discard(s.inbox)
		_ = s.ws.CloseNow()
		s.soakSocket = nil
	}
}

// discard reads a socket to its end.
func discard(inbox chan []byte) {
	for range inbox {
	}
}
