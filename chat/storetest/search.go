package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"moim/chat"
)

var (
	xs       = strings.Repeat("x", chat.MaxWord)
	numerals = func() []string {
		var words []string
		for i := range 60 {
			words = append(words, fmt.Sprint("w", i))
		}
		return words
	}()
)

// sought are the lines of the search's tests; the first has n 1.
var sought = []string{
	1:  "Hello, World",
	2:  "Ünïcödé Straße, cafe\u0301",
	3:  "회의실에서 봐요",
	4:  "회의는 3시에",
	5:  "가나 다라",
	6:  "会議は日本語ノートで",
	7:  "ภาษาไทย",
	8:  "tea 🍵🍵 time",
	9:  "34 people; a OR b NOT c",
	10: "Ελλάδα РОССИЯ ירושלים العربية हिन्दी",
	11: "user@example.org",
	12: xs + "y",
	13: "ㅋㅋㅋ ☎ soft\u00adly",
	14: "'; DROP TABLE messages; --",
	15: "col:x, snake_case, 100%",
	16: strings.Join(numerals, " "),
	17: "...!?",
	18: "Ⅷ ﬁn ｗｉｄｅ ㈜",
	19: "봐요",
}

// testSearch holds which of the lines a search finds.
func testSearch(_ *testing.T, s suite) {
	var all []chat.Message
	for _, text := range sought[1:] {
		all = append(all, line("a", text))
		all[len(all)-1].Key = fmt.Sprint(len(all))
	}
	s.append("tea", all...)
	backward := slices.Clone(numerals)
	slices.Reverse(backward)
	for _, tt := range []struct {
		words []string // to search for
		want  []int64
	}{
		// Case, diacritics and forms.
		{[]string{"hello", "HELLO", "hel", "he", "World", "world hello", "wor, hel!", "hello hello", "he hell"}, []int64{1}},
		{[]string{"unicode", "ÜNÏCÖDÉ", "unic", "U\u0308ni", "strasse", "STRASSE", "straße", "café", "CAFE", "cafe unicode"}, []int64{2}},
		{[]string{"ΕΛΛΆΔΑ", "ελλαδα", "ελ", "россия", "Рос", "ירו", "العر", "हिन्"}, []int64{10}},
		{[]string{"viii", "fin", "wide", "WIDE 주"}, []int64{18}},
		// The beginning of a word, not its middle, and not two words as one.
		{[]string{"ello", "orld", "helloworld", "hello mars", "hello worlds", "λλαδα", "ser"}, nil},
		{[]string{"user", "user@example.org", "org", "example user", "org.example"}, []int64{11}},
		{[]string{"3"}, []int64{4}},
		{[]string{"34", "people 34"}, []int64{9}},
		{[]string{"4", "33", "34시"}, nil},
		// One letter is a word, and no beginning.
		{[]string{"h", "people 3", "w hello"}, nil},
		{[]string{"3시에", "3시", "3에", "시에 3"}, []int64{4}},
		{[]string{xs, xs + "y", xs + "z", xs[1:], xs + xs}, []int64{12}},
		{[]string{xs[1:] + "y"}, nil},
		// Any part of a word.
		{[]string{"회의실에서", "회의실", "의실", "의실에", "실", "실에", "실에서", "에서", "서", "봐 회의실", "서 회", "의실 회의"}, []int64{3}},
		{[]string{"회", "회의", "의"}, []int64{3, 4}},
		{[]string{"봐요", "요"}, []int64{3, 19}},
		{[]string{"회실", "서봐", "서봐요", "회의실은", "의회", "회의회의", "나다", "가나다라", "가나다", "회의실 다라"}, nil},
		{[]string{"나 다", "다라 가나", "가", "라", "나\u00a0라", "가나,다라"}, []int64{5}},
		{[]string{"会", "会議", "日本", "本語", "ノート", "ー", "は日", "で", "会議 ノート", "本語ノ", "会議は日本語ノートで"}, []int64{6}},
		{[]string{"日語", "会本", "議会", "トー", "会議ノート"}, nil},
		{[]string{"ไทย", "ภาษา", "ภาษาไทย", "ทย"}, []int64{7}},
		{[]string{"🍵", "🍵🍵", "🍵 tea", "tim 🍵"}, []int64{8}},
		{[]string{"🍵🍵🍵", "☕"}, nil},
		{[]string{"ㅋ", "ㅋㅋ", "ㅋㅋㅋ", "☎", "softly", "softly ☎ ㅋ"}, []int64{13}},
		{[]string{"ㅋㅋㅋㅋ", "ㅋ☎", "ly"}, nil},
		{[]string{"w59 w0", strings.Join(numerals, " "), strings.Join(backward, " ")}, []int64{16}},
		{[]string{strings.Join(numerals, " ") + " w60"}, nil},
		// Nothing to search for.
		{[]string{".", "!?", " ", "\t\n", `"`, `""`, "*", "'", "%", "_", "\\", "{", "(", "-", "^", ":", "\x00", "\u0301", "\u200b", "...!?"}, nil},
		// What means something to SQL and to FTS5 means nothing here.
		{[]string{
			"hel*", `"hello"`, `"hello`, `hello"`, `"hello world"`, "^hello", "-hello", "+hello", "{hello", "(hello", "hello)",
			"hello\x00", "\x00hello\x00world", "he'", "he%", "hello;", "hello--", "{hello}:", "hello*world", `"hello" + "world"`,
		}, []int64{1}},
		{[]string{
			"hello OR tea", "hello AND world", "hello NOT tea", "NEAR(hello world)", "NEAR(hello world, 5)", "hello NEAR world",
			"words:hello", "text : hello", "rowid", "{words text}: hello", "h_llo", "%ello", "hello OR", "AND hello",
			"' OR 1=1 --", "hello' OR '1'='1", `hello" OR "tea`, `hello*" OR words MATCH "tea`,
		}, nil},
		{[]string{"a OR b", "b NOT a", "NOT c", "a*b"}, []int64{9}},
		{[]string{"'; DROP TABLE messages; --", "drop", "messages' table"}, []int64{14}},
		{[]string{"col:x", "x:col", "snake_case", "case", "100%", "10"}, []int64{15}},
	} {
		for _, words := range tt.words {
			page := s.find(chat.Query{Room: "tea", Viewer: "z", Words: words, Limit: 50})
			s.wantPage(fmt.Sprintf("%.80q", words), page, false, tt.want...)
		}
	}
}

