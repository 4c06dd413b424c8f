package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/pion/stun/v4"

	"moim/signaling"
	"moim/signaling/protocol"
	"moim/signaling/turn"
)

const (
	turnPort         = 3478           // of STUN and TURN (RFC 8656, section 18.6)
	externalLifetime = 12 * time.Hour // of credentials for servers that are not ours
	bytesPerMegabit  = 1_000_000 / 8  // of --limit-relay
)

// iceServer is the URI of a STUN or TURN server (RFC 7064, RFC 7065).
type iceServer string

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *iceServer) UnmarshalText(b []byte) error {
	scheme, rest, _ := strings.Cut(string(b), ":")
	uri := strings.ToLower(scheme) + ":" + rest
	if _, err := stun.ParseURI(uri); err != nil {
		return fmt.Errorf("%q is no URL of a STUN or TURN server, such as turn:turn.example.org:3478?transport=udp", b)
	}
	*s = iceServer(uri)
	return nil
}

// relays tells whether it is a TURN server, which wants credentials.
func (s iceServer) relays() bool { return strings.HasPrefix(string(s), "turn") }

// subnet is a netip.Prefix with a plain error.
type subnet netip.Prefix

// UnmarshalText implements encoding.TextUnmarshaler.
func (n *subnet) UnmarshalText(b []byte) error {
	prefix, err := netip.ParsePrefix(string(b))
	if err != nil {
		return fmt.Errorf("%q is no network such as 10.1.0.0/16, or 10.1.2.3/32 for one address", b)
	}
	*n = subnet(prefix)
	return nil
}

// relay is what browsers are told of STUN and TURN servers: the own one, and
// those of --ice-server.
type relay struct {
	own      *turn.Server // nil for none
	absence  error        // why there is none; nil when none is wanted
	external []iceServer
	secret   []byte       // of external
	names    []string     // the certificate is for; empty when any name will do
	public   []netip.Addr // given by --public-ip
	secure   uint16       // port of TURN over TLS, 0 for none
}

// newRelay takes the addresses of the relay, if one is wanted. It serves TURN
// over TLS on secure, which may be nil; reach is a port of this machine that
// relays may send to.
func newRelay(cfg config, public []turn.Mapping, secure *secure, reach uint16, log *slog.Logger) (*relay, error) {
	r := &relay{external: cfg.ICEServer, names: cfg.Domain}
	for _, m := range cfg.PublicIP {
		r.public = append(r.public, m.Public)
	}
	if cfg.ICESecret != "" {
		secret, err := os.ReadFile(cfg.ICESecret)
		if err != nil {
			return nil, fmt.Errorf("the secret of --ice-server cannot be read: %w", err)
		}
		if r.secret = bytes.TrimSpace(secret); len(r.secret) == 0 {
			return nil, fmt.Errorf("%s holds no secret", cfg.ICESecret)
		}
	}
	if cfg.Turn == "off" {
		return r, nil
	}
	listen, err := turnAddresses(cfg.Turn)
	if err != nil {
		return nil, err
	}
	conf := turn.Config{
		Listen: listen, Names: cfg.Domain, Public: public, Ports: cfg.RelayPorts, Reach: []uint16{reach},
		Allocations: cfg.LimitAllocations, Rate: int64(cfg.LimitRelay) * bytesPerMegabit, Log: log,
	}
	for _, allowed := range cfg.TurnAllow {
		conf.Allow = append(conf.Allow, netip.Prefix(allowed))
	}
	if secure != nil {
		r.secure = portOf(secure.listener.Addr())
		conf.Secure, conf.SecurePort, conf.SecureReady = secure.port.TURN(), r.secure, secure.certified
	}
	r.own, err = turn.New(conf)
	switch {
	case err == nil:
	case cfg.Turn == "auto" && errors.Is(err, syscall.EADDRINUSE):
		r.absence = fmt.Errorf("port %d is taken by another program; choose another with --turn=:PORT, or say --turn=off", turnPort)
		log.Warn("there is no relay: people behind strict firewalls cannot be reached", "err", r.absence)
	default:
		return nil, fmt.Errorf("the relay cannot be started; choose another address with --turn, or --turn=off: %w", err)
	}
	return r, nil
}

