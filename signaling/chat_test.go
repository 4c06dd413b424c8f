package signaling_test

import (
	"strings"
	"testing"
	"time"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/protocol"
)

func TestChat(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		stranger := s.Join("coffee", "Dahl")
		s.Pass(1234567 * time.Microsecond)
		peers[0].Sendf(`{"type":"chat","id":1,"key":"a","text":"  안녕 <b> \n\t\"\\","from":%q,"name":"Host","n":9,"at":"x"}`, peers[1].ID)
		want := protocol.ChatMessage{
			N: 1, Seq: 1, Key: "a", From: peers[0].ID, Name: "Mina", Text: "  안녕 <b> \n\t\"\\", At: protocol.At(time.Now()),
		}
		for _, p := range peers {
			if got := p.ExpectChat(want.Text); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		peers[0].ExpectOK(1)

		peers[1].Sendf(`{"type":"chat","key":"a","text":"same key, other peer","reply":1}`)
		for _, p := range peers {
			if got := p.ExpectChat("same key, other peer"); got.N != 2 || got.Reply != 1 {
				t.Errorf("got %+v", got)
			}
			p.ExpectNothing()
		}
		stranger.Sendf(`{"type":"chat","key":"a","text":"another room"}`)
		if got := stranger.ExpectChat("another room"); got.N != 1 {
			t.Errorf("n %d in another room", got.N)
		}
	})
}

// TestChatNameWhenSaid holds that a line keeps the name its sender had.
func TestChatNameWhenSaid(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		p.Sendf(`{"type":"chat","key":"a","text":"before"}`)
		p.ExpectChat("before")
		p.Sendf(`{"type":"update","name":"Nana"}`)
		p.Expect(protocol.TypePeerChanged)
		p.Sendf(`{"type":"chat","key":"b","text":"after"}`)
		if got := p.ExpectChat("after").Name; got != "Nana" {
			t.Errorf("said by %q", got)
		}
		if got := s.Join("tea", "").Joined.Messages; got[0].Name != "Mina" || got[1].Name != "Nana" {
			t.Errorf("history says %q and %q", got[0].Name, got[1].Name)
		}
	})
}

func TestChatBounds(t *testing.T) {
	tests := []struct {
		name, key, text string
		code            protocol.Code // empty when it is good
	}{
		{"one character", "k", "x", ""},
		{"4000 characters", "k", strings.Repeat("x", 4000), ""},
		{"4000 characters of hangul", "k", strings.Repeat("한", 4000), ""},
		{"4000 beyond the BMP", "k", strings.Repeat("🍵", 4000), ""},
		{"4001 characters", "k", strings.Repeat("x", 4001), protocol.CodeTooLong},
		{"4001 of hangul", "k", strings.Repeat("한", 4001), protocol.CodeTooLong},
		{"4001 spaces around a word", "k", strings.Repeat(" ", 3999) + "hi", protocol.CodeTooLong},
		{"empty", "k", "", protocol.CodeBadMessage},
		{"blank", "k", " \n\t\u3000", protocol.CodeBadMessage},
		{"NUL", "k", "he\x00llo", protocol.CodeBadMessage},
		{"bidi and controls are text", "k", "\u202ehello\x07", ""},
		{"64 bytes of key", strings.Repeat("k", 64), "x", ""},
		{"65 bytes of key", strings.Repeat("k", 65), "x", protocol.CodeBadMessage},
		{"64 characters of key, more bytes", strings.Repeat("é", 64), "x", protocol.CodeBadMessage},
		{"empty key", "", "x", protocol.CodeBadMessage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				peers[0].Send(Frame{"type": "chat", "id": 1, "key": tt.key, "text": tt.text})
				if tt.code == "" {
					peers[0].ExpectChat(tt.text)
					peers[0].ExpectOK(1)
					peers[1].ExpectChat(tt.text)
					return
				}
				peers[0].ExpectRefused(1, tt.code)
				peers[1].ExpectNothing()
				if got := s.Join("tea", "").Joined.Messages; len(got) > 0 {
					t.Errorf("it was stored: %+v", got)
				}
			})
		})
	}
}

