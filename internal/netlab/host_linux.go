package netlab

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Host is the server's host or a home. Its methods end the test when they fail.
type Host struct {
	// Static.
	lab  *Lab
	name string // of its namespace
	edge string // the namespace that has the address: its own, or that of its NAT
	port string // the router's interface to it
	home int    // among the homes, or -1

	subnet int        // in which of its two a home is, or was last
	addr   netip.Addr // not valid while there is none
}

// Addr is the address by which others know the host, not valid while it has none.
func (h *Host) Addr() netip.Addr { return h.addr }

// Cut loses everything to and from the host.
func (h *Host) Cut() { h.lab.t.Helper(); h.faults("drop") }

// CutTCP loses all TCP to and from the host, and nothing else.
func (h *Host) CutTCP() { h.lab.t.Helper(); h.faults("meta l4proto tcp drop") }

// Lose loses so many percent of the packets, each way, at random.
func (h *Host) Lose(percent int) {
	h.lab.t.Helper()
	h.faults(fmt.Sprintf("numgen random mod 100 < %d drop", percent))
}

// Heal ends what Cut, CutTCP and Lose did.
func (h *Host) Heal() { h.lab.t.Helper(); h.faults("") }

func (h *Host) faults(rule string) {
	h.lab.t.Helper()
	rules := fmt.Sprintf("flush chain ip %s faults\n", h.port)
	if rule != "" {
		rules += fmt.Sprintf("add rule ip %s faults %s\n", h.port, rule)
	}
	h.lab.nft(h.lab.router, rules)
}

// Detach takes the host's address away; the carrier stays.
func (h *Host) Detach() {
	h.lab.t.Helper()
	h.lab.ip("-n " + h.edge + " addr flush dev eth0")
	h.lab.ip("-n " + h.lab.router + " addr flush dev " + h.port)
	h.addr = netip.Addr{}
}

// Renumber gives the host the next address of its subnet in place of what it has.
func (h *Host) Renumber() {
	h.lab.t.Helper()
	next := h.addr.Next()
	h.Detach()
	h.attach(next)
}

// Move gives a home an address of the other of its two subnets in place of what
// it has, or had before Detach.
func (h *Host) Move() {
	h.lab.t.Helper()
	if h.home < 0 {
		h.lab.t.Fatal("netlab: only homes move")
	}
	if h.addr.IsValid() {
		h.Detach()
	}
	h.subnet = 1 - h.subnet
	h.attach(homeAddr(h.home, h.subnet))
}

// attach gives a host without an address one, and the router one beside it.
func (h *Host) attach(addr netip.Addr) {
	h.lab.t.Helper()
	subnet := netip.PrefixFrom(addr, subnetBits)
	gateway := subnet.Masked().Addr().Next()
	h.lab.ip(fmt.Sprintf("-n %s addr add %s/%d dev %s", h.lab.router, gateway, subnetBits, h.port))
	h.lab.ip(fmt.Sprintf("-n %s addr add %s dev eth0", h.edge, subnet))
	h.lab.ip(fmt.Sprintf("-n %s route add default via %s", h.edge, gateway))
	h.addr = addr
}

// Enter makes a command that has not been started one that runs on the host,
// under the same process id, and ends with the thread that started it at the
// latest (PR_SET_PDEATHSIG).
func (h *Host) Enter(c *exec.Cmd) {
	path, err := exec.LookPath("ip")
	if err != nil {
		h.lab.t.Fatal(err)
	}
	c.Args = append([]string{path, "netns", "exec", h.name, c.Path}, c.Args[1:]...)
	c.Path = path
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// Dial connects from the host, as net.Dialer does, to an IP address.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if _, err := netip.ParseAddrPort(address); err != nil {
		return nil, fmt.Errorf("dial from %s: %w", h.port, err)
	}
	var conn net.Conn
	err := h.Within(func() (err error) {
		// To one address it makes the socket on this very thread.
		conn, err = new(net.Dialer).DialContext(ctx, network, address)
		return err
	})
	return conn, err
}

// Within calls a function on a thread that is on the host. The sockets that it
// makes itself, not in other goroutines, are there for good.
func (h *Host) Within(do func() error) error { return within(h.name, do) }

// within calls a function on a thread that is in a namespace.
func within(name string, do func() error) error {
	result := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		back, err := os.Open("/proc/thread-self/ns/net")
		if err != nil {
			result <- err
			return
		}
		defer back.Close()
		err = enter("/run/netns/" + name)
		if err == nil {
			err = do()
		}
		// A thread that cannot come back ends with the goroutine, as it stays locked.
		if unix.Setns(int(back.Fd()), unix.CLONE_NEWNET) == nil {
			runtime.UnlockOSThread()
		}
		result <- err
	}()
	return <-result
}

// enter puts the thread into a namespace.
func enter(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := unix.Setns(int(file.Fd()), unix.CLONE_NEWNET); err != nil {
		return fmt.Errorf("enter %s: %w", path, err)
	}
	return nil
}
