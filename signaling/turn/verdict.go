package turn

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"
)

// verdict is what the server knows of its own reach.
type verdict struct {
	server *Server // static

	// noted tells that somebody came from outside, over IPv4 and IPv6.
	noted4, noted6 atomic.Bool

	mu      sync.Mutex // guards what follows
	at      time.Time
	results map[string]Check // of the self-test, by transport
	reach   map[string]bool  // transports by which somebody outside has got a relay
	users   map[string]bool  // of the self-test, whose requests have come
	logged  map[string]Check // by transport
}

var transports = []string{TransportUDP, TransportTCP, TransportTLS}

func (v *verdict) start(s *Server) {
	v.server = s
	v.results, v.reach, v.users, v.logged = map[string]Check{}, map[string]bool{}, map[string]bool{}, map[string]Check{}
	for _, transport := range transports {
		v.results[transport] = Check{Transport: transport, State: StateUnsure, Reason: ReasonPending}
		if !s.offers(transport) {
			v.results[transport] = Check{Transport: transport, State: StateOff}
		}
	}
}

// offers tells whether clients are to use a transport.
func (s *Server) offers(transport string) bool {
	if transport == TransportTLS {
		return s.conf.Secure != nil && s.conf.SecurePort != 0
	}
	return len(s.conf.Listen) > 0
}

// note tells that somebody came from addr.
func (v *verdict) note(addr netip.Addr) {
	addr = addr.Unmap()
	noted := &v.noted4
	if addr.Is6() {
		noted = &v.noted6
	}
	if noted.Load() || !outside(addr) {
		return
	}
	if _, own := v.server.territory.Load().locate(addr); !own && !noted.Swap(true) {
		v.tell()
	}
}

// reached tells that somebody has got a relay.
func (v *verdict) reached(a *agent, from net.Addr) {
	addr := addrPort(from).Addr()
	if _, own := v.server.territory.Load().locate(addr); own || !outside(addr) {
		return
	}
	transport := TransportUDP
	if _, stream := from.(*net.TCPAddr); stream {
		transport = TransportTCP
	}
	if a.socket == nil {
		transport = TransportTLS
	}
	v.mu.Lock()
	news := !v.reach[transport]
	v.reach[transport] = true
	v.mu.Unlock()
	if news {
		v.tell()
	}
}

// expect makes a user for the self-test.
func (v *verdict) expect(user string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.users[user] = false
}

// heard tells that a request of a user has come.
func (v *verdict) heard(user string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, expected := v.users[user]; expected {
		v.users[user] = true
	}
}

// forget tells whether a request of a user of the self-test has come.
func (v *verdict) forget(user string) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	came := v.users[user]
	delete(v.users, user)
	return came
}

// set has the results of a self-test.
func (v *verdict) set(results []Check, now time.Time) {
	v.mu.Lock()
	for _, c := range results {
		v.results[c.Transport] = c
	}
	clear(v.users)
	v.at = now
	v.mu.Unlock()
	v.tell()
}

// pause is how long the newest self-test may stand.
func (v *verdict) pause() time.Duration {
	v.mu.Lock()
	defer v.mu.Unlock()
	pause := testTime
	for _, c := range v.results {
		switch {
		case c.Reason == ReasonPending:
			return pendingTime
		case c.State == StateFailed:
			pause = retryTime
		}
	}
	return pause
}

// read is the verdict with what clients have shown.
func (v *verdict) read() Report {
	fault := v.privateAddress()
	v.mu.Lock()
	defer v.mu.Unlock()
	report := Report{At: v.at}
	for _, transport := range transports {
		c := v.results[transport]
		switch {
		case c.State == StateOff || c.State == StateFailed:
		case fault.IsValid():
			c = Check{Transport: transport, State: StateFailed, Reason: ReasonPrivateAddress, Address: fault.String()}
		case v.reach[transport] && c.Reason != ReasonPending:
			c = Check{Transport: transport, State: StateOK, Address: c.Address}
		}
		c.Message = c.explain()
		report.Checks = append(report.Checks, c)
	}
	return report
}

// privateAddress is one that relays have though clients come from outside; not
// valid when there is none.
func (v *verdict) privateAddress() netip.Addr {
	t := v.server.territory.Load()
	for _, six := range []bool{false, true} {
		noted := v.noted4.Load()
		if six {
			noted = v.noted6.Load()
		}
		primary := t.primary(six)
		_, shown := t.shown[primary]
		if noted && primary.IsValid() && !shown && !outside(primary) {
			return primary
		}
	}
	return netip.Addr{}
}

// tell logs what has changed.
func (v *verdict) tell() {
	report := v.read()
	v.mu.Lock()
	var news []Check
	for _, c := range report.Checks {
		old, known := v.logged[c.Transport]
		if c.Reason == ReasonPending || known && old.State == c.State && old.Reason == c.Reason {
			continue
		}
		v.logged[c.Transport] = c
		if c.State == StateFailed || c.State == StateUnsure || old.State == StateFailed || old.State == StateUnsure {
			news = append(news, c)
		}
	}
	v.mu.Unlock()
	log := v.server.conf.Log
	for _, c := range news {
		if c.State == StateFailed || c.State == StateUnsure {
			log.Warn("the relay may be of no use to people outside", "advice", c.Message, "transport", c.Transport, "reason", c.Reason, "announced", c.Address)
			continue
		}
		log.Info("the relay is all right again", "transport", c.Transport)
	}
}
