package signaling_test

import (
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// sized is a data frame of so many bytes that every server takes but for its size.
func sized(bytes int) string {
	const start, end = `{"type":"typing","x":"`, `"}`
	return start + strings.Repeat("x", bytes-len(start)-len(end)) + end
}

func TestClosingFrames(t *testing.T) {
	tests := []struct {
		name string
		send func(*Peer)
		code protocol.CloseCode
	}{
		{"binary", func(p *Peer) { p.SendBinary([]byte(`{"type":"typing"}`)) }, protocol.CloseUnsupported},
		{"empty binary", func(p *Peer) { p.SendBinary(nil) }, protocol.CloseUnsupported},
		{"a byte too many", func(p *Peer) { p.SendTooMuch(sized(protocol.MaxFrame + 1)) }, protocol.CloseTooBig},
		{"a megabyte", func(p *Peer) { p.SendTooMuch(sized(1 << 20)) }, protocol.CloseTooBig},
		{"not UTF-8", func(p *Peer) { p.SendText("{\"type\":\"typing\",\"x\":\"\xff\"}") }, protocol.CloseBadUTF8},
		{"UTF-8 cut off", func(p *Peer) { p.SendText("{\"type\":\"typing\",\"x\":\"\xed\x95\"}") }, protocol.CloseBadUTF8},
		{"UTF-8 too long", func(p *Peer) { p.SendText("{\"type\":\"typing\",\"x\":\"\xc0\xaf\"}") }, protocol.CloseBadUTF8},
		{"surrogate in UTF-8", func(p *Peer) { p.SendText("{\"type\":\"typing\",\"x\":\"\xed\xa0\x80\"}") }, protocol.CloseBadUTF8},
		{"bytes that are no JSON either", func(p *Peer) { p.SendText("\xff\xfe\x00") }, protocol.CloseBadUTF8},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				began := time.Now()
				tt.send(peers[1])
				peers[1].ExpectClose(tt.code)
				peers[0].ExpectLeft(peers[1], protocol.ReasonLost)
				peers[0].ExpectNothing()
				if d := time.Since(began); d > 0 {
					t.Errorf("took %v", d)
				}
			})
		})
		t.Run(tt.name+" before join", func(t *testing.T) {
			Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				witness, p := s.Join("tea", "Mina"), s.Dial()
				tt.send(p)
				p.ExpectClose(tt.code)
				witness.ExpectNothing()
			})
		})
	}
}

// TestGreatestFrame holds that 64 KiB to the byte go through, in one piece or
// in many.
func TestGreatestFrame(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[1].SendText(sized(protocol.MaxFrame))
		peers[0].Expect(protocol.TypeTyping)

		head := `{"type":"offer","to":"` + peers[0].ID + `","sdp":"`
		sdp := strings.Repeat("v", protocol.MaxFrame-len(head)-len(`"}`))
		peers[1].SendText(head + sdp + `"}`)
		peers[0].ExpectText(`{"type":"offer","from":"` + peers[1].ID + `","sdp":"` + sdp + `"}`)
	})
}

// TestManyFaults holds that the 20th fault within 10 s closes.
func TestManyFaults(t *testing.T) {
	tests := []struct {
		name   string
		faults int
		apart  time.Duration // between one fault and the next
		close  bool
	}{
		{"19 at once", 19, 0, false},
		{"20 at once", 20, 0, true},
		{"20 in 9.5 s", 20, 500 * time.Millisecond, true},
		{"20 in 10.45 s", 20, 550 * time.Millisecond, false},
		{"60 over 36 s", 60, 600 * time.Millisecond, false},
	}
	faults := []struct{ name, text string }{
		{"bad-message", `{"type":"data"`},
		{"unknown-type", `{"type":"dance"}`},
		{"got too great", `{"type":"pong","got":1000000}`},
	}
	for _, tt := range tests {
		for _, fault := range faults {
			t.Run(tt.name+" of "+fault.name, func(t *testing.T) {
				Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
					peers := s.JoinAll("tea", "Mina", "Nana")
					sendFaults(s, peers[1], tt.faults, tt.apart, fault.text)
					if tt.close {
						if n := len(peers[1].SkipToClose(protocol.CloseFaults)); n != tt.faults {
							t.Errorf("%d errors before the close, want %d", n, tt.faults)
						}
						peers[0].ExpectLeft(peers[1], protocol.ReasonLost)
						return
					}
					for range tt.faults {
						peers[1].Expect(protocol.TypeError)
					}
					peers[1].ExpectNothing()
					s.Settle()
					for _, frame := range peers[0].Take() {
						t.Fatalf("another got %s", frame.Text)
					}
				})
			})
		}
	}
}

func sendFaults(s *Server, p *Peer, n int, apart time.Duration, text string) {
	for range n {
		p.SendText(text)
		if apart > 0 {
			s.Pass(apart)
		}
	}
}

func TestManyFaultsBeforeJoin(t *testing.T) {
	for _, text := range []string{`{`, `{"type":"dance"}`, `{"type":"typing"}`} {
		Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
			p := s.Dial()
			sendFaults(s, p, 19, 0, text)
			for range 19 {
				p.Expect(protocol.TypeError)
			}
			p.ExpectNothing()
			p.SendText(text)
			p.Expect(protocol.TypeError)
			p.ExpectClose(protocol.CloseFaults)
		})
	}
}

// TestRefusalIsNoFault holds that what is refused for other reasons than its
// form does not close, however often.
func TestRefusalIsNoFault(t *testing.T) {
	frames := []string{
		`{"type":"offer","to":"aaaaaaaaaaaaaaaa","sdp":"v=0"}`,
		`{"type":"data","data":"` + strings.Repeat("x", protocol.MaxData) + `"}`,
		`{"type":"join","room":"tea"}`,
		`{"type":"update","name":" "}`,
	}
	for _, text := range frames {
		Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
			p := s.Join("tea", "Mina")
			sendFaults(s, p, 30, 0, text)
			for range 30 {
				p.Expect(protocol.TypeError)
			}
			p.ExpectNothing()
		})
	}
}
