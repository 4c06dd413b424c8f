//go:build linux && !plain

package signaling

import (
	"fmt"
	"net"
	"sync"

	"golang.org/x/sys/unix"
)

// parking is where idle sockets wait without a goroutine, and so without its
// stack: an epoll set (epoll(7)) of their file descriptors, each armed for one
// event. Sockets it cannot take, such as TLS ones, wait in their own.
type parking struct {
	epoll int
	stop  [2]int // a pipe; closing the write end ends the loop
	start sync.Once
	done  chan struct{} // closed when the loop has ended

	mu      sync.Mutex // guards what follows
	sockets map[int32]*socket
}

func newParking() (*parking, error) {
	p := &parking{done: make(chan struct{}), sockets: make(map[int32]*socket)}
	var err error
	if p.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("make an epoll set: %w", err)
	}
	if err := unix.Pipe2(p.stop[:], unix.O_CLOEXEC); err != nil {
		unix.Close(p.epoll)
		return nil, fmt.Errorf("make a pipe: %w", err)
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(p.stop[0])} //nolint:gosec // a descriptor is a C int
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, p.stop[0], &event); err != nil {
		unix.Close(p.epoll)
		unix.Close(p.stop[0])
		unix.Close(p.stop[1])
		return nil, fmt.Errorf("watch a pipe: %w", err)
	}
	return p, nil
}

func (p *parking) close() error {
	p.start.Do(func() { close(p.done) })
	unix.Close(p.stop[1])
	<-p.done
	unix.Close(p.stop[0])
	return unix.Close(p.epoll)
}

func (p *parking) loop() {
	defer close(p.done)
	events := make([]unix.EpollEvent, 128)
	for {
		n, err := unix.EpollWait(p.epoll, events, -1)
		if err != nil && err != unix.EINTR {
			return
		}
		for _, event := range events[:max(n, 0)] {
			if event.Fd == int32(p.stop[0]) { //nolint:gosec // a descriptor is a C int
				return
			}
			p.mu.Lock()
			s := p.sockets[event.Fd]
			p.mu.Unlock()
			if s != nil {
				p.wake(s)
			}
		}
	}
}

// park takes an admitted socket from its reader, which then must not touch it
// any more; false when it has to go on reading.
func (p *parking) park(s *socket) bool {
	s.parked.Store(true)
	if s.closing.Load() && s.parked.CompareAndSwap(true, false) {
		return false
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLRDHUP | unix.EPOLLONESHOT, Fd: s.fd}
	if err := unix.EpollCtl(p.epoll, unix.EPOLL_CTL_MOD, int(s.fd), &event); err != nil {
		return !s.parked.CompareAndSwap(true, false)
	}
	return true
}

// admit adds a socket to the set, if it is one that can be parked; its fd is
// set then. It is not armed yet.
func (p *parking) admit(s *socket) {
	conn, ok := s.wire.Conn.(*net.TCPConn) // nothing is buffered between it and us
	if !ok {
		return
	}
	p.start.Do(func() { go p.loop() })
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		event := unix.EpollEvent{Events: unix.EPOLLONESHOT, Fd: int32(fd)} //nolint:gosec // a descriptor is a C int
		if unix.EpollCtl(p.epoll, unix.EPOLL_CTL_ADD, int(fd), &event) != nil {
			return
		}
		s.fd = int32(fd) //nolint:gosec // a descriptor is a C int
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sockets[s.fd] = s
	})
}

// wake gives a parked socket a reader again.
func (p *parking) wake(s *socket) {
	if s.parked.CompareAndSwap(true, false) {
		go s.read()
	}
}

// forget takes a socket out of the set, before its descriptor is closed.
func (p *parking) forget(s *socket) {
	if s.fd == 0 {
		return
	}
	_ = unix.EpollCtl(p.epoll, unix.EPOLL_CTL_DEL, int(s.fd), nil)
	p.mu.Lock()
	delete(p.sockets, s.fd)
	p.mu.Unlock()
}
