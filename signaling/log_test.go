package signaling_test

import (
	"bytes"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

// logs gathers what is logged, at every level.
type logs struct {
	mu  sync.Mutex // guards what follows
	buf bytes.Buffer
}

func (l *logs) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// TestLogsHoldNoContents holds that neither names nor texts nor session
// descriptions nor addresses nor secrets are logged, in no format, whatever
// goes well or wrong.
func TestLogsHoldNoContents(t *testing.T) {
	options := &slog.HandlerOptions{Level: slog.LevelDebug}
	for name, handler := range map[string]func(*logs) slog.Handler{
		"text": func(l *logs) slog.Handler { return slog.NewTextHandler(l, options) },
		"JSON": func(l *logs) slog.Handler { return slog.NewJSONHandler(l, options) },
	} {
		t.Run(name, func(t *testing.T) {
			var log logs
			store := newGate(t)
			store.busy["secretroom"] = store.busy["tea"]
			cfg := signaling.Config{Store: store, Log: slog.New(handler(&log))}
			var secrets []string
			Run(t, cfg, func(t *testing.T, s *Server) { secrets = beIndiscreet(t, s, store) })
			text := log.String()
			if !strings.Contains(text, "peer joined") || !strings.Contains(text, "chat not stored") {
				t.Fatalf("little is logged:\n%s", text)
			}
			for _, secret := range append(secrets, "secret", "192.0.2.1") {
				if i := strings.Index(strings.ToLower(text), strings.ToLower(secret)); i >= 0 {
					t.Errorf("%q is logged: …%s…", secret, text[max(0, i-200):min(len(text), i+200)])
				}
			}
		})
	}
}

// beIndiscreet sends secrets in every way, and answers some more.
func beIndiscreet(t *testing.T, s *Server, store *gate) []string {
	_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "SecretRoom", Topic: "secret topic"}, DefaultAddr)
	if err != nil {
		t.Fatal(err)
	}
	session := s.Join("secretroom", "Secret Witness").Joined.Session
	s.JoinAs(Frame{"room": "secretroom", "session": session})
	p := s.JoinAs(Frame{
		"room": "secretroom", "name": "Secret Name", "host": key,
		"password": "secret password", "token": "secret token",
	})
	for _, frame := range append([]string{
		`{"type":"chat","key":"secret key","text":"secret text"}`,
		`{"type":"chat","key":"secret key","text":"secret text","reply":99}`,
		`{"type":"chat-edit","n":1,"text":"secret edit"}`,
		`{"type":"chat-delete","n":1}`,
		`{"type":"chat-search","query":"secret"}`,
		`{"type":"data","data":"secret data"}`,
		`{"type":"data","to":"secret peer","data":"secret data"}`,
		`{"type":"offer","to":"` + p.Joined.Peers[0].ID + `","sdp":"secret sdp"}`,
		`{"type":"candidate","to":"secret peer","candidate":{"candidate":"secret candidate"}}`,
		`{"type":"update","name":"Secret Rename"}`,
		`{"type":"update","name":"\u202eSecret"}`,
		`{"type":"secret","secret":"secret"}`,
		`{"secret":secret}`,
	}, `{"secret":1,"secret":2}`) {
		p.SendText(frame)
	}
	s.Settle()
	store.fails.Store(true)
	p.Sendf(`{"type":"chat","key":"secret","text":"secret text"}`)
	p.Sendf(`{"type":"chat-history"}`)
	p.Sendf(`{"type":"chat-search","query":"secret"}`)
	s.Settle()
	late := s.Dial()
	late.SendJoin(Frame{"room": "secretroom"})
	late.Expect(protocol.TypeJoined)
	store.fails.Store(false)

	for _, join := range []Frame{
		{"room": "secret room"},
		{"room": "tea", "name": "\x00secret"},
		{"room": "tea", "session": "secret session"},
		{"room": "tea", "session": session},
	} {
		refused := s.Dial()
		refused.SendJoin(join)
		refused.Expect(protocol.TypeError)
	}
	if _, _, err := s.TryDial(Dial{Origin: "https://evil.example"}); err == nil {
		t.Error("a foreign origin is let in")
	}
	s.Dial().SendBinary([]byte("secret"))
	s.Dial().SendText("secret\xff")
	s.Dial().SendTooMuch(strings.Repeat("secret", 20000))
	p.Break()
	s.Settle()
	return []string{key, session}
}
