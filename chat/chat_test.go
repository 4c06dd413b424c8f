package chat_test

import (
	"errors"
	"strings"
	"testing"

	"moim/chat"
)

func TestCheckText(t *testing.T) {
	tests := []struct {
		name, text string
		want       error
	}{
		{"one character", "x", nil},
		{"hangul", "모임", nil},
		{"spaces around", " x ", nil},
		{"the greatest", strings.Repeat("x", 4000), nil},
		{"the greatest of four bytes each", strings.Repeat("🍵", 4000), nil},
		{"one more", strings.Repeat("x", 4001), chat.ErrTooLong},
		{"one more of four bytes each", strings.Repeat("🍵", 4001), chat.ErrTooLong},
		{"too long and blank", strings.Repeat(" ", 4001), chat.ErrTooLong},
		{"empty", "", chat.ErrEmpty},
		{"blank", " \t\r\n\u00a0\u3000", chat.ErrEmpty},
		{"nothing to see", "\u200b\u2060\ufeff\u3164\u2800\ufe0f\u00ad", chat.ErrEmpty},
		{"combining marks", strings.Repeat("\u0300", 4000), nil},
		{"a symbol", "🍵", nil},
		{"one of a private font", "\ue000", nil},
		{"NUL", "a\x00b", chat.ErrNUL},
		{"NUL alone", "\x00", chat.ErrNUL},
	}
	for _, tt := range tests {
		if err := chat.CheckText(tt.text); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}

func TestVisible(t *testing.T) {
	all, private := chat.Message{From: "a"}, chat.Message{From: "a", To: "b"}
	for peer, sees := range map[string]bool{"a": true, "b": true, "c": false, "": false} {
		if !all.Visible(peer) {
			t.Errorf("%q does not see a line for all", peer)
		}
		if private.Visible(peer) != sees {
			t.Errorf("%q sees a private line: %v", peer, !sees)
		}
	}
}
