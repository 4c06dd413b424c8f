package echo

import (
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// tolerance is for what should take no time at all.
const tolerance = 20 * time.Second

var home = netip.MustParseAddr("127.0.0.1")

// serve makes a server on a free port.
func serve(t *testing.T, cfg Config) *Server {
	t.Helper()
	s, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// caller makes the browser's side of a call.
func caller(t *testing.T) *webrtc.PeerConnection {
	t.Helper()
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { pc.GracefulClose() })
	return pc
}

func offerOf(t *testing.T, pc *webrtc.PeerConnection) string {
	t.Helper()
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	return offer.SDP
}

// call places a call.
func place(t *testing.T, s *Server, pc *webrtc.PeerConnection) {
	t.Helper()
	answer, err := s.Answer(t.Context(), home, offerOf(t, pc))
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		t.Fatal(err)
	}
}

func wait[T any](t *testing.T, what string, from <-chan T) T {
	t.Helper()
	select {
	case value := <-from:
		return value
	case <-time.After(tolerance):
		t.Fatalf("not within %v: %s", tolerance, what)
		panic("unreachable")
	}
}

func refusal(err error) string {
	if refused, ok := errors.AsType[*Error](err); ok {
		return refused.Code
	}
	return ""
}

func TestMessages(t *testing.T) {
	s := serve(t, Config{})
	pc := caller(t)
	channel, err := pc.CreateDataChannel("probe", nil)
	if err != nil {
		t.Fatal(err)
	}
	back := make(chan string, 1)
	if s.Port() == 0 {
		t.Error("the port is not known")
	}
	channel.OnOpen(func() { channel.SendText("there") })
	channel.OnMessage(func(m webrtc.DataChannelMessage) { back <- string(m.Data) })
	place(t, s, pc)
	if got := wait(t, "a message comes back", back); got != "there" {
		t.Errorf("%q came back", got)
	}
}

// TestMedia sends numbered packets and looks when they come back.
func TestMedia(t *testing.T) {
	const delay = 300 * time.Millisecond
	for kind, codec := range map[webrtc.RTPCodecType]webrtc.RTPCodecCapability{
		webrtc.RTPCodecTypeAudio: opus, webrtc.RTPCodecTypeVideo: vp8,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			s := serve(t, Config{Delay: delay, Probe: time.Nanosecond})
			pc := caller(t)
			track, err := webrtc.NewTrackLocalStaticRTP(codec, kind.String(), "own")
			if err != nil {
				t.Fatal(err)
			}
			sender, err := pc.AddTrack(track)
			if err != nil {
				t.Fatal(err)
			}
			asked := make(chan struct{}, 1)
			go func() {
				for {
					packets, _, err := sender.ReadRTCP()
					if err != nil {
						return
					}
					for _, packet := range packets {
						if _, ok := packet.(*rtcp.PictureLossIndication); ok {
							select {
							case asked <- struct{}{}:
							default:
							}
						}
					}
				}
			}()
			type arrival struct {
				sent int64
				at   time.Time
			}
			arrivals, remote := make(chan arrival, 1000), make(chan uint32, 1)
			pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
				remote <- uint32(track.SSRC())
				for {
					packet, _, err := track.ReadRTP()
					if err != nil {
						return
					}
					var sent int64
					for _, b := range packet.Payload[len(packet.Payload)-8:] {
						sent = sent<<8 | int64(b)
					}
					select {
					case arrivals <- arrival{sent, time.Now()}:
					default:
					}
				}
			})
			connected := make(chan struct{})
			pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
				if state == webrtc.PeerConnectionStateConnected {
					close(connected)
				}
			})
			place(t, s, pc)
			wait(t, "connected", connected)

			stop := make(chan struct{})
			defer close(stop)
			go func() {
				tick := time.NewTicker(20 * time.Millisecond)
				defer tick.Stop()
				for n := uint16(0); ; n++ {
					sent := time.Now().UnixNano()
					payload := make([]byte, 20)
					payload[0] = 0x10 // start of a VP8 partition (RFC 7741, section 4.2)
					for i := range 8 {
						payload[12+i] = byte(sent >> (56 - 8*i))
					}
					track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 960}, Payload: payload})
					select {
					case <-tick.C:
					case <-stop:
						return
					}
				}
			}()
			for range 10 {
				a := wait(t, "a packet comes back", arrivals)
				if took := a.at.Sub(time.Unix(0, a.sent)); took < delay {
					t.Errorf("a packet came back after %v, before %v", took, delay)
				}
			}
			if kind == webrtc.RTPCodecTypeVideo {
				pc.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: wait(t, "track", remote)}})
				wait(t, "a picture that stands by itself is asked for", asked)
			}
		})
	}
}

