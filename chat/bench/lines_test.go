package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"moim/chat"
)

func TestLines(t *testing.T) {
	const textCount = 20_000
	l, again := newLines(textCount), newLines(textCount)
	holds := make(map[string]int)
	shortest, longest := maxText, 0
	for i, text := range l.texts {
		if text != again.texts[i] {
			t.Fatalf("another text: %q, %q", text, again.texts[i])
		}
		size := utf8.RuneCountInString(text)
		shortest, longest = min(shortest, size), max(longest, size)
		for _, word := range []string{commonWord, rareWord, koreanPart, wordPrefix} {
			if strings.Contains(text, word) {
				holds[word]++
			}
		}
	}
	if shortest < minText || longest > maxText || longest < maxText*3/4 {
		t.Errorf("%d to %d characters", shortest, longest)
	}
	for word, want := range map[string]int{
		commonWord: textCount / 14, rareWord: textCount / rareEvery, koreanPart: textCount / 7, wordPrefix: textCount / 7,
	} {
		if got := holds[word]; got < want*9/10 || got > want*11/10 {
			t.Errorf("%q is in %d lines, not in about %d", word, got, want)
		}
	}
}

func TestMessages(t *testing.T) {
	l := newLines(1000)
	said := make(map[string]bool)
	for room := range 20 {
		for n := range 100 {
			m := l.message(room, n)
			if said[m.Key] || len(m.Key) != 32 || len(m.From) != 16 || chat.CheckText(m.Text) != nil {
				t.Fatalf("%+v", m)
			}
			said[m.Key] = true
		}
	}
}
