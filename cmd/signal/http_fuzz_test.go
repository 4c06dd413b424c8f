package main

import (
	"bufio"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// FuzzHTTP holds that whatever is asked over HTTP is answered, and never with a
// fault of the server: errors of the API have a code and a sentence.
func FuzzHTTP(f *testing.F) {
	cfg, _, err := parse([]string{
		"--listen=127.0.0.1:0", "--turn=off", "--retention=0", "--data=" + f.TempDir(), "--trusted-proxy=0.0.0.0/0", "--limit-joins=1e6:1000000",
	}, nil, nil)
	if err != nil {
		f.Fatal(err)
	}
	s, err := newServer(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() { _ = s.close() }) // it has not run
	pages, err := embeddedPages()
	if err != nil {
		f.Fatal(err)
	}
	handler := s.routes(pages)
	for _, seed := range []string{
		"GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: br\r\nRange: bytes=0-9\r\n\r\n",
		"GET /r/%ea%b0%80?x#y HTTP/1.1\r\nHost: x\r\nAccept-Language: ko\r\nIf-None-Match: \"x\", W/\"y\"\r\n\r\n",
		"POST /api/rooms HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 44\r\n\r\n{\"name\":\"tea\",\"lobby\":true,\"topic\":\"leaves\"}",
		"DELETE /api/rooms/tea HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n",
		"GET /api/rooms/a%2Fb HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.5, [2001:db8::1]:5\r\n\r\n",
		"GET /api/rooms/events HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n",
		"GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
		"GET /assets/x/js/main.js HTTP/1.0\r\n\r\n",
		"POST /api/check HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"sdp\":\"v=0\\n\"}",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		request, err := http.ReadRequest(bufio.NewReader(strings.NewReader(text)))
		if err != nil {
			return // net/http answers it by itself
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond) // for events, which last
		defer cancel()
		request = request.WithContext(ctx)
		request.RemoteAddr = "192.0.2.1:4711"
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, request)
		if answer.Code == http.StatusInternalServerError {
			t.Fatalf("%q: %s", text, answer.Body)
		}
		if answer.Code < 400 || !strings.HasPrefix(answer.Header().Get("Content-Type"), "application/json") {
			return
		}
		var body errorBody
		if err := json.Unmarshal(answer.Body.Bytes(), &body); request.Method != http.MethodHead && (err != nil || body.Error.Code == "" || body.Error.Message == "") {
			t.Errorf("%q: %d %s", text, answer.Code, answer.Body)
		}
	})
}
