package turn

import (
	"context"
	"net"
	"net/netip"
	"time"
)

// environment is what a Server finds around itself. Tests have their own.
type environment struct {
	addresses func() ([]netip.Prefix, error)           // of the machine's interfaces
	primary   func(network string) (netip.Addr, error) // of "udp4" or "udp6"; an error when there is no route
	lookup    func(ctx context.Context, network, host string) ([]netip.Addr, error)
	route     func(netip.AddrPort) netip.AddrPort // where packets of the self-test go
	now       func() time.Time
	patience  time.Duration // with connections that have no allocation
}

var realEnvironment = environment{
	addresses: interfaceAddresses,
	primary:   routeAddress,
	lookup:    net.DefaultResolver.LookupNetIP,
	route:     func(at netip.AddrPort) netip.AddrPort { return at },
	now:       time.Now,
	patience:  patience,
}

func interfaceAddresses() ([]netip.Prefix, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	var found []netip.Prefix
	for _, addr := range list {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
			found = append(found, prefix)
		}
	}
	return found, nil
}

// routeAddress is the source address for the Internet. Connecting a UDP socket
// sends nothing.
func routeAddress(network string) (netip.Addr, error) {
	to := netip.MustParseAddr("198.51.100.1")
	if network == "udp6" {
		to = netip.MustParseAddr("2001:db8::1")
	}
	conn, err := net.DialUDP(network, nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(to, 9)))
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	return addrPort(conn.LocalAddr()).Addr(), nil
}
