package main

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"

	"moim/chat"
)

// lines makes what is said, always the same: English and Korean, 10 to 200 characters.
type lines struct {
	random *rand.Rand
	words  *rand.Zipf
	texts  []string
}

// What is searched for. No other word holds one of them.
const (
	commonWord = "meetings" // in one line of 14, and meeting in as many
	rareWord   = "zeppelin" // in one line of rareEvery
	koreanStem = "회의실"      // in one line of seven, mostly with a particle
	koreanPart = "의실"
	wordPrefix = "meet"
)

const (
	rareEvery   = 5000
	sendersEach = 5 // of a room
	vocabulary  = 6000
	minText     = 10
	maxText     = 200
)

var epoch = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

func newLines(texts int) *lines {
	random := rand.New(rand.NewPCG(1, 2))
	l := &lines{random: random, words: rand.NewZipf(random, 1.1, 8, vocabulary-1)}
	l.texts = make([]string, texts)
	for i := range l.texts {
		l.texts[i] = l.text(i%rareEvery == rareEvery/2)
	}
	return l
}

// text makes one text; half of them are mostly English, half mostly Korean.
func (l *lines) text(rare bool) string {
	size := minText + int(float64(maxText-minText-30)*l.random.Float64()*l.random.Float64())
	korean := l.random.IntN(2) == 0
	var words []string
	if rare {
		words = append(words, rareWord)
	}
	switch l.random.IntN(14) {
	case 0:
		words = append(words, commonWord[:len(commonWord)-1])
	case 1:
		words = append(words, commonWord)
	case 2, 3:
		words = append(words, koreanStem+particles[l.random.IntN(len(particles))])
	}
	for length := 0; length <= size; {
		n := int(l.words.Uint64())
		word := english(n)
		if korean != (l.random.IntN(8) == 0) {
			word = hangul(n) + particles[l.random.IntN(len(particles))]
		}
		words = append(words, word)
		length += utf8.RuneCountInString(word) + 1
	}
	l.random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	return strings.Join(words, " ")
}

var (
	particles = []string{"", "은", "는", "이", "가", "을", "를", "에서", "으로", "도", "까지", "입니다"}
	onsets    = []string{"b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "th", "w", "ch", "st", "br", "sh"}
	rimes     = []string{"a", "o", "an", "er", "in", "or", "ale", "ost", "ing", "and", "ile", "ut", "u"}
	syllables = []rune("가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추쿠투푸후기니디리미비시")
)

// english is the word of that rank; the frequent ones are short.
func english(rank int) string {
	var b strings.Builder
	for n := rank + 1; n > 0; n /= 120 {
		b.WriteString(onsets[n%len(onsets)])
		b.WriteString(rimes[n%len(rimes)])
	}
	return b.String()
}

// hangul is a word stem of two or three syllables.
func hangul(rank int) string {
	n := len(syllables)
	stem := []rune{syllables[rank*7%n], syllables[(rank/n+rank)%n]}
	if rank >= n {
		stem = append(stem, syllables[(rank/n*11+3)%n])
	}
	return string(stem)
}

// message is line n of a room. Its key is unique to the two and otherwise random.
func (l *lines) message(room, n int) chat.Message {
	return chat.Message{
		Key:  hash(uint64(room), uint64(n)) + hash(uint64(n), uint64(room)+1),
		From: sender(room, n), Name: fmt.Sprintf("guest %d", n%sendersEach),
		Text: l.texts[(room*977+n)%len(l.texts)], At: epoch.Add(time.Duration(n) * time.Second),
	}
}

// sender is the 16-character peer id of who says line n.
func sender(room, n int) string { return hash(uint64(room), uint64(n%sendersEach)+1<<40) }

// hash is 16 hexadecimal characters that look random.
func hash(a, b uint64) string {
	var raw [8]byte
	binary.BigEndian.PutUint64(raw[:], rand.NewPCG(a, b).Uint64())
	return hex.EncodeToString(raw[:])
}
