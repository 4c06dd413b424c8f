package certs

import (
	"bufio"
	"encoding/hex"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
)

// hosts are the names and addresses by which a machine can be reached.
type hosts struct {
	names []string
	addrs []netip.Addr
}

// ownHosts are those of this machine: its name, also in the form of mDNS (RFC
// 6762), and the addresses of its interfaces, but for those that last only a day
// or hold on one link only.
func ownHosts() (hosts, error) {
	own := hosts{names: []string{"localhost"}}
	if name, err := os.Hostname(); err == nil {
		name = strings.ToLower(strings.TrimSuffix(name, "."))
		first, _, _ := strings.Cut(name, ".")
		own.add(name)
		own.add(first + ".local")
	}
	found, err := net.InterfaceAddrs()
	if err != nil {
		return own, err
	}
	passing := temporary()
	for _, a := range found {
		prefix, err := netip.ParsePrefix(a.String())
		if err != nil {
			continue
		}
		addr := prefix.Addr().Unmap()
		if (addr.IsGlobalUnicast() || addr.IsLoopback()) && !passing[addr] {
			own.add(addr.String())
		}
	}
	return own, nil
}

// add takes in a name or the text of an address; others are passed over.
func (h *hosts) add(host string) {
	if addr, err := netip.ParseAddr(host); err == nil {
		addr = addr.Unmap().WithZone("")
		if !slices.Contains(h.addrs, addr) {
			h.addrs = append(h.addrs, addr)
		}
		return
	}
	if isName(host) && !slices.Contains(h.names, host) {
		h.names = append(h.names, host)
	}
}

// isName tells whether it may stand as a dNSName (RFC 5280, section 4.2.1.6).
func isName(s string) bool {
	if len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
	}
	return true
}

// temporary are the IPv6 addresses that the system exchanges every day (RFC
// 8981), where it tells (Linux).
func temporary() map[netip.Addr]bool {
	const flag = 0x01 // IFA_F_TEMPORARY
	file, err := os.Open("/proc/net/if_inet6")
	if err != nil {
		return nil
	}
	defer file.Close()
	found := map[netip.Addr]bool{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // address, interface, length of prefix, scope, flags, name
		if len(fields) < 5 {
			continue
		}
		raw, err := hex.DecodeString(fields[0])
		if err != nil {
			continue
		}
		flags, err := strconv.ParseUint(fields[4], 16, 32)
		if addr, ok := netip.AddrFromSlice(raw); err == nil && ok && flags&flag != 0 {
			found[addr] = true
		}
	}
	return found
}
