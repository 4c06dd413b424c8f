package signaling

import "net/netip"

// perNetwork is how often an IPv6 /48, which may be one client, may have what one
// address may.
const perNetwork = 4

// Network is what a Subnet is part of that may be one client: the /48 of an IPv6 /64,
// and an IPv4 address itself.
func Network(addr netip.Prefix) netip.Prefix {
	if addr.Addr().Is6() {
		return netip.PrefixFrom(addr.Addr(), 48).Masked()
	}
	return addr
}

// Tally counts what each address has of something, and each IPv6 /48; it holds those
// alone that have any. Its owner guards it.
type Tally map[netip.Prefix]int

// Full tells whether an address, as of Subnet, has as many as it may, or its /48
// four times as many.
func (t Tally) Full(addr netip.Prefix, most int) bool {
	wide := Network(addr)
	return t[addr] >= most || wide != addr && t[wide] >= perNetwork*most
}

// Add counts one more of an address.
func (t Tally) Add(addr netip.Prefix) {
	t[addr]++
	if wide := Network(addr); wide != addr {
		t[wide]++
	}
}

// Drop counts one less of an address.
func (t Tally) Drop(addr netip.Prefix) {
	t.drop(addr)
	if wide := Network(addr); wide != addr {
		t.drop(wide)
	}
}

func (t Tally) drop(addr netip.Prefix) {
	if t[addr]--; t[addr] == 0 {
		delete(t, addr)
	}
}
