package client

import (
	"maps"
	"time"

	"moim/signaling/protocol"
)

// linger is how long the connection to a peer that the server does not know
// any more is kept (docs/protocol.md, "Nothing lost across a reconnect").
const linger = 20 * time.Second

// add makes a connection to a peer, unless there is one to this very instance.
func (m *Mesh) add(peer protocol.Peer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.addLocked(peer, nil)
}

// addLocked is add; the connection is not begun before a link has ended that it
// comes after, if any. Caller holds mu.
func (m *Mesh) addLocked(peer protocol.Peer, after *link) {
	if m.closed || peer.ID == m.you {
		return
	}
	l := m.links[peer.ID]
	if l == nil {
		l = newLink(m, peer.ID)
		l.instance = peer.Instance
		m.links[peer.ID] = l
		l.steps.push(func() {
			if after != nil {
				<-after.steps.ended
			}
			l.start()
		})
		return
	}
	lingering := l.stayLocked()
	switch {
	case l.instance != peer.Instance:
		l.instance = peer.Instance
		l.steps.push(l.start)
	case lingering:
		l.push(l.renew)
	}
}

// change notes that a peer may have begun anew.
func (m *Mesh) change(peer protocol.Peer) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if l := m.links[peer.ID]; l != nil && l.instance != peer.Instance {
		m.addLocked(peer, nil)
	}
}

// leave ends the connection to who left; that to who was only lost to the
// server goes on for a while.
func (m *Mesh) leave(e PeerLeft) {
	m.mu.Lock()
	defer m.mu.Unlock()
	l := m.links[e.Peer]
	switch {
	case l == nil:
	case e.Reason == protocol.ReasonLost && l.connected.Load():
		m.lingerLocked(l)
	default:
		m.removeLocked(l)
	}
}

// reconcile goes on with the peers of a snapshot.
func (m *Mesh) reconcile(joined protocol.Joined) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.serveLocked(joined.ICE)
	old := make(map[string]*link)
	if m.you != joined.You {
		for peer, l := range m.links {
			old[peer] = l
			m.removeLocked(l)
		}
		m.you = joined.You
	}
	missing := maps.Clone(m.links)
	for _, peer := range joined.Peers {
		if l := missing[peer.ID]; l != nil && l.instance == peer.Instance {
			l.push(l.renew)
		}
		delete(missing, peer.ID)
		m.addLocked(peer, old[peer.ID])
	}
	for _, l := range missing {
		m.lingerLocked(l)
	}
}

// serveLocked has the connections use other servers, each from when it looks for
// candidates the next time. Caller holds mu.
func (m *Mesh) serveLocked(named []protocol.ICEServer) {
	m.ice = servers(m.cfg, named)
	for _, l := range m.links {
		l.push(l.serve)
	}
}

// setAway tells the links whether the server can be reached.
func (m *Mesh) setAway(away bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.away = away
	if away {
		return
	}
	for _, l := range m.links {
		l.push(func() { l.tries = 0 })
	}
}

func (m *Mesh) isAway() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.away
}

// lingerLocked removes a link after a while, unless its peer comes back. While
// the server is away nobody can. Caller holds mu.
func (m *Mesh) lingerLocked(l *link) {
	if l.lingering != nil {
		return
	}
	var timer *time.Timer
	timer = time.AfterFunc(linger, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		switch {
		case l.lingering != timer:
		case m.away:
			timer.Reset(linger)
		default:
			m.removeLocked(l)
		}
	})
	l.lingering = timer
}

// removeLocked ends a link. Caller holds mu.
func (m *Mesh) removeLocked(l *link) {
	delete(m.links, l.peer)
	l.close()
}
