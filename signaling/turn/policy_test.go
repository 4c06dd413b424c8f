package turn

import (
	"net/netip"
	"testing"
)

func TestPolicy(t *testing.T) {
	tests := map[string]bool{
		"8.8.8.8": true, "100.63.255.255": true, "172.32.0.1": true, "2a00:1450::1": true, "64:ff9b::808:808": true,
		"2002:808:808::1": true, "2001:0:808:808:0:0:f7f7:f7f7": true,

		"0.0.0.0": false, "0.1.2.3": false, "10.1.2.3": false, "100.64.0.1": false, "127.0.0.1": false, "127.9.9.9": false,
		"169.254.169.254": false, "172.16.0.1": false, "172.31.255.255": false, "192.0.0.1": false, "192.0.2.1": false,
		"192.88.99.1": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false, "198.51.100.1": false,
		"203.0.113.1": false, "168.63.129.16": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,

		"::": false, "::1": false, "fe80::1": false, "fec0::1": false, "fc00::1": false, "fd00:ec2::254": false, "ff02::1": false,
		"2001:db8::1": false, "3fff::1": false, "100::1": false, "2001:2::1": false, "2001:20::1": false, "5f00::1": false,
		"::ffff:127.0.0.1": false, "::ffff:10.0.0.1": false, "::127.0.0.1": false, "::8.8.8.8": false, "::ffff:0:10.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a00:1": false, "64:ff9b:1::808:808": false, "2002:7f00:1::": false,
		"2002:a9fe:a9fe::1": false, "2001:0:a00:1:0:0:f7f7:f7f7": false, "2001:0:808:808:0:0:80ff:fffe": false,
	}
	p := newPolicy(nil)
	for text, want := range tests {
		if got := p.allows(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
	if p.allows(netip.Addr{}) || p.allows(netip.MustParseAddr("fe80::1%eth0")) || !p.allows(netip.MustParseAddr("::ffff:8.8.8.8")) {
		t.Error("no address, one with a zone, or one that is mapped")
	}
}

func TestPolicyAllow(t *testing.T) {
	p := newPolicy(prefixes("10.1.0.0/16", "fd00::/8", "::ffff:192.168.1.0/120", "0.0.0.0/7"))
	tests := map[string]bool{
		"10.1.2.3": true, "::ffff:10.1.2.3": true, "64:ff9b::a01:203": true, "fd12::1": true, "192.168.1.9": true,
		"10.2.0.1": false, "192.168.2.1": false, "fc00::1": false, "0.0.0.0": false,
	}
	for text, want := range tests {
		if got := p.allows(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %t", text, got)
		}
	}
}

func TestClientPrefix(t *testing.T) {
	for text, want := range map[string]string{
		"192.0.2.1": "192.0.2.1/32", "::ffff:192.0.2.1": "192.0.2.1/32", "2001:db8:1:2:3:4:5:6": "2001:db8:1::/48", "fe80::1%lo": "fe80::/48",
	} {
		if got := clientPrefix(netip.MustParseAddr(text)).String(); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}
