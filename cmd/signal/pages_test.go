package main

import (
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"moim/public"
)

const html = "text/html; charset=utf-8"

func TestPages(t *testing.T) {
	p := boot(t)
	home := p.get("/").is(http.StatusOK, html)
	if !strings.HasPrefix(home.text, "<!doctype html>") {
		t.Errorf("home is %.80q", home.text)
	}
	for _, room := range []string{"/r/x", "/r/%EB%AA%A8%EC%9E%84", "/r/a%2Db", "/r/with.dots", "/r/x?lang=ko"} {
		if got := p.get(room).is(http.StatusOK, html); got.text != home.text {
			t.Errorf("%s is another page", room)
		}
	}
	for _, path := range []string{"/nowhere", "/r", "/r/", "/r/x/y", "/index.html", "/js", "/js/", "/%2e%2e/etc/passwd", "/..%2fetc"} {
		got := p.get(path).is(http.StatusFound, "")
		if got.Header.Get("Location") != "/" {
			t.Errorf("%s leads to %q", path, got.Header.Get("Location"))
		}
	}
	for _, path := range []string{"/favicon.ico", "/js/nowhere.js", "/css/nowhere.css", "/JS/main.js", "/js/main.js/x.js", "/embed.go", "/js/../main.go", "//evil.example.org"} {
		p.get(path).fails(http.StatusNotFound, codeNotFound)
	}
}

// Each embedded file is served as what it is, but for the tests and their fakes.
func TestAssets(t *testing.T) {
	p := boot(t)
	types := map[string]string{
		".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml",
		".png": "image/png", ".webmanifest": "application/manifest+json",
	}
	served := 0
	err := fs.WalkDir(public.Files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil || d.IsDir() || name == "index.html":
			return err
		case strings.HasSuffix(name, ".test.js"):
			p.get("/"+name).fails(http.StatusNotFound, codeNotFound)
			return nil
		}
		want, known := types[path.Ext(name)]
		if !known {
			t.Errorf("no test knows the type of %s", name)
		}
		body, err := public.Files.ReadFile(name)
		if got := p.get("/"+name).is(http.StatusOK, want); got.text != string(body) {
			t.Errorf("%s is another file", name)
		}
		served++
		return err
	})
	if err != nil || served < 10 {
		t.Errorf("%d files: %v", served, err)
	}
}

func TestTestsAreNotServed(t *testing.T) {
	files, err := newPages(fstest.MapFS{
		"index.html": {}, "js/a.js": {}, "js/a.test.js": {}, "js/deep/b.test.js": {},
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]bool{"/js/a.js": true, "/js/a.test.js": false, "/js/deep/b.test.js": false} {
		if _, ok := files.files[name]; ok != want {
			t.Errorf("%s is served: %v", name, ok)
		}
	}
}

func TestHead(t *testing.T) {
	p := boot(t)
	for path, contentType := range map[string]string{
		"/": html, "/r/x": html, "/js/main.js": "text/javascript; charset=utf-8", "/api/rooms": "application/json",
		"/api/rooms/x": "application/json", "/api/rooms/events": "text/event-stream",
		"/healthz": "text/plain; charset=UTF-8", "/readyz": "text/plain; charset=UTF-8",
	} {
		if got := p.ask(http.MethodHead, path, "").is(http.StatusOK, contentType); got.text != "" {
			t.Errorf("HEAD %s has a body", path)
		}
	}
	p.ask(http.MethodHead, "/nowhere", "").is(http.StatusFound, "")
	p.ask(http.MethodHead, "/nowhere.js", "").is(http.StatusNotFound, "application/json")
}

func TestNotModified(t *testing.T) {
	p := boot(t)
	tags := map[string]string{}
	for _, path := range []string{"/", "/js/main.js", "/css/base.css"} {
		first := p.get(path)
		tag := first.Header.Get("ETag")
		if len(tag) < 10 || tag[0] != '"' || first.Header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s has the tag %s and is cached as %q", path, tag, first.Header.Get("Cache-Control"))
		}
		if other, ok := tags[tag]; ok {
			t.Errorf("%s and %s have one tag", path, other)
		}
		tags[tag] = path
		for _, known := range []string{tag, "W/" + tag, `"old", ` + tag, "*"} {
			if got := p.ask(http.MethodGet, path, "", "If-None-Match", known); got.StatusCode != http.StatusNotModified || got.text != "" || got.Header.Get("ETag") != tag {
				t.Errorf("%s with %s: %s", path, known, got.Status)
			}
		}
		if got := p.ask(http.MethodGet, path, "", "If-None-Match", `"old"`); got.StatusCode != http.StatusOK || got.text != first.text {
			t.Errorf("%s with an old tag: %s", path, got.Status)
		}
	}
}

func TestHealth(t *testing.T) {
	p := boot(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if got := p.get(path).is(http.StatusOK, "text/plain; charset=UTF-8"); got.text != "ok\n" {
			t.Errorf("%s: %q", path, got.text)
		}
	}
}