// turnAddresses are the addresses that --turn means.
func turnAddresses(flag string) ([]netip.AddrPort, error) {
	if flag == "auto" {
		flag = ":" + strconv.Itoa(turnPort)
	}
	if addr, err := netip.ParseAddrPort(flag); err == nil {
		return []netip.AddrPort{addr}, nil
	}
	host, service, err := net.SplitHostPort(flag)
	port, faulty := strconv.ParseUint(service, 10, 16)
	if err != nil || faulty != nil || (host != "" && host != "localhost") {
		return nil, fmt.Errorf("--turn: %q is not auto, off, or an address and a port such as :3478 or 203.0.113.5:3478", flag)
	}
	if host == "localhost" {
		return []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Loopback(), uint16(port)), netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), uint16(port))}, nil
	}
	return []netip.AddrPort{netip.AddrPortFrom(netip.IPv6Unspecified(), uint16(port))}, nil
}

// ICE implements signaling.Relay.
func (r *relay) ICE(peer signaling.PeerID, host string, now time.Time) ([]protocol.ICEServer, time.Time) {
	return r.servers(string(peer), host, now)
}

// servers are the ICE servers for a user who reached this server by a host
// name, and when their credentials end; never, when they have none.
func (r *relay) servers(user, host string, now time.Time) (list []protocol.ICEServer, expires time.Time) {
	list = []protocol.ICEServer{}
	if r.own != nil {
		username, password, end := r.own.Credentials(user, now)
		if plain, relayed := r.urls(host); len(relayed) > 0 {
			list = append(list, protocol.ICEServer{URLs: plain}, protocol.ICEServer{URLs: relayed, Username: username, Credential: password})
			expires = end
		}
	}
	for _, url := range r.external {
		server := protocol.ICEServer{URLs: []string{string(url)}}
		if url.relays() {
			end := now.Add(externalLifetime)
			server.Username, server.Credential = turn.RESTCredentials(r.secret, user, end)
			if expires.IsZero() || end.Before(expires) {
				expires = end
			}
		}
		list = append(list, server)
	}
	return list, expires
}

// urls are those of the own server: STUN, and TURN by each transport.
func (r *relay) urls(host string) (plain, relayed []string) {
	port := int(r.own.Port())
	for _, name := range r.hosts(host) {
		at := net.JoinHostPort(name, strconv.Itoa(port))
		plain = append(plain, "stun:"+at)
		relayed = append(relayed, "turn:"+at+"?transport=udp", "turn:"+at+"?transport=tcp")
	}
	if name := r.certified(host); r.secure != 0 && name != "" {
		relayed = append(relayed, fmt.Sprintf("turns:%s?transport=tcp", net.JoinHostPort(name, strconv.Itoa(int(r.secure)))))
	}
	return plain, relayed
}

// hosts are where the relay is to be found: a reverse proxy may be anywhere
// else, so addresses that are known go before the name.
func (r *relay) hosts(host string) []string {
	if len(r.public) > 0 {
		hosts := make([]string, len(r.public))
		for i, addr := range r.public {
			hosts[i] = addr.String()
		}
		return hosts
	}
	if name := r.certified(host); name != "" {
		return []string{name}
	}
	return nil
}

// certified is the host as browsers are to know it: one the certificate is for.
func (r *relay) certified(host string) string {
	if len(r.names) == 0 || slices.Contains(r.names, host) {
		return host
	}
	return r.names[0]
}

func portOf(addr net.Addr) uint16 {
	if tcp, ok := addr.(*net.TCPAddr); ok {
		return uint16(tcp.Port) //nolint:gosec // a port has 16 bits
	}
	return 0
}
