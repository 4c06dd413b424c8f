//go:build network

package netlab_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"

	"moim/internal/netlab"
)

// quick is how long a packet that is not lost may take.
const quick = 2 * time.Second

// echo has a host send back what comes to a port over TCP or UDP, and answers
// the port's address.
func echo(t *testing.T, on *netlab.Host, network, port string) string {
	t.Helper()
	var end io.Closer
	address := net.JoinHostPort(on.Addr().String(), port)
	err := on.Within(func() error {
		if network == "udp" {
			packets, err := net.ListenPacket(network, address)
			if err != nil {
				return err
			}
			end = packets
			go func() {
				for buf := make([]byte, 1500); ; {
					n, from, err := packets.ReadFrom(buf)
					if err != nil {
						return
					}
					packets.WriteTo(buf[:n], from)
				}
			}()
			return nil
		}
		listener, err := net.Listen(network, address)
		if err != nil {
			return err
		}
		end = listener
		go func() {
			for {
				c, err := listener.Accept()
				if err != nil {
					return
				}
				go func() { io.Copy(c, c); c.Close() }()
			}
		}()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end.Close() })
	return address
}

func dial(t *testing.T, from *netlab.Host, network, address string) net.Conn {
	t.Helper()
	c, err := from.Dial(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// returns tells whether a message sent over a connection comes back in time.
func returns(t *testing.T, c net.Conn, within time.Duration) bool {
	t.Helper()
	message := fmt.Sprint(time.Now().UnixNano())
	c.SetDeadline(time.Now().Add(within))
	if _, err := io.WriteString(c, message); err != nil {
		return false
	}
	var back strings.Builder
	for back.Len() < len(message) {
		buf := make([]byte, len(message)-back.Len())
		n, err := c.Read(buf)
		if err != nil {
			return false
		}
		back.Write(buf[:n])
	}
	return back.String() == message
}

func TestReach(t *testing.T) {
	l := netlab.New(t, 2)
	other := echo(t, l.Homes[1], "udp", "7")
	if server := echo(t, l.Server, "tcp", "7"); !returns(t, dial(t, l.Homes[0], "tcp", server), quick) {
		t.Error("a home does not reach the server")
	}
	if !returns(t, dial(t, l.Homes[0], "udp", other), quick) {
		t.Error("a home does not reach another")
	}
}

func TestCut(t *testing.T) {
	l := netlab.New(t, 2)
	home, neighbour := l.Homes[0], l.Homes[1]
	server, packets := echo(t, l.Server, "tcp", "7"), echo(t, l.Server, "udp", "7")
	tcp, udp := dial(t, home, "tcp", server), dial(t, home, "udp", packets)
	beside := dial(t, neighbour, "udp", packets)
	for _, step := range []struct {
		name     string
		fault    func()
		tcp, udp bool
	}{
		{"TCP cut", home.CutTCP, false, true},
		{"healed", home.Heal, true, true},
		{"cut", home.Cut, false, false},
		{"healed again", home.Heal, true, true},
	} {
		step.fault()
		within := func(arrives bool) time.Duration {
			if arrives {
				return quick
			}
			return quick / 4
		}
		fresh, err := home.Dial(withTimeout(t, within(step.tcp)), "tcp", server)
		if err == nil {
			fresh.Close()
		}
		if (err == nil) != step.tcp || returns(t, udp, within(step.udp)) != step.udp {
			t.Errorf("%s: TCP %v, want TCP %t and UDP %t", step.name, err, step.tcp, step.udp)
		}
		if !returns(t, beside, quick) {
			t.Errorf("%s: the neighbour is cut too", step.name)
		}
	}
	if !returns(t, tcp, quick) {
		t.Error("a connection did not outlive the cuts")
	}
}

// TestLose counts what is lost of many packets, which pass the faulty link
// twice.
func TestLose(t *testing.T) {
	const packets, percent = 2000, 20
	l := netlab.New(t, 1)
	c := dial(t, l.Homes[0], "udp", echo(t, l.Server, "udp", "7"))
	l.Homes[0].Lose(percent)
	came := 0
	for range packets {
		if returns(t, c, 5*time.Millisecond) {
			came++
		}
	}
	l.Homes[0].Heal()
	want := packets * (100 - percent) * (100 - percent) / 10000
	if diff := came - want; diff < -packets/20 || diff > packets/20 {
		t.Errorf("%d of %d came back, want about %d", came, packets, want)
	}
}

func TestMove(t *testing.T) {
	l := netlab.New(t, 1)
	home := l.Homes[0]
	server := echo(t, l.Server, "tcp", "7")
	first := home.Addr()
	for _, step := range []struct {
		name string
		move func()
		same bool // subnet
	}{
		{"renumbered", home.Renumber, true},
		{"moved", home.Move, false},
		{"moved back after a while without an address", func() { home.Detach(); home.Move() }, true},
	} {
		before := home.Addr()
		old := dial(t, home, "tcp", server)
		step.move()
		if home.Addr() == before {
			t.Errorf("%s: the address is still %v", step.name, before)
		}
		subnet, _ := first.Prefix(28)
		if subnet.Contains(home.Addr()) != step.same {
			t.Errorf("%s: %v, before %v", step.name, home.Addr(), before)
		}
		if returns(t, old, quick/4) {
			t.Errorf("%s: a connection outlived its address", step.name)
		}
		c := dial(t, home, "tcp", server)
		if from := c.LocalAddr().(*net.TCPAddr).AddrPort().Addr(); from != home.Addr() {
			t.Errorf("%s: a new connection comes from %v, want %v", step.name, from, home.Addr())
		}
		if !returns(t, c, quick) {
			t.Errorf("%s: the server is not reached", step.name)
		}
	}
}

func TestEnter(t *testing.T) {
	l := netlab.New(t, 1)
	c := exec.CommandContext(t.Context(), "ip", "-br", "addr", "show", "eth0")
	l.Homes[0].Enter(c)
	out, err := c.CombinedOutput()
	if err != nil || !strings.Contains(string(out), l.Homes[0].Addr().String()) {
		t.Errorf("on the host: %v, %s", err, out)
	}
}

func withTimeout(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}
