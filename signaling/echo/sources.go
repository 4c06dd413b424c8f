package echo

import (
	"net"
	"net/netip"

	"github.com/pion/ice/v4"
)

// maxSources is how many addresses are heard on one address of this machine in a
// call. ICE asks back at each of them several times, whoever's it is (RFC 8445,
// section 19.5.1).
const maxSources = 16

// boundedMux is an ice.UDPMux whose connections hear only the first maxSources
// addresses.
type boundedMux struct{ ice.UDPMux }

// GetConn implements ice.UDPMux.
func (m boundedMux) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	conn, err := m.UDPMux.GetConn(ufrag, addr)
	if err != nil {
		return nil, err
	}
	return &boundedConn{PacketConn: conn, heard: make(map[netip.AddrPort]struct{})}, nil
}

type boundedConn struct {
	net.PacketConn                             // static
	heard          map[netip.AddrPort]struct{} // owned by the reader
}

// ReadFrom implements net.PacketConn.
func (c *boundedConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, from, err := c.PacketConn.ReadFrom(b)
		if err != nil {
			return n, from, err
		}
		udp, ok := from.(*net.UDPAddr)
		if !ok {
			continue
		}
		at := udp.AddrPort()
		if _, known := c.heard[at]; !known && len(c.heard) == maxSources {
			continue
		}
		c.heard[at] = struct{}{}
		return n, from, nil
	}
}
