package main

import (
	"bytes"
	"errors"
	"io"
	"log"
	"log/slog"
	"net/netip"
	"regexp"
	"strings"
)

// newLog makes the log, in which no value holds a full address of anybody, and
// no error what it quotes. That messages are constants is for the linter to see
// to (static-msg).
func newLog(w io.Writer, level slog.Leveler) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level, ReplaceAttr: discreet}))
}

// ours are the keys of values that hold addresses of this server alone.
var ours = map[string]bool{"announced": true, "url": true, "leading_there": true}

// quoted is what an error quotes: a header, a path, somebody's words.
var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)

// discreet shortens the addresses in a value, and takes out what an error quotes.
func discreet(groups []string, a slog.Attr) slog.Attr {
	if len(groups) == 0 && (a.Key == slog.MessageKey || ours[a.Key]) {
		return a
	}
	if kind := a.Value.Kind(); kind != slog.KindString && kind != slog.KindAny {
		return a
	}
	text := a.Value.String()
	if _, failed := a.Value.Any().(error); failed {
		text = quoted.ReplaceAllString(text, `"…"`)
	}
	a.Value = slog.StringValue(shortened(text))
	return a
}

// Texts that may be IP addresses: of IPv6 (RFC 4291, section 2.2) with the end
// of its brackets and a port, or of IPv4 with a port.
const (
	text6 = `[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,}(?:\.\d{1,3}){0,3}(?:%[0-9A-Za-z.-]+)?(?:\]:\d{1,5})?`
	text4 = `\d{1,3}(?:\.\d{1,3}){3}(?::\d{1,5})?`
)

var (
	addressText  = regexp.MustCompile(text6 + "|" + text4)
	address4Text = regexp.MustCompile(text4)
)

// shortened leaves the first 24 bits of the IPv4 addresses in a text, the first
// 48 of IPv6, and no port. Loopback and unspecified addresses tell of nobody.
func shortened(text string) string {
	return addressText.ReplaceAllStringFunc(text, func(found string) string {
		bare, before, after := withoutColons(found)
		if short, ok := shortAddress(bare); ok {
			return before + short + after
		}
		return address4Text.ReplaceAllStringFunc(found, func(found string) string {
			short, _ := shortAddress(found)
			return short
		})
	})
}

// withoutColons takes off a colon before or after an address that is not of it.
func withoutColons(text string) (bare, before, after string) {
	if strings.HasPrefix(text, ":") && !strings.HasPrefix(text, "::") {
		text, before = text[1:], ":"
	}
	if strings.HasSuffix(text, ":") && !strings.HasSuffix(text, "::") {
		text, after = text[:len(text)-1], ":"
	}
	return text, before, after
}

// shortAddress is the prefix that stands for an address; what is none stays as
// it is.
func shortAddress(text string) (string, bool) {
	host, _, bracket := strings.Cut(text, "]")
	addr, err := netip.ParseAddr(host)
	if at, failed := netip.ParseAddrPort(host); failed == nil {
		addr, err = at.Addr(), nil
	}
	if err != nil {
		return text, false
	}
	if addr = addr.Unmap().WithZone(""); addr.IsLoopback() || addr.IsUnspecified() {
		return text, true
	}
	bits := 24
	if addr.Is6() {
		bits = 48
	}
	prefix, _ := addr.Prefix(bits)
	if bracket {
		return prefix.String() + "]", true
	}
	return prefix.String(), true
}

// newErrorLog is for net/http, which writes whole lines with addresses in them.
func newErrorLog(to *slog.Logger) *log.Logger { return log.New(errorLog{to}, "", 0) }

type errorLog struct{ log *slog.Logger }

// Write implements io.Writer. Of a panic it keeps where it was, not with which
// value, as that may be anybody's words.
func (l errorLog) Write(line []byte) (int, error) {
	if bytes.HasPrefix(line, []byte("http: panic serving ")) {
		_, stack, _ := bytes.Cut(line, []byte("\ngoroutine "))
		l.log.Error("request panicked", "stack", string(stack))
		return len(line), nil
	}
	l.log.Debug("connection failed", "err", errors.New(string(bytes.TrimSpace(line))))
	return len(line), nil
}
