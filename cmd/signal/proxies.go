package main

import (
	"log/slog"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"
)

// proxies are the networks whose reverse proxies are believed when they say
// whom they pass on (X-Forwarded-For).
type proxies []netip.Prefix

func newProxies(nets []subnet) proxies {
	p := make(proxies, len(nets))
	for i, n := range nets {
		p[i] = netip.Prefix(n)
	}
	return p
}

// client is the address a request comes from: the last one of X-Forwarded-For
// that is not of a trusted proxy, or the first when all are. It is the peer's
// when the peer is none of the proxies, or the header cannot be read so far.
func (p proxies) client(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	peer := at.Addr().Unmap()
	if !p.trust(peer) {
		return peer
	}
	client := peer
	lines := r.Header.Values(echo.HeaderXForwardedFor)
	for _, line := range slices.Backward(lines) {
		rest, more := line, true
		for more {
			value := rest
			cut := strings.LastIndexByte(rest, ',')
			if more = cut >= 0; more {
				rest, value = rest[:cut], rest[cut+1:]
			}
			addr, ok := forwarded(strings.TrimSpace(value))
			if !ok {
				return peer
			}
			if client = addr; !p.trust(addr) {
				return client
			}
		}
	}
	return client
}

// hint has the log say once that a proxy beside this server passes people on and
// is not believed, so that they all share the limits of its address.
func (p proxies) hint(log *slog.Logger) echo.MiddlewareFunc {
	var once sync.Once
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			at, _ := netip.ParseAddrPort(r.RemoteAddr)
			peer := at.Addr().Unmap()
			if r.Header.Get(echo.HeaderXForwardedFor) != "" && (peer.IsLoopback() || peer.IsPrivate()) && !p.trust(peer) {
				once.Do(func() {
					log.Warn("all whom a reverse proxy passes on share the limits of its address; name it with --trusted-proxy", "proxy", peer)
				})
			}
			return next(c)
		}
	}
}

func (p proxies) trust(addr netip.Addr) bool {
	addr = addr.WithZone("")
	for _, network := range p {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}

// forwarded reads one address of X-Forwarded-For, to which some proxies add a port.
func forwarded(value string) (netip.Addr, bool) {
	if with, err := netip.ParseAddrPort(value); err == nil {
		return with.Addr().Unmap(), with.Addr().Zone() == ""
	}
	if inner, bracketed := strings.CutPrefix(value, "["); bracketed {
		value, _ = strings.CutSuffix(inner, "]")
	}
	addr, err := netip.ParseAddr(value)
	return addr.Unmap(), err == nil && addr.Zone() == ""
}
