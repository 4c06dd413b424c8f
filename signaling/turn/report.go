package turn

import (
	"net/netip"
	"time"
)

// State is the verdict on a way to the server.
type State string

// States of a Check, from best to worst but for StateOff.
const (
	StateOff    State = "off"    // not offered
	StateOK     State = "ok"     // works, as far as can be seen from inside
	StateUnsure State = "unsure" // not tested yet, or nobody can tell from inside
	StateFailed State = "failed" // nobody outside can use it
)

// Reasons of a Check that is not StateOK. They do not change.
const (
	ReasonPending        = "pending"         // the first self-test is not done
	ReasonPrivateAddress = "private-address" // public clients, but relays have private addresses
	ReasonWrongAddress   = "wrong-address"   // another server answers there
	ReasonNoAnswer       = "no-answer"       // nothing comes back
	ReasonRefused        = "refused"         // the connection is refused
	ReasonNoRelay        = "no-relay"        // allocating works, relaying does not
	ReasonNoPorts        = "no-ports"        // all ports of relays are taken
	ReasonCertificate    = "certificate"     // not valid for the name
	ReasonName           = "name"            // the name stands for no address
	ReasonNotListening   = "not-listening"   // the port is taken by another program
)

// Transports of a Check.
const (
	TransportUDP = "udp"
	TransportTCP = "tcp"
	TransportTLS = "tls"
)

// Check is what the self-test says of one way to the server.
type Check struct {
	Transport string `json:"transport"`         // udp, tcp or tls
	State     State  `json:"state"`             // of the worst address
	Reason    string `json:"reason,omitempty"`  // a stable code, empty when all is well
	Address   string `json:"address,omitempty"` // host and port it is about
	Message   string `json:"message,omitempty"` // what is wrong and what to do, in plain English
}

// Report is the newest self-test.
type Report struct {
	At     time.Time `json:"at"`     // zero before the first
	Checks []Check   `json:"checks"` // udp, tcp, tls
}

// Report may be called at any time. It does no test.
func (s *Server) Report() Report { return s.verdict.read() }

// NoteClient tells the server that somebody reached this machine from addr. A
// client from outside shows whether private addresses of relays are a fault.
func (s *Server) NoteClient(addr netip.Addr) { s.verdict.note(addr) }

// explain says in plain English what is wrong, and what to do.
func (c Check) explain() string {
	switch c.Reason {
	case ReasonPending:
		return "The relay has not been tested yet."
	case ReasonPrivateAddress:
		return "People come from the Internet, but this machine only has the private address " + c.Address + ", where they cannot reach it. Give its public address with --public-ip, and let the router lead the relay's ports here."
	case ReasonWrongAddress:
		return "Something other than this relay answers at " + c.Address + ". Correct the address in --public-ip or in the DNS, or let the router lead that port here."
	case ReasonNoAnswer:
		return "Nothing came back from " + c.Address + ": either the address is wrong, or a firewall or router does not let " + c.ports() + " through, or the router does not lead back to machines behind it, which does no harm. Test it from another network."
	case ReasonRefused:
		return "The connection to " + c.Address + " is refused: either the address is wrong, or the router does not lead " + c.ports() + " here, or it does not lead back to machines behind it, which does no harm. Test it from another network."
	case ReasonNoRelay:
		return "Allocating a relay at " + c.Address + " works, but nothing gets from one relay to another. Let no firewall on this machine filter the UDP ports of --relay-ports."
	case ReasonNoPorts:
		return "No port is free for another relay. Widen --relay-ports, or lower --limit-allocations."
	case ReasonCertificate:
		return "The certificate that " + c.Address + " shows is not valid for that name, or not trusted. Renew it, or correct --domain."
	case ReasonName:
		return "The name " + c.Address + " stands for no address. Enter this machine's public address in the DNS."
	case ReasonNotListening:
		return "The relay listens on no address that others could use. Choose another with --turn."
	}
	return ""
}

// ports says what has to be let through for the transport.
func (c Check) ports() string {
	if c.Transport == TransportUDP {
		return "that UDP port"
	}
	return "that TCP port"
}
