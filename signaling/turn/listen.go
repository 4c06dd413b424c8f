package turn

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"slices"
	"syscall"
)

// tries is how often a port is chosen that is free for UDP and TCP on all addresses.
const tries = 16

// open takes the addresses of Config.Listen for the first time.
func (s *Server) open() error {
	t, err := s.around.survey(s.conf.Public, s.conf.Listen)
	if err != nil {
		return fmt.Errorf("turn: find the addresses of this machine: %w", err)
	}
	s.territory.Store(t)
	if s.conf.Secure != nil {
		if s.secure, err = newAgent(s, netip.Addr{}, nil, s.conf.Secure); err != nil {
			return fmt.Errorf("turn: serve: %w", err)
		}
	}
	if len(s.conf.Listen) == 0 {
		return nil
	}
	for range tries {
		if err = s.openAll(t); err == nil || !errors.Is(err, syscall.EADDRINUSE) || !s.choosesPort() {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("turn: %w", err)
	}
	return nil
}

func (s *Server) choosesPort() bool {
	return slices.ContainsFunc(s.conf.Listen, func(at netip.AddrPort) bool { return at.Port() == 0 })
}

// openAll listens on every address, or on none.
func (s *Server) openAll(t *territory) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		if err != nil {
			for _, a := range s.agents {
				a.close()
			}
			clear(s.agents)
			s.port = 0
		}
	}()
	var chosen uint16
	var last error
	for _, listen := range s.conf.Listen {
		for _, addr := range t.expand(listen.Addr()) {
			at := netip.AddrPortFrom(addr, listen.Port())
			if at.Port() == 0 {
				at = netip.AddrPortFrom(addr, chosen)
			}
			port, err := s.startLocked(at)
			switch {
			case err == nil:
			case listen.Addr().IsUnspecified() && !errors.Is(err, syscall.EADDRINUSE) && !errors.Is(err, syscall.EACCES):
				last = err // an address that is not ready, or goes just now
				continue
			default:
				return err
			}
			if listen.Port() == 0 {
				chosen = port
			}
			if s.port == 0 {
				s.port = port
			}
		}
	}
	if len(s.agents) == 0 {
		return fmt.Errorf("no address to listen on: %w", errors.Join(last, errNoAddress))
	}
	return nil
}

// expand lists the addresses that one of Config.Listen stands for.
func (t *territory) expand(addr netip.Addr) []netip.Addr {
	addr = addr.Unmap()
	if !addr.IsUnspecified() {
		return []netip.Addr{addr}
	}
	return slices.DeleteFunc(slices.Clone(t.interfaces), func(a netip.Addr) bool { return addr.Is4() && a.Is6() })
}

// startLocked listens on one address, if it is not listened on already. Port 0
// chooses one.
func (s *Server) startLocked(at netip.AddrPort) (port uint16, err error) {
	if s.agents[at] != nil {
		return at.Port(), nil
	}
	conn, err := listenUDP(at)
	if err != nil {
		return 0, err
	}
	at = addrPort(conn.LocalAddr())
	l, err := net.ListenTCP(network("tcp", at.Addr()), net.TCPAddrFromAddrPort(at))
	if err != nil {
		conn.Close()
		return 0, err
	}
	a, err := newAgent(s, at.Addr(), conn, l)
	if err != nil {
		conn.Close()
		l.Close()
		return 0, err
	}
	s.agents[at] = a
	return at.Port(), nil
}

// rescan follows the machine's addresses. It tells whether something changed.
func (s *Server) rescan() bool {
	t, err := s.around.survey(s.conf.Public, s.conf.Listen)
	if err != nil {
		s.conf.Log.Debug("addresses of this machine not found", "err", err)
		return false
	}
	old := s.territory.Swap(t)
	changed := !slices.Equal(old.interfaces, t.interfaces) || !maps.Equal(old.own, t.own) || !maps.Equal(old.shown, t.shown) ||
		old.primary4 != t.primary4 || old.primary6 != t.primary6
	if s.follow(t) {
		changed = true
	}
	for _, r := range s.relays.choose(func(r *relay) bool { return !t.has(r.at.Addr()) || t.show(r.at) != r.shown }) {
		r.lose()
		changed = true
	}
	return changed
}

// has tells whether the machine has an address, as far as can be seen.
func (t *territory) has(addr netip.Addr) bool {
	return addr.IsLoopback() || slices.Contains(t.interfaces, addr)
}

// follow listens where addresses have come, and ends where they have gone.
func (s *Server) follow(t *territory) (changed bool) {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return false
	}
	wanted := map[netip.AddrPort]bool{}
	for _, listen := range s.conf.Listen {
		port := listen.Port()
		if port == 0 {
			port = s.port
		}
		for _, addr := range t.expand(listen.Addr()) {
			wanted[netip.AddrPortFrom(addr, port)] = true
		}
	}
	var gone []*agent
	for at, a := range s.agents {
		if !wanted[at] {
			delete(s.agents, at)
			gone = append(gone, a)
		}
	}
	for at := range wanted {
		if s.agents[at] != nil {
			continue
		}
		_, err := s.startLocked(at)
		if err != nil && errors.Is(err, syscall.EADDRINUSE) && !s.failed[at] {
			s.failed[at] = true
			s.conf.Log.Warn("the relay cannot listen on an address that has come: its port is taken by another program", "port", at.Port())
		}
		if err == nil {
			delete(s.failed, at)
			changed = true
		}
	}
	s.mu.Unlock()
	for _, a := range gone {
		a.close()
	}
	return changed || len(gone) > 0
}
