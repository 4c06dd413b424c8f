package signaling

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"moim/chat"
	"moim/signaling/protocol"
)

// TestSeal holds the header of a server's frame (RFC 6455, section 5.2) for
// each form of its length.
func TestSeal(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 300000} {
		text := strings.Repeat("x", n)
		frame := seal(append(newFrame(n), text...))
		if frame[0] != 0x81 {
			t.Errorf("%d bytes: the first byte is %#x", n, frame[0])
		}
		header, length := 2, uint64(frame[1])
		switch frame[1] {
		case 126:
			header, length = 4, uint64(binary.BigEndian.Uint16(frame[2:]))
		case 127:
			header, length = 10, binary.BigEndian.Uint64(frame[2:])
		}
		if length != uint64(n) || string(frame[header:]) != text {
			t.Errorf("%d bytes: the header says %d, and %d follow", n, length, len(frame)-header)
		}
		if shortest := n <= 125 && header == 2 || n > 125 && n <= 65535 && header == 4 || n > 65535 && header == 10; !shortest {
			t.Errorf("%d bytes: a header of %d, which is not the shortest", n, header)
		}
	}
}

func TestCloseFrame(t *testing.T) {
	for _, code := range protocol.CloseCodes() {
		frame := closeFrame(code)
		if frame[0] != 0x88 || int(frame[1]) != len(frame)-2 || len(frame) > 2+125 {
			t.Errorf("%d: %x", code, frame)
		}
		if got := binary.BigEndian.Uint16(frame[2:]); got != uint16(code) || len(frame) == 4 || !utf8.Valid(frame[4:]) {
			t.Errorf("%d: code %d, reason %q", code, got, frame[4:])
		}
	}
}

func TestFloodAfterPause(t *testing.T) {
	start := time.Unix(1000, 0)
	var f flood
	for ms := range 50 {
		if f.refused(start.Add(time.Duration(ms) * 100 * time.Millisecond)) {
			t.Fatalf("closed after %d ms", ms*100)
		}
	}
	if !f.refused(start.Add(5 * time.Second)) {
		t.Error("not closed after 5 s")
	}
	if f.refused(start.Add(6100 * time.Millisecond)) {
		t.Error("a pause does not begin it anew")
	}
}

// TestFaultsSlide holds that the window of faults slides.
func TestFaultsSlide(t *testing.T) {
	start := time.Unix(1000, 0)
	var f faults
	for i := range 200 { // one each 0.6 s
		if f.add(start.Add(time.Duration(i) * 600 * time.Millisecond)) {
			t.Fatalf("closed at fault %d", i+1)
		}
	}
	end := start.Add(199 * 600 * time.Millisecond)
	for i := 1; ; i++ { // 17 are in the last 10 s
		if f.add(end.Add(time.Millisecond)) {
			if i != 3 {
				t.Errorf("closed after %d more at once, want 3", i)
			}
			break
		}
	}
}

// TestJoinLimiterBounded holds that the addresses kept are bounded and
// forgotten once their buckets are full.
func TestJoinLimiterBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newAddressLimiter(Rate{PerSecond: 1, Burst: 2})
		addr := func(i int) netip.Prefix {
			return Subnet(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		}
		for i := range maxAddresses + 1000 {
			if allowed := l.allow(addr(i)); allowed != (i < maxAddresses+2) {
				t.Fatalf("address %d: %v", i, allowed)
			}
		}
		if len(l.buckets) != maxAddresses {
			t.Errorf("%d addresses are kept", len(l.buckets))
		}
		l.sweep(time.Now())
		if len(l.buckets) != maxAddresses {
			t.Error("addresses are forgotten before their time")
		}
		time.Sleep(time.Second)
		l.sweep(time.Now())
		if len(l.buckets) != 0 {
			t.Errorf("%d addresses are kept after their time", len(l.buckets))
		}
	})
}

func TestSubnet(t *testing.T) {
	tests := map[string]string{
		"192.0.2.1":           "192.0.2.1/32",
		"::ffff:192.0.2.1":    "192.0.2.1/32",
		"2001:db8:1:2:3::4":   "2001:db8:1:2::/64",
		"fe80::1%eth0":        "fe80::/64",
		"2001:db8:1:3:ffff::": "2001:db8:1:3::/64",
	}
	for given, want := range tests {
		if got := Subnet(netip.MustParseAddr(given)).String(); got != want {
			t.Errorf("%s is in %s, want %s", given, got, want)
		}
	}
	if got := Subnet(netip.Addr{}); got != (netip.Prefix{}) {
		t.Errorf("no address is in %s", got)
	}
}

