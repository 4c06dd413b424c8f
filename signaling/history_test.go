package signaling_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

// unlimited are limits that no test runs into.
func unlimited() signaling.Limits {
	l := signaling.DefaultLimits()
	l.Signals, l.Chats, l.Updates = signaling.Rate{PerSecond: 1e6, Burst: 1e6}, signaling.Rate{PerSecond: 1e6, Burst: 1e6}, signaling.Rate{PerSecond: 1e6, Burst: 1e6}
	l.ChatsPerAddress = l.Chats
	return l
}

// say says lines from one to the last, and takes them.
func say(p *Peer, from, last int) {
	for i := from; i <= last; i++ {
		p.Sendf(`{"type":"chat","key":"%d","text":"line %d"}`, i, i)
		p.ExpectChat(fmt.Sprintf("line %d", i))
	}
}

// TestPagesOfNetwork holds that many sessions of a network ask for no more pages
// than it may, and that this keeps nobody else from it.
func TestPagesOfNetwork(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		far := s.DialWith(elsewhere)
		far.Join(Frame{"room": "tea", "name": "Mina"})
		peers := s.JoinAll("coffee", "Nana", "Somi")
		refused := 0
		for i := range 1010 {
			peers[i%2].Sendf(`{"type":"chat-history","id":1,"limit":1}`)
			if peers[i%2].Next().Type == protocol.TypeError {
				refused++
			}
		}
		if refused == 0 || refused > 10 { // who is refused is not read for a moment
			t.Errorf("%d of 1010 are refused", refused)
		}
		ask(far, protocol.TypeChatHistory, `{"type":"chat-history"}`)
	})
}

func numbers(messages []protocol.ChatMessage) []int64 {
	ns := make([]int64, len(messages))
	for i, m := range messages {
		ns[i] = m.N
	}
	return ns
}

// wantRun checks that numbers go up one by one from first to last.
func wantRun(t *testing.T, what string, ns []int64, first, last int64) {
	t.Helper()
	if int64(len(ns)) != last-first+1 {
		t.Fatalf("%s: %d lines, want %d to %d: %v", what, len(ns), first, last, ns)
	}
	for i, n := range ns {
		if n != first+int64(i) {
			t.Fatalf("%s: line %d has n %d, want %d", what, i, n, first+int64(i))
		}
	}
}

// TestHistoryPages holds that a late comer gets the newest 50 and can page
// back to the beginning without a gap or a line twice.
func TestHistoryPages(t *testing.T) {
	tests := []struct{ said, limit, page int }{
		{0, 0, 50}, {1, 0, 50}, {50, 0, 50}, {51, 0, 50}, {200, 0, 50}, {130, 7, 7}, {200, 200, 200}, {200, 500, 200},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%d lines by %d", tt.said, tt.limit), func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
				say(s.Join("tea", "Mina"), 1, tt.said)
				late := s.Join("tea", "Nana")
				oldest := int64(max(1, tt.said-49))
				wantRun(t, "joined", numbers(late.Joined.Messages), oldest, int64(tt.said))
				if more := late.Joined.More; more != (oldest > 1) {
					t.Errorf("joined says more %v", more)
				}
				for more := late.Joined.More; more; {
					request := Frame{"type": "chat-history", "id": 4, "before": oldest}
					if tt.limit > 0 {
						request["limit"] = tt.limit
					}
					late.Send(request)
					got := Into[protocol.History](late, late.Expect(protocol.TypeChatHistory))
					first := max(1, oldest-int64(tt.page))
					wantRun(t, "page", numbers(got.Messages), first, oldest-1)
					if got.Re != 4 || got.More != (first > 1) {
						t.Errorf("re %d, more %v before %d", got.Re, got.More, oldest)
					}
					oldest, more = first, got.More
				}
				if tt.said > 0 && oldest != 1 {
					t.Errorf("paged back to %d", oldest)
				}
			})
		})
	}
}

func TestHistoryEdges(t *testing.T) {
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		ask := func(request string) protocol.History {
			p.SendText(request)
			return Into[protocol.History](p, p.Expect(protocol.TypeChatHistory))
		}
		if got := ask(`{"type":"chat-history"}`); got.Re != 0 || got.Messages == nil || len(got.Messages) > 0 || got.More {
			t.Errorf("of an empty room: %+v", got)
		}
		say(p, 1, 60)
		wantRun(t, "the newest", numbers(ask(`{"type":"chat-history"}`).Messages), 11, 60)
		wantRun(t, "before the end", numbers(ask(`{"type":"chat-history","before":9007199254740991}`).Messages), 11, 60)
		wantRun(t, "one", numbers(ask(`{"type":"chat-history","before":2,"limit":1}`).Messages), 1, 1)
		if got := ask(`{"type":"chat-history","before":1}`); len(got.Messages) > 0 || got.More {
			t.Errorf("before the first: %+v", got)
		}
	})
}

