package main

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// load is how much work the server gets.
type load struct {
	flows  int
	window int
	size   int // bytes of a packet
}

// peers send back what they get.
type peers []*net.UDPConn

func newPeers(n int) (peers, error) {
	var list peers
	for range n {
		conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
		if err != nil {
			list.close()
			return nil, err
		}
		list = append(list, conn)
		go func() {
			b := make([]byte, 2048)
			for {
				n, from, err := conn.ReadFromUDPAddrPort(b)
				if err != nil {
					return
				}
				_, _ = conn.WriteToUDPAddrPort(b[:n], from)
			}
		}()
	}
	return list, nil
}

func (l peers) close() {
	for _, conn := range l {
		conn.Close()
	}
}

func (l peers) ports() []uint16 {
	var ports []uint16
	for _, conn := range l {
		ports = append(ports, conn.LocalAddr().(*net.UDPAddr).AddrPort().Port())
	}
	return ports
}

// clients are all flows of a load.
type clients struct {
	load load
	list []*client
}

func (l load) connect(s *server, peers peers) (*clients, error) {
	c := &clients{load: l}
	for i, peer := range peers {
		username, password := s.login(i)
		one, err := connect(s.port, username, password, peer.LocalAddr().(*net.UDPAddr).AddrPort())
		if err != nil {
			c.close()
			return nil, err
		}
		c.list = append(c.list, one)
	}
	return c, nil
}

func (c *clients) close() {
	for _, one := range c.list {
		one.conn.Close()
	}
}

// run keeps the window of every client full, and counts the packets relayed,
// one for each way.
func (c *clients) run(length time.Duration) (packets int, err error) {
	end := time.Now().Add(length)
	counts, errs := make([]int, len(c.list)), make([]error, len(c.list))
	var running sync.WaitGroup
	for i, one := range c.list {
		running.Go(func() { counts[i], errs[i] = c.load.fill(one, end) })
	}
	running.Wait()
	for _, n := range counts {
		packets += 2 * n
	}
	if packets == 0 {
		errs = append(errs, errors.New("nothing was relayed"))
	}
	return packets, errors.Join(errs...)
}

// lossTime is after which a window counts as lost.
const lossTime = 200 * time.Millisecond

// fill sends a packet for each one that comes back.
func (l load) fill(c *client, end time.Time) (back int, err error) {
	packet := make([]byte, header+l.size)
	copy(packet, []byte{channel >> 8, channel & 0xff, byte(l.size >> 8), byte(l.size)})
	b := make([]byte, 2048)
	send := l.window
	for time.Now().Before(end) {
		for ; send > 0; send-- {
			if _, err := c.conn.Write(packet); err != nil {
				return back, err
			}
		}
		_ = c.conn.SetReadDeadline(time.Now().Add(lossTime))
		n, err := c.conn.Read(b)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			send = l.window
		case err != nil:
			return back, err
		case n >= len(packet) && b[0] == packet[0] && b[1] == packet[1]:
			back++
			send++
		}
	}
	return back, nil
}