// TestLineJSON holds what a line takes in a frame to its bound, and that to the
// greatest.
func TestLineJSON(t *testing.T) {
	const most = 1<<53 - 1
	at := time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC)
	id := string(newPeerID())
	line := chat.Message{
		N: most, Seq: most, Key: strings.Repeat("\x01", protocol.MaxKey), From: id, To: id, Reply: most, At: at, Edited: at,
		Name: strings.Repeat("\u2028", protocol.MaxName), Text: strings.Repeat("\x01", chat.MaxText),
	}
	for _, m := range []chat.Message{line, {N: most, Seq: most, Key: "k", From: id, To: id, Reply: most, At: at, Deleted: at}} {
		b, err := json.Marshal(wireMessage(&m))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(b) + len(","); n > lineJSON(&m) || n > maxLineJSON {
			t.Errorf("%d bytes, bound to %d and %d", n, lineJSON(&m), maxLineJSON)
		}
	}
	line.Text, line.Name = strings.Repeat("🍵", chat.MaxText), strings.Repeat("🍵", protocol.MaxName)
	if n := lineJSON(&line); n > maxLineJSON {
		t.Errorf("a line is bound to %d bytes, the greatest to %d", n, maxLineJSON)
	}
}

// TestChangeOfReplaced holds that a session another one has taken the place of
// cannot change what the others see.
func TestChangeOfReplaced(t *testing.T) {
	r := &Room{peers: make(map[PeerID]*Session)}
	old, now := &Session{room: r, id: "a"}, &Session{room: r, id: "a"}
	r.peers["a"] = now
	r.change(old, func(p *protocol.Peer) { p.Name = "Old" })
	if old.peer.Name != "" || now.peer.Name != "" || len(now.out.frames) > 0 {
		t.Error("it can")
	}
}

// TestFrameOfReplaced holds that a frame which was being read when another socket
// took up the session is neither handled nor counted.
func TestFrameOfReplaced(t *testing.T) {
	s := &Session{room: &Room{}, carrier: &socket{}}
	s.room.peers = map[PeerID]*Session{"a": s}
	err := s.receive(&socket{}, &protocol.Frame{Type: protocol.TypeLeave}, nil)
	if !errors.Is(err, errReplaced) || s.got.Load() != 0 || len(s.room.peers) != 1 {
		t.Errorf("%v, and %d frames are counted", err, s.got.Load())
	}
}

// TestEndOfReplaced holds that the end of a socket whose session another one has
// taken up is not the end of the session.
func TestEndOfReplaced(t *testing.T) {
	now := &socket{}
	s := &Session{room: &Room{}, carrier: now}
	s.room.peers = map[PeerID]*Session{"a": s}
	old := &socket{session: s}
	old.expel()
	s.close(old, protocol.CloseFaults)
	s.detach(old, absence{})
	if s.carrier != now || s.absent != nil || len(s.room.peers) != 1 || now.closing.Load() {
		t.Error("it is")
	}
}

// TestPasswordsTakeTurns holds that passwords from many addresses of one network
// keep nobody waiting for long.
func TestPasswordsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPasswords()
		hash := func(addr string) time.Duration {
			began := time.Now()
			done, fault := p.turn(t.Context(), netip.MustParsePrefix(addr))
			if fault != nil {
				return hashPatience
			}
			time.Sleep(50 * time.Millisecond)
			done(false)
			return time.Since(began)
		}
		for i := range 200 {
			go hash(fmt.Sprintf("2001:db8:0:%x::/64", i%24))
		}
		synctest.Wait()
		if took := hash("192.0.2.1/32"); took > 300*time.Millisecond {
			t.Errorf("another network waits %v", took)
		}
		time.Sleep(2 * hashPatience)
	})
}

// TestTally holds that an address has so many, that those of an IPv6 /48 have four
// times as many, and that what is dropped is forgotten.
func TestTally(t *testing.T) {
	counts := make(Tally)
	fill := func(addr string) (n int) {
		for p := netip.MustParsePrefix(addr); !counts.Full(p, 10); n++ {
			counts.Add(p)
		}
		return n
	}
	addrs := []string{
		"192.0.2.1/32", "192.0.2.2/32", "2001:db8:0:1::/64", "2001:db8:0:2::/64", "2001:db8:0:3::/64", "2001:db8:0:4::/64",
		"2001:db8:0:5::/64", "2001:db8:1::/64",
	}
	for i, want := range []int{10, 10, 10, 10, 10, 10, 0, 10} {
		if got := fill(addrs[i]); got != want {
			t.Errorf("%s has %d, want %d", addrs[i], got, want)
		}
		for range want {
			defer counts.Drop(netip.MustParsePrefix(addrs[i]))
		}
	}
	t.Cleanup(func() {
		if len(counts) > 0 {
			t.Errorf("left are %v", counts)
		}
	})
}
