package turn

import (
	"net"
	"net/netip"
	"slices"
)

// territory is what is known of this machine's addresses at one time.
type territory struct {
	interfaces []netip.Addr
	own        map[netip.Addr]netip.Addr // an address that leads here, by the local one
	shown      map[netip.Addr]netip.Addr // what others see of a local one, where it differs
	broadcast  map[netip.Addr]bool
	primary4   netip.Addr
	primary6   netip.Addr
}

// survey looks at the machine.
func (m environment) survey(public []Mapping, listen []netip.AddrPort) (*territory, error) {
	prefixes, err := m.addresses()
	if err != nil {
		return nil, err
	}
	t := &territory{own: map[netip.Addr]netip.Addr{}, shown: map[netip.Addr]netip.Addr{}, broadcast: map[netip.Addr]bool{}}
	for _, prefix := range prefixes {
		addr := prefix.Addr().Unmap()
		if addr.Zone() != "" || addr.IsLinkLocalUnicast() && addr.Is6() || slices.Contains(t.interfaces, addr) {
			continue
		}
		t.interfaces = append(t.interfaces, addr)
		if !addr.IsLoopback() {
			t.own[addr] = addr
		}
		if last, ok := lastOf(prefix); ok {
			t.broadcast[last] = true
			t.broadcast[prefix.Masked().Addr()] = true
		}
	}
	t.primary4, t.primary6 = m.choose("udp4", t, listen), m.choose("udp6", t, listen)
	if !t.primary4.IsValid() && !t.primary6.IsValid() {
		t.settleOnLoopback()
	}
	t.add(public)
	return t, nil
}

// choose finds the primary address of a family: that of the default route,
// unless only others are listened on.
func (m environment) choose(network string, t *territory, listen []netip.AddrPort) netip.Addr {
	primary, err := m.primary(network)
	if primary = primary.Unmap(); err != nil || primary.IsLoopback() || !slices.Contains(t.interfaces, primary) {
		primary = netip.Addr{}
	}
	var other netip.Addr
	for _, at := range listen {
		addr := at.Addr().Unmap()
		switch {
		case addr.IsUnspecified() || addr == primary:
			return primary
		case addr.Is4() == (network == "udp4") && !addr.IsLoopback() && !other.IsValid():
			other = addr
		}
	}
	if other.IsValid() {
		return other
	}
	return primary
}

// settleOnLoopback is for a machine that has nothing else.
func (t *territory) settleOnLoopback() {
	for _, addr := range t.interfaces {
		switch {
		case !addr.IsLoopback():
			continue
		case addr.Is4() && !t.primary4.IsValid():
			t.primary4 = addr
		case addr.Is6() && !t.primary6.IsValid():
			t.primary6 = addr
		}
		t.own[addr] = addr
	}
}

// add notes the addresses under which others reach the machine.
func (t *territory) add(public []Mapping) {
	for _, m := range public {
		local := m.Local
		switch {
		case local.IsValid():
		case slices.Contains(t.interfaces, m.Public):
			local = m.Public
		default:
			local = t.primary(m.Public.Is6())
		}
		t.own[m.Public] = local
		if _, known := t.shown[local]; local.IsValid() && local != m.Public && !known {
			t.shown[local] = m.Public
		}
	}
}

// primary is the zero Addr when there is none.
func (t *territory) primary(six bool) netip.Addr {
	if six {
		return t.primary6
	}
	return t.primary4
}

// relayAddr is where a client gets its relay that has reached the machine on
// local; the zero Addr when there is none of that family.
func (t *territory) relayAddr(local netip.Addr, six bool) netip.Addr {
	if local.IsValid() && local.Is6() == six && !local.IsLoopback() {
		return local
	}
	return t.primary(six)
}

// show is the address others know a local one by.
func (t *territory) show(local netip.AddrPort) netip.AddrPort {
	if public, ok := t.shown[local.Addr()]; ok {
		return netip.AddrPortFrom(public, local.Port())
	}
	return local
}

// locate finds the local address that one leads to.
func (t *territory) locate(addr netip.Addr) (local netip.Addr, own bool) {
	if local, own = t.own[addr]; own {
		return local, true
	}
	return addr, addr.IsLoopback()
}

// lastOf is the broadcast address of an IPv4 network.
func lastOf(prefix netip.Prefix) (netip.Addr, bool) {
	if !prefix.Addr().Is4() || prefix.Bits() >= 31 {
		return netip.Addr{}, false
	}
	b := prefix.Masked().Addr().As4()
	for i := prefix.Bits(); i < 32; i++ {
		b[i/8] |= 1 << (7 - i%8)
	}
	return netip.AddrFrom4(b), true
}

// addrPort is a socket's address without the IPv4-mapped form; zero when it is none.
func addrPort(addr net.Addr) netip.AddrPort {
	var at netip.AddrPort
	switch a := addr.(type) {
	case *net.UDPAddr:
		at = a.AddrPort()
	case *net.TCPAddr:
		at = a.AddrPort()
	}
	return netip.AddrPortFrom(at.Addr().Unmap(), at.Port())
}
