package netlab

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// MaxHomes is how many homes the addresses are enough for.
const MaxHomes = 8

// ServerAddr is where the server's host is.
var ServerAddr = netip.MustParseAddr("203.0.113.2")

// subnetBits is the prefix length of every subnet.
const subnetBits = 28

// Lab is a network that lasts until the test ends.
type Lab struct {
	Server *Host
	Homes  []*Host

	t      testing.TB
	prefix string // of the namespaces' names
	router string // its namespace
}

var count atomic.Int64 // of the labs of this process

// New builds a network with some homes that have public addresses. The test fails
// where that is not possible.
func New(t testing.TB, homes int) *Lab {
	t.Helper()
	return Behind(t, make([]Access, homes)...)
}

// Behind is New for homes that reach the network in certain ways.
func Behind(t testing.TB, homes ...Access) *Lab {
	t.Helper()
	if len(homes) > MaxHomes {
		t.Fatalf("netlab: %d homes, at most %d", len(homes), MaxHomes)
	}
	if os.Getuid() != 0 {
		t.Fatal("netlab: making network namespaces needs root")
	}
	for _, tool := range []string{"ip", "nft"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("netlab: %s is missing: install iproute2 and nftables", tool)
		}
	}
	removeAbandoned(t)
	l := &Lab{t: t, prefix: fmt.Sprintf("moim-%d-%d-", os.Getpid(), count.Add(1))}
	l.router = l.namespace("router")
	l.Server = l.host("server", -1, Public, ServerAddr)
	for i, access := range homes {
		l.Homes = append(l.Homes, l.host(fmt.Sprintf("home%d", i), i, access, homeAddr(i, 0)))
	}
	return l
}

// homeAddr is the first address of one of the two subnets of a home.
func homeAddr(home, subnet int) netip.Addr {
	return netip.AddrFrom4([4]byte{198, 51, 100, byte(home*32 + subnet*16 + 2)})
}

// abandoned is the name of a namespace, with the process that made it.
var abandoned = regexp.MustCompile(`(?m)^moim-(\d+)-\S+`)

// removeAbandoned removes the namespaces of processes that were killed.
func removeAbandoned(t testing.TB) {
	t.Helper()
	for _, name := range abandoned.FindAllStringSubmatch(output(t, nil, "ip", "netns", "list"), -1) {
		if pid, err := strconv.Atoi(name[1]); err == nil && !exists(pid) {
			output(t, nil, "ip", "netns", "del", name[0])
		}
	}
}

func exists(pid int) bool {
	_, err := os.Stat(fmt.Sprintf("/proc/%d", pid))
	return err == nil
}

// namespace makes a namespace with only a loopback interface.
func (l *Lab) namespace(role string) string {
	l.t.Helper()
	name := l.prefix + role
	l.ip("netns add " + name)
	l.t.Cleanup(func() {
		del := exec.CommandContext(context.WithoutCancel(l.t.Context()), "ip", "netns", "del", name)
		if out, err := del.CombinedOutput(); err != nil {
			l.t.Errorf("remove the namespace %s: %v: %s", name, err, out)
		}
	})
	l.ip("-n " + name + " link set lo up")
	err := within(name, func() error {
		var err error
		for setting, value := range map[string]string{
			"ipv4/ip_forward": "1", "ipv4/conf/all/rp_filter": "0", "ipv4/conf/default/rp_filter": "0",
			"ipv6/conf/all/disable_ipv6": "1", "ipv6/conf/default/disable_ipv6": "1",
		} {
			err = errors.Join(err, os.WriteFile("/proc/sys/net/"+setting, []byte(value), 0))
		}
		return err
	})
	if err != nil {
		l.t.Fatalf("set up the namespace %s: %v", name, err)
	}
	return name
}

// host makes a namespace with a link to the router, through a NAT if it is not
// public. The router knows the host's interface by its role.
func (l *Lab) host(role string, home int, access Access, addr netip.Addr) *Host {
	l.t.Helper()
	h := &Host{lab: l, name: l.namespace(role), port: role, home: home}
	h.edge = h.name
	if access != Public {
		h.edge = l.namespace(role + "-nat")
		l.translate(h, access)
	}
	l.ip(fmt.Sprintf("link add %s netns %s type veth peer name eth0 netns %s", h.port, l.router, h.edge))
	l.ip(fmt.Sprintf("-n %s link set %s up", l.router, h.port))
	l.ip(fmt.Sprintf("-n %s link set eth0 up", h.edge))
	l.nft(l.router, fmt.Sprintf(`
table ip %[1]s {
	chain faults { }
	chain forward {
		type filter hook forward priority filter
		iifname %[1]s jump faults
		oifname %[1]s jump faults
	}
}`, h.port))
	h.attach(addr)
	return h
}

// ip runs the program ip with arguments that are separated by spaces.
func (l *Lab) ip(args string) {
	l.t.Helper()
	output(l.t, nil, "ip", strings.Fields(args)...)
}

// nft gives a namespace rules.
func (l *Lab) nft(name, rules string) {
	l.t.Helper()
	output(l.t, strings.NewReader(rules), "ip", "netns", "exec", name, "nft", "-f", "-")
}

// output is what a command writes; the test fails when the command does.
func output(t testing.TB, stdin *strings.Reader, name string, args ...string) string {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	if stdin != nil {
		c.Stdin = stdin
	}
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v: %s", c.Args, err, out)
	}
	return string(out)
}
