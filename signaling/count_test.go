package signaling_test

import (
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestCountOfReceived holds which of a client's frames the server counts.
func TestCountOfReceived(t *testing.T) {
	tests := []struct {
		name, send string
		counts     int64
	}{
		{"typing", `{"type":"typing"}`, 1},
		{"update", `{"type":"update"}`, 1},
		{"chat", `{"type":"chat","key":"k","text":"x"}`, 1},
		{"chat-history", `{"type":"chat-history"}`, 1},
		{"data", `{"type":"data","data":1}`, 1},
		{"refused offer", `{"type":"offer","to":"x","sdp":""}`, 1},
		{"unknown type", `{"type":"dance"}`, 1},
		{"wrong kind", `{"type":"chat","key":1}`, 1},
		{"broken JSON", `{`, 1},
		{"ping", `{"type":"ping","got":0}`, 0},
		{"pong", `{"type":"pong","got":0}`, 0},
		{"bad ping", `{"type":"ping"}`, 0},
		{"pong with a bad got", `{"type":"pong","got":1000}`, 0},
		{"second join", `{"type":"join","room":"tea"}`, 0},
	}
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p, total := s.Join("tea", "Mina"), int64(0)
		if p.Joined.Got != 0 || p.ExpectPong(0).Got != 0 {
			t.Error("the join is counted")
		}
		for _, tt := range tests {
			p.SendText(tt.send)
			s.Settle()
			p.Take()
			total += tt.counts
			if got := p.ExpectPong(0).Got; got != total {
				t.Fatalf("%s: the server counts %d, want %d", tt.name, got, total)
			}
		}
	})
}

// TestLimitedFrameCounts holds that a frame over a limit counts all the same.
func TestLimitedFrameCounts(t *testing.T) {
	limits := unlimited()
	limits.Chats = signaling.Rate{PerSecond: 1e-6, Burst: 1}
	Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		for range 3 {
			p.Sendf(`{"type":"chat","key":"k","text":"x"}`)
		}
		s.Settle()
		p.Take()
		if got := p.ExpectPong(0).Got; got != 3 {
			t.Errorf("the server counts %d, want 3", got)
		}
	})
}

// TestCountOfSent holds which frames of the server a client counts: got may be
// as great as those are many, and not greater.
func TestCountOfSent(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p, count := s.Join("tea", "Mina"), int64(0)
		check := func(_ string, counted int64) {
			t.Helper()
			count += counted
			p.ExpectPong(count)
			p.Sendf(`{"type":"ping","got":%d}`, count+1)
			p.ExpectError(protocol.CodeBadMessage)
			count++ // the error
			p.Sendf(`{"type":"pong","got":%d}`, count+1)
			p.ExpectError(protocol.CodeBadMessage)
			count++
			p.ExpectPong(count)
			s.Pass(2 * time.Second) // so many faults at once would close
		}
		check("joined and pong", 0)
		other := s.Join("tea", "Nana")
		p.Expect(protocol.TypePeerJoined)
		check("peer-joined", 1)
		other.Sendf(`{"type":"offer","to":%q,"sdp":""}`, p.ID)
		p.Expect(protocol.TypeOffer)
		check("offer", 1)
		other.Sendf(`{"type":"typing"}`)
		p.Expect(protocol.TypeTyping)
		check("typing", 1)
		p.Sendf(`{"type":"chat","id":1,"key":"k","text":"x"}`)
		p.ExpectChat("x")
		p.ExpectOK(1)
		check("chat and ok", 2)
		p.Sendf(`{"type":"chat-history"}`)
		p.Expect(protocol.TypeChatHistory)
		check("chat-history", 1)
		ask(p, protocol.TypeChatSearch, `{"type":"chat-search","query":"x"}`)
		check("chat-search", 1)
		p.Sendf(`{"type":"chat-edit","n":1,"text":"y"}`)
		expectChanged(p)
		check("chat-changed", 1)
		p.Sendf(`{"type":"dance"}`)
		p.ExpectError(protocol.CodeUnknownType)
		check("error", 1)
		p.Sendf(`{"type":"update","hand":true}`)
		p.Expect(protocol.TypePeerChanged)
		check("peer-changed", 1)
		other.Sendf(`{"type":"leave"}`)
		p.ExpectLeft(other, protocol.ReasonLeft)
		check("peer-left", 1)
		p.ExpectPong(0) // an old count is no fault
	})
}

// TestAcknowledged holds that what a peer has got is forgotten.
func TestAcknowledged(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		for range 10 {
			peers[0].Sendf(`{"type":"data","data":"0123456789"}`)
			peers[1].Expect(protocol.TypeData)
		}
		for _, tt := range []struct {
			got    int64
			frames int
		}{{0, 10}, {4, 6}, {4, 6}, {3, 6}, {10, 0}} {
			peers[1].Sendf(`{"type":"pong","got":%d}`, tt.got)
			s.Settle()
			frames, bytes := s.Hub.Kept("tea", signaling.PeerID(peers[1].ID))
			if frames != tt.frames || (bytes == 0) != (frames == 0) {
				t.Errorf("got %d: %d frames of %d bytes are kept, want %d", tt.got, frames, bytes, tt.frames)
			}
		}
		peers[1].ExpectNothing()
	})
}
