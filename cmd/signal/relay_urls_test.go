package main

import (
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/signaling/turn"
)

func TestRelayURLs(t *testing.T) {
	own, err := turn.New(turn.Config{
		Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
		Ports:  turn.PortRange{First: 49160, Last: 49559}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { own.Close() })
	public := []netip.Addr{netip.MustParseAddr("203.0.113.5"), netip.MustParseAddr("2001:db8::5")}
	for _, test := range []struct {
		name, host string
		relay      relay
		want       string // with P for the port
	}{
		{"by address", "192.168.1.7", relay{}, "stun:192.168.1.7:P turn:192.168.1.7:P?transport=udp turn:192.168.1.7:P?transport=tcp"},
		{"IPv6", "::1", relay{}, "stun:[::1]:P turn:[::1]:P?transport=udp turn:[::1]:P?transport=tcp"},
		{"a host that is none", "", relay{}, ""},
		{
			"another name than the certificate's", "203.0.113.9",
			relay{names: []string{"a.example.org", "b.example.org"}, secure: 443},
			"stun:a.example.org:P turn:a.example.org:P?transport=udp turn:a.example.org:P?transport=tcp turns:a.example.org:443?transport=tcp",
		},
		{
			"the second name", "b.example.org",
			relay{names: []string{"a.example.org", "b.example.org"}, secure: 8443},
			"stun:b.example.org:P turn:b.example.org:P?transport=udp turn:b.example.org:P?transport=tcp turns:b.example.org:8443?transport=tcp",
		},
		{
			"behind a proxy", "call.example.org",
			relay{public: public},
			"stun:203.0.113.5:P turn:203.0.113.5:P?transport=udp turn:203.0.113.5:P?transport=tcp stun:[2001:db8::5]:P turn:[2001:db8::5]:P?transport=udp turn:[2001:db8::5]:P?transport=tcp",
		},
	} {
		test.relay.own = own
		list, expires := test.relay.servers("somebody", test.host, time.Now())
		var urls []string
		for _, server := range list {
			urls = append(urls, server.URLs...)
			if relayed := strings.HasPrefix(server.URLs[0], "turn"); relayed != (server.Username != "") || relayed != (server.Credential != "") {
				t.Errorf("%s: credentials %q and %q for %v", test.name, server.Username, server.Credential, server.URLs)
			}
		}
		want := strings.Fields(strings.ReplaceAll(test.want, ":P", fmt.Sprintf(":%d", own.Port())))
		slices.Sort(want)
		slices.Sort(urls)
		if !slices.Equal(urls, want) {
			t.Errorf("%s:\n%v\nwant\n%v", test.name, urls, want)
		}
		if expires.IsZero() != (len(want) == 0) {
			t.Errorf("%s: credentials end %v", test.name, expires)
		}
	}
}

func TestExternalServers(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, _, err := parse([]string{"--turn=off", "--ice-server=STUN:stun.example.org", "--ice-server=turns:turn.example.org:5349?transport=tcp", "--ice-secret-file=" + file}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRelay(cfg, nil, nil, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(1_800_000_000, 0)
	list, expires := r.servers("peer", "call.example.org", now)
	if len(list) != 2 || list[0].URLs[0] != "stun:stun.example.org" || list[0].Username != "" || list[1].URLs[0] != "turns:turn.example.org:5349?transport=tcp" {
		t.Fatalf("%+v", list)
	}
	username, password := turn.RESTCredentials([]byte("s3cret"), "peer", expires)
	if !expires.After(now) || list[1].Username != username || list[1].Credential != password {
		t.Errorf("%+v until %v", list[1], expires)
	}
}
