package turn

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

func TestRESTCredentials(t *testing.T) {
	// As openssl has it: printf 1700000000:peer | openssl dgst -sha1 -hmac s3cret -binary | base64
	username, password := RESTCredentials([]byte("s3cret"), "peer", time.Unix(1700000000, 5))
	if username != "1700000000:peer" || password != "VsMYA6j9MVMlB801ZHvGtALHLAg=" {
		t.Error(username, password)
	}
}

func TestCredentials(t *testing.T) {
	conf := local()
	conf.Lifetime = 10 * time.Minute
	s := start(t, conf)
	now := time.Unix(1700000000, 5)
	username, password, expires := s.Credentials("peer", now)
	if !expires.Equal(time.Unix(1700000600, 0)) || username != "1700000600:peer" {
		t.Error(username, expires)
	}
	if _, again := RESTCredentials([]byte("s3cret"), "peer", expires); again != password {
		t.Error("not those of RESTCredentials")
	}
	conf.Secret = nil
	if _, other, _ := start(t, conf).Credentials("peer", now); other == password {
		t.Error("the secret is not random")
	}
}

// TestForged refuses what is not signed by us.
func TestForged(t *testing.T) {
	s := start(t, local())
	later := time.Now().Add(time.Hour)
	username, password := RESTCredentials([]byte("s3cret"), "peer", later)
	wrong, wrongPassword := RESTCredentials([]byte("guess"), "peer", later)
	for name, c := range map[string][2]string{
		"secret": {wrong, wrongPassword}, "password": {username, "password"}, "other user": {username + "2", password},
		"no expiry": {"peer", password}, "no user": {"1700000000:", password}, "nothing": {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if c := talkAs(t, s, "udp", c[0], c[1]).allocate(); c != stun.CodeBadRequest && c != stun.CodeUnauthorized {
				t.Error("answer:", c)
			}
		})
	}
	if n := s.Stats().Unauthorized; n != 6 {
		t.Errorf("counted %d", n)
	}
}

// TestExpiry ends new allocations with the credentials, those that stand a day later.
func TestExpiry(t *testing.T) {
	var clock clock
	around := lonely()
	around.now = clock.now
	s := startIn(t, local(), around)
	a := talk(t, s, "udp", "a").mustAllocate()
	peer := netip.AddrPortFrom(loopback, 9)
	clock.forward(time.Hour)
	if c := talkAs(t, s, "udp", a.username, a.password).allocate(); c != stun.CodeBadRequest {
		t.Error("expired credentials:", c)
	}
	if c := a.bind(0x4001, peer); c != 0 {
		t.Error("ChannelBind an hour later:", c)
	}
	clock.forward(overtime - time.Minute)
	if c := code(a.ask(stun.MethodRefresh)); c != 0 {
		t.Error("Refresh within a day:", c)
	}
	clock.forward(time.Minute)
	if c := code(a.ask(stun.MethodRefresh)); c != stun.CodeBadRequest {
		t.Error("Refresh beyond a day:", c)
	}
	if n := s.Stats().Expired; n != 2 {
		t.Errorf("counted %d", n)
	}
}

// TestQuota holds for a user on all transports, and ends with the allocations.
func TestQuota(t *testing.T) {
	conf := local()
	conf.Allocations = 2
	s := start(t, conf)
	first := talk(t, s, "udp", "a").mustAllocate()
	talk(t, s, "tcp", "a").mustAllocate()
	third := talk(t, s, "tcp", "a")
	if c := third.allocate(); c != stun.CodeAllocQuotaReached {
		t.Error("third:", c)
	}
	talk(t, s, "udp", "b").mustAllocate()
	first.ask(stun.MethodRefresh, lifetime(0))
	third.mustAllocate()
	if n := s.Stats().Refused[RefusedQuota]; n != 1 {
		t.Errorf("counted %d", n)
	}
}

// TestFailedAllocations take no place.
func TestFailedAllocations(t *testing.T) {
	conf := local()
	conf.Allocations = 1
	s := start(t, conf)
	for _, transport := range []string{"udp", "tcp"} {
		c := talk(t, s, transport, transport)
		if got := c.allocate(lifetime(0)); got != stun.CodeInsufficientCapacity {
			t.Error("no lifetime:", got)
		}
		if got := code(c.ask(stun.MethodAllocate, overTCP)); got != stun.CodeUnsupportedTransProto {
			t.Error("over TCP:", got)
		}
		c.mustAllocate()
	}
}

// TestClientAddress has half of the ports.
func TestClientAddress(t *testing.T) {
	conf := local()
	conf.Ports = freePorts(t, 4)
	s := start(t, conf)
	for _, user := range []string{"a", "b"} {
		talk(t, s, "udp", user).mustAllocate()
	}
	if c := talk(t, s, "tcp", "c").allocate(); c != stun.CodeAllocQuotaReached {
		t.Error("third:", c)
	}
}

// TestManyAddresses holds that addresses which take all they get leave some to
// others, and that each relay address has the ports of its own.
func TestManyAddresses(t *testing.T) {
	q := newQuotas(Config{Ports: PortRange{First: 1, Last: 400}})
	var held []*hold
	fill := func(n byte, relay netip.Addr) (got int) {
		for {
			h := q.take("u", netip.AddrFrom4([4]byte{192, 0, 2, n}), relay)
			if h == nil {
				return got
			}
			held = append(held, h)
			got++
		}
	}
	var got []int
	for n := range byte(8) {
		got = append(got, fill(n, loopback))
	}
	for n := range byte(2) {
		got = append(got, fill(n, announced))
	}
	if want := []int{200, 100, 50, 25, 13, 6, 3, 2, 200, 100}; !slices.Equal(got, want) {
		t.Errorf("one after the other they hold %v, want %v", got, want)
	}
	for n := byte(100); n < 110; n++ {
		if fill(n, loopback) == 0 {
			t.Error("one that has none is refused before the ports are asked")
		}
	}
	for _, h := range held {
		h.end()
	}
	if len(q.pools) > 0 {
		t.Errorf("of nothing there is kept %v", q.pools)
	}
}

