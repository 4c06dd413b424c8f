//go:build attack

package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// attackerVariable makes an attacker of a process of the tests: what it does,
// and to whom.
const attackerVariable = "MOIM_TEST_ATTACKER"

// What the kernel does for attackers is taken from all on this machine, so their
// buffers are small and they send what a network may bring: thousands of frames a
// second on each socket, far more than is read.
const (
	attackerBuffer = 64 << 10 // bytes
	framesAtOnce   = 8        // in a millisecond
)

// attacker floods a server from many addresses of the loopback network.
type attacker struct {
	ctx    context.Context //nolint:containedctx // of the process
	url    string
	done   atomic.Int64 // what the flood is made of
	failed atomic.Int64
}

// floods are the attacks; each runs in so many goroutines until the end.
var floods = map[string]struct {
	workers int
	do      func(*attacker)
}{
	"slow headers":    {800, (*attacker).slowHeader},
	"slow bodies":     {400, (*attacker).slowBody},
	"slow handshakes": {800, (*attacker).slowHandshake},
	"handshakes":      {8, (*attacker).handshake},
	"silent sockets":  {400, (*attacker).silentSocket},
	"slow frames":     {200, (*attacker).slowFrame},
	"deaf readers":    {50, (*attacker).deafReader},
	"joins":           {16, (*attacker).joins},
	"names of rooms":  {16, (*attacker).names},
	"rooms made":      {16, (*attacker).makes},
	"knocks":          {16, (*attacker).knocks},
	"passwords":       {16, (*attacker).passwords},
	"giant offers":    {8, (*attacker).offers},
	"candidates":      {8, (*attacker).candidates},
	"history":         {8, (*attacker).history},
	"broken frames":   {16, (*attacker).broken},
	"forged tokens":   {16, (*attacker).tokens},
}

func secureFloods() []string { return []string{"handshakes", "slow handshakes"} }

func plainFloods() []string {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(floods)), func(kind string) bool { return slices.Contains(secureFloods(), kind) })
}

// trusting takes any certificate.
var trusting = &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}

// prepareRooms makes what the floods run against.
func prepareRooms(t *testing.T, url string) {
	t.Helper()
	for _, body := range []string{`{"name":"lobby","lobby":true}`, `{"name":"secret","password":"two lumps"}`} {
		response, err := trusting.Post(url+"/api/rooms", "application/json", strings.NewReader(body))
		if err != nil || response.StatusCode != http.StatusCreated {
			t.Fatal(response, err)
		}
		response.Body.Close()
	}
}

func fetchText(t *testing.T, url string) string {
	t.Helper()
	response, err := trusting.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestAttacker is the process of an attacker.
func TestAttacker(*testing.T) {
	spec := os.Getenv(attackerVariable)
	cut := strings.LastIndex(spec, " ")
	if cut < 0 {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	a := &attacker{ctx: ctx, url: spec[cut+1:]}
	flood := floods[spec[:cut]]
	var workers sync.WaitGroup
	for range flood.workers {
		workers.Go(func() {
			for ctx.Err() == nil {
				flood.do(a)
			}
		})
	}
	workers.Wait()
	fmt.Printf("%d done, %d refused or failed\n", a.done.Load(), a.failed.Load())
}

// dial connects from one of a million addresses.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	ip := net.IPv4(127, byte(1+rand.N(15)), byte(rand.N(256)), byte(1+rand.N(254)))
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: ip}, Timeout: 5 * time.Second}
	conn, err := dialer.DialContext(ctx, network, address)
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(attackerBuffer)
		_ = tcp.SetWriteBuffer(attackerBuffer)
	}
	return conn, err
}

// connect opens a connection that ends with the attack.
func (a *attacker) connect(address string) net.Conn {
	conn, err := dial(a.ctx, "tcp4", address)
	if err != nil {
		a.failed.Add(1)
		a.pause(10 * time.Millisecond)
		return nil
	}
	context.AfterFunc(a.ctx, func() { conn.Close() })
	return conn
}

func (a *attacker) pause(d time.Duration) {
	select {
	case <-time.After(d):
	case <-a.ctx.Done():
	}
}

func (a *attacker) host() string { return a.url[strings.LastIndex(a.url, "/")+1:] }

// drip sends a text byte by byte until the other side ends it.
func (a *attacker) drip(conn net.Conn, text string) {
	defer conn.Close()
	for i := 0; ; i = (i + 1) % len(text) {
		if _, err := io.WriteString(conn, text[i:i+1]); err != nil {
			a.failed.Add(1)
			return
		}
		a.done.Add(1)
		a.pause(100 * time.Millisecond)
	}
}

func (a *attacker) slowHeader() {
	if conn := a.connect(a.host()); conn != nil {
		io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n")
		a.drip(conn, "X-Header: value\r\n")
	}
}

func (a *attacker) slowBody() {
	if conn := a.connect(a.host()); conn != nil {
		io.WriteString(conn, "POST /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{")
		a.drip(conn, " ")
	}
}

func (a *attacker) slowHandshake() {
	if conn := a.connect(a.host()); conn != nil {
		a.drip(conn, "\x16\x03\x01\x0f\xff\x01")
	}
}

