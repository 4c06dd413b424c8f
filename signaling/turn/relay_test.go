package turn

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"
)

// TestRelayToRelay passes data both ways between two relays, over each
// transport, by channels and by indications.
func TestRelayToRelay(t *testing.T) {
	for _, transport := range []string{"udp", "tcp"} {
		t.Run(transport, func(t *testing.T) {
			s := start(t, local())
			a, b := talk(t, s, transport, "a").mustAllocate(), talk(t, s, transport, "b").mustAllocate()
			if a.permit(b.relayed) != 0 || b.permit(a.relayed) != 0 {
				t.Fatal("permission refused")
			}
			a.indicate(b.relayed, "by indication")
			if number, peer, data := b.got(); number != 0 || peer != a.relayed || data != "by indication" {
				t.Errorf("b got %x, %s, %q", number, peer, data)
			}
			if a.bind(0x4001, b.relayed) != 0 || b.bind(0x4f00, a.relayed) != 0 {
				t.Fatal("channel refused")
			}
			for _, data := range []string{"", "x", "odd", strings.Repeat("m", 1200), strings.Repeat("l", maxData)} {
				a.send(0x4001, data)
				if number, _, got := b.got(); number != 0x4f00 || got != data {
					t.Errorf("b got %x and %d bytes instead of %d", number, len(got), len(data))
				}
				b.send(0x4f00, data)
				if number, _, got := a.got(); number != 0x4001 || got != data {
					t.Errorf("a got %x and %d bytes instead of %d", number, len(got), len(data))
				}
			}
			stats := s.Stats()
			if stats.Allocations != 2 || stats.Allocated != 2 || stats.ToPeers.Packets != 11 || stats.ToClients.Packets != 11 ||
				stats.ToPeers.Bytes != stats.ToClients.Bytes || stats.ToPeers.Bytes != 13+2*(1+3+1200+maxData) {
				t.Errorf("counted %+v", stats)
			}
			if code(a.ask(stun.MethodRefresh, lifetime(0))) != 0 {
				t.Error("cannot be given back")
			}
			if n := s.Stats().Allocations; n != 1 {
				t.Errorf("%d allocations after one was given back", n)
			}
		})
	}
}

// TestClient uses pion's client, whose data pass by channels once they are bound.
func TestClient(t *testing.T) {
	s := start(t, local())
	one, first := browser(t, s, "udp", "a")
	two, second := browser(t, s, "tcp", "b")
	if err := one.CreatePermission(second.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	if err := two.CreatePermission(first.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 100)
	for range 20 {
		if _, err := first.WriteTo([]byte("there"), second.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if n, from, err := second.ReadFrom(b); err != nil || string(b[:n]) != "there" || from.String() != first.LocalAddr().String() {
			t.Fatal(string(b[:n]), from, err)
		}
		if _, err := second.WriteTo([]byte("back"), first.LocalAddr()); err != nil {
			t.Fatal(err)
		}
		if n, _, err := first.ReadFrom(b); err != nil || string(b[:n]) != "back" {
			t.Fatal(string(b[:n]), err)
		}
	}
}

// TestPublicAddress announces another address, which leads to the local one and
// hides it.
func TestPublicAddress(t *testing.T) {
	conf := local()
	conf.Public = []Mapping{{Public: announced}}
	s := start(t, conf)
	a, b := talk(t, s, "udp", "a").mustAllocate(), talk(t, s, "udp", "b").mustAllocate()
	if a.relayed.Addr() != announced {
		t.Fatal("relay at", a.relayed)
	}
	a.permit(b.relayed)
	b.permit(a.relayed)
	a.indicate(b.relayed, "there")
	if _, peer, data := b.got(); peer != a.relayed || data != "there" {
		t.Error(peer, data)
	}
}

// TestOwnAddresses reaches only relays and Config.Reach on this machine, even if
// loopback is allowed.
func TestOwnAddresses(t *testing.T) {
	reached, other := echo(t), echo(t)
	conf := local()
	conf.Reach = []uint16{reached.Port()}
	conf.Allow = prefixes("0.0.0.0/0")
	s := start(t, conf)
	a := talk(t, s, "udp", "a").mustAllocate()
	if a.permit(reached) != 0 {
		t.Fatal("permission refused")
	}
	gone := talk(t, s, "udp", "gone").mustAllocate()
	gone.ask(stun.MethodRefresh, lifetime(0))
	refused := []netip.AddrPort{
		other, gone.relayed, netip.AddrPortFrom(loopback, 0), netip.AddrPortFrom(loopback, s.Port()),
	}
	for _, peer := range refused {
		a.indicate(peer, "no")
	}
	a.indicate(reached, "yes")
	if _, peer, data := a.got(); peer != reached || data != "yes" {
		t.Error(peer, data)
	}
	if n := s.Stats().Dropped["peer"]; n != uint64(len(refused)) {
		t.Errorf("%d dropped", n)
	}
	for _, peer := range []string{"0.0.0.0:9", "127.255.255.255:9"} {
		if c := a.permit(netip.MustParseAddrPort(peer)); c != stun.CodeForbidden {
			t.Errorf("%s: %d", peer, c)
		}
	}
}

// TestStrangers get nothing through, and nothing is said to the client.
func TestStrangers(t *testing.T) {
	s := start(t, local())
	a, b := talk(t, s, "udp", "a").mustAllocate(), talk(t, s, "udp", "b").mustAllocate()
	b.permit(netip.AddrPortFrom(loopback, 9))
	a.bind(0x4001, b.relayed)
	a.send(0x4001, "b has a permission for that address")
	if _, peer, _ := b.got(); peer != a.relayed {
		t.Error(peer)
	}
	a.send(0x4002, "no such channel")
	talk(t, s, "udp", "c").send(0x4001, "no allocation")
	b.indicate(a.relayed, "a has a channel")
	if number, _, _ := a.got(); number != 0x4001 {
		t.Errorf("%x", number)
	}
	c := talk(t, s, "udp", "c").mustAllocate()
	stranger, err := net.Dial("udp", c.relayed.String())
	if err != nil {
		t.Fatal(err)
	}
	defer stranger.Close()
	if _, err := stranger.Write([]byte("c has no permission")); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() bool { return s.Stats().Dropped["permission"] == 3 })
	if n := s.Stats().ToClients.Packets; n != 2 {
		t.Errorf("%d packets came through", n)
	}
}

// TestRate drops what is beyond it, each way for itself.
func TestRate(t *testing.T) {
	peer := echo(t)
	conf := local()
	conf.Reach, conf.Rate = []uint16{peer.Port()}, 1000 // the burst is minBurst
	s := start(t, conf)
	a := talk(t, s, "udp", "a").mustAllocate()
	if c := a.bind(0x4001, peer); c != 0 {
		t.Fatal(c)
	}
	const packets = 100
	for range packets {
		a.send(0x4001, strings.Repeat("x", 1400))
	}
	a.permit(peer) // answered when all before has been handled
	b := talk(t, s, "udp", "b").mustAllocate()
	b.bind(0x4001, peer)
	b.send(0x4001, "another has a rate of its own")
	b.got()
	stats := s.Stats()
	if n := stats.ToPeers.Bytes; n > minBurst+20_000 || stats.Dropped["rate"] == 0 {
		t.Errorf("%d bytes passed, %d packets dropped", n, stats.Dropped["rate"])
	}
	flood, err := net.Dial("udp", b.relayed.String())
	if err != nil {
		t.Fatal(err)
	}
	defer flood.Close()
	b.bind(0x4002, addrPort(flood.LocalAddr()))
	eventually(t, func() bool {
		_, err := flood.Write(make([]byte, 1400))
		return err != nil || s.Stats().Dropped["rate"] > stats.Dropped["rate"]
	})
	if n := s.Stats().ToClients.Bytes - stats.ToClients.Bytes; n > minBurst+20_000 {
		t.Errorf("%d bytes came through", n)
	}
}

// TestEnding ends allocations from without while permissions are added. The race
// detector sees what pion would stumble over.
func TestEnding(t *testing.T) {
	conf := local()
	conf.Allow = prefixes("192.0.0.0/8")
	s := start(t, conf)
	for range 20 {
		c := talk(t, s, "udp", "a").mustAllocate()
		r := s.relays.find(c.relayed)
		peer := netip.MustParseAddr("192.1.0.0")
		for i := range 20 {
			peer = peer.Next()
			c.write(stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodCreatePermission, stun.ClassRequest),
				peerAddr(netip.AddrPortFrom(peer, 9)), peerAddr(netip.AddrPortFrom(peer.Next(), 9)), stun.NewUsername(c.username), stun.NewRealm(realm),
				c.nonce, stun.NewLongTermIntegrity(c.username, realm, c.password)).Raw)
			if i == 10 {
				r.lose()
			}
		}
		eventually(t, r.closed.Load)
	}
}

