package turn

import (
	"cmp"
	"context"
	"net/netip"
	"slices"
	"sync"
)

// maxTargets is how many addresses are tested of one transport.
const maxTargets = 4

// test is the self-test.
func (s *Server) test(ctx context.Context) {
	var found []Check
	for _, transport := range transports {
		if s.offers(transport) {
			found = append(found, s.testTransport(ctx, transport))
		}
	}
	if ctx.Err() == nil {
		s.verdict.set(found, s.around.now())
	}
}

// testTransport answers for the worst address.
func (s *Server) testTransport(ctx context.Context, transport string) Check {
	if ready := s.conf.SecureReady; transport == TransportTLS && ready != nil && !ready() {
		return Check{Transport: transport, State: StateUnsure, Reason: ReasonPending}
	}
	probes, failed := s.probes(ctx, transport)
	if failed != nil {
		return *failed
	}
	if len(probes) == 0 {
		return Check{Transport: transport, State: StateFailed, Reason: ReasonNotListening}
	}
	checks := make([]Check, len(probes))
	var running sync.WaitGroup
	for i, p := range probes {
		running.Go(func() { checks[i] = s.judge(p, p.run(ctx)) })
	}
	running.Wait()
	return slices.MaxFunc(checks, func(a, b Check) int { return cmp.Compare(severity[a.State], severity[b.State]) })
}

var severity = map[State]int{StateOK: 0, StateUnsure: 1, StateFailed: 2}

// judge finds what the outcome of a probe means. Only where the machine has the
// address itself is silence a fault: many routers do not lead back to machines
// behind them.
func (s *Server) judge(p probe, reason string) Check {
	c := Check{Transport: p.transport, State: StateFailed, Reason: reason, Address: p.text()}
	switch reason {
	case "":
		c.State = StateOK
	case ReasonNoAnswer, ReasonRefused:
		if !s.territory.Load().has(p.at.Addr()) {
			c.State = StateUnsure
		}
	}
	return c
}

// probes has one for each address under which others find the server.
func (s *Server) probes(ctx context.Context, transport string) (list []probe, failed *Check) {
	addrs := s.announced()
	if transport != TransportTLS {
		for _, addr := range addrs {
			list = append(list, probe{server: s, transport: transport, at: netip.AddrPortFrom(addr, s.Port())})
		}
		return list, nil
	}
	port := s.conf.SecurePort
	for _, name := range s.conf.Names {
		p := probe{server: s, transport: transport, name: name}
		found, err := s.around.lookup(ctx, "ip", name)
		if err != nil || len(found) == 0 {
			return nil, &Check{Transport: transport, State: StateFailed, Reason: ReasonName, Address: name}
		}
		p.at = netip.AddrPortFrom(found[0].Unmap(), port)
		list = append(list, p)
	}
	if len(s.conf.Names) == 0 {
		for _, addr := range addrs {
			list = append(list, probe{server: s, transport: transport, at: netip.AddrPortFrom(addr, port)})
		}
	}
	return list[:min(len(list), maxTargets)], nil
}

// announced has the addresses by which others find this machine: the public
// ones, and where there are none of a family its own.
func (s *Server) announced() (list []netip.Addr) {
	t := s.territory.Load()
	for _, m := range s.conf.Public {
		list = append(list, m.Public)
	}
	for _, six := range []bool{false, true} {
		own := t.primary(six)
		if own.IsValid() && s.listensOn(own) && !slices.ContainsFunc(list, func(a netip.Addr) bool { return a.Is6() == six }) {
			list = append(list, own)
		}
	}
	if len(list) == 0 {
		list = s.listening()
	}
	return list[:min(len(list), maxTargets)]
}

// listening has the addresses that are listened on.
func (s *Server) listening() (list []netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at := range s.agents {
		list = append(list, at.Addr())
	}
	slices.SortFunc(list, netip.Addr.Compare)
	return slices.Compact(list)
}

// listensOn tells whether clients may come to an address, by Config.Secure if not otherwise.
func (s *Server) listensOn(addr netip.Addr) bool {
	return len(s.conf.Listen) == 0 || slices.Contains(s.listening(), addr)
}
