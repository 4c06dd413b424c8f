package netlab

import "fmt"

// Access is how a home reaches the network: with a public address of its own, or
// through a NAT that shares the home's public address. RFC 4787, sections 4 and
// 5, has the words for what a NAT does with UDP.
type Access int

// The ways to the network.
const (
	Public    Access = iota
	Cone             // mapping independent of the endpoint, filtering dependent on address and port
	FullCone         // both independent of the endpoint; of the ports from 1024 on
	Symmetric        // both dependent on address and port
	NoUDP            // a cone whose firewall lets out no UDP
	OnlyHTTPS        // a cone whose firewall lets out only TCP to port 443
)

// translate puts a NAT with one inner host between that and the link that the
// NAT's namespace is to get.
func (l *Lab) translate(h *Host, access Access) {
	l.t.Helper()
	subnet := fmt.Sprintf("192.168.%d", h.home+1)
	l.ip(fmt.Sprintf("link add lan netns %s type veth peer name eth0 netns %s", h.edge, h.name))
	l.ip(fmt.Sprintf("-n %s addr add %s.1/24 dev lan", h.edge, subnet))
	l.ip(fmt.Sprintf("-n %s link set lan up", h.edge))
	l.ip(fmt.Sprintf("-n %s addr add %s.2/24 dev eth0", h.name, subnet))
	l.ip(fmt.Sprintf("-n %s link set eth0 up", h.name))
	l.ip(fmt.Sprintf("-n %s route add default via %s.1", h.name, subnet))

	var source, inward, firewall string
	switch access {
	case Symmetric:
		source = "fully-random"
	case FullCone:
		inward = fmt.Sprintf("iifname eth0 udp dport 1024-65535 dnat to %s.2", subnet)
	case NoUDP:
		firewall = "iifname lan meta l4proto udp drop"
	case OnlyHTTPS:
		firewall = "iifname lan tcp dport 443 accept\niifname lan drop"
	case Public, Cone:
	}
	// What comes unasked is dropped before it is tracked to its end: a mapping that
	// the NAT itself holds would take the port from the host.
	l.nft(h.edge, fmt.Sprintf(`
table ip nat {
	chain source {
		type nat hook postrouting priority srcnat
		oifname eth0 masquerade %s
	}
	chain inward {
		type nat hook prerouting priority dstnat
		%s
	}
}
table ip filter {
	chain input {
		type filter hook input priority filter; policy drop
		iifname { lan, lo } accept
		ct state established,related accept
	}
	chain forward {
		type filter hook forward priority filter
		ct status dnat accept
		iifname eth0 ct state new drop
		%s
	}
}`, source, inward, firewall))
}
