package chat

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Word is a piece of a text that a search can find.
type Word struct {
	Text string // without case and diacritics
	// Dense words are found by any part of them: scripts that put no spaces
	// between words, Hangul, whose particles cling to the word, and symbols. All others are found
	// by their beginning.
	Dense bool
}

// MaxWord is how many characters of a word that is not dense tell it from others.
const MaxWord = 64

// maxPlain bounds the characters of a text that are split. One may become
// eighteen without its compatibility forms; what an honest line has is within it.
const maxPlain = 2 * MaxText

// Words splits a text into its words, in their order.
func Words(text string) []Word {
	var (
		words    []Word
		word     strings.Builder
		clinging bool
		size     int
	)
	end := func() {
		if size > 0 {
			words = append(words, Word{Text: word.String(), Dense: clinging})
			word.Reset()
			size = 0
		}
	}
	left := maxPlain
	for _, r := range plain(text) {
		if left--; left < 0 {
			break
		}
		if r > unicode.MaxASCII && unicode.Is(unicode.Cf, r) {
			continue // joiners are within a word
		}
		clings := isDense(r) || clinging && size > 0 && unicode.Is(unicode.Mn, r)
		if size == 0 && unicode.Is(unicode.Mn, r) || !clings && !unicode.In(r, unicode.L, unicode.N, unicode.M, unicode.Co) {
			end()
			continue
		}
		if clings != clinging {
			end()
		}
		clinging = clings
		if clinging || size < MaxWord {
			word.WriteRune(r)
			size++
		}
	}
	end()
	return words
}

// WordsVersion names how texts are split at present. A Store that keeps words
// makes them anew when it has changed.
func WordsVersion() string {
	return strings.Join([]string{"1", unicode.Version, norm.Version, cases.UnicodeVersion}, " ")
}

// Sought are the words of a search, without those that another of them implies.
func Sought(query string) []Word {
	var sought []Word
	words := Words(query)
	slices.SortFunc(words, func(a, b Word) int { return strings.Compare(b.Text, a.Text) })
	for _, w := range words {
		if !slices.ContainsFunc(sought, w.impliedBy) {
			sought = append(sought, w)
		}
	}
	return sought
}

// impliedBy tells whether whatever holds the other word holds this one.
func (w Word) impliedBy(other Word) bool { return w.in([]Word{other}) }

// plain is a text in which things that read the same are the same: without
// compatibility forms (UAX #15), case, and the marks of alphabets in which they
// do not make another letter of it.
func plain(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r > unicode.MaxASCII && !isSyllable(r) }) {
		return strings.ToLower(text)
	}
	base := ' '
	text = strings.Map(func(r rune) rune {
		switch {
		case !unicode.Is(unicode.Mn, r):
			base = r
		case unicode.In(base, marked...), unicode.Is(unicode.Variation_Selector, r):
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	return norm.NFC.String(strings.ToLower(cases.Fold().String(text)))
}

// marked are the scripts whose marks are left out.
var marked = []*unicode.RangeTable{unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic}

// denseScripts are the scripts that write words without spaces, or with what clings to them.
var denseScripts = []*unicode.RangeTable{
	unicode.Hangul, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Bopomofo,
	unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan, unicode.So,
}

// isSyllable tells of the Hangul syllables, which are as plain as can be.
func isSyllable(r rune) bool { return '가' <= r && r <= '힣' }

func isDense(r rune) bool {
	if r <= unicode.MaxLatin1 || isSyllable(r) {
		return r > unicode.MaxLatin1
	}
	// The prolonged sound mark of Japanese is of no script.
	return unicode.In(r, denseScripts...) || r == 'ー'
}

// hold tells whether words hold each of those searched for.
func hold(words, sought []Word) bool {
	for _, s := range sought {
		if !s.in(words) {
			return false
		}
	}
	return true
}

// Whole tells of a word that is sought for as it is: one letter of an alphabet
// begins too many.
func (w Word) Whole() bool { return !w.Dense && utf8.RuneCountInString(w.Text) == 1 }

func (w Word) in(words []Word) bool {
	for _, other := range words {
		if other.Dense != w.Dense {
			continue
		}
		if other.Text == w.Text || !w.Whole() && strings.HasPrefix(other.Text, w.Text) || w.Dense && strings.Contains(other.Text, w.Text) {
			return true
		}
	}
	return false
}