func TestBounds(t *testing.T) {
	s := serve(t, Config{Calls: 3, PerPlace: 2, Connect: time.Hour})
	ask := func(from string) error {
		pc := caller(t)
		pc.CreateDataChannel("probe", nil)
		_, err := s.Answer(t.Context(), netip.MustParseAddr(from), offerOf(t, pc))
		return err
	}
	for i, step := range []struct{ from, want string }{
		{"2001:db8::1", ""},
		{"2001:db8::2", ""},
		{"2001:db8::3", CodeBusy}, // the same /64
		{"192.0.2.1", ""},
		{"192.0.2.2", CodeBusy}, // one too many of all
	} {
		if got := refusal(ask(step.from)); got != step.want {
			t.Errorf("call %d, from %s: %q, want %q", i, step.from, got, step.want)
		}
	}
}

func TestUnusedCallEnds(t *testing.T) {
	s := serve(t, Config{Calls: 1, Connect: 50 * time.Millisecond})
	pc := caller(t)
	pc.CreateDataChannel("probe", nil)
	offer := offerOf(t, pc)
	if _, err := s.Answer(t.Context(), home, offer); err != nil {
		t.Fatal(err)
	}
	s.alive.Wait()
	if len(s.places) > 0 {
		t.Errorf("%v are remembered", s.places)
	}
	if _, err := s.Answer(t.Context(), home, offer); err != nil {
		t.Errorf("after its end: %v", err)
	}
}

// TestCallEndsInTime has a caller who would stay for ever.
func TestCallEndsInTime(t *testing.T) {
	s := serve(t, Config{Connect: time.Hour, Probe: time.Nanosecond})
	pc := caller(t)
	if _, err := pc.CreateDataChannel("probe", nil); err != nil {
		t.Fatal(err)
	}
	place(t, s, pc)
	waitForEnd(t, s)
}

func TestRefusedOffers(t *testing.T) {
	s := serve(t, Config{})
	pc := caller(t)
	pc.CreateDataChannel("probe", nil)
	offer := offerOf(t, pc)
	media := offer[strings.Index(offer, "m="):]
	for name, text := range map[string]string{
		"empty": "", "no SDP": "hello", "no media": offer[:strings.Index(offer, "m=")],
		"two of a kind": offer + media, "another kind": strings.Replace(offer, "m=application", "m=text", 1),
		"too long": offer + strings.Repeat("a=x\r\n", maxOffer/5), "no ICE": strings.ReplaceAll(offer, "a=ice-ufrag", "a=nothing"),
		"no fingerprint": strings.ReplaceAll(offer, "a=fingerprint", "a=nothing"),
	} {
		if _, err := s.Answer(t.Context(), home, text); refusal(err) != CodeBadSDP {
			t.Errorf("%s: %v", name, err)
		}
	}
	s.alive.Wait()
}

// TestNamedAddresses looks whether the server sends to an address that is only
// named.
func TestNamedAddresses(t *testing.T) {
	victim, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer victim.Close()
	s := serve(t, Config{Connect: 300 * time.Millisecond})
	pc := caller(t)
	pc.CreateDataChannel("probe", nil)
	candidate := "a=candidate:1 1 udp 2130706431 " + strings.Replace(victim.LocalAddr().String(), ":", " ", 1) + " typ host\r\n"
	if _, err := s.Answer(t.Context(), home, offerOf(t, pc)+candidate); err != nil {
		t.Fatal(err)
	}
	s.alive.Wait()
	if _, err := victim.WriteTo([]byte("own"), victim.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	victim.SetReadDeadline(time.Now().Add(tolerance))
	got := make([]byte, 1500)
	n, _, err := victim.ReadFromUDP(got)
	if err != nil {
		t.Fatal(err)
	}
	if string(got[:n]) != "own" {
		t.Errorf("%d bytes were sent there", n)
	}
}

func TestPublicAddresses(t *testing.T) {
	public := netip.MustParseAddr("203.0.113.5")
	s := serve(t, Config{Public: []netip.Addr{public}})
	for from, inside := range map[string]bool{"127.0.0.1": true, "198.51.100.7": false} {
		pc := caller(t)
		pc.CreateDataChannel("probe", nil)
		answer, err := s.Answer(t.Context(), netip.MustParseAddr(from), offerOf(t, pc))
		if err != nil {
			t.Fatal(err)
		}
		addrs := make(map[netip.Addr]bool)
		for line := range strings.Lines(answer) {
			if value, ok := strings.CutPrefix(line, "a=candidate:"); ok {
				addrs[addressOf(value)] = true
			}
		}
		if !addrs[public] || addrs[home] != inside {
			t.Errorf("from %s: %v", from, addrs)
		}
	}
}

func FuzzAnswer(f *testing.F) {
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		f.Fatal(err)
	}
	pc.CreateDataChannel("probe", nil)
	pc.AddTransceiverFromKind(webrtc.RTPCodecTypeVideo)
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		f.Fatal(err)
	}
	pc.Close()
	f.Add(offer.SDP)
	f.Fuzz(func(t *testing.T, text string) {
		s := serve(t, Config{Connect: time.Millisecond})
		answer, err := s.Answer(t.Context(), home, text)
		if err == nil && answer == "" {
			t.Error("neither an answer nor an error")
		}
	})
}
