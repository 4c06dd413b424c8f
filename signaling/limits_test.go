package signaling_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// families has the frames of each limit; %s is another peer's id, %d a number.
var families = []struct {
	name   string
	set    func(*signaling.Limits, signaling.Rate)
	frames []string
}{
	{"signals", func(l *signaling.Limits, r signaling.Rate) { l.Signals = r }, []string{
		`{"type":"offer","to":"%[1]s","sdp":"v=0","id":%[2]d}`,
		`{"type":"answer","to":"%[1]s","sdp":"v=0","id":%[2]d}`,
		`{"type":"candidate","to":"%[1]s","candidate":null,"id":%[2]d}`,
		`{"type":"data","to":"%[1]s","data":1,"id":%[2]d}`,
	}},
	{"chats", func(l *signaling.Limits, r signaling.Rate) { l.Chats = r }, []string{
		`{"type":"chat","key":"%[2]d","text":"to %[1]s","id":%[2]d}`,
	}},
	{"updates", func(l *signaling.Limits, r signaling.Rate) { l.Updates = r }, []string{
		`{"type":"update","name":"%[2]d %[1]s","id":%[2]d}`,
		`{"type":"typing","to":"%[1]s","id":%[2]d}`,
		`{"type":"chat-history","to":"%[1]s","id":%[2]d}`,
	}},
}

// TestRateLimits holds that a frame over its limit is refused and dropped,
// that the others notice nothing of it, that other frames still pass, and
// that a second later the steady rate does again.
func TestRateLimits(t *testing.T) {
	const burst, steady = 8, 4
	for _, family := range families {
		t.Run(family.name, func(t *testing.T) {
			limits := unlimited()
			family.set(&limits, signaling.Rate{PerSecond: steady, Burst: burst})
			Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				sent := 0
				passed := func(frames int) int {
					for range frames {
						sent++
						peers[0].Sendf(family.frames[sent%len(family.frames)], peers[1].ID, sent)
					}
					s.Settle()
					limited := 0
					for _, frame := range peers[0].Take() {
						if frame.Type == protocol.TypeError {
							if got := Into[protocol.ErrorFrame](peers[0], frame); got.Code != protocol.CodeRateLimited || got.Re == 0 {
								t.Fatalf("got %s", frame.Text)
							}
							limited++
						}
					}
					return frames - limited
				}
				if n := passed(burst); n != burst {
					t.Errorf("%d of the first %d passed", n, burst)
				}
				peers[1].Take()
				if n := passed(3); n != 0 {
					t.Errorf("%d frames over the limit passed", n)
				}
				peers[1].ExpectNothing()
				for _, other := range families {
					if other.name != family.name {
						peers[0].Sendf(other.frames[0], peers[1].ID, 1000)
						for ok := false; !ok; {
							frame := peers[0].Take()
							s.Settle()
							for _, f := range frame {
								ok = ok || f.Type == protocol.TypeOK
								if f.Type == protocol.TypeError {
									t.Fatalf("%s are limited too: %s", other.name, f.Text)
								}
							}
						}
					}
				}
				s.Pass(time.Second)
				if n := passed(steady + 2); n != steady {
					t.Errorf("%d passed after a second, want %d", n, steady)
				}
			})
		})
	}
}

// TestChatsPerAddress holds that many sessions of a network say no more than it may,
// and that this keeps nobody else from it.
func TestChatsPerAddress(t *testing.T) {
	limits := unlimited()
	limits.ChatsPerAddress = signaling.Rate{PerSecond: 1, Burst: 5}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		near := []Dial{{From: netip.MustParseAddr("2001:db8:0:1::1")}, {From: netip.MustParseAddr("2001:db8:0:2::1")}}
		var peers []*Peer
		for i, d := range append(near, elsewhere) {
			p := s.DialWith(d)
			p.Join(Frame{"room": "tea" + strconv.Itoa(i), "name": "Mina"})
			peers = append(peers, p)
		}
		said := func(p *Peer, text string) bool {
			p.Sendf(`{"type":"chat","key":%q,"text":%q}`, text[:1], text)
			return p.Next().Type == protocol.TypeChat
		}
		for i, text := range []string{"a", "b", strings.Repeat("c", 2000), "d"} {
			if !said(peers[i%2], text) {
				t.Errorf("line %d is refused", i)
			}
		}
		if said(peers[0], "e") || said(peers[1], "f") {
			t.Error("one line more is said")
		}
		if !said(peers[2], "g") {
			t.Error("another address is kept from it")
		}
		s.Pass(time.Second)
		if !said(peers[1], "h") || said(peers[0], "i") {
			t.Error("after a second not one line is said")
		}
	})
}