func (a *attacker) handshake() {
	conn := a.connect(a.host())
	if conn == nil {
		return
	}
	defer conn.Close()
	a.count(tls.Client(conn, &tls.Config{InsecureSkipVerify: true}).HandshakeContext(a.ctx))
}

func (a *attacker) count(err error) {
	a.done.Add(1)
	if err != nil {
		a.failed.Add(1)
	}
}

// socket opens a WebSocket.
func (a *attacker) socket() *websocket.Conn {
	ws, _, err := websocket.Dial(a.ctx, a.url+"/ws", &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: &http.Transport{DialContext: dial}},
	})
	if err != nil {
		a.failed.Add(1)
		a.pause(10 * time.Millisecond)
		return nil
	}
	ws.SetReadLimit(1 << 20)
	return ws
}

// speak opens a WebSocket, sends frames as long as that goes, and reads what comes.
func (a *attacker) speak(frames func(i int) string) {
	ws := a.socket()
	if ws == nil {
		return
	}
	defer ws.CloseNow()
	go func() {
		for {
			if _, _, err := ws.Read(a.ctx); err != nil {
				ws.CloseNow()
				return
			}
		}
	}()
	for i := 0; ; i++ {
		frame := frames(i)
		if frame == "" {
			return
		}
		err := ws.Write(a.ctx, websocket.MessageText, []byte(frame))
		a.count(err)
		if err != nil {
			return
		}
		if i%framesAtOnce == 0 {
			a.pause(time.Millisecond)
		}
	}
}

// once is a frame and then the end of the socket, when the answer has come.
func (a *attacker) once(frame string) {
	ws := a.socket()
	if ws == nil {
		return
	}
	defer ws.CloseNow()
	err := ws.Write(a.ctx, websocket.MessageText, []byte(frame))
	if err == nil {
		_, _, err = ws.Read(a.ctx)
	}
	a.count(err)
}

func (a *attacker) silentSocket() {
	if ws := a.socket(); ws != nil {
		_, _, err := ws.Read(a.ctx)
		a.count(err)
		ws.CloseNow()
	}
}

func (a *attacker) slowFrame() {
	conn := a.connect(a.host())
	if conn == nil {
		return
	}
	io.WriteString(conn, "GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n")
	io.WriteString(conn, "\x81\xfe\xff\xff\x00\x00\x00\x00") // a text of 65535 bytes
	a.drip(conn, " ")
}

// deafReader asks for much and reads nothing.
func (a *attacker) deafReader() {
	conn := a.connect(a.host())
	if conn == nil {
		return
	}
	defer conn.Close()
	for {
		if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			a.failed.Add(1)
			return
		}
		a.done.Add(1)
	}
}

func (a *attacker) joins() {
	a.once(fmt.Sprintf(`{"type":"join","room":"room-%d"}`, rand.N(1_000_000)))
}

func (a *attacker) names() {
	a.ask(http.MethodGet, fmt.Sprintf("/api/rooms/room-%d", rand.N(1_000_000)), "")
}

func (a *attacker) makes() { a.ask(http.MethodPost, "/api/rooms", "{}") }

func (a *attacker) ask(method, path, body string) {
	client := &http.Client{Transport: &http.Transport{DialContext: dial}}
	defer client.CloseIdleConnections()
	for range 300 {
		request, err := http.NewRequestWithContext(a.ctx, method, a.url+path, strings.NewReader(body))
		if err != nil {
			return
		}
		request.Header.Set("Content-Type", "application/json")
		response, err := client.Do(request)
		a.count(err)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, response.Body)
		response.Body.Close()
	}
}

func (a *attacker) knocks() {
	a.once(`{"type":"join","room":"lobby","name":"` + fmt.Sprint(rand.N(1_000_000)) + `"}`)
}

func (a *attacker) passwords() {
	a.once(fmt.Sprintf(`{"type":"join","room":"secret","password":"%d"}`, rand.N(1_000_000)))
}

func (a *attacker) tokens() {
	a.once(`{"type":"join","room":"tea","session":"` + strings.Repeat("A", 112) + `","token":"a.b.c"}`)
}

// within joins a room of the attackers and goes on with a frame.
func (a *attacker) within(frame string) {
	a.speak(func(i int) string {
		if i == 0 {
			return `{"type":"join","room":"attackers"}`
		}
		return frame
	})
}

func (a *attacker) offers() {
	a.within(`{"type":"offer","to":"aaaaaaaaaaaaaaaa","sdp":"` + strings.Repeat("x", 60<<10) + `"}`)
}

func (a *attacker) candidates() {
	a.within(`{"type":"candidate","to":"aaaaaaaaaaaaaaaa","candidate":{"candidate":"candidate:1 1 udp 2122260223 192.0.2.17 51472 typ host"}}`)
}

func (a *attacker) history() {
	a.speak(func(i int) string {
		switch {
		case i == 0:
			return `{"type":"join","room":"attackers"}`
		case i%2 == 0:
			return `{"type":"chat-search","query":"a b c"}`
		}
		return `{"type":"chat-history","limit":200}`
	})
}

func (a *attacker) broken() { a.within(`{"type":{"type":[[[[[[[[[[[`) }
