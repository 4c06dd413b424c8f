package main

import (
	"net"
	"net/http"
	"sync"
)

// newcomers are the connections that have not asked for anything, such as the
// spare ones browsers open. http.Server.Shutdown waits five seconds for each.
type newcomers struct {
	mu       sync.Mutex // guards what follows
	conns    map[net.Conn]struct{}
	stopping bool
}

// watchNewcomers makes a server let go of its newcomers as soon as it is shut down.
// notes are told what becomes of connections, too.
func watchNewcomers(server *http.Server, notes ...func(net.Conn, http.ConnState)) {
	n := &newcomers{conns: make(map[net.Conn]struct{})}
	server.ConnState = func(conn net.Conn, state http.ConnState) {
		for _, note := range notes {
			note(conn, state)
		}
		n.note(conn, state)
	}
	server.RegisterOnShutdown(n.close)
}

func (n *newcomers) note(conn net.Conn, state http.ConnState) {
	n.mu.Lock()
	defer n.mu.Unlock()
	switch {
	case state != http.StateNew:
		delete(n.conns, conn)
	case n.stopping:
		conn.Close()
	default:
		n.conns[conn] = struct{}{}
	}
}

func (n *newcomers) close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.stopping = true
	for conn := range n.conns {
		conn.Close()
	}
}
