//go:build network

package netlab_test

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"moim/internal/netlab"
)

// inside opens a UDP socket on a host.
func inside(t *testing.T, on *netlab.Host) net.PacketConn {
	t.Helper()
	var c net.PacketConn
	err := on.Within(func() (err error) {
		c, err = new(net.ListenConfig).ListenPacket(t.Context(), "udp4", ":0")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// at is where the packets of a public host's socket come from.
func at(on *netlab.Host, c net.PacketConn) netip.AddrPort {
	return netip.AddrPortFrom(on.Addr(), c.LocalAddr().(*net.UDPAddr).AddrPort().Port())
}

func sends(t *testing.T, from net.PacketConn, to netip.AddrPort, text string) {
	t.Helper()
	if _, err := from.WriteTo([]byte(text), net.UDPAddrFromAddrPort(to)); err != nil {
		t.Errorf("send to %v: %v", to, err)
	}
}

// takes is where the next packet comes from, which has to be this one.
func takes(t *testing.T, c net.PacketConn, want string) netip.AddrPort {
	t.Helper()
	c.SetReadDeadline(time.Now().Add(quick))
	buf := make([]byte, 1500)
	n, from, err := c.ReadFrom(buf)
	if err != nil || string(buf[:n]) != want {
		t.Fatalf("got %q, %v; want %q", buf[:n], err, want)
	}
	return from.(*net.UDPAddr).AddrPort()
}

// TestNAT looks at how the kinds of NAT map and filter.
func TestNAT(t *testing.T) {
	for name, tt := range map[string]struct {
		access         netlab.Access
		same, stranger bool // one mapping for two destinations; a stranger's packets come in
	}{
		"public":    {netlab.Public, true, true},
		"cone":      {netlab.Cone, true, false},
		"full cone": {netlab.FullCone, true, true},
		"symmetric": {netlab.Symmetric, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := netlab.Behind(t, tt.access, netlab.Public)
			home, other := l.Homes[0], l.Homes[1]
			inner, first, second, stranger := inside(t, home), inside(t, l.Server), inside(t, other), inside(t, other)
			sends(t, inner, at(l.Server, first), "to the first")
			mapped := takes(t, first, "to the first")
			sends(t, inner, at(other, second), "to the second")
			again := takes(t, second, "to the second")
			if mapped.Addr() != home.Addr() || again.Addr() != home.Addr() {
				t.Errorf("seen as %v and %v, want %v", mapped, again, home.Addr())
			}
			if (mapped == again) != tt.same {
				t.Errorf("seen as %v and %v", mapped, again)
			}

			sends(t, stranger, mapped, "from a stranger")
			sends(t, first, mapped, "from the first")
			if tt.stranger {
				takes(t, inner, "from a stranger")
			}
			takes(t, inner, "from the first")
		})
	}
}

// TestPunch has two homes behind cones reach each other, once both have sent.
func TestPunch(t *testing.T) {
	l := netlab.Behind(t, netlab.Cone, netlab.Cone)
	server := inside(t, l.Server)
	var inner [2]net.PacketConn
	var outer [2]netip.AddrPort
	for i, home := range l.Homes {
		inner[i] = inside(t, home)
		sends(t, inner[i], at(l.Server, server), "where am I?")
		outer[i] = takes(t, server, "where am I?")
	}
	sends(t, inner[0], outer[1], "dropped")
	sends(t, inner[1], outer[0], "comes through")
	if from := takes(t, inner[0], "comes through"); from != outer[1] {
		t.Errorf("comes from %v, want %v", from, outer[1])
	}
	sends(t, inner[0], outer[1], "comes through too")
	takes(t, inner[1], "comes through too")
}

// TestFirewall looks at what gets out of the homes with firewalls.
func TestFirewall(t *testing.T) {
	for name, tt := range map[string]struct {
		access          netlab.Access
		udp, tcp, https bool
	}{
		"cone":       {netlab.Cone, true, true, true},
		"no UDP":     {netlab.NoUDP, false, true, true},
		"only HTTPS": {netlab.OnlyHTTPS, false, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			l := netlab.Behind(t, tt.access)
			home := l.Homes[0]
			for service, passes := range map[string]bool{
				"udp 7": tt.udp, "udp 443": tt.udp, "tcp 7": tt.tcp, "tcp 443": tt.https,
			} {
				var network, port string
				fmt.Sscan(service, &network, &port)
				address := echo(t, l.Server, network, port)
				patience := quick
				if !passes {
					patience = quick / 4
				}
				c, err := home.Dial(withTimeout(t, patience), network, address)
				if (err == nil && returns(t, c, patience)) != passes {
					t.Errorf("%s: passes is not %t: %v", service, passes, err)
				}
				if err == nil {
					c.Close()
				}
			}
		})
	}
}

// TestFaultsOutside holds that the link of a home behind a NAT can be cut, and its
// public address changed.
func TestFaultsOutside(t *testing.T) {
	l := netlab.Behind(t, netlab.Cone)
	home, server := l.Homes[0], inside(t, l.Server)
	c := dial(t, home, "udp", echo(t, l.Server, "udp", "7"))
	for _, step := range []struct {
		name   string
		fault  func()
		passes bool
	}{{"at first", func() {}, true}, {"cut", home.Cut, false}, {"healed", home.Heal, true}} {
		step.fault()
		if returns(t, c, quick/4) != step.passes {
			t.Errorf("%s: passes is not %t", step.name, step.passes)
		}
	}
	before := home.Addr()
	home.Move()
	sends(t, inside(t, home), at(l.Server, server), "moved")
	if from := takes(t, server, "moved").Addr(); from != home.Addr() || from == before {
		t.Errorf("comes from %v, want %v", from, home.Addr())
	}
}
