package signaling_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestWildClients has clients send anything at any time, under any token, and end
// in any way: the hub keeps no more than its bounds, its counters are right all the
// time, somebody else in the room is served as ever, and nothing is left.
func TestWildClients(t *testing.T) {
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			limits := signaling.DefaultLimits()
			if seed%2 == 0 {
				limits = unlimited()
			}
			limits.Joins = signaling.Rate{PerSecond: 1e6, Burst: 1e6}
			Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
				w := &wild{s: s, random: rand.New(rand.NewPCG(seed, 5)), tokens: []string{"", "x", strings.Repeat("A", 98)}}
				witness := s.Join("tea", "Mina")
				for step := range 400 {
					w.step()
					if step%10 == 0 {
						s.Settle()
						if err := s.Hub.Audit(); err != nil {
							t.Fatal(err)
						}
						witness.Take()
						witness.Sendf(`{"type":"chat","key":"%d","text":"step %d","id":%d}`, step, step, step+1)
						s.Settle()
						wantAnswer(t, witness, int64(step+1))
					}
				}
			})
		})
	}
}

// wantAnswer looks for the ok to a request among what has arrived.
func wantAnswer(t *testing.T, p *Peer, re int64) {
	t.Helper()
	for _, frame := range p.Take() {
		var answer protocol.OK
		if frame.Type == protocol.TypeOK && json.Unmarshal([]byte(frame.Text), &answer) == nil && answer.Re == re {
			return
		}
	}
	t.Fatalf("no answer to request %d", re)
}

// wild is clients without manners.
type wild struct {
	s       *Server
	random  *rand.Rand
	sockets []*Peer
	tokens  []string
	ids     []string
}

func (w *wild) step() {
	if n := len(w.sockets); n == 0 || n < 40 && w.random.IntN(5) == 0 {
		w.sockets = append(w.sockets, w.s.DialWith(Dial{
			Deaf: w.random.IntN(4) == 0,
			From: netip.AddrFrom4([4]byte{198, 51, 100, byte(w.random.IntN(4))}),
		}))
	}
	i := w.random.IntN(len(w.sockets))
	p := w.sockets[i]
	switch w.random.IntN(14) {
	case 0:
		w.end(p)
		w.sockets = append(w.sockets[:i], w.sockets[i+1:]...)
	case 1:
		w.s.Pass(time.Duration(w.random.IntN(5000)) * time.Millisecond)
	case 2:
		p.Deafen()
	case 3:
		p.Listen()
	case 4, 5, 6, 7:
		p.SendTooMuch(w.join())
	default:
		for range 1 + w.random.IntN(40) {
			p.SendTooMuch(w.frame())
		}
	}
	w.learn(p)
}

// learn notes the tokens and the ids in what has arrived.
func (w *wild) learn(p *Peer) {
	for _, frame := range p.Take() {
		var joined protocol.Joined
		if frame.Type == protocol.TypeJoined && json.Unmarshal([]byte(frame.Text), &joined) == nil {
			w.tokens = append(w.tokens, joined.Session)
			if joined.You != "" {
				w.ids = append(w.ids, joined.You)
			}
		}
	}
}

// any is one of some strings.
func (w *wild) any(of []string) string {
	if len(of) == 0 {
		return "nobody"
	}
	return of[w.random.IntN(len(of))]
}

// count is some number of frames.
func (w *wild) count() int64 {
	return []int64{0, 1, 2, int64(w.random.IntN(50)), int64(w.random.IntN(1000)), 1<<53 - 1, -1}[w.random.IntN(7)]
}

func (w *wild) join() string {
	join := Frame{"type": "join", "room": w.any([]string{"tea", "tea", "coffee", "a b"}), "id": 1}
	if w.random.IntN(4) > 0 {
		token := w.any(w.tokens)
		if n := len(token); n > 0 && w.random.IntN(8) == 0 {
			at := w.random.IntN(n)
			token = token[:at] + "A" + token[at+1:]
		}
		join["session"] = token
	}
	if w.random.IntN(3) > 0 {
		join["got"] = w.count()
	}
	if w.random.IntN(8) == 0 {
		join["session"] = w.random.IntN(9)
	}
	text, _ := json.Marshal(join) // it is made of what can be
	return string(text)
}

func (w *wild) frame() string {
	switch w.random.IntN(12) {
	case 0:
		return fmt.Sprintf(`{"type":"ping","got":%d}`, w.count())
	case 1:
		return fmt.Sprintf(`{"type":"pong","got":%d}`, w.count())
	case 2:
		return `{"type":"chat-history","limit":200}`
	case 3:
		return fmt.Sprintf(`{"type":"chat","key":"%d","text":%q}`, w.random.Int(), strings.Repeat("<", 1+w.random.IntN(4000)))
	case 4:
		return fmt.Sprintf(`{"type":"update","hand":%v,"name":"%d"}`, w.random.IntN(2) == 0, w.random.IntN(9))
	case 5:
		return strings.Repeat("{", w.random.IntN(5))
	case 6:
		return `{"type":"chat-search","query":"<"}`
	case 7:
		return fmt.Sprintf(`{"type":"data","to":%q,"data":%q}`, w.any(w.ids), strings.Repeat("x", w.random.IntN(16_000)))
	case 8:
		return w.join()
	default:
		return fmt.Sprintf(`{"type":"data","data":%q}`, strings.Repeat("x", w.random.IntN(4_000)))
	}
}

// end ends a socket in some way, or leaves it to itself.
func (w *wild) end(p *Peer) {
	switch w.random.IntN(7) {
	case 0:
		p.Break()
	case 1:
		p.SendTooMuch(`{"type":"leave"}`)
	case 2:
		p.Listen()
		w.s.Settle()
		p.Close(protocol.CloseCode([]uint16{1000, 1001, 4000, 4002, 4499, 4500, 3000}[w.random.IntN(7)]))
	case 3:
		p.SendTooMuch("\xff")
	case 4:
		p.Listen()
		w.s.Settle()
		p.SendTooMuch(sized(protocol.MaxFrame + 1))
	case 5:
		p.Deafen()
	}
}
