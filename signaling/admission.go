package signaling

import "net/netip"

// Admits counts something that costs as much as a join, and tells whether an
// address may do it (Limits.Joins).
func (h *Hub) Admits(addr netip.Addr) bool { return h.joins.allow(Subnet(addr)) }

// AdmitsLook counts a look at a room from outside, and tells whether an address may
// take it: as often as it may join, and apart from that.
func (h *Hub) AdmitsLook(addr netip.Addr) bool { return h.looks.allow(Subnet(addr)) }

// HostOf is what a Host header (RFC 9110, section 7.2) calls this server: a name
// in lower case or an address, without a port; "" when it is neither.
func HostOf(header string) string { return hostOf(header).Value() }
