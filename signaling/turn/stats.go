package turn

import "sync/atomic"

// Reasons for which requests are refused.
const (
	RefusedQuota       = "quota"       // too many allocations of the user or the client's address
	RefusedPorts       = "ports"       // all ports of relays are taken
	RefusedPeer        = "peer"        // relays do not send there
	RefusedPermissions = "permissions" // too many of one allocation
	RefusedMismatch    = "mismatch"    // no such allocation, or there is one already
	RefusedTransport   = "transport"   // relaying over TCP (RFC 6062)
	RefusedFamily      = "family"      // no such address
	RefusedOther       = "other"
)

var refusals = []string{
	RefusedQuota, RefusedPorts, RefusedPeer, RefusedPermissions, RefusedMismatch, RefusedTransport, RefusedFamily, RefusedOther,
}

// Reasons for which packets are dropped.
const (
	dropRate       = iota // beyond Config.Rate
	dropPeer              // to a port of this machine that is no relay's
	dropPermission        // no permission or channel
	dropSize              // too long
	dropSend              // the system does not send it
	drops
)

var dropNames = [drops]string{"rate", "peer", "permission", "size", "send"}

// Stats counts since the start; what is of now says so.
type Stats struct {
	Allocations int               `json:"allocations"` // now
	Allocated   uint64            `json:"allocated"`
	Refused     map[string]uint64 `json:"refused"` // requests, by reason

	ToPeers   Traffic           `json:"toPeers"`
	ToClients Traffic           `json:"toClients"`
	Dropped   map[string]uint64 `json:"dropped"` // packets, by reason: rate, peer, permission, size, send

	Unauthorized uint64 `json:"unauthorized"` // requests with no username or signature of ours
	Expired      uint64 `json:"expired"`      // requests with credentials that have ended
	Malformed    uint64 `json:"malformed"`    // messages that are neither STUN nor ChannelData

	Connections         int    `json:"connections"`         // TCP and TLS, now
	ConnectionsAccepted uint64 `json:"connectionsAccepted"` //
	ConnectionsRefused  uint64 `json:"connectionsRefused"`  // too many
	ConnectionsIdle     uint64 `json:"connectionsIdle"`     // ended as they had no allocation
}

// Traffic is what was relayed, without the headers of TURN.
type Traffic struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

type traffic struct{ packets, bytes atomic.Uint64 }

func (t *traffic) add(n int) {
	t.packets.Add(1)
	t.bytes.Add(uint64(n)) //nolint:gosec // a length
}

func (t *traffic) read() Traffic { return Traffic{t.packets.Load(), t.bytes.Load()} }

type counters struct {
	allocated, unauthorized, expired, malformed atomic.Uint64
	accepted, rejected, idle                    atomic.Uint64
	toPeers, toClients                          traffic
	dropped                                     [drops]atomic.Uint64
	refusedBy                                   map[string]*atomic.Uint64 // static; has all refusals
}

func newCounters() counters {
	by := map[string]*atomic.Uint64{}
	for _, reason := range refusals {
		by[reason] = new(atomic.Uint64)
	}
	return counters{refusedBy: by}
}

func (c *counters) refused(reason string) { c.refusedBy[reason].Add(1) }

// Stats may be called at any time.
func (s *Server) Stats() Stats {
	c := &s.counters
	read := Stats{
		Allocations: s.relays.count(), Allocated: c.allocated.Load(), Refused: map[string]uint64{},
		ToPeers: c.toPeers.read(), ToClients: c.toClients.read(), Dropped: map[string]uint64{},
		Unauthorized: c.unauthorized.Load(), Expired: c.expired.Load(), Malformed: c.malformed.Load(),
		Connections: s.streams.count(), ConnectionsAccepted: c.accepted.Load(),
		ConnectionsRefused: c.rejected.Load(), ConnectionsIdle: c.idle.Load(),
	}
	for reason, n := range c.refusedBy {
		read.Refused[reason] = n.Load()
	}
	for reason, name := range dropNames {
		read.Dropped[name] = c.dropped[reason].Load()
	}
	return read
}