// TestPorts keeps to the range, and says so when it is used up.
func TestPorts(t *testing.T) {
	conf := local()
	conf.Ports = freePorts(t, 6)
	f := conf.Ports.First
	occupy(t, f+1, f+2, f+3, f+4)
	s := start(t, conf)
	first, second := talk(t, s, "udp", "a").mustAllocate(), talk(t, s, "udp", "b").mustAllocate()
	if low, high := min(first.relayed.Port(), second.relayed.Port()), max(first.relayed.Port(), second.relayed.Port()); low != conf.Ports.First || high != conf.Ports.Last {
		t.Error("ports", low, high)
	}
	third := talk(t, s, "udp", "c")
	if c := third.allocate(); c != stun.CodeInsufficientCapacity {
		t.Error("third:", c)
	}
	second.ask(stun.MethodRefresh, lifetime(0))
	third.mustAllocate()
	if n := s.Stats().Refused[RefusedPorts]; n != 1 {
		t.Errorf("counted %d", n)
	}
}

// TestEvenPort gets one of the range (RFC 8656, section 7.2).
func TestEvenPort(t *testing.T) {
	conf := local()
	conf.Ports = freePorts(t, 8)
	s := start(t, conf)
	c := talk(t, s, "udp", "a")
	if got := c.allocate(attr(stun.AttrEvenPort, 0x80)); got != 0 || c.relayed.Port()%2 != 0 {
		t.Error(got, c.relayed)
	}
}

// TestReservations are bounded, also of who gives them back; other allocations
// are not.
func TestReservations(t *testing.T) {
	s := start(t, local())
	c := talk(t, s, "udp", "a")
	even := attr(stun.AttrEvenPort, 0x80)
	for n := 0; ; n++ {
		refused := c.allocate(even)
		if refused == stun.CodeAllocQuotaReached && n >= reservationBurst {
			break
		}
		if refused != 0 || n > 10*reservationBurst {
			t.Fatal(refused, n)
		}
		c.ask(stun.MethodRefresh, lifetime(0))
	}
	c.mustAllocate()
}

// TestAnswers are what RFC 8656 wants, and come at once.
func TestAnswers(t *testing.T) {
	peer := netip.AddrPortFrom(loopback, 9)
	private := netip.MustParseAddrPort("10.0.0.1:9")
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			s := start(t, local())
			c := talk(t, s, transport, "a")
			for _, m := range []stun.Method{stun.MethodRefresh, stun.MethodCreatePermission, stun.MethodChannelBind} {
				if got := code(c.ask(m, peerAddr(peer))); got != stun.CodeAllocMismatch {
					t.Errorf("%s without an allocation: %d", m, got)
				}
			}
			if got := c.allocate(attr(stun.AttrRequestedAddressFamily, 2, 0, 0, 0)); got != stun.CodeAddrFamilyNotSupported {
				t.Error("IPv6:", got)
			}
			c.mustAllocate()
			if got := c.allocate(); got != stun.CodeAllocMismatch {
				t.Error("second allocation:", got)
			}
			if got := c.permit(private); got != stun.CodeForbidden {
				t.Error("CreatePermission:", got)
			}
			if got := c.bind(0x4001, private); got != stun.CodeForbidden {
				t.Error("ChannelBind:", got)
			}
			for _, number := range []uint16{0, 0x0101, 0x3fff, 0x8000, 0xffff} {
				if got := c.bind(number, c.relayed); got != stun.CodeBadRequest {
					t.Errorf("channel %x: %d", number, got)
				}
			}
			if got := code(c.ask(stun.MethodConnect, peerAddr(peer))); got != stun.CodeBadRequest {
				t.Error("Connect:", got)
			}
			refused := s.Stats().Refused
			if refused[RefusedMismatch] != 4 || refused[RefusedFamily] != 1 || refused[RefusedPeer] != 2 {
				t.Error("counted", refused)
			}
		})
	}
}

// TestPermissions of one allocation are bounded, and so are its channels.
func TestPermissions(t *testing.T) {
	conf := local()
	conf.Allow = prefixes("192.0.0.0/8")
	s := start(t, conf)
	c := talk(t, s, "udp", "a").mustAllocate()
	peer := netip.MustParseAddr("192.1.0.0")
	for i := range maxPermissions {
		if got := c.permit(netip.AddrPortFrom(peer, 9)); got != 0 {
			t.Fatal(i, got)
		}
		peer = peer.Next()
	}
	if got := c.permit(netip.AddrPortFrom(peer, 9)); got != stun.CodeInsufficientCapacity {
		t.Error("one more:", got)
	}
	known := netip.MustParseAddr("192.1.0.0")
	for i := range maxChannels {
		if got := c.bind(0x4000+uint16(i), netip.AddrPortFrom(known, uint16(1+i))); got != 0 {
			t.Fatal(i, got)
		}
	}
	if got := c.bind(0x4fff, netip.AddrPortFrom(known, 9999)); got != stun.CodeInsufficientCapacity {
		t.Error("one more channel:", got)
	}
	if got := c.bind(0x4000, netip.AddrPortFrom(known, 1)); got != 0 {
		t.Error("refreshed channel:", got)
	}
}