// TestChatsInOrder holds that what is on its way behind a refused line is not taken
// before it.
func TestChatsInOrder(t *testing.T) {
	limits := unlimited()
	limits.ChatsPerAddress = signaling.Rate{PerSecond: 1, Burst: 4}
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		mina := s.Join("tea", "Mina")
		mina.Sendf(`{"type":"chat","key":"a","text":"a"}`)
		mina.Expect(protocol.TypeChat)
		mina.Sendf(`{"type":"chat","key":"b","text":%q}`, strings.Repeat("b", 3<<10))
		mina.Sendf(`{"type":"chat","key":"c","text":"c"}`)
		mina.ExpectError(protocol.CodeRateLimited)
		mina.ExpectError(protocol.CodeRateLimited)
		s.Pass(time.Second)
		mina.Sendf(`{"type":"chat","key":"b","text":%q}`, strings.Repeat("b", 3<<10))
		mina.Expect(protocol.TypeChat)
	})
}

// TestNetworksOfAddresses holds that a /48 may do four times as often what each of
// its /64s may, however many there are.
func TestNetworksOfAddresses(t *testing.T) {
	limits := unlimited()
	limits.Joins = signaling.Rate{PerSecond: 1e-6, Burst: 5}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		admitted := func(addr string) (n int) {
			for s.Hub.Admits(netip.MustParseAddr(addr)) {
				n++
			}
			return n
		}
		var got []int
		for _, addr := range []string{"2001:db8:0:1::1", "2001:db8:0:1::2", "2001:db8:0:2::1", "2001:db8:0:3::1", "2001:db8:0:4::1", "2001:db8:0:5::1", "2001:db8:1::1", "192.0.2.1", "192.0.2.2"} {
			got = append(got, admitted(addr))
		}
		if want := []int{5, 0, 5, 5, 5, 0, 5, 5, 5}; !slices.Equal(got, want) {
			t.Errorf("admitted %v, want %v", got, want)
		}
	})
}

// TestChatLimits holds that edits and deletions count as chats, searches as
// updates.
func TestChatLimits(t *testing.T) {
	once := signaling.Rate{PerSecond: 1e-6, Burst: 2}
	limits := unlimited()
	limits.Chats, limits.Updates = once, once
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		mina, nana := s.Join("tea", "Mina"), s.Join("tea", "Nana")
		mina.Expect(protocol.TypePeerJoined)
		sayTo([]*Peer{mina, nana}, mina, "", "hello")
		mina.Sendf(`{"type":"chat-edit","n":1,"text":"bye"}`)
		expectChanged(mina)
		expectChanged(nana)
		for i, text := range []string{
			`{"type":"chat-edit","n":1,"text":"back","id":1}`, `{"type":"chat-delete","n":1,"id":2}`, `{"type":"chat","key":"k","text":"x","id":3}`,
		} {
			mina.SendText(text)
			mina.ExpectRefused(int64(i+1), protocol.CodeRateLimited)
		}
		for range 2 {
			ask(mina, protocol.TypeChatSearch, `{"type":"chat-search","query":"bye"}`)
		}
		mina.Sendf(`{"type":"chat-search","query":"bye","id":4}`)
		mina.ExpectRefused(4, protocol.CodeRateLimited)
		nana.ExpectNothing()
		nana.Sendf(`{"type":"chat-delete","n":1,"id":5}`)
		nana.ExpectRefused(5, protocol.CodeForbidden)
		nana.Sendf(`{"type":"chat-delete","n":9,"id":6}`)
		nana.ExpectRefused(6, protocol.CodeNoSuchMessage)
		nana.Sendf(`{"type":"chat-delete","n":9,"id":7}`)
		nana.ExpectRefused(7, protocol.CodeRateLimited)
	})
}

// TestFloodCloses holds that five seconds over a limit without a pause close.
func TestFloodCloses(t *testing.T) {
	tests := []struct {
		name  string
		apart []time.Duration // between refused frames, over and over
		until time.Duration
		close bool
	}{
		{"twice a second for 5 s", []time.Duration{500 * time.Millisecond}, 5 * time.Second, true},
		{"once a second for 5 s", []time.Duration{time.Second}, 5 * time.Second, true},
		{"twice a second for 4.5 s", []time.Duration{500 * time.Millisecond}, 4500 * time.Millisecond, false},
		{"with a pause every 4 s", []time.Duration{time.Second, time.Second, time.Second, 1100 * time.Millisecond}, 30 * time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			limits := unlimited()
			limits.Signals = signaling.Rate{PerSecond: 1e-6, Burst: 1}
			Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				send := func() { peers[0].Sendf(`{"type":"data","data":1}`) }
				send()
				peers[1].Expect(protocol.TypeData)
				began, refused := time.Now(), 0
				for i := 0; ; i++ {
					send()
					refused++
					if time.Since(began) >= tt.until {
						break
					}
					s.Pass(tt.apart[i%len(tt.apart)])
				}
				if tt.close {
					if n := len(peers[0].SkipToClose(protocol.CloseFaults)); n != refused {
						t.Errorf("%d answers to %d frames", n, refused)
					}
					peers[1].ExpectLeft(peers[0], protocol.ReasonLost)
					return
				}
				for range refused {
					peers[0].ExpectError(protocol.CodeRateLimited)
				}
				peers[0].ExpectNothing()
				peers[1].ExpectNothing()
			})
		})
	}
}

