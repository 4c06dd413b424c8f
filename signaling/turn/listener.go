package turn

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Between failed calls of Accept, such as without a free file descriptor.
const (
	minDelay = 5 * time.Millisecond
	maxDelay = time.Second
)

// listener accepts connections for pion, which would give up at the first
// error, or at the first client too many.
type listener struct {
	net.Listener
	agent *agent
	done  chan struct{} // closed by Close
	once  sync.Once
	owned bool // closes the Listener
}

func newListener(a *agent, l net.Listener, owned bool) *listener {
	return &listener{Listener: l, agent: a, done: make(chan struct{}), owned: owned}
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	delay := minDelay
	for {
		conn, err := l.Listener.Accept()
		switch {
		case l.ended():
			if err == nil {
				conn.Close()
			}
			return nil, net.ErrClosed
		case errors.Is(err, net.ErrClosed):
			return nil, err
		case err != nil:
			select {
			case <-time.After(delay):
			case <-l.done:
			}
			delay = min(2*delay, maxDelay)
			continue
		}
		delay = minDelay
		if c := l.wrap(conn); c != nil {
			return c, nil
		}
		l.agent.server.counters.rejected.Add(1)
		conn.Close()
	}
}

func (l *listener) wrap(conn net.Conn) net.Conn {
	at := addrPort(conn.RemoteAddr())
	if !at.IsValid() {
		return nil
	}
	if c := l.agent.server.streams.enter(l.agent, conn, net.TCPAddrFromAddrPort(at)); c != nil {
		l.agent.server.counters.accepted.Add(1)
		return c
	}
	return nil
}

func (l *listener) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.once.Do(func() { close(l.done) })
	if l.owned {
		return l.Listener.Close()
	}
	return nil
}
