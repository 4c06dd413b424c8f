package main

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"moim/signaling/protocol"
)

func TestForwardedAddresses(t *testing.T) {
	trusted := proxies{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.1.0.0/16"),
		netip.MustParsePrefix("2001:db8:1::/48"), netip.MustParsePrefix("fe80::/10"),
	}
	for _, test := range []struct {
		name, peer string
		lines      []string
		want       string
	}{
		{"no header", "127.0.0.1:5", nil, "127.0.0.1"},
		{"an empty one", "127.0.0.1:5", []string{""}, "127.0.0.1"},
		{"one address", "127.0.0.1:5", []string{"203.0.113.7"}, "203.0.113.7"},
		{"from nobody trusted", "198.51.100.9:5", []string{"203.0.113.7"}, "198.51.100.9"},
		{"of a trusted address, from nobody trusted", "198.51.100.9:5", []string{"127.0.0.1"}, "198.51.100.9"},
		{"forged in front", "127.0.0.1:5", []string{"10.1.0.1, 192.0.2.1, 203.0.113.7"}, "203.0.113.7"},
		{"garbage in front", "127.0.0.1:5", []string{"<script>, , 203.0.113.7"}, "203.0.113.7"},
		{"a chain", "127.0.0.1:5", []string{"192.0.2.1, 203.0.113.7, 10.1.2.3,10.1.0.1"}, "203.0.113.7"},
		{"a chain in lines", "127.0.0.1:5", []string{"192.0.2.1, 203.0.113.7", "10.1.2.3", "10.1.0.1"}, "203.0.113.7"},
		{"all trusted", "127.0.0.1:5", []string{"10.1.9.9, 10.1.0.1"}, "10.1.9.9"},
		{"garbage behind", "127.0.0.1:5", []string{"203.0.113.7, unknown"}, "127.0.0.1"},
		{"garbage behind a proxy", "127.0.0.1:5", []string{"203.0.113.7, _hidden, 10.1.0.1"}, "127.0.0.1"},
		{"a comma behind", "127.0.0.1:5", []string{"203.0.113.7,"}, "127.0.0.1"},
		{"100 KB of commas", "127.0.0.1:5", []string{strings.Repeat(",", 100<<10)}, "127.0.0.1"},
		{"100 KB of proxies", "127.0.0.1:5", []string{"203.0.113.7" + strings.Repeat(",10.1.0.1", 100<<10/9)}, "203.0.113.7"},
		{"a port", "127.0.0.1:5", []string{"203.0.113.7:4711"}, "203.0.113.7"},
		{"IPv6", "[2001:db8:1::1]:5", []string{"2001:db8:2::7"}, "2001:db8:2::7"},
		{"IPv6 in brackets", "[2001:db8:1::1]:5", []string{"[2001:db8:2::7]"}, "2001:db8:2::7"},
		{"IPv6 and a port", "[2001:db8:1::1]:5", []string{"[2001:db8:2::7]:4711, 2001:db8:1::2"}, "2001:db8:2::7"},
		{"IPv4 in IPv6", "[::ffff:127.0.0.1]:5", []string{"::ffff:203.0.113.7, ::ffff:10.1.0.1"}, "203.0.113.7"},
		{"a zone", "127.0.0.1:5", []string{"fe80::1%eth0"}, "127.0.0.1"},
		{"a proxy with a zone", "[fe80::1%eth0]:5", []string{"203.0.113.7"}, "203.0.113.7"},
	} {
		r := &http.Request{RemoteAddr: test.peer, Header: http.Header{"X-Forwarded-For": test.lines}}
		if got := trusted.client(r); got != netip.MustParseAddr(test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
		if got, peer := proxies(nil).client(r), netip.MustParseAddrPort(test.peer).Addr().Unmap(); got != peer {
			t.Errorf("%s: %s with no proxy trusted, want %s", test.name, got, peer)
		}
	}
}

// Joins and rooms made count for who is behind the proxy, if it is trusted.
func TestProxiesOfTheProgram(t *testing.T) {
	for name, test := range map[string]struct {
		flags []string
		apart bool
	}{
		"trusted":     {[]string{"--trusted-proxy=192.0.2.0/24", "--trusted-proxy=127.0.0.0/8", "--trusted-proxy=::1/128"}, true},
		"not trusted": {[]string{"--trusted-proxy=192.0.2.0/24"}, false},
		"none":        {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			p := boot(t, append(test.flags, "--limit-joins=0.0001:1")...)
			status := func(client string) int {
				t.Helper()
				req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.url+"/api/rooms", strings.NewReader(`{}`))
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Content-Type", "application/json")
				req.Header.Set("X-Forwarded-For", client)
				res, err := http.DefaultClient.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer res.Body.Close()
				return res.StatusCode
			}
			want := http.StatusTooManyRequests
			if test.apart {
				want = http.StatusCreated
			}
			if got := status("203.0.113.1"); got != http.StatusCreated {
				t.Fatalf("the first room: %d", got)
			}
			if got := status("203.0.113.2"); got != want {
				t.Errorf("%s for another address: %d, want %d", protocol.CodeRateLimited, got, want)
			}
			if hinted := strings.Count(p.console.String(), "name it with --trusted-proxy"); hinted != map[bool]int{false: 1}[test.apart] {
				t.Errorf("%d hints", hinted)
			}
			if got := status("198.51.100.3, 203.0.113.1"); got != http.StatusTooManyRequests {
				t.Errorf("an address forged in front: %d", got)
			}
		})
	}
}
