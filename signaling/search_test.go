package signaling_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// ask sends a request that is answered with messages and takes the answer.
func ask(p *Peer, t protocol.Type, request string) protocol.History {
	p.SendText(request)
	return Into[protocol.History](p, p.Expect(t))
}

func TestSearch(t *testing.T) {
	tests := []struct {
		query string
		want  []int64
	}{
		{"meet", []int64{1, 5}},
		{"MEETING Seoul", []int64{1}},
		{"seoul  meet!", []int64{1}},
		{"eeting", nil},
		{"의실", []int64{2}},
		{"🍵", []int64{2}},
		{"cafe", []int64{3}},
		{"' OR 1=1; --", nil},
		{"'; DROP TABLE messages; --", nil},
		{`"meet`, []int64{1, 5}},
		{`meet"`, []int64{1, 5}},
		{"meet*", []int64{1, 5}},
		{"^meet", []int64{1, 5}},
		{"text:meet", []int64{5}},
		{"meet NOT seoul", nil},
		{"meet AND seoul", nil},
		{"meet OR tea", nil},
		{"NEAR(meet seoul, 5)", nil},
		{"{text} : meet", []int64{5}},
		{"meet - seoul", []int64{1}},
		{"(", nil},
		{`\`, nil},
		{"%", nil},
		{"_", nil},
		{"meet\x00seoul", []int64{1}},
		{"?!.,;:'\"()[]{}*^-+", nil},
		{"   ", nil},
		{strings.Repeat("\u0300", 200), nil},
		{strings.Repeat("x ", 100), nil},
		{"gone", nil},
		{"psst", nil},
		{"Mina", nil},
	}
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		for _, text := range []string{"Meeting in Seoul?", "회의실에서 🍵", "Café", "gone", "the text of the meeting"} {
			sayTo(peers, peers[0], "", text)
		}
		sayTo(peers[:2], peers[0], peers[1].ID, "psst, meet")
		peers[0].Sendf(`{"type":"chat-delete","n":4}`)
		for _, p := range peers {
			expectChanged(p)
		}
		before := stored(peers[0])
		for _, tt := range tests {
			peers[2].Send(Frame{"type": "chat-search", "id": 3, "query": tt.query})
			got := Into[protocol.History](peers[2], peers[2].Expect(protocol.TypeChatSearch))
			if fmt.Sprint(numbers(got.Messages)) != fmt.Sprint(tt.want) || got.More || got.Re != 3 || got.Messages == nil {
				t.Errorf("%q finds %v, want %v", tt.query, numbers(got.Messages), tt.want)
			}
		}
		for _, p := range peers[:2] {
			got := ask(p, protocol.TypeChatSearch, `{"type":"chat-search","query":"meet"}`)
			if fmt.Sprint(numbers(got.Messages)) != "[1 5 6]" || got.Re != 0 {
				t.Errorf("one of the two finds %+v", got)
			}
			p.ExpectNothing()
		}
		if after := stored(peers[0]); after != before {
			t.Errorf("of %s becomes\n%s", before, after)
		}
	})
}

func TestSearchPages(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		say(p, 1, 120)
		search := func(fields string) protocol.History {
			return ask(p, protocol.TypeChatSearch, `{"type":"chat-search","query":"line"`+fields+`}`)
		}
		got := search("")
		wantRun(t, "the newest", numbers(got.Messages), 71, 120)
		if !got.More {
			t.Error("no more")
		}
		got = search(`,"before":71,"limit":500`)
		wantRun(t, "before those", numbers(got.Messages), 1, 70)
		if got.More {
			t.Error("more before the first")
		}
		wantRun(t, "before the end", numbers(search(`,"before":9007199254740991,"limit":1`).Messages), 120, 120)
		if got := search(`,"before":1`); len(got.Messages) > 0 || got.More {
			t.Errorf("before the first: %+v", got)
		}
		wantRun(t, "fields of others", numbers(search(`,"after":"x","since":[]`).Messages), 71, 120)
	})
}

func TestSearchRefused(t *testing.T) {
	tests := []struct {
		name, fields string
		code         protocol.Code
	}{
		{"empty", `"query":""`, protocol.CodeBadMessage},
		{"201 characters", `"query":"` + strings.Repeat("한", 201) + `"`, protocol.CodeTooLong},
		{"60,000 characters", `"query":"` + strings.Repeat("x", 60_000) + `"`, protocol.CodeTooLong},
		{"none", `"limit":1`, protocol.CodeBadMessage},
		{"a number", `"query":1`, protocol.CodeBadMessage},
		{"before zero", `"query":"x","before":0`, protocol.CodeBadMessage},
		{"before a word", `"query":"x","before":"1"`, protocol.CodeBadMessage},
		{"limit zero", `"query":"x","limit":0`, protocol.CodeBadMessage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				peers[0].Sendf(`{"type":"chat-search","id":5,%s}`, tt.fields)
				peers[0].ExpectRefused(5, tt.code)
				peers[1].ExpectNothing()
				ask(peers[0], protocol.TypeChatSearch, `{"type":"chat-search","query":"`+strings.Repeat("한", 200)+`"}`)
			})
		})
	}
}

// TestSlowSearch holds that a search holds up nothing but the next search of
// its peer, and is given up after a while.
func TestSlowSearch(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.slow.Store(true)
		began := time.Now()
		peers[0].Sendf(`{"type":"chat-search","id":1,"query":"x"}`)
		peers[0].Sendf(`{"type":"chat-search","id":2,"query":"x"}`)
		peers[0].ExpectRefused(2, protocol.CodeRateLimited)
		s.Pass(4 * time.Second)
		sayTo(peers, peers[0], "", "hello")
		ask(peers[0], protocol.TypeChatHistory, `{"type":"chat-history"}`)
		s.Join("tea", "Somi")
		for _, p := range peers {
			p.Expect(protocol.TypePeerJoined)
		}
		if got := peers[0].ExpectError(protocol.CodeInternal); got.Re != 1 || !strings.Contains(got.Message, "too long") {
			t.Errorf("got %+v", got)
		}
		if d := time.Since(began); d != 5*time.Second {
			t.Errorf("given up after %v", d)
		}
		store.slow.Store(false)
		if got := ask(peers[0], protocol.TypeChatSearch, `{"type":"chat-search","query":"hello"}`); len(got.Messages) != 1 {
			t.Errorf("finds %+v", got)
		}
	})
}

// TestManySearches holds that no more than a few searches are under way at
// once, and that those that wait for their turn are answered too.
func TestManySearches(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := append(s.JoinAll("tea", "A", "B", "C"), s.JoinAll("coffee", "D", "E", "F")...)
		store.slow.Store(true)
		for i, p := range peers {
			p.Sendf(`{"type":"chat-search","id":%d,"query":"x"}`, i+1)
			s.Pass(time.Second / 2)
		}
		if n := store.searching.Load(); n != 2 {
			t.Errorf("%d searches under way, want 2", n)
		}
		s.Pass(12 * time.Second)
		for i, p := range peers {
			p.ExpectRefused(int64(i+1), protocol.CodeInternal)
			p.ExpectNothing()
		}
		if n := store.searching.Load(); n != 0 {
			t.Errorf("%d searches under way", n)
		}
		store.slow.Store(false)
		for _, p := range peers {
			ask(p, protocol.TypeChatSearch, `{"type":"chat-search","query":"x"}`)
		}
	})
}

// TestStopWaitsForSearches holds that nothing calls the store once Run has
// returned, and that a peer that is gone is searched for in vain.
func TestStopWaitsForSearches(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		store.slow.Store(true)
		for _, p := range peers {
			p.Sendf(`{"type":"chat-search","query":"x"}`)
		}
		s.Settle()
		peers[0].Break()
		s.Settle()
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Error(err)
		}
		if n := store.searching.Load(); n != 0 {
			t.Errorf("%d searches under way", n)
		}
		if d := time.Since(began); d > 5*time.Second {
			t.Errorf("took %v", d)
		}
	})
}

func TestHistoryDirections(t *testing.T) {
	tests := []struct {
		fields string
		want   string // n of each, and more
	}{
		{`"after":0`, "[1 2 4 5 6 7] false"},
		{`"after":0,"limit":3`, "[1 2 4] true"},
		{`"after":4,"limit":3`, "[5 6 7] false"},
		{`"after":2,"limit":1`, "[4] true"},
		{`"after":7`, "[] false"},
		{`"after":9007199254740991`, "[] false"},
		{`"before":4`, "[1 2] false"},
		{`"before":9007199254740991,"limit":2`, "[6 7] true"},
		{`"before":1`, "[] false"},
		{`"since":0`, "[1 4 6 7 5 2] false"},
		{`"since":0,"limit":4`, "[1 4 6 7] true"},
		{`"since":7`, "[5 2] false"},
		{`"since":7,"limit":1`, "[5] true"},
		{`"since":8`, "[2] false"},
		{`"since":9`, "[] false"},
		{`"since":9007199254740991`, "[] false"},
	}
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		for n := 1; n <= 7; n++ {
			if n == 3 {
				sayTo(peers[:2], peers[0], peers[1].ID, "3")
			} else {
				sayTo(peers, peers[0], "", fmt.Sprint(n))
			}
		}
		peers[0].Sendf(`{"type":"chat-delete","n":5}`)
		peers[0].Sendf(`{"type":"chat-edit","n":2,"text":"two"}`)
		for _, p := range peers {
			expectChanged(p)
			expectChanged(p)
		}
		for _, tt := range tests {
			got := ask(peers[2], protocol.TypeChatHistory, `{"type":"chat-history","id":6,`+tt.fields+`}`)
			if is := fmt.Sprint(numbers(got.Messages), got.More); is != tt.want || got.Re != 6 || got.Messages == nil {
				t.Errorf("%s: %s, want %s", tt.fields, is, tt.want)
			}
		}
		for _, fields := range []string{
			`"before":5,"after":1`, `"after":1,"since":1`, `"since":1,"before":5`, `"since":0,"before":5,"after":0`,
			`"after":-1`, `"since":-1`, `"after":9007199254740992`, `"since":"1"`, `"after":null`, `"since":1.5`,
		} {
			peers[2].Sendf(`{"type":"chat-history","id":7,%s}`, fields)
			peers[2].ExpectRefused(7, protocol.CodeBadMessage)
		}
		for _, p := range peers {
			p.ExpectNothing()
		}
		if got := s.Join("tea", "").Joined; *got.Seq != 9 {
			t.Errorf("the room is at change %d, want 9", got.Seq)
		}
	})
}

// TestTooManySearchers holds that only so many wait for a search; the rest are
// told at once.
func TestTooManySearchers(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		var peers []*Peer
		for i := range 40 {
			peers = append(peers, s.Join("tea"+strconv.Itoa(i), "Mina"))
		}
		store.slow.Store(true)
		refused := 0
		for _, p := range peers {
			p.Sendf(`{"type":"chat-search","id":1,"query":"x"}`)
		}
		s.Settle()
		for _, p := range peers {
			for _, frame := range p.Take() {
				if Into[protocol.ErrorFrame](p, frame).Code == protocol.CodeRateLimited {
					refused++
				}
			}
		}
		if refused != 8 {
			t.Errorf("%d are refused, want 8", refused)
		}
		s.Pass(12 * time.Second)
	})
}

// TestOneNetworkSearches holds that an address whose rooms are all searched leaves
// another its turn.
func TestOneNetworkSearches(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		other := s.DialWith(elsewhere)
		other.Join(Frame{"room": "tea", "name": "Mina"})
		var peers []*Peer
		for i := range 20 {
			peers = append(peers, s.Join("coffee"+strconv.Itoa(i), "Nana"))
		}
		store.slow.Store(true)
		search := func(p *Peer) {
			p.Sendf(`{"type":"chat-search","id":1,"query":"x"}`)
			s.Settle()
		}
		search(peers[0])
		search(peers[1])
		s.Pass(time.Second)
		for _, p := range peers[2:] {
			search(p)
		}
		s.Pass(time.Second)
		search(other)
		s.Pass(3 * time.Second) // until the two that are under way have lasted too long
		store.mu.Lock()
		seen := slices.Clone(store.seen)
		store.mu.Unlock()
		if len(seen) != 4 || !slices.Contains(seen[2:], "tea") {
			t.Errorf("searched are %q", seen)
		}
		s.Pass(12 * time.Second)
	})
}

// TestOneRoomSearches holds that the searches of one room leave another its turn.
func TestOneRoomSearches(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "A", "B", "C", "D")
		other := s.Join("coffee", "E")
		store.slow.Store(true)
		for _, p := range peers {
			p.Sendf(`{"type":"chat-search","id":1,"query":"x"}`)
		}
		s.Settle()
		store.slow.Store(false)
		ask(other, protocol.TypeChatSearch, `{"type":"chat-search","query":"x"}`)
		s.Pass(12 * time.Second)
	})
}

// TestManyPages holds that one session waits for so many pages at most, and
// others are not kept from writing by it.
func TestManyPages(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(_ *testing.T, s *Server) {
		peers := s.JoinAll("tea", "A", "B")
		store.shut()
		for i := range 20 {
			peers[0].Sendf(`{"type":"chat-history","id":%d}`, i+1)
		}
		s.Settle()
		for i := range 12 {
			peers[0].ExpectRefused(int64(i+9), protocol.CodeRateLimited)
		}
		store.open()
		for range 8 {
			peers[0].Expect(protocol.TypeChatHistory)
		}
		ask(peers[0], protocol.TypeChatHistory, `{"type":"chat-history"}`)
	})
}