func TestJoinLimit(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins = signaling.Rate{PerSecond: 1, Burst: 3}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		for range 3 {
			s.Join("tea", "")
		}
		p := s.Dial()
		p.SendJoin(Frame{"room": "tea", "id": 6})
		p.ExpectRefused(6, protocol.CodeRateLimited)
		for i := range 4 {
			if _, _, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{}, DefaultAddr); (err == nil) != (i < 3) {
				t.Errorf("making room %d: %v", i, err)
			}
		}
		other := s.DialWith(Dial{From: netip.MustParseAddr("192.0.2.2")})
		other.Join(Frame{"room": "tea"})
		s.Pass(time.Second)
		p.Join(Frame{"room": "tea"})
	})
}

// TestJoinFlood holds that a connection which does nothing but run into the
// limit of joins is closed.
func TestJoinFlood(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins = signaling.Rate{PerSecond: 1e-6, Burst: 1}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		s.Join("tea", "")
		p := s.Dial()
		for range 11 {
			p.SendJoin(Frame{"room": "tea"})
			s.Pass(500 * time.Millisecond)
		}
		if n := len(p.SkipToClose(protocol.CloseFaults)); n != 11 {
			t.Errorf("%d answers", n)
		}
	})
}

// TestJoinLimitOfIPv6 holds that a client is told apart by its /64.
func TestJoinLimitOfIPv6(t *testing.T) {
	limits := signaling.DefaultLimits()
	limits.Joins = signaling.Rate{PerSecond: 1, Burst: 1}
	tests := []struct {
		from string
		in   bool
	}{
		{"2001:db8::1", true},
		{"2001:db8::ffff:1", false},
		{"2001:db8:0:1::1", true},
		{"::ffff:192.0.2.9", true},
		{"192.0.2.9", false},
	}
	Run(t, signaling.Config{Limits: limits}, func(_ *testing.T, s *Server) {
		for _, tt := range tests {
			p := s.DialWith(Dial{From: netip.MustParseAddr(tt.from)})
			p.SendJoin(Frame{"room": "tea"})
			s.Settle()
			want := protocol.TypeError
			if tt.in {
				want = protocol.TypeJoined
			}
			p.Expect(want)
		}
	})
}

func TestRateText(t *testing.T) {
	good := map[string]signaling.Rate{
		"200:400": {PerSecond: 200, Burst: 400},
		"0.5:1":   {PerSecond: 0.5, Burst: 1},
	}
	for text, want := range good {
		var got signaling.Rate
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s is %+v, %v", text, got, err)
		}
		if back, err := want.MarshalText(); err != nil || string(back) != text {
			t.Errorf("%+v is %s, %v", want, back, err)
		}
	}
	for _, text := range []string{"", "200", ":", "200:", ":400", "0:1", "-1:1", "1:0", "1:-1", "1:1.5", "NaN:1", "Inf:1", "1e10:1", "1:2:3", "a:b"} {
		var got signaling.Rate
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}

func TestDefaultLimits(t *testing.T) {
	want := signaling.Limits{
		Signals: signaling.Rate{PerSecond: 200, Burst: 400},
		Chats:   signaling.Rate{PerSecond: 10, Burst: 40},
		Updates: signaling.Rate{PerSecond: 20, Burst: 60},
		Joins:   signaling.Rate{PerSecond: 20, Burst: 200},
		Peers:   100,
		Rooms:   10_000,
		Sockets: 20_000,
		Grace:   20 * time.Second,

		PeersPerAddress: 1000,
		RoomsPerAddress: 500,
		ChatsPerAddress: signaling.Rate{PerSecond: 20, Burst: 600},
	}
	if got := signaling.DefaultLimits(); got != want {
		t.Errorf("got %s, want %s", fmt.Sprint(got), fmt.Sprint(want))
	}
}