// TestChatTextFits holds the bound of a text on the wire and of the store together.
func TestChatTextFits(t *testing.T) {
	if chat.MaxText != 4000 {
		t.Errorf("a line has at most %d characters, and the wire says 4000", chat.MaxText)
	}
}

// TestChatAgain holds that a key is stored once, and that a repeat is answered
// with the line that stands, to its sender alone.
func TestChatAgain(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[0].Sendf(`{"type":"chat","key":"a","text":"first"}`)
		first := peers[0].ExpectChat("first")
		peers[1].ExpectChat("first")
		s.Pass(time.Second)
		for _, text := range []string{"first", "changed"} {
			peers[0].Sendf(`{"type":"chat","id":8,"key":"a","text":%q}`, text)
			if got := peers[0].ExpectChat("first"); got != first {
				t.Errorf("the repeat is answered with %+v, want %+v", got, first)
			}
			peers[0].ExpectOK(8)
			peers[1].ExpectNothing()
		}
		peers[1].Sendf(`{"type":"chat","key":"a","text":"second"}`)
		if got := peers[1].ExpectChat("second"); got.N != 2 {
			t.Errorf("n %d after the repeats, want 2", got.N)
		}
		if got := s.Join("tea", "").Joined.Messages; len(got) != 2 {
			t.Errorf("%d lines are stored, want 2", len(got))
		}
	})
}

// TestChatAgainAtOnce holds the same of repeats that wait for the store together.
func TestChatAgainAtOnce(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.shut()
		for range 3 {
			peers[0].Sendf(`{"type":"chat","key":"a","text":"first"}`)
		}
		peers[0].Sendf(`{"type":"chat","key":"b","text":"second"}`)
		s.Settle()
		store.open()
		for range 3 {
			if got := peers[0].ExpectChat("first"); got.N != 1 {
				t.Errorf("n %d, want 1", got.N)
			}
		}
		if got := peers[0].ExpectChat("second"); got.N != 2 {
			t.Errorf("n %d, want 2", got.N)
		}
		peers[1].ExpectChat("first")
		peers[1].ExpectChat("second")
		peers[1].ExpectNothing()
	})
}

func TestPrivateChat(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		peers[0].Sendf(`{"type":"chat","id":1,"key":"a","text":"psst","to":%q}`, peers[1].ID)
		for _, p := range peers[:2] {
			if got := p.ExpectChat("psst"); got.N != 1 || got.To != peers[1].ID || got.From != peers[0].ID {
				t.Errorf("got %+v", got)
			}
		}
		peers[0].ExpectOK(1)
		peers[0].ExpectNothing()
		peers[2].ExpectNothing()

		peers[2].Sendf(`{"type":"chat","key":"b","text":"for all"}`)
		for _, p := range peers {
			if got := p.ExpectChat("for all"); got.N != 2 {
				t.Errorf("n %d after a private line, want 2", got.N)
			}
			p.Sendf(`{"type":"chat-history","id":2}`)
			got := Into[protocol.History](p, p.Expect(protocol.TypeChatHistory))
			if want := 2; p == peers[2] {
				if want--; len(got.Messages) != want || got.More {
					t.Errorf("the third sees %+v", got)
				}
			} else if len(got.Messages) != want || got.Messages[0].Text != "psst" {
				t.Errorf("one of the two sees %+v", got)
			}
		}
		if got := s.Join("tea", "Dahl").Joined.Messages; len(got) != 1 || got[0].N != 2 {
			t.Errorf("a late comer sees %+v", got)
		}
	})
}

func TestReplyToNothing(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		peers[0].Sendf(`{"type":"chat","id":1,"key":"a","text":"hm","reply":1}`)
		peers[0].ExpectRefused(1, protocol.CodeNoSuchMessage)
		peers[1].ExpectNothing()
		peers[0].Sendf(`{"type":"chat","key":"a","text":"hello"}`)
		if got := peers[0].ExpectChat("hello"); got.N != 1 {
			t.Errorf("n %d after the refusal, want 1", got.N)
		}
		peers[0].Sendf(`{"type":"chat","id":2,"key":"b","text":"hm","reply":2}`)
		peers[0].ExpectRefused(2, protocol.CodeNoSuchMessage)
	})
}
