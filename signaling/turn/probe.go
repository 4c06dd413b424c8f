package turn

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/pion/stun/v4"
	pion "github.com/pion/turn/v5"
)

// Times of a probe.
const (
	probeTime  = 6 * time.Second // in all
	answerTime = time.Second     // for one packet through two relays
	packets    = 3               // how often one is sent
)

// probe uses the server as a client would.
type probe struct {
	server    *Server
	transport string
	at        netip.AddrPort
	name      string // of the certificate; "" for one that is not checked
}

// run allocates two relays and passes a packet from one to the other. It
// answers a Reason, or "" when all is well.
func (p probe) run(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	first, reason := p.client(ctx)
	if reason != "" {
		return reason
	}
	defer first.close()
	second, reason := p.client(ctx)
	if reason != "" {
		return reason
	}
	defer second.close()
	return first.pass(second)
}

// tester is a client of a probe.
type tester struct {
	conn   *counted
	client *pion.Client
	relay  net.PacketConn
	unwind func() bool
}

func (t *tester) close() {
	if t.relay != nil {
		t.relay.Close()
	}
	t.unwind()
	t.client.Close()
	t.conn.Close()
}

// client allocates a relay.
func (p probe) client(ctx context.Context) (*tester, string) {
	conn, reason := p.dial(ctx)
	if reason != "" {
		return nil, reason
	}
	user := testUser + rand.Text()
	p.server.verdict.expect(user)
	name, password, _ := p.server.Credentials(user, p.server.around.now())
	client, err := pion.NewClient(&pion.ClientConfig{
		STUNServerAddr: p.server.around.route(p.at).String(), TURNServerAddr: p.server.around.route(p.at).String(),
		Username: name, Password: password, Conn: conn, LoggerFactory: silence{},
	})
	if err != nil {
		conn.Close()
		return nil, ReasonNoAnswer
	}
	t := &tester{conn: conn, client: client}
	t.unwind = context.AfterFunc(ctx, func() {
		client.Close()
		conn.Close()
	})
	if err := client.Listen(); err != nil {
		t.close()
		return nil, ReasonNoAnswer
	}
	t.relay, err = client.Allocate()
	if err != nil {
		t.relay = nil
		t.close()
		return nil, p.explain(err, user, conn.heard.Load())
	}
	if r := p.server.relays.find(addrPort(t.relay.LocalAddr())); r == nil || r.user() != user {
		t.close()
		return nil, ReasonWrongAddress
	}
	return t, ""
}

// explain tells why there is no relay.
func (p probe) explain(err error, user string, heard bool) string {
	var refused *stun.TurnError
	switch {
	case !heard:
		return ReasonNoAnswer
	case !p.server.verdict.forget(user):
		return ReasonWrongAddress
	case errors.As(err, &refused):
		if c := refused.ErrorCodeAttr.Code; c == stun.CodeInsufficientCapacity || c == stun.CodeAllocQuotaReached {
			return ReasonNoPorts
		}
	}
	return ReasonNoRelay
}

// pass sends a packet from one relay to another.
func (t *tester) pass(other *tester) string {
	if err := other.client.CreatePermission(t.relay.LocalAddr()); err != nil {
		return ReasonNoRelay
	}
	sent, got := []byte(rand.Text()), make([]byte, maxData)
	for range packets {
		if _, err := t.relay.WriteTo(sent, other.relay.LocalAddr()); err != nil {
			return ReasonNoRelay
		}
		_ = other.relay.SetReadDeadline(time.Now().Add(answerTime))
		if n, _, err := other.relay.ReadFrom(got); err == nil && bytes.Equal(got[:n], sent) {
			return ""
		}
	}
	return ReasonNoRelay
}

// dial connects to the server.
func (p probe) dial(ctx context.Context) (*counted, string) {
	to := p.server.around.route(p.at)
	if p.transport == TransportUDP {
		conn, err := net.ListenUDP(network("udp", to.Addr()), nil)
		if err != nil {
			return nil, ReasonNoAnswer
		}
		return &counted{PacketConn: conn}, ""
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", to.String())
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, ReasonRefused
	case err != nil:
		return nil, ReasonNoAnswer
	case p.transport == TransportTLS:
		return p.secure(ctx, conn)
	}
	return &counted{PacketConn: pion.NewSTUNConn(conn)}, ""
}

// secure shakes hands.
func (p probe) secure(ctx context.Context, raw net.Conn) (*counted, string) {
	conn := tls.Client(raw, &tls.Config{
		ServerName: p.name, RootCAs: p.server.conf.RootCAs, NextProtos: []string{"stun.turn"},
		InsecureSkipVerify: p.name == "", //nolint:gosec // whether it relays is all that is asked then
	})
	err := conn.HandshakeContext(ctx)
	if err == nil {
		return &counted{PacketConn: pion.NewSTUNConn(conn)}, ""
	}
	raw.Close()
	var unverified *tls.CertificateVerificationError
	var host x509.HostnameError
	switch {
	case errors.As(err, &unverified), errors.As(err, &host):
		return nil, ReasonCertificate
	case ctx.Err() != nil:
		return nil, ReasonNoAnswer
	}
	return nil, ReasonWrongAddress
}

// counted knows whether anything was heard. Closing it twice does no harm.
type counted struct {
	net.PacketConn
	heard  atomic.Bool
	closes sync.Once
}

func (c *counted) ReadFrom(b []byte) (int, net.Addr, error) {
	n, from, err := c.PacketConn.ReadFrom(b)
	if n > 0 {
		c.heard.Store(true)
	}
	return n, from, err
}

func (c *counted) Close() (err error) {
	c.closes.Do(func() { err = c.PacketConn.Close() })
	return err
}

// text is an address as in a URL.
func (p probe) text() string {
	if p.name != "" {
		return net.JoinHostPort(p.name, strconv.Itoa(int(p.at.Port())))
	}
	return p.at.String()
}
