package signaling

import (
	"net/netip"
	"net/url"
	"strings"
	"time"
	"unique"

	"moim/signaling/protocol"
)

// Relay tells peers of the STUN and TURN servers they may use.
//
// ICE is called with the lock of a room held, at each join and each renewal. It
// must not block, nor call anything of this package: it is looking things up and
// a MAC.
type Relay interface {
	// ICE answers the servers for a peer, at most 4 KiB in JSON, and when their
	// credentials end; a zero time when they have none. host is what the client
	// calls this server, a name in lower case or an address, without a port; ""
	// when that is not known.
	ICE(peer PeerID, host string, now time.Time) (servers []protocol.ICEServer, expires time.Time)
}

// noRelay is the Relay of a hub that has none.
type noRelay struct{}

func (noRelay) ICE(PeerID, string, time.Time) ([]protocol.ICEServer, time.Time) {
	return nil, time.Time{}
}

// provideLocked gives a peer its servers, and plans their renewal: when a
// quarter of the credentials' life is left. Caller holds room.mu.
func (s *Session) provideLocked(now time.Time) (ice []protocol.ICEServer, expires protocol.Time) {
	ice, end := s.hub.relay.ICE(s.id, s.host.Value(), now)
	if ice == nil {
		ice = []protocol.ICEServer{}
	}
	if s.renewal = 0; end.IsZero() {
		return ice, expires
	}
	s.renewal = now.Add(end.Sub(now) * 3 / 4).Unix()
	return ice, protocol.At(end)
}

// renewLocked sends a peer fresh servers when that is due, also to one that is
// absent. Caller holds room.mu.
func (s *Session) renewLocked(now time.Time) {
	if s.renewal == 0 || now.Unix() < s.renewal {
		return
	}
	ice, expires := s.provideLocked(now)
	s.out.enqueue(sealJSON(protocol.ICEFrame{Type: protocol.TypeICE, ICE: ice, Expires: expires}))
}

// hostName is the name of a host, one copy for all that have the same.
type hostName = unique.Handle[string]

// maxHost bounds a host name (RFC 1035, section 2.3.4).
const maxHost = 253

// hostOf is the host of a Host header (RFC 9110, section 7.2) without its port,
// the name in lower case; "" when it is neither a name nor an address.
func hostOf(header string) hostName {
	host := (&url.URL{Host: header}).Hostname()
	if addr, err := netip.ParseAddr(host); err == nil && addr.Zone() == "" {
		return unique.Make(addr.String())
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if !isName(host) {
		host = ""
	}
	return unique.Make(host)
}

// isName tells whether a host is a name: labels of letters, digits and hyphens
// (RFC 1123, section 2.1), or underscores, which some networks have. A last
// label of digits is that of an address.
func isName(host string) bool {
	if len(host) > maxHost {
		return false
	}
	digits := true // in the newest label, and nothing else
	for label := range strings.SplitSeq(host, ".") {
		if len(label) < 1 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
		digits = true
		for _, c := range []byte(label) {
			switch {
			case '0' <= c && c <= '9':
			case 'a' <= c && c <= 'z', c == '-', c == '_':
				digits = false
			default:
				return false
			}
		}
	}
	return !digits
}
