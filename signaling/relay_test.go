package signaling_test

import (
	"fmt"
	"strings"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

func TestRelay(t *testing.T) {
	const sdp = `"v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\na=\u00e9\/\"\\\ud83c\udf75모임\r\n"`
	tests := []struct{ name, kind, payload string }{
		{"offer", "offer", `"sdp":` + sdp},
		{"answer", "answer", `"sdp":` + sdp},
		{"empty offer", "offer", `"sdp":""`},
		{"candidate", "candidate", `"candidate":{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMLineIndex":0,"usernameFragment":null}`},
		{"end of candidates", "candidate", `"candidate":null`},
		{"data", "data", `"data":{"a":[1,2.50,"x",null,true],"from":"someone"}`},
		{"data false", "data", `"data":false`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
				want := fmt.Sprintf(`{"type":%q,"from":%q,%s}`, tt.kind, peers[1].ID, tt.payload)

				peers[1].Sendf(`{"type":%q,"to":%q,%s}`, tt.kind, peers[0].ID, tt.payload)
				peers[0].ExpectText(want)
				peers[1].ExpectNothing()

				// Whatever else the sender says stays with the server.
				peers[1].Sendf(`{"re":3,"from":%q,"x":{"y":1},%s,"you":"z","id":5,"to":%q,"type":%q,"name":"Host"}`,
					peers[2].ID, tt.payload, peers[0].ID, tt.kind)
				peers[0].ExpectText(want)
				peers[1].ExpectOK(5)
				peers[2].ExpectNothing()
			})
		})
	}
}

func TestNoSuchPeer(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		stranger := s.Join("coffee", "Dahl")
		peers[2].Sendf(`{"type":"leave"}`)
		peers[0].ExpectLeft(peers[2], protocol.ReasonLeft)
		peers[1].ExpectLeft(peers[2], protocol.ReasonLeft)
		recipients := []struct{ name, id string }{
			{"oneself", peers[1].ID},
			{"a peer of another room", stranger.ID},
			{"a peer that left", peers[2].ID},
			{"nobody", "aaaaaaaaaaaaaaaa"},
			{"empty", ""},
			{"a name", "Mina"},
			{"capitals", strings.ToUpper(peers[0].ID)},
			{"NUL", peers[0].ID + `\u0000`},
		}
		frames := []string{
			`{"type":"offer","id":1,"to":"%s","sdp":"v=0"}`,
			`{"type":"answer","id":1,"to":"%s","sdp":"v=0"}`,
			`{"type":"candidate","id":1,"to":"%s","candidate":null}`,
			`{"type":"data","id":1,"to":"%s","data":1}`,
		}
		for _, to := range recipients {
			for _, frame := range append(frames, `{"type":"chat","id":1,"to":"%s","key":"k","text":"psst"}`) {
				peers[1].Sendf(frame, to.id)
				peers[1].ExpectRefused(1, protocol.CodeNoSuchPeer)
			}
		}
		peers[0].ExpectNothing()
		stranger.ExpectNothing()
	})
}

func TestDataToTheRoom(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		stranger := s.Join("coffee", "Dahl")
		peers[0].Sendf(`{"type":"data","from":%q,"data":{"wave":"👋"},"id":2}`, peers[1].ID)
		peers[0].ExpectOK(2)
		for _, p := range peers[1:] {
			p.ExpectText(`{"type":"data","from":"` + peers[0].ID + `","data":{"wave":"👋"}}`)
		}
		peers[0].ExpectNothing()
		stranger.ExpectNothing()
	})
}

func TestDataSize(t *testing.T) {
	tests := []struct {
		name string
		data string
		good bool
	}{
		{"16 KiB", `"` + strings.Repeat("x", protocol.MaxData-2) + `"`, true},
		{"a byte more", `"` + strings.Repeat("x", protocol.MaxData-1) + `"`, false},
		{"16 KiB of spaces and list", `[` + strings.Repeat(" ", protocol.MaxData-2) + `]`, true},
		{"16 KiB of two-byte characters", `"` + strings.Repeat("é", protocol.MaxData/2-1) + `"`, true},
		{"too many bytes, not too many characters", `"` + strings.Repeat("é", protocol.MaxData/2) + `"`, false},
	}
	for _, tt := range tests {
		for _, to := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, to one %v", tt.name, to), func(t *testing.T) {
				Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
					peers := s.JoinAll("tea", "Mina", "Nana")
					recipient := ""
					if to {
						recipient = fmt.Sprintf(`"to":%q,`, peers[0].ID)
					}
					peers[1].SendText(`{"type":"data","id":1,` + recipient + `"data":` + tt.data + `}`)
					if tt.good {
						peers[1].ExpectOK(1)
						peers[0].ExpectText(`{"type":"data","from":"` + peers[1].ID + `","data":` + tt.data + `}`)
					} else {
						peers[1].ExpectRefused(1, protocol.CodeTooLong)
						peers[0].ExpectNothing()
					}
				})
			})
		}
	}
}

// TestRelayKeepsOrder holds that what one peer sends another arrives in order.
func TestRelayKeepsOrder(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		for i := range 300 {
			peers[1].Sendf(`{"type":"data","to":%q,"data":%d}`, peers[0].ID, i)
		}
		for i := range 300 {
			peers[0].ExpectText(fmt.Sprintf(`{"type":"data","from":%q,"data":%d}`, peers[1].ID, i))
		}
	})
}
