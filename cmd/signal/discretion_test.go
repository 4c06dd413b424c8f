package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
)

func TestShortened(t *testing.T) {
	for text, want := range map[string]string{
		"":                                      "",
		"disk is full":                          "disk is full",
		"192.0.2.77":                            "192.0.2.0/24",
		"from 192.0.2.77:4321: reset":           "from 192.0.2.0/24: reset",
		"192.0.2.77->198.51.100.9:53":           "192.0.2.0/24->198.51.100.0/24",
		"peer=192.0.2.77,192.0.2.78":            "peer=192.0.2.0/24,192.0.2.0/24",
		"10.1.2.3 is private":                   "10.1.2.0/24 is private",
		"2001:db8:1:2:3:4:5:6":                  "2001:db8:1::/48",
		"[2001:db8:1:2::3]:4321":                "[2001:db8:1::/48]",
		"(2001:DB8:1:2::3)":                     "(2001:db8:1::/48)",
		"at [2001:db8:1:2::3], twice":           "at [2001:db8:1::/48], twice",
		"fe80::1:2:3%eth0":                      "fe80::/48",
		"[fe80::1:2:3%eth0.7]:99":               "[fe80::/48]",
		"::ffff:192.0.2.77":                     "192.0.2.0/24",
		"[::ffff:192.0.2.77]:80":                "[192.0.2.0/24]",
		"64:ff9b::192.0.2.77":                   "64:ff9b::/48",
		"a:b:192.0.2.77:80":                     "a:b:192.0.2.0/24:80",
		"127.0.0.1:8080, [::1]:8080 and [::]:1": "127.0.0.1:8080, [::1]:8080 and [::]:1",
		"2026-11-23T08:00:00.000Z 12:34:56":     "2026-11-23T08:00:00.000Z 12:34:56",
		"read 2001:db8:1:2::3: reset":           "read 2001:db8:1::/48: reset",
		"by:2001:db8:1:2::3":                    "by:2001:db8:1::/48",
		"AB:CD:EF:01:23:45:67:89:AB:CD":         "AB:CD:EF:01:23:45:67:89:AB:CD",
		"AB:CD:EF:01:23:45":                     "AB:CD:EF:01:23:45",
		"version 1.60.0":                        "version 1.60.0",
		"999.1.1.1":                             "999.1.1.1",
	} {
		if got := shortened(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// TestLogIsDiscreet has addresses logged as what they come as.
func TestLogIsDiscreet(t *testing.T) {
	const four, six = "192.0.2.77", "2001:db8:1:2::77"
	tcp := net.TCPAddrFromAddrPort(netip.MustParseAddrPort("[" + six + "]:4321"))
	failure := &net.OpError{Op: "read", Net: "tcp", Source: tcp, Addr: tcp, Err: os.ErrDeadlineExceeded}
	for _, value := range []any{
		four, six, netip.MustParseAddr(four), netip.MustParseAddrPort(four + ":1"), netip.MustParsePrefix(four + "/32"), tcp, tcp.IP,
		failure, fmt.Errorf("a frame is not read: %w", failure), errors.Join(failure, failure),
		[]netip.Addr{netip.MustParseAddr(six)},
		slog.GroupValue(slog.Any("from", tcp)),
	} {
		said := newConsole()
		log := newLog(said, slog.LevelDebug)
		log.Debug("one", "value", value)
		log.With("value", value).WithGroup("group").Debug("two", "url", value)
		if text := said.String(); strings.Count(text, "192.0.2.0/24")+strings.Count(text, "2001:db8:1::/48") < 3 || strings.Contains(text, "77") {
			t.Errorf("%T is logged as %s", value, text)
		}
	}
	said := newConsole()
	newLog(said, slog.LevelInfo).Info("moim is ready; open http://192.0.2.77:8080", "leading_there", "http://192.0.2.77")
	if text := said.String(); strings.Count(text, four) != 2 {
		t.Errorf("the server's own address is logged as %s", text)
	}
}

// TestErrorsQuoteNobody has an error with somebody's words in it.
func TestErrorsQuoteNobody(t *testing.T) {
	said := newConsole()
	_, err := strconv.Atoi("my \"secret\" word")
	newLog(said, slog.LevelInfo).Info("wrong", "err", fmt.Errorf("count: %w", err))
	if text := said.String(); strings.Contains(text, "secret") || !strings.Contains(text, "invalid syntax") {
		t.Errorf("logged: %s", text)
	}
}

// TestPanicsAreDiscreet lets a handler of net/http panic, without Echo around it.
func TestPanicsAreDiscreet(t *testing.T) {
	said := newConsole()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("someone's words") }))
	server.Config = newHTTP(server.Config.Handler, newLog(said, slog.LevelDebug))
	server.Start()
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := server.Client().Do(request); err == nil {
		response.Body.Close()
		t.Error("a handler that panicked has answered")
	}
	if text := said.String(); strings.Contains(text, "words") || !strings.Contains(text, "request panicked") || !strings.Contains(text, "discretion_test.go") {
		t.Errorf("logged: %s", text)
	}
}
