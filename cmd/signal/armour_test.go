package main

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"
)

// TestTrustedProxyFlag holds that limits count whom the proxy names.
func TestTrustedProxyFlag(t *testing.T) {
	p := boot(t, "--limit-joins=0.0001:2", "--trusted-proxy=127.0.0.1/32,::1/128")
	for i, status := range []int{201, 201, 429, 201, 201, 429} {
		address := fmt.Sprintf("203.0.113.%d", i/3)
		got := p.post("{}", "X-Forwarded-For", address)
		if got.StatusCode != status || (got.Header.Get("Retry-After") != "") != (status == 429) {
			t.Errorf("request %d: %s, want %d", i, got.Status, status)
		}
	}
}

// TestCrowd holds that connections of an address, and all together, are bounded,
// that one too many is closed at once, and that the place of one that ends is free.
func TestCrowd(t *testing.T) {
	p := boot(t, "--limit-connections=6", "--limit-connections-per-address=4")
	open := func(from string) net.Conn {
		t.Helper()
		dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
		conn, err := dialer.Dial("tcp4", strings.TrimPrefix(p.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
	answers := func(conn net.Conn) bool {
		conn.SetDeadline(time.Now().Add(5 * time.Second))
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			return false
		}
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		return err == nil && response.StatusCode == http.StatusOK
	}
	var first []net.Conn
	for range 4 {
		first = append(first, open("127.0.0.2"))
		if !answers(first[len(first)-1]) {
			t.Fatal("a connection within the bounds is not served")
		}
	}
	if answers(open("127.0.0.2")) {
		t.Error("one too many of an address is served")
	}
	for range 2 {
		if !answers(open("127.0.0.3")) {
			t.Error("another address is not served")
		}
	}
	if answers(open("127.0.0.4")) {
		t.Error("one too many in all is served")
	}
	if !answers(first[0]) {
		t.Error("one that was there is served no more")
	}
	first[0].Close()
	waitUntil(t, func() bool { return answers(open("127.0.0.2")) })
}

// TestCrowdOfProxy holds that the connections of a reverse proxy, which are those of
// many, take nothing from who is in its network, and that all are given back.
func TestCrowdOfProxy(t *testing.T) {
	proxy := netip.MustParseAddr("2001:db8::1")
	c := newCrowd(100, 1, func(addr netip.Addr) bool { return addr == proxy })
	from := func(addr string) net.Conn {
		return connFrom{addr: &net.TCPAddr{IP: net.ParseIP(addr), Port: 1}}
	}
	var open []net.Conn
	for range 10 {
		conn := from("2001:db8::1")
		if !c.enter(conn) {
			t.Fatal("the proxy is refused")
		}
		open = append(open, conn)
	}
	near := from("2001:db8:0:1::1")
	if !c.enter(near) {
		t.Error("who is near the proxy is refused")
	}
	if c.enter(from("2001:db8:0:1::2")) {
		t.Error("one too many of an address is taken")
	}
	for _, conn := range append(open, near) {
		c.leave(conn)
	}
	if c.len() != 0 || len(c.counts) != 0 {
		t.Errorf("%d are open, of %v", c.len(), c.counts)
	}
}

// connFrom is a connection that has an address only.
type connFrom struct {
	net.Conn
	addr net.Addr
}

func (c connFrom) RemoteAddr() net.Addr { return c.addr }

// waitUntil asks again and again for something that is about to be so.
func waitUntil(t *testing.T, so func() bool) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for !so() {
		if time.Now().After(deadline) {
			t.Fatal("it does not come to be")
		}
	}
}

// TestStrictTransport holds that browsers are told to come by HTTPS alone where
// they will not be warned of the certificate, and not in plain HTTP.
func TestStrictTransport(t *testing.T) {
	for _, tt := range []struct {
		strict, tls bool
		want        string
	}{{true, true, strictTransport}, {true, false, ""}, {false, true, ""}} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		if tt.tls {
			r.TLS = &tls.ConnectionState{}
		}
		w := httptest.NewRecorder()
		err := secureHeaders(tt.strict)(func(echo.Context) error { return nil })(echo.New().NewContext(r, w))
		if got := w.Header().Get("Strict-Transport-Security"); err != nil || got != tt.want {
			t.Errorf("%+v: %q, %v", tt, got, err)
		}
	}
}

// TestLooksAreBounded holds that whoever tries names of rooms is stopped, and can
// join meanwhile.
func TestLooksAreBounded(t *testing.T) {
	p := boot(t, "--limit-joins=0.0001:3")
	for i := range 5 {
		got := p.get(fmt.Sprint("/api/rooms/room", i))
		if want := map[bool]int{true: 200, false: 429}[i < 3]; got.StatusCode != want {
			t.Errorf("look %d: %s", i, got.Status)
		}
	}
	p.join("tea", "Mina")
}
