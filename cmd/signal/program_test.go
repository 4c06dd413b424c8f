package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// tolerance is for what should take no time at all.
const tolerance = 20 * time.Second

// program is a running moim.
type program struct {
	t       *testing.T
	ctx     context.Context //nolint:containedctx // of the test
	http    *http.Client    // follows no redirects
	url     string          // by address, without a path
	secure  string          // the same over HTTPS, if there is any
	data    string          // its folder
	console *console        // what it logs

	stop  func() // interrupts it; it may still be running then
	ended chan struct{}
	err   error // of run; read after ended
}

// boot runs the program until the test ends.
func boot(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, done := context.WithTimeout(t.Context(), tolerance)
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	transport := &http.Transport{DisableKeepAlives: true}
	p := &program{
		t: t, ctx: ctx, stop: stop, ended: make(chan struct{}), console: newConsole(),
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		}},
	}
	p.data = t.TempDir()
	for _, arg := range args {
		if folder, ok := strings.CutPrefix(arg, "--data="); ok {
			p.data = folder
		}
	}
	args = append([]string{"--listen=127.0.0.1:0", "--turn=off", "--data=" + p.data}, args...)
	go func() {
		defer close(p.ended)
		p.err = run(running, args, io.Discard, p.console)
	}()
	t.Cleanup(func() {
		stop()
		<-p.ended
		done()
		if p.err != nil {
			t.Errorf("the program ended with: %v", p.err)
		}
		if t.Failed() {
			t.Logf("the program's log:\n%s", p.console)
		}
	})
	line := p.console.wait(p, "moim is ready; open ")
	port := regexp.MustCompile(`http://localhost:(\d+)`).FindStringSubmatch(line)
	if port == nil {
		t.Fatalf("the log names no address: %s", line)
	}
	p.url = "http://127.0.0.1:" + port[1]
	if port := regexp.MustCompile(`https://localhost:(\d+)`).FindStringSubmatch(line); port != nil {
		p.secure = "https://127.0.0.1:" + port[1]
	}
	return p
}

// eventually waits for what the program does by itself.
func (p *program) eventually(what string, holds func() bool) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-p.ctx.Done():
			p.t.Fatalf("not within %v: %s", tolerance, what)
		}
	}
}

// answer is an HTTP answer, read whole.
type answer struct {
	t *testing.T
	*http.Response
	text string
}

// ask sends a request; header holds names and values in turn.
func (p *program) ask(method, path, body string, header ...string) *answer {
	p.t.Helper()
	response := p.open(method, path, body, header...)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return &answer{p.t, response, string(text)}
}

// open is ask, with the body of the answer still to be read.
func (p *program) open(method, path, body string, header ...string) *http.Response {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.ctx, method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := p.http.Do(request)
	if err != nil {
		p.t.Fatalf("%s %s: %v", method, path, err)
	}
	return response
}

func (p *program) get(path string) *answer { p.t.Helper(); return p.ask(http.MethodGet, path, "") }

// post makes a room.
func (p *program) post(body string, header ...string) *answer {
	p.t.Helper()
	return p.ask(http.MethodPost, "/api/rooms", body, append([]string{"Content-Type", "application/json"}, header...)...)
}

// is checks the status, and the type the body says it has.
func (a *answer) is(status int, contentType string) *answer {
	a.t.Helper()
	if a.StatusCode != status || a.Header.Get("Content-Type") != contentType {
		a.t.Errorf("%s %s: %s with a %q, want %d with a %q: %.200s", a.Request.Method, a.Request.URL.Path,
			a.Status, a.Header.Get("Content-Type"), status, contentType, a.text)
	}
	return a
}

// json reads a body of JSON, in which no field is unknown.
func (a *answer) json(into any) {
	a.t.Helper()
	d := json.NewDecoder(strings.NewReader(a.text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		a.t.Errorf("%s %s: %v in %q", a.Request.Method, a.Request.URL.Path, err, a.text)
	}
}

// fails checks an error as docs/protocol.md has it.
func (a *answer) fails(status int, code protocol.Code) {
	a.t.Helper()
	a.is(status, "application/json")
	var body errorBody
	a.json(&body)
	if message := body.Error.Message; body.Error.Code != code || !strings.HasSuffix(message, ".") {
		a.t.Errorf("%s %s: %s, want the code %s and a sentence", a.Request.Method, a.Request.URL.Path, a.text, code)
	}
}

// dial joins a room; what is not set in cfg is filled in. The client does not come
// back by itself.
func (p *program) dial(cfg client.Config) (*client.Client, error) {
	cfg.URL, cfg.HTTPClient, cfg.Patience = p.url, p.http, -1
	c, err := client.Dial(p.ctx, cfg)
	if err == nil {
		p.t.Cleanup(c.Close)
	}
	return c, err
}

func (p *program) join(room, name string) *client.Client {
	p.t.Helper()
	c, err := p.dial(client.Config{Room: room, Name: name})
	if err != nil {
		p.t.Fatalf("%s joins %s: %v", name, room, err)
	}
	return c
}

// console is what a program writes, and may be waited for.
type console struct {
	more chan struct{}

	mu   sync.Mutex // guards what follows
	text bytes.Buffer
}

func newConsole() *console { return &console{more: make(chan struct{}, 1)} }

// Write implements io.Writer.
func (c *console) Write(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	select {
	case c.more <- struct{}{}:
	default:
	}
	return c.text.Write(b)
}

// forget lets go of what was written.
func (c *console) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.text = bytes.Buffer{}
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.text.String()
}

// wait answers the first line with a text in it.
func (c *console) wait(p *program, text string) string {
	p.t.Helper()
	for {
		for line := range strings.Lines(c.String()) {
			if strings.Contains(line, text) {
				return line
			}
		}
		select {
		case <-c.more:
		case <-p.ended:
			p.t.Fatalf("the program ended with %v and said no %q:\n%s", p.err, text, c)
		case <-p.ctx.Done():
			p.t.Fatalf("the program said no %q:\n%s", text, c)
		}
	}
}