func TestMethods(t *testing.T) {
	p := boot(t)
	for path, allow := range map[string]string{
		"/": "GET, HEAD", "/r/x": "GET, HEAD", "/js/main.js": "GET, HEAD", "/healthz": "GET, HEAD",
		"/api/rooms": "GET, HEAD, POST", "/api/rooms/x": "DELETE, GET, HEAD", "/api/rooms/events": "GET, HEAD", "/ws": "GET",
	} {
		for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodTrace, "NONSENSE"} {
			got := p.ask(method, path, "")
			if method == http.MethodDelete && strings.HasPrefix(path, "/api/rooms/") {
				got.fails(http.StatusUnauthorized, codeNoKey)
				continue
			}
			got.fails(http.StatusMethodNotAllowed, codeNotAllowed)
			if got.Header.Get("Allow") != "OPTIONS, "+allow {
				t.Errorf("%s %s: allowed are %q", method, path, got.Header.Get("Allow"))
			}
		}
		if got := p.ask(http.MethodOptions, path, ""); got.StatusCode != http.StatusNoContent || got.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("OPTIONS %s: %s", path, got.Status)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		for _, path := range []string{"/api/", "/api/nothing", "/api/nothing/at/all"} {
			got := p.ask(method, path, "")
			got.fails(http.StatusNotFound, codeNotFound)
			if got.Header.Get("Allow") != "" {
				t.Errorf("%s %s allows %q", method, path, got.Header.Get("Allow"))
			}
		}
	}
	p.get("/api/rooms/x/y").fails(http.StatusNotFound, codeNotFound)
}

// securityHeaders are on every answer.
func securityHeaders(t *testing.T, what string, h http.Header) {
	t.Helper()
	for name, want := range map[string]string{
		"X-Content-Type-Options":       "nosniff",
		"Referrer-Policy":              "no-referrer",
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := h.Values(name); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %s is %q, want %q", what, name, got, want)
		}
	}
	csp := h.Values("Content-Security-Policy")
	if len(csp) != 1 || strings.Contains(csp[0], "unsafe-") || strings.Contains(csp[0], "*") || strings.Contains(csp[0], "http") || strings.Contains(csp[0], "data:") {
		t.Errorf("%s: content policy %q", what, csp)
		return
	}
	directives := strings.Split(csp[0], "; ")
	for _, want := range []string{
		"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "base-uri 'none'",
		"form-action 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
	} {
		if !slices.Contains(directives, want) {
			t.Errorf("%s: the content policy lacks %s", what, want)
		}
	}
	permissions := strings.Split(h.Get("Permissions-Policy"), ", ")
	for _, want := range []string{"camera=(self)", "microphone=(self)", "display-capture=(self)", "geolocation=()"} {
		if !slices.Contains(permissions, want) {
			t.Errorf("%s: the permissions policy lacks %s", what, want)
		}
	}
	for _, name := range []string{"Server", "X-Powered-By", "Set-Cookie", "Access-Control-Allow-Origin"} {
		if got := h.Get(name); got != "" {
			t.Errorf("%s: %s is %q", what, name, got)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	p := boot(t, "--limit-joins=0.001:2")
	tag := p.get("/").Header.Get("ETag")
	for _, c := range []struct {
		status int
		answer *answer
	}{
		{http.StatusOK, p.get("/")},
		{http.StatusOK, p.get("/r/x")},
		{http.StatusOK, p.get("/js/main.js")},
		{http.StatusOK, p.get("/icon.svg")},
		{http.StatusOK, p.ask(http.MethodHead, "/", "")},
		{http.StatusPartialContent, p.ask(http.MethodGet, "/", "", "Range", "bytes=0-9")},
		{http.StatusRequestedRangeNotSatisfiable, p.ask(http.MethodGet, "/", "", "Range", "bytes=99999999-")},
		{http.StatusNotModified, p.ask(http.MethodGet, "/", "", "If-None-Match", tag)},
		{http.StatusFound, p.get("/nowhere")},
		{http.StatusNotFound, p.get("/nowhere.js")},
		{http.StatusMethodNotAllowed, p.ask(http.MethodPost, "/", "")},
		{http.StatusNoContent, p.ask(http.MethodOptions, "/", "")},
		{http.StatusOK, p.get("/healthz")},
		{http.StatusOK, p.get("/readyz")},
		{http.StatusOK, p.get("/api/rooms")},
		{http.StatusOK, p.ask(http.MethodHead, "/api/rooms/events", "")},
		{http.StatusOK, p.get("/api/rooms/x")},
		{http.StatusBadRequest, p.get("/api/rooms/a%20b")},
		{http.StatusNotFound, p.get("/api/nothing")},
		{http.StatusUnsupportedMediaType, p.ask(http.MethodPost, "/api/rooms", "{}")},
		{http.StatusBadRequest, p.post("{")},
		{http.StatusRequestEntityTooLarge, p.post(strings.Repeat(" ", maxBody+1))},
		{http.StatusCreated, p.post("{}")},
		{http.StatusCreated, p.post("{}")},
		{http.StatusTooManyRequests, p.post("{}")},
		{http.StatusUpgradeRequired, p.get("/ws")},
	} {
		what := c.answer.Request.Method + " " + c.answer.Request.URL.String()
		if c.answer.StatusCode != c.status {
			t.Errorf("%s: %s, want %d", what, c.answer.Status, c.status)
		}
		securityHeaders(t, what+" "+c.answer.Status, c.answer.Header)
	}
	for origin, status := range map[string]int{"": http.StatusSwitchingProtocols, "https://evil.example.org": http.StatusForbidden} {
		response := p.upgrade("Origin", origin)
		if response.StatusCode != status {
			t.Errorf("upgrade from %q: %s", origin, response.Status)
		}
		securityHeaders(t, "GET /ws "+response.Status, response.Header)
	}
}