// TestLifetime is what the client has asked for.
func TestLifetime(t *testing.T) {
	s := start(t, local())
	c := talk(t, s, "tcp", "a")
	if got := c.allocate(lifetime(1)); got != 0 {
		t.Fatal(got)
	}
	eventually(t, func() bool { return s.Stats().Allocations == 0 })
	if got := c.permit(netip.AddrPortFrom(loopback, 9)); got != stun.CodeAllocMismatch {
		t.Error(got)
	}
	c.mustAllocate()
}

// TestRepeated ends an allocation in its time however often the request for it
// comes, and before pion does, which does not wait for permissions half added.
func TestRepeated(t *testing.T) {
	s := start(t, local())
	c := talk(t, s, "udp", "a")
	c.ask(stun.MethodRefresh)
	request := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), overUDP, lifetime(1),
		stun.NewUsername(c.username), stun.NewRealm(realm), c.nonce, stun.NewLongTermIntegrity(c.username, realm, c.password))
	if m := c.exchange(request); code(m) != 0 {
		t.Fatal(m)
	}
	r := s.relays.choose(func(*relay) bool { return true })[0]
	eventually(t, func() bool {
		if !r.closed.Load() {
			c.exchange(request)
		}
		return r.closed.Load()
	})
	if !r.lost.Load() {
		t.Error("pion's own timer ended it")
	}
}

// TestRateOutlivesAllocation gives nobody a new burst for a new allocation, and
// keeps nothing of who has used nothing up.
func TestRateOutlivesAllocation(t *testing.T) {
	q := newQuotas(Config{Rate: 1000})
	h := q.take("a", loopback, loopback)
	withinRate(h.account.up, minBurst)
	h.end()
	if again := q.take("a", loopback, loopback); again.account != h.account {
		t.Error("a new burst")
	}
	q.take("b", loopback, loopback).end()
	if len(q.users) != 1 {
		t.Error(len(q.users), "users are kept")
	}
	synctest.Test(t, func(t *testing.T) {
		q := newQuotas(Config{Rate: 1000})
		h := q.take("a", loopback, loopback)
		withinRate(h.account.down, minBurst)
		h.end()
		time.Sleep(minBurst * time.Second / 1000)
		synctest.Wait()
		if len(q.users) != 0 {
			t.Error("kept for good")
		}
	})
}
