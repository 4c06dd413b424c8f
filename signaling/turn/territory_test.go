package turn

import (
	"errors"
	"net/netip"
	"testing"
)

// two has a private address and a public one, and IPv6 without a route.
func two() environment {
	e := lonely()
	e.addresses = func() ([]netip.Prefix, error) {
		return prefixes("127.0.0.1/8", "::1/128", "10.0.0.5/24", "198.51.100.5/24", "fe80::5/64", "2001:db8::5/64"), nil
	}
	e.primary = func(network string) (netip.Addr, error) {
		if network == "udp6" {
			return netip.Addr{}, errors.New("no route")
		}
		return netip.MustParseAddr("10.0.0.5"), nil
	}
	return e
}

func surveyed(t *testing.T, e environment, listen string, public ...Mapping) *territory {
	t.Helper()
	found, err := e.survey(public, []netip.AddrPort{netip.MustParseAddrPort(listen)})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRelayAddresses(t *testing.T) {
	mapped := Mapping{Public: netip.MustParseAddr("203.0.113.5")}
	second := Mapping{netip.MustParseAddr("203.0.113.6"), netip.MustParseAddr("198.51.100.5")}
	itself := Mapping{Public: netip.MustParseAddr("198.51.100.5")}
	for _, test := range []struct {
		listen string
		public []Mapping
		local  string // that the client has reached; "" for Config.Secure
		six    bool
		relay  string // as others see it
	}{
		{"[::]:0", nil, "10.0.0.5", false, "10.0.0.5"},
		{"[::]:0", nil, "198.51.100.5", false, "198.51.100.5"},
		{"[::]:0", nil, "127.0.0.1", false, "10.0.0.5"},
		{"[::]:0", nil, "::1", true, ""},
		{"[::]:0", nil, "", false, "10.0.0.5"},
		{"[::]:0", nil, "2001:db8::5", true, "2001:db8::5"},
		{"[::]:0", nil, "2001:db8::5", false, "10.0.0.5"},
		{"127.0.0.1:0", nil, "127.0.0.1", false, "10.0.0.5"},
		{"198.51.100.5:0", nil, "", false, "198.51.100.5"},
		{"[2001:db8::5]:0", nil, "", true, "2001:db8::5"},
		{"[::]:0", []Mapping{mapped}, "", false, "203.0.113.5"},
		{"[::]:0", []Mapping{mapped, second}, "198.51.100.5", false, "203.0.113.6"},
		{"[::]:0", []Mapping{mapped}, "198.51.100.5", false, "198.51.100.5"},
		{"[::]:0", []Mapping{itself}, "", false, "10.0.0.5"},
	} {
		found := surveyed(t, two(), test.listen, test.public...)
		var local netip.Addr
		if test.local != "" {
			local = netip.MustParseAddr(test.local)
		}
		got := ""
		if addr := found.relayAddr(local, test.six); addr.IsValid() {
			got = found.show(netip.AddrPortFrom(addr, 1)).Addr().String()
		}
		if got != test.relay {
			t.Errorf("%+v: %q", test, got)
		}
	}
}

func TestSurvey(t *testing.T) {
	found := surveyed(t, two(), "[::]:0")
	if n := len(found.expand(netip.IPv6Unspecified())); n != 5 {
		t.Errorf("%d addresses of both families", n)
	}
	if n := len(found.expand(netip.IPv4Unspecified())); n != 3 {
		t.Errorf("%d addresses of IPv4", n)
	}
	for text, want := range map[string]bool{"10.0.0.255": true, "10.0.0.0": true, "198.51.100.255": true, "10.0.0.5": false, "8.8.8.8": false} {
		if found.broadcast[netip.MustParseAddr(text)] != want {
			t.Errorf("%s is broadcast: %t", text, !want)
		}
	}
	for text, want := range map[string]bool{"10.0.0.5": true, "127.3.2.1": true, "::1": true, "10.0.0.6": false} {
		if _, own := found.locate(netip.MustParseAddr(text)); own != want {
			t.Errorf("%s is own: %t", text, own)
		}
	}
}

// TestMachine looks at the machine this runs on.
func TestMachine(t *testing.T) {
	found := surveyed(t, realEnvironment, "[::]:0")
	if len(found.interfaces) == 0 || !found.primary4.IsValid() && !found.primary6.IsValid() {
		t.Errorf("%+v", found)
	}
}
