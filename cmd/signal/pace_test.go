package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/labstack/echo/v4"
)

// TestPace holds that requests wait for their turn, that what costs more waits
// longer, and that who asks for little is not behind who asks for much.
func TestPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(160, remote)
		served := p.handler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
		ask := func(method, path, from string) time.Duration {
			began := time.Now()
			r := httptest.NewRequest(method, path, nil)
			r.RemoteAddr = from + ":1000"
			w := httptest.NewRecorder()
			served.ServeHTTP(w, r)
			if w.Code != http.StatusNoContent {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
			return time.Since(began).Round(time.Millisecond)
		}
		for range 16 {
			if took := ask(http.MethodGet, "/", "192.0.2.1"); took != 0 {
				t.Errorf("the burst took %v", took)
			}
		}
		for _, tt := range []struct {
			method, path string
			want         time.Duration
		}{
			{http.MethodGet, "/js/main.js", 6 * time.Millisecond},
			{http.MethodHead, "/", 6 * time.Millisecond},
			{http.MethodGet, "/ws", 25 * time.Millisecond},
			{http.MethodPost, "/api/rooms", 25 * time.Millisecond},
			{http.MethodDelete, "/api/rooms/tea", 25 * time.Millisecond},
			{http.MethodGet, "/metrics", 100 * time.Millisecond},
		} {
			if took := ask(tt.method, tt.path, "192.0.2.1"); took != tt.want {
				t.Errorf("%s %s waits %v, want %v", tt.method, tt.path, took, tt.want)
			}
		}
		var others sync.WaitGroup
		for range 100 {
			others.Go(func() { ask(http.MethodGet, "/", "192.0.2.1") })
		}
		synctest.Wait()
		if took := ask(http.MethodGet, "/", "192.0.2.2"); took > 20*time.Millisecond {
			t.Errorf("a newcomer waits %v", took)
		}
		if err := p.handshake(t.Context(), netip.MustParsePrefix("192.0.2.3/32")); err != nil {
			t.Error(err)
		}
		others.Wait()
	})
}

// TestPaceOfNetworks holds that an IPv6 /48 waits in one line, however many addresses
// it asks from.
func TestPaceOfNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(5000, remote)
		ctx, cancel := context.WithCancel(t.Context())
		var crowd, page sync.WaitGroup
		for i := range 2 * mostPaced {
			from := netip.PrefixFrom(netip.AddrFrom16([16]byte{0x20, 1, 0xd, 0xb8, 0, 0, byte(i >> 8), byte(i)}), 64)
			crowd.Go(func() {
				for ctx.Err() == nil {
					_ = p.wait(ctx, from, costHeavy)
					time.Sleep(100 * time.Millisecond)
				}
			})
		}
		time.Sleep(time.Second)
		for range 12 {
			page.Go(func() {
				began := time.Now()
				err := p.wait(ctx, netip.MustParsePrefix("192.0.2.1/32"), costSmall)
				if took := time.Since(began); err != nil || took > 100*time.Millisecond {
					t.Errorf("a request of a page waits %v: %v", took, err)
				}
			})
		}
		page.Wait()
		cancel()
		crowd.Wait()
	})
}

// TestPaceRefuses holds that what would wait too long is told so, as others are told
// of a full server, and counted; who leaves is not.
func TestPaceRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPace(1, remote)
		h := echo.New()
		h.HTTPErrorHandler = func(err error, c echo.Context) { writeError(slog.New(slog.DiscardHandler), err, c) }
		h.Use(p.middleware)
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/metrics", nil)) // the burst
		var others sync.WaitGroup
		for range 10 {
			others.Go(func() { h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil)) })
		}
		synctest.Wait()
		began := time.Now()
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/api/rooms", nil))
		var body errorBody
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil || w.Code != http.StatusServiceUnavailable || body.Error.Code != "server-full" ||
			!strings.HasSuffix(body.Error.Message, ".") || w.Header().Get("Retry-After") == "" {
			t.Errorf("%d %s, %v, %v", w.Code, w.Body, w.Header(), err)
		}
		if took := time.Since(began); took != pacedFor {
			t.Errorf("refused after %v", took)
		}
		others.Wait()
		refused := p.refused.Load()
		if refused < 2 {
			t.Errorf("%d were refused", refused)
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodPost, "/", nil))
		if p.refused.Load() != refused {
			t.Error("who left was counted")
		}
	})
}

func remote(r *http.Request) netip.Addr { return proxies(nil).client(r) }
