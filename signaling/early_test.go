package signaling_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestEarlyFrames holds that frames which come with the request are read like
// those that wait for its answer, be they few or many.
func TestEarlyFrames(t *testing.T) {
	for _, size := range []int{0, 300, 1500, 3000} {
		for name, run := range transports {
			t.Run(fmt.Sprint(name, " ", size), func(t *testing.T) {
				run(t, signaling.Config{}, func(t *testing.T, s *Server) {
					early := slices.Concat(
						Text(`{"type":"join","room":"tea","x":"`+strings.Repeat("x", size)+`"}`),
						Text(`{"type":"ping","got":0}`),
						Text(`{"type":"dance"}`),
					)
					p := s.DialWith(Dial{Early: early})
					p.Expect(protocol.TypeJoined)
					p.Expect(protocol.TypePong)
					p.ExpectError(protocol.CodeUnknownType)
					if got := p.ExpectPong(1).Got; got != 1 {
						t.Errorf("%d frames are counted, want 1", got)
					}
				})
			})
		}
	}
}

var transports = map[string]func(*testing.T, signaling.Config, func(*testing.T, *Server)){
	"pipe": Run, "TCP": RunTCP,
}

// TestFramesInOneWrite holds that frames which arrive together are all
// handled, and that a frame which arrives in pieces is one.
func TestFramesInOneWrite(t *testing.T) {
	for name, run := range transports {
		t.Run(name, func(t *testing.T) {
			run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				var together []byte
				want := make([]string, 20)
				for i := range want {
					data := fmt.Sprintf(`"%d%s"`, i, strings.Repeat("x", i*i*10))
					want[i] = `{"type":"data","from":"` + peers[0].ID + `","data":` + data + `}`
					together = append(together, Text(`{"type":"data","data":`+data+`}`)...)
				}
				peers[0].SendBytes(together)
				for _, text := range want {
					peers[1].ExpectText(text)
				}
				for len(together) > 0 {
					n := min(997, len(together))
					peers[0].SendBytes(together[:n])
					together = together[n:]
				}
				for _, text := range want {
					peers[1].ExpectText(text)
				}
			})
		})
	}
}

// TestFragments holds that a message in many WebSocket frames is one.
func TestFragments(t *testing.T) {
	for name, run := range transports {
		t.Run(name, func(t *testing.T) {
			run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				for i, c := range `{"type":"data","data":1}` {
					frame := Text(string(c))
					frame[0] = 0 // continuation
					if i == 0 {
						frame[0] = 1
					}
					peers[0].SendBytes(frame)
					peers[0].SendBytes([]byte{0x89, 0x80, 0, 0, 0, 0}) // a ping of the WebSocket
				}
				peers[0].SendBytes([]byte{0x80, 0x80, 0, 0, 0, 0})
				peers[1].ExpectText(`{"type":"data","from":"` + peers[0].ID + `","data":1}`)
				peers[0].ExpectPong(0)
			})
		})
	}
}
