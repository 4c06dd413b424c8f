package signaling

import "net/netip"

// tally counts what each address has of something; it holds those alone that have
// any. Its owner guards it.
type tally map[netip.Prefix]int

func (t tally) add(addr netip.Prefix) { t[addr]++ }

func (t tally) drop(addr netip.Prefix) {
	if t[addr]--; t[addr] == 0 {
		delete(t, addr)
	}
}