// testSearchLong holds that all of the longest lines can be found.
func testSearchLong(_ *testing.T, s suite) {
	s.append("tea",
		line("a", strings.Repeat("漢字", chat.MaxText/2-1)+"末尾"),
		line("a", "y"+strings.Repeat("\u0300", chat.MaxText-1)),
		line("a", strings.Repeat("z ", chat.MaxText/2-1)+"é"))
	for words, want := range map[string][]int64{
		"末尾": {1}, "尾": {1}, "字末尾": {1}, "漢": {1}, "尾 漢": {1}, "尾漢": nil, "末字": nil, "漢漢": nil,
		strings.Repeat("漢字", 100): {1}, strings.Repeat("字漢", 100): {1}, strings.Repeat("字漢", 99) + "末": nil,
		"y": {2}, "y" + strings.Repeat("\u0301", 199): {2}, "e z": {3}, strings.Repeat("z ", 100): {3},
	} {
		s.wantFound("tea", "z", words, want...)
	}
}

func (s suite) wantFound(room, viewer, words string, want ...int64) {
	s.t.Helper()
	page := s.find(chat.Query{Room: room, Viewer: viewer, Words: words, Limit: 50})
	s.wantPage(fmt.Sprintf("%q in room %s for %s", words, room, viewer), page, false, want...)
}

// testSearchChanged holds that a message is found by the words it has now.
func testSearchChanged(_ *testing.T, s suite) {
	s.append("tea", line("a", "apple 회의실에서"), line("a", "apple pie"))
	s.wantFound("tea", "z", "apple", 1, 2)
	s.apply("tea", edit("a", 1, "banana 강의실에서"))
	for words, want := range map[string][]int64{
		"apple": {2}, "app": {2}, "banana": {1}, "회의": nil, "회": nil, "강의실": {1}, "의실에": {1}, "실": {1}, "banana apple": nil,
	} {
		s.wantFound("tea", "z", words, want...)
	}
	s.append("tea", line("a", "apple 회의실에서")) // a repeat changes nothing
	s.wantFound("tea", "z", "apple", 2)
	s.apply("tea", edit("a", 1, "cherry"), edit("a", 1, "apple banana"), edit("b", 1, "damson"), edit("a", 1, "apple banana"))
	s.wantFound("tea", "z", "cherry")
	s.wantFound("tea", "z", "damson")
	s.wantFound("tea", "z", "apple", 1, 2)
	s.wantFound("tea", "z", "banana apple", 1)
	s.apply("tea", edit("a", 1, "..."))
	s.wantFound("tea", "z", "apple", 2)
	s.apply("tea", edit("a", 1, "apple"), del("a", 1), del("a", 1), asHost(del("b", 2)))
	for _, words := range []string{"apple", "banana", "pie", "cherry", "회의", "강의", "실"} {
		s.wantFound("tea", "z", words)
	}
	s.append("tea", line("a", "apple"))
	s.wantFound("tea", "z", "apple", 3)
	s.apply("tea", say(line("a", "elder")), edit("a", 4, "fig"), say(line("a", "grape")), del("a", 5))
	s.wantFound("tea", "z", "elder")
	s.wantFound("tea", "z", "grape")
	s.wantFound("tea", "z", "fig", 4)
}

