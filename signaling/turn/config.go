package turn

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// defaultLifetime of credentials.
const defaultLifetime = time.Hour

// Config says where a Server listens, where it relays to and how much.
type Config struct {
	// Listen has the addresses for UDP and for TCP. An unspecified one stands for
	// every address of the machine of its family, [::] for those of both, as they
	// come and go; link-local ones are left out. Port 0 chooses one, the same for all.
	Listen []netip.AddrPort
	// Secure accepts connections whose TLS handshake is done; nil for none. The
	// caller closes it; connections accepted after Close are closed at once.
	Secure net.Listener
	// Public has the addresses under which others reach this machine, if those are
	// not its own.
	Public []Mapping
	// Ports for relayed transport addresses. Zero: any.
	Ports PortRange
	// Reach has the UDP ports of this machine that relays may send to besides those
	// of other relays.
	Reach []uint16
	// Allow has peers that would be refused otherwise.
	Allow []netip.Prefix
	// Allocations is how many a user has at once; 0: no bound. All users of one
	// client address (/48 for IPv6) have, of one relay address, one and as many as
	// they leave free.
	Allocations int
	// Rate is how many bytes a second a user may relay each way; what is beyond is
	// dropped. 0: no bound.
	Rate int64
	// Lifetime of credentials; 0: an hour.
	Lifetime time.Duration
	// Secret signs credentials; nil: a random one, which ends with the process.
	Secret []byte

	// Names are the hosts of the URLs for TURN over TLS, on SecurePort, 0 for none.
	// The self-test goes there, and trusts RootCAs; nil: those of the system.
	Names      []string
	SecurePort uint16
	RootCAs    *x509.CertPool
	// SecureReady tells whether there is a certificate for Secure; it is not tested
	// before. nil: always.
	SecureReady func() bool

	Log *slog.Logger // nil: none
}

// validate completes a configuration.
func (c *Config) validate() error {
	if len(c.Listen) == 0 && c.Secure == nil {
		return errors.New("turn: no address to listen on")
	}
	for i, m := range c.Public {
		if err := m.validate(); err != nil {
			return fmt.Errorf("turn: %w", err)
		}
		if slices.ContainsFunc(c.Public[:i], func(o Mapping) bool { return o.Public == m.Public }) {
			return fmt.Errorf("turn: %s is given twice", m.Public)
		}
	}
	switch {
	case c.Ports.First > c.Ports.Last, c.Ports.First == 0 && c.Ports.Last != 0:
		return fmt.Errorf("turn: no ports in the range %s", c.Ports)
	case c.Allocations < 0, c.Rate < 0, c.Lifetime < 0:
		return errors.New("turn: a limit is negative")
	}
	c.Lifetime = cmp.Or(c.Lifetime, defaultLifetime)
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return nil
}

// Mapping is an address under which others reach one of this machine: Public of
// the router, Local of the interface. Local is the machine's primary address of
// that family when it is not valid.
type Mapping struct{ Public, Local netip.Addr }

// UnmarshalText reads "203.0.113.5" or "203.0.113.5/10.0.0.5".
func (m *Mapping) UnmarshalText(text []byte) error {
	public, local, both := strings.Cut(string(text), "/")
	var read Mapping
	var err error
	if read.Public, err = netip.ParseAddr(public); err == nil && both {
		read.Local, err = netip.ParseAddr(local)
	}
	if err != nil {
		return fmt.Errorf("%q is neither an address, such as 203.0.113.5, nor two, such as 203.0.113.5/10.0.0.5", text)
	}
	read.Public, read.Local = read.Public.Unmap(), read.Local.Unmap()
	if err := read.validate(); err != nil {
		return err
	}
	*m = read
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (m Mapping) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

func (m Mapping) String() string {
	if !m.Local.IsValid() {
		return m.Public.String()
	}
	return m.Public.String() + "/" + m.Local.String()
}

func (m Mapping) validate() error {
	switch {
	case !m.Public.IsValid() || m.Public.IsUnspecified() || m.Public.IsMulticast() || m.Public.Zone() != "":
		return fmt.Errorf("%s is no address of a machine", m.Public)
	case m.Local.IsValid() && (m.Local.IsUnspecified() || m.Local.IsMulticast() || m.Local.Is4() != m.Public.Is4()):
		return fmt.Errorf("%s cannot lead to %s", m.Public, m.Local)
	}
	return nil
}

// PortRange has the ports from First to Last. The zero value has any.
type PortRange struct{ First, Last uint16 }

// UnmarshalText reads "49160-49559", or one port.
func (r *PortRange) UnmarshalText(text []byte) error {
	first, last, both := strings.Cut(string(text), "-")
	if !both {
		last = first
	}
	low, err := strconv.ParseUint(first, 10, 16)
	high, err2 := strconv.ParseUint(last, 10, 16)
	if err != nil || err2 != nil || low == 0 || low > high {
		return fmt.Errorf("%q is no range of ports, such as 49160-49559", text)
	}
	*r = PortRange{uint16(low), uint16(high)}
	return nil
}

// MarshalText writes what UnmarshalText reads.
func (r PortRange) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

func (r PortRange) String() string { return fmt.Sprintf("%d-%d", r.First, r.Last) }

// size is how many ports there are.
func (r PortRange) size() int {
	if r.First == 0 {
		return maxPorts
	}
	return int(r.Last) - int(r.First) + 1
}

// maxPorts is how many relays there are at most when any port will do.
const maxPorts = 16384
