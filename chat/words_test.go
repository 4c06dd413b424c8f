package chat_test

import (
	"strings"
	"testing"

	"moim/chat"
)

func TestWords(t *testing.T) {
	long := strings.Repeat("x", chat.MaxWord)
	tests := []struct{ text, want string }{
		{"Hello, World", "hello world"},
		{"  \t\n.,-!?\"'()*^:", ""},
		{"Ünïcödé STRASSE Straße", "unicode strasse strasse"},
		{"e\u0301te\u0301 été", "ete ete"},
		{"3시에 moim을", "3 [시에] moim [을]"},
		{"회의실에서 봐요", "[회의실에서] [봐요]"},
		{"회의실", "[회의실]"},
		{"日本語ノート", "[日本語ノート]"},
		{"ภาษาไทย", "[ภาษาไทย]"},
		{"ナ ﾅ ①", "[ナ] [ナ] 1"},
		{"tea 🍵🍵 time", "tea [🍵🍵] time"},
		{"👩‍👩‍👧", "[👩👩👧]"},
		{"a\u200bb a\u00adb", "ab ab"},
		{"user@example.org", "user example org"},
		{"กิน กัน", "[กิน] [กัน]"},
		{"か が ｶﾞ", "[か] [が] [ガ]"},
		{"कु क", "कु क"},
		{"ᾨδή", "ωδη"},
		{"Ꭰ ꭰ", "ꭰ ꭰ"},
		{"ё й", "е и"},
		{"Ελλάδα РОССИЯ", "ελλαδα россия"},
		{"İstanbul ıSPARTA", "istanbul ısparta"},
		{"ĲSSEL Ⅷ ﬁn ｗｉｄｅ ㈜", "ijssel viii fin wide [주]"},
		{"\u1100\u1161\u11a8 ㅋㅋ", "[각] [ᄏᄏ]"},
		{"漢a字3", "[漢] a [字] 3"},
		{"3️⃣ 👍🏽 ❤️ 🇰🇷", "3\u20e3 [👍] [❤] [🇰🇷]"},
		{"snake_case don't 100%", "snake case don t 100"},
		{strings.Repeat("\u0300", 4000), ""},
		{"x" + strings.Repeat("\u0300", 3999), "x"},
		{long + "y", long},
		{"\x00\x7f", ""},
		{"' OR 1=1; --", "or 1 1"},
		{`NEAR("a" b) NOT c*`, "near a b not c"},
	}
	for _, tt := range tests {
		var got []string
		for _, w := range chat.Words(tt.text) {
			if w.Dense {
				w.Text = "[" + w.Text + "]"
			}
			got = append(got, w.Text)
		}
		if got := strings.Join(got, " "); got != tt.want {
			t.Errorf("%.40q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSought(t *testing.T) {
	for query, want := range map[string]string{
		strings.Repeat("t ", 100): "t",
		"te tea teapot cup cu":    "teapot cup",
		"회의 회의실 실에서":              "회의실 실에서",
		"3시 3 시":                  "시 3",
		"tea 차":                   "차 tea",
		"?!":                      "",
	} {
		var got []string
		for _, w := range chat.Sought(query) {
			got = append(got, w.Text)
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%.20q: %q, want %q", query, got, want)
		}
	}
}
