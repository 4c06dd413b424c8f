package main

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func TestHTTPSPlace(t *testing.T) {
	for _, test := range []struct {
		place     httpsPlace
		host, uri string
		want      string
	}{
		{httpsPlace{port: 443}, "call.example.org", "/r/tea", "https://call.example.org/r/tea"},
		{httpsPlace{port: 443}, "call.example.org:80", "/", "https://call.example.org/"},
		{httpsPlace{port: 8443}, "192.168.1.7:8080", "/r/a%2Fb?x=1&y=%20", "https://192.168.1.7:8443/r/a%2Fb?x=1&y=%20"},
		{httpsPlace{port: 443}, "[2001:db8::5]:80", "/", "https://[2001:db8::5]/"},
		{httpsPlace{port: 8443}, "[2001:db8::5]", "/", "https://[2001:db8::5]:8443/"},
		{httpsPlace{port: 443, domains: []string{"a.example.org", "b.example.org"}}, "203.0.113.5", "/r/tea", "https://a.example.org/r/tea"},
		{httpsPlace{port: 443, domains: []string{"a.example.org", "b.example.org"}}, "b.example.org:80", "//evil.example.org/", "https://b.example.org//evil.example.org/"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = test.host
		var err error
		if r.URL, err = r.URL.Parse("http://ignored" + test.uri); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		test.place.ServeHTTP(w, r)
		if got := w.Header().Get("Location"); got != test.want || w.Code != http.StatusPermanentRedirect {
			t.Errorf("%s%s: %d %s, want %s", test.host, test.uri, w.Code, got, test.want)
		}
	}
}

// secureSite boots a program with a certificate of its own making; its url is that
// of the plain listener.
func secureSite(t *testing.T, args ...string) (p *program, secure string, client *http.Client) {
	t.Helper()
	p = boot(t, append([]string{"--self-signed", "--tls=127.0.0.1:0"}, args...)...)
	pem := p.get(certificatePath)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM([]byte(pem.text)) {
		t.Fatalf("%s holds no certificate: %s", certificatePath, pem.text)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, DisableKeepAlives: true}
	return p, p.secure, &http.Client{Transport: transport}
}

func TestSelfSigned(t *testing.T) {
	p, secure, client := secureSite(t)
	page := p.ask(http.MethodGet, "/r/tea", "", "Accept-Language", "de, en;q=0.5").is(http.StatusOK, "text/html; charset=utf-8")
	fingerprint := regexp.MustCompile(`(?:[0-9A-F]{2}:){31}[0-9A-F]{2}`).FindString(page.text)
	for _, want := range []string{"Your browser will warn you", `href="` + secure + `/r/tea"`, `lang="en"`} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not say %q:\n%s", want, page.text)
		}
	}
	if fingerprint == "" || !strings.Contains(p.console.String(), fingerprint) {
		t.Errorf("fingerprint %q is not in the log:\n%s", fingerprint, p.console)
	}
	if korean := p.ask(http.MethodGet, "/", "", "Accept-Language", "ko-KR"); !strings.Contains(korean.text, "브라우저가 경고할 것입니다") || !strings.Contains(korean.text, `lang="ko"`) {
		t.Errorf("the page in Korean: %s", korean.text)
	}
	p.get("/css/base.css").is(http.StatusOK, "text/css; charset=utf-8")
	if other := p.get("/js/main.js"); other.StatusCode != http.StatusPermanentRedirect || other.Header.Get("Location") != secure+"/js/main.js" {
		t.Errorf("%s %s", other.Status, other.Header.Get("Location"))
	}
	p.get("/healthz").is(http.StatusOK, "text/plain; charset=UTF-8")

	response, err := client.Get(secure + "/r/tea")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK || response.Proto != "HTTP/2.0" {
		t.Errorf("%s by %s", response.Status, response.Proto)
	}
}
