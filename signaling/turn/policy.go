package turn

import (
	"net/netip"
	"slices"
)

// Special-purpose addresses of IPv4 (RFC 6890 and its registry), and multicast.
var special4 = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
	"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
	"198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"168.63.129.16/32", // what Azure answers its machines by, metadata among it
)

// Special-purpose addresses among the global ones of IPv6.
var special6 = prefixes("2001::/23", "2001:db8::/32", "3fff::/20")

// Addresses of IPv6: all global unicast ones (RFC 4291, section 2.4), and those
// that stand for one of IPv4.
var (
	global6 = netip.MustParsePrefix("2000::/3")
	nat64   = netip.MustParsePrefix("64:ff9b::/96") // RFC 6052, section 2.1
	to4     = netip.MustParsePrefix("2002::/16")    // RFC 3056, section 2
	teredo  = netip.MustParsePrefix("2001::/32")    // RFC 4380, section 4
)

func prefixes(texts ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		list[i] = netip.MustParsePrefix(text)
	}
	return list
}

func within(list []netip.Prefix, addr netip.Addr) bool {
	return slices.ContainsFunc(list, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// policy says which peers relays may send to, but for this machine's own
// addresses, which territory knows.
type policy struct {
	allow []netip.Prefix
}

// newPolicy takes the exceptions, of which those in the IPv4-mapped form stand
// for IPv4.
func newPolicy(allow []netip.Prefix) policy {
	var p policy
	for _, prefix := range allow {
		if addr := prefix.Addr(); addr.Is4In6() && prefix.Bits() >= 96 {
			prefix = netip.PrefixFrom(addr.Unmap(), prefix.Bits()-96)
		}
		p.allow = append(p.allow, prefix.Masked())
	}
	return p
}

// allows tells whether a peer is no special address, in whatever form, or is
// excepted. An unspecified one never is: it would be this machine.
func (p policy) allows(addr netip.Addr) bool {
	addr = addr.Unmap()
	switch {
	case !addr.IsValid() || addr.IsUnspecified() || addr.Zone() != "":
		return false
	case within(p.allow, addr):
		return true
	case addr.Is4():
		return !within(special4, addr)
	}
	embedded := embedded4(addr)
	if slices.ContainsFunc(embedded, func(a netip.Addr) bool { return !p.allows(a) }) {
		return false
	}
	return len(embedded) > 0 || global6.Contains(addr) && !within(special6, addr)
}

// embedded4 are the addresses of IPv4 that one of IPv6 leads to.
func embedded4(addr netip.Addr) []netip.Addr {
	b := addr.As16()
	switch {
	case !addr.Is6():
		return nil
	case nat64.Contains(addr):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[12:]))}
	case to4.Contains(addr):
		return []netip.Addr{netip.AddrFrom4([4]byte(b[2:6]))}
	case teredo.Contains(addr):
		return []netip.Addr{
			netip.AddrFrom4([4]byte(b[4:8])),
			netip.AddrFrom4([4]byte{^b[12], ^b[13], ^b[14], ^b[15]}),
		}
	}
	return nil
}

var carrierGrade = netip.MustParsePrefix("100.64.0.0/10") // RFC 6598

// outside tells whether an address is one of the Internet rather than of some
// network behind a NAT.
func outside(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsGlobalUnicast() && !addr.IsPrivate() && !carrierGrade.Contains(addr)
}

// clientPrefix is what counts as one client: an IPv4 address or an IPv6 /48.
func clientPrefix(addr netip.Addr) netip.Prefix {
	addr = addr.Unmap()
	if addr.Is4() {
		return netip.PrefixFrom(addr, 32)
	}
	return netip.PrefixFrom(addr.WithZone(""), 48).Masked()
}