// TestGreatHistory holds that what is asked for at once fits a frame of the
// server, whatever the lines are made of, and that paging still finds all.
func TestGreatHistory(t *testing.T) {
	tests := []struct {
		name      string
		key, text string // the key is filled up to its bound
		lines     int
		private   bool // and replies, all but the first
	}{
		{"great lines", "", strings.Repeat("🍵", 4000), 40, false},
		{"lines that grow six times", "", strings.Repeat("<", 4000), 40, false},
		{"small lines of what grows", "<", strings.Repeat("<", 98), 200, true},
		{"tiny lines of what grows", "<", "<", 200, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
				p, other := s.Join("tea", strings.Repeat("<", protocol.MaxName)), s.Join("tea", "Nana")
				p.Expect(protocol.TypePeerJoined)
				for i := range tt.lines {
					key := fmt.Sprintf("%03d", i)
					if tt.key != "" {
						key += strings.Repeat(tt.key, protocol.MaxKey-len(key))
					}
					line := Frame{"type": "chat", "key": key, "text": "x"}
					if i > 0 && tt.private {
						line["to"], line["reply"] = other.ID, 1
					}
					p.Send(line)
					p.ExpectChat("x")
					p.Send(Frame{"type": "chat-edit", "n": i + 1, "text": tt.text})
					expectChanged(p)
				}
				s.Join("tea", "Somi") // the reader of a Peer bounds the frames, joined among them
				p.Expect(protocol.TypePeerJoined)
				before := int64(tt.lines + 1)
				for more := true; more; {
					p.Send(Frame{"type": "chat-history", "before": before, "limit": 200})
					got := Into[protocol.History](p, p.Expect(protocol.TypeChatHistory))
					if len(got.Messages) == 0 {
						t.Fatalf("an empty page before %d", before)
					}
					wantRun(t, "page", numbers(got.Messages), got.Messages[0].N, before-1)
					before, more = got.Messages[0].N, got.More
				}
				if before != 1 {
					t.Errorf("paged back to %d", before)
				}
				for _, field := range []string{"after", "since"} {
					last, more := int64(0), true
					for more {
						from := last
						if field == "since" && last > 0 {
							from = 2 * last // each was said and then edited
						}
						p.Send(Frame{"type": "chat-history", field: from, "limit": 200})
						got := Into[protocol.History](p, p.Expect(protocol.TypeChatHistory))
						wantRun(t, field, numbers(got.Messages), last+1, last+int64(max(1, len(got.Messages))))
						last, more = last+int64(len(got.Messages)), got.More
					}
					if last != int64(tt.lines) {
						t.Errorf("paged by %s to %d", field, last)
					}
				}
			})
		})
	}
}

// TestOneOrder holds that all get all lines in the order of n, whoever says them.
func TestOneOrder(t *testing.T) {
	const people, lines = 16, 24
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", make([]string, people)...)
		var wg sync.WaitGroup
		for _, p := range peers {
			wg.Go(func() {
				for i := range lines {
					p.Sendf(`{"type":"chat","key":"%d","text":"%d"}`, i, i)
				}
			})
		}
		wg.Wait()
		s.Settle()
		var order []string
		for i, p := range peers {
			var ns []int64
			said := map[string]int{}
			for j := range people * lines {
				m := Into[protocol.ChatEvent](p, p.Expect(protocol.TypeChat)).Message
				ns = append(ns, m.N)
				if m.Text != fmt.Sprint(said[m.From]) {
					t.Fatalf("line %s of a peer came as its %dth", m.Text, said[m.From])
				}
				said[m.From]++
				if i == 0 {
					order = append(order, m.From+m.Key)
				} else if order[j] != m.From+m.Key {
					t.Fatalf("line %d differs from one peer to another", j)
				}
			}
			wantRun(t, "delivery", ns, 1, people*lines)
			p.ExpectNothing()
		}
	})
}

// TestSnapshot holds that a line is either in joined or comes after it, never
// both and never neither, while others talk.
func TestSnapshot(t *testing.T) {
	const talkers, lines, comers = 4, 60, 12
	Run(t, signaling.Config{Limits: unlimited()}, func(t *testing.T, s *Server) {
		var wg sync.WaitGroup
		for _, p := range s.JoinAll("tea", make([]string, talkers)...) {
			wg.Go(func() {
				for i := range lines {
					p.Sendf(`{"type":"chat","key":"%d","text":"x"}`, i)
				}
			})
		}
		late := make([]*Peer, comers)
		for i := range late {
			wg.Go(func() { late[i] = s.Join("tea", "") })
		}
		wg.Wait()
		s.Settle()
		const last = talkers * lines
		for _, p := range late {
			ns := numbers(p.Joined.Messages)
			first := int64(1)
			if len(ns) > 0 {
				first = ns[0]
			}
			if p.Joined.More != (first > 1) {
				t.Errorf("more %v, and the first line is %d", p.Joined.More, first)
			}
			roster := map[string]bool{}
			for _, other := range p.Joined.Peers {
				roster[other.ID] = true
			}
			for _, frame := range p.Take() {
				if frame.Type == protocol.TypePeerJoined {
					id := Into[protocol.PeerEvent](p, frame).Peer.ID
					if roster[id] {
						t.Error("a peer is in joined and comes after it")
					}
					roster[id] = true
					continue
				}
				ns = append(ns, Into[protocol.ChatEvent](p, frame).Message.N)
			}
			wantRun(t, "snapshot and after", ns, first, last)
			if len(roster) != talkers+comers {
				t.Errorf("knows of %d peers, want %d", len(roster), talkers+comers)
			}
		}
	})
}