func testSearchPrivate(_ *testing.T, s suite) {
	s.append("tea", line("a", "apple"), private("a", "b", "apple secret"), private("b", "a", "secret 회의"), line("b", "회의"))
	s.apply("tea", edit("a", 2, "apple secret, edited"))
	for viewer, want := range map[string][3][]int64{
		"a": {{1, 2}, {2, 3}, {3, 4}}, "b": {{1, 2}, {2, 3}, {3, 4}}, "c": {{1}, nil, {4}}, "": {{1}, nil, {4}},
	} {
		s.wantFound("tea", viewer, "apple", want[0]...)
		s.wantFound("tea", viewer, "secret", want[1]...)
		s.wantFound("tea", viewer, "의", want[2]...)
	}
}

// testSearchRooms holds that a search is of one room, whatever its place
// among the others and whatever looks like a number of it.
func testSearchRooms(t *testing.T, s suite) {
	const rooms = 12
	for i := range rooms {
		s.append(fmt.Sprint("room", i), line("a", fmt.Sprintf("x %dx shared%c 모임", i, 'a'+i)), line("a", "2"))
	}
	for i := range rooms {
		room := fmt.Sprint("room", i)
		for _, words := range []string{"shared", "x", fmt.Sprintf("%dx", i), fmt.Sprintf("shared%c", 'a'+i), "모임", "임"} {
			page := s.find(chat.Query{Room: room, Viewer: "z", Words: words, Limit: 50})
			s.wantPage(fmt.Sprintf("%s in %s", words, room), page, false, 1)
			if len(page.Messages) == 1 && !strings.Contains(page.Messages[0].Text, fmt.Sprintf("shared%c ", 'a'+i)) {
				t.Errorf("%s has %q", room, page.Messages[0].Text)
			}
		}
		s.wantFound(room, "z", "x2")
		s.wantFound(room, "z", fmt.Sprintf("shared%c", 'a'+(i+2)%rooms))
	}
}

func testSearchPages(t *testing.T, s suite) {
	var all []chat.Message
	for i := 1; i <= 60; i++ {
		m := line("a", fmt.Sprint("coffee ", i))
		if i%3 == 0 {
			m = line("a", fmt.Sprint("tea ", i))
		}
		if i%12 == 0 {
			m.To = "b"
		}
		all = append(all, m)
	}
	s.append("tea", all...) // matches for c: 3 6 9, 15 18 21, …, 51 54 57
	s.wantPages("tea", chat.Older, "tea", []pageTest{
		{"c", 0, 3, true, []int64{51, 54, 57}},
		{"c", 51, 4, true, []int64{33, 39, 42, 45}},
		{"c", 52, 2, true, []int64{45, 51}},
		{"c", 0, 15, false, []int64{3, 6, 9, 15, 18, 21, 27, 30, 33, 39, 42, 45, 51, 54, 57}},
		{"c", 0, 14, true, []int64{6, 9, 15, 18, 21, 27, 30, 33, 39, 42, 45, 51, 54, 57}},
		{"b", 0, 2, true, []int64{57, 60}},
		{"b", 0, 20, false, []int64{3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 33, 36, 39, 42, 45, 48, 51, 54, 57, 60}},
		{"c", 10, 3, false, []int64{3, 6, 9}},
		{"c", 9, 2, false, []int64{3, 6}},
		{"c", 4, 1, false, []int64{3}},
		{"c", 3, 1, false, nil},
		{"c", 1, 1, false, nil},
		{"c", 0, 0, true, nil},
		{"c", 1<<32 + 1, 1, true, []int64{57}},
		{"c", beyond, 1, true, []int64{57}},
	})
	if page := s.find(chat.Query{Room: "tea", Viewer: "c", Words: "tea", Limit: 1}); page.Seq != 60 {
		t.Errorf("the room's seq is %d, want 60", page.Seq)
	}
	s.wantPages("tea", chat.Older, "...", []pageTest{{"c", 0, 5, false, nil}})
	s.wantPages("tea", chat.Older, "tea coffee", []pageTest{{"c", 0, 5, false, nil}})
}
