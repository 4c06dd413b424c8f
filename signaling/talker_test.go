package signaling_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"moim/signaling/protocol"
)

// talker is a client of the counting, by docs/protocol.md, section "Nothing lost
// across a reconnect", and the model of what it has to get.
type talker struct {
	c          *crowd
	room, name string
	id, token  string

	sock     *Peer
	arrived  []Received // not looked at yet; lost with the socket
	lost     time.Time  // when the socket was
	noticed  bool       // by the server, at once
	epoch    int        // sessions so far: what was heard before is no measure of what follows
	got      int64      // counted frames taken on the session
	told     int64      // of those, what the server was told
	incoming int64      // at most so many frames of the server came to be on the session

	first      int64    // frames of the session that the server has for certain
	kept       []saying // those after them
	unanswered []saying
	ids        int64

	said   map[string]int          // the last number said to each, or to all
	unsure map[string]map[int]bool // numbers that may have been said or not
	heard  map[mark]hearing
}

// saying is a frame with a number, and where to.
type saying struct {
	text, stream string
	n            int
	id           int64
}

// mark is who said something, and to whom.
type mark struct{ from, stream string }

// hearing is the last number that was heard of such, and in which session.
type hearing struct{ n, epoch int }

func newTalker(c *crowd, room, name string) *talker {
	return &talker{
		c: c, room: room, name: name,
		said: make(map[string]int), unsure: make(map[string]map[int]bool), heard: make(map[mark]hearing),
	}
}

// talk says some things to one or to all.
func (k *talker) talk(times int) {
	others := k.c.others(k)
	stream, to := "all", ""
	if i := k.c.random.IntN(len(others) + 1); i < len(others) {
		stream, to = others[i].name, others[i].id
	}
	for range times {
		k.say(stream, to)
	}
}

func (k *talker) say(stream, to string) {
	k.said[stream]++
	k.ids++
	f := saying{stream: stream, n: k.said[stream], id: k.ids}
	recipient := ""
	if to != "" {
		recipient = fmt.Sprintf(`"to":%q,`, to)
	}
	f.text = fmt.Sprintf(`{"type":"data","id":%d,%s"data":{"room":%q,"from":%q,"stream":%q,"n":%d}}`,
		f.id, recipient, k.room, k.name, stream, f.n)
	k.kept, k.unanswered = append(k.kept, f), append(k.unanswered, f)
	k.incoming++ // its answer
	for _, other := range k.c.others(k) {
		if stream == "all" || stream == other.name {
			other.incoming++
		}
	}
	if k.sock != nil {
		k.sock.SendTooMuch(f.text)
	}
}

// acknowledge pings with what was taken.
func (k *talker) acknowledge() {
	if k.sock != nil {
		k.told = k.got
		k.sock.SendTooMuch(fmt.Sprintf(`{"type":"ping","got":%d}`, k.got))
	}
}

// lose loses the socket in one of the ways there are, with what is on its way.
func (k *talker) lose(way int) {
	if k.sock == nil {
		return
	}
	k.noticed = way < 2
	switch way {
	case 0:
		k.sock.Break()
	case 1:
		k.sock.Close(4002)
	case 2:
		k.sock.Deafen()
	case 3: // it stays open
	default: // and one that breaks before its joined was read
		p := k.c.s.Dial()
		p.SendJoin(Frame{"room": k.room, "session": k.token, "got": k.got})
		if k.c.random.IntN(2) == 0 {
			k.c.s.Settle()
		}
		p.Break()
		k.c.s.Settle()
	}
	k.gone()
}

// gone notes that there is no socket.
func (k *talker) gone() {
	k.sock, k.arrived, k.lost = nil, nil, time.Now()
	for _, other := range k.c.talkers {
		other.incoming += 4 // away, back, left, joined
	}
}

// notice notes that the server has closed the socket.
func (k *talker) notice() {
	if k.sock != nil && k.sock.Ended() {
		k.hear(1 << 20)
		k.noticed = true
		k.gone()
	}
}

// enter connects and goes on with the session, if it can be gone on with, also
// while the last socket is still good.
func (k *talker) enter() {
	if k.sock != nil {
		k.gone()
		k.noticed = false
	}
	join := Frame{"room": k.room, "name": k.name}
	if k.token != "" {
		join["session"], join["got"] = k.token, k.got
	}
	p := k.c.s.Dial()
	p.SendJoin(join)
	text := p.Expect(protocol.TypeJoined).Text
	var joined protocol.Joined
	if err := json.Unmarshal([]byte(text), &joined); err != nil {
		k.c.t.Fatal(err)
	}
	k.checkEntered(joined)
	k.sock, k.token, k.told = p, joined.Session, k.got
	if joined.Resumed {
		k.acknowledged(joined.Got)
		for _, f := range k.kept {
			p.SendTooMuch(f.text)
		}
		return
	}
	for _, f := range k.unanswered {
		k.doubt(f)
	}
	k.id = joined.You
	k.epoch++
	k.got, k.told, k.first, k.kept, k.unanswered, k.incoming = 0, 0, 0, nil, nil, 0
	for _, other := range k.c.others(k) {
		k.incoming += int64(len(other.kept)) // what may still be handled
	}
}

// checkEntered checks that the session goes on when it can, and not when it cannot.
func (k *talker) checkEntered(joined protocol.Joined) {
	away := time.Since(k.lost)
	switch {
	case k.token == "":
	case !joined.Resumed && away < 19*time.Second && k.incoming-k.told < 480:
		k.c.t.Fatalf("%s cannot go on after %v, with at most %d frames under way", k.name, away, k.incoming-k.told)
	case !joined.Resumed && joined.You != k.id:
		k.c.t.Fatalf("%s comes back as another", k.name)
	case joined.Resumed && away > 22*time.Second && k.noticed:
		k.c.t.Fatalf("%s goes on after %v", k.name, away)
	}
}

// doubt notes that the fate of a frame is unknown.
func (k *talker) doubt(f saying) {
	if k.unsure[f.stream] == nil {
		k.unsure[f.stream] = make(map[int]bool)
	}
	k.unsure[f.stream][f.n] = true
}

// acknowledged takes the server's count.
func (k *talker) acknowledged(got int64) {
	if got < k.first || got > k.first+int64(len(k.kept)) {
		k.c.t.Fatalf("the server has got %d frames of %s, which has sent %d to %d", got, k.name, k.first, k.first+int64(len(k.kept)))
	}
	k.kept, k.first = k.kept[got-k.first:], got
}

// hear takes frames that arrived, at most so many.
func (k *talker) hear(most int) {
	if k.sock == nil {
		return
	}
	k.arrived = append(k.arrived, k.sock.Take()...)
	for range min(most, len(k.arrived)) {
		k.take(k.arrived[0])
		k.arrived = k.arrived[1:]
	}
}

func (k *talker) take(f Received) {
	switch f.Type {
	case protocol.TypePong:
		var pong protocol.Beat
		if err := json.Unmarshal([]byte(f.Text), &pong); err != nil {
			k.c.t.Fatal(err)
		}
		k.acknowledged(pong.Got)
		return
	case protocol.TypeJoined:
		k.c.t.Fatalf("%s has a second %s", k.name, f.Text)
	case protocol.TypeOK, protocol.TypeError:
		k.answered(f)
	case protocol.TypeData:
		k.listen(f)
	case protocol.TypePeerJoined, protocol.TypePeerChanged, protocol.TypePeerLeft:
	default:
		k.c.t.Fatalf("%s gets %s", k.name, f.Text)
	}
	k.got++
}

// answered takes the answer to a request, which has to be that to the next.
func (k *talker) answered(f Received) {
	var answer protocol.ErrorFrame
	if err := json.Unmarshal([]byte(f.Text), &answer); err != nil {
		k.c.t.Fatal(err)
	}
	if len(k.unanswered) == 0 || answer.Re != k.unanswered[0].id || answer.Code != "" && answer.Code != protocol.CodeNoSuchPeer {
		k.c.t.Fatalf("%s gets %s, and the next answer is to %+v", k.name, f.Text, k.unanswered)
	}
	if answer.Code != "" {
		k.doubt(k.unanswered[0])
	}
	k.unanswered = k.unanswered[1:]
}

// listen takes what another has said, which has to be the next.
func (k *talker) listen(f Received) {
	var data struct {
		Data struct {
			Room, From, Stream string
			N                  int
		}
	}
	if err := json.Unmarshal([]byte(f.Text), &data); err != nil {
		k.c.t.Fatal(err)
	}
	d := data.Data
	at := mark{d.From, d.Stream}
	last := k.heard[at]
	if d.Room != k.room || d.Stream != "all" && d.Stream != k.name || d.N <= last.n {
		k.c.t.Fatalf("%s in %s gets %s after %+v", k.name, k.room, f.Text, last)
	}
	if last.epoch == k.epoch {
		k.checkGap(at, last.n, d.N)
	}
	k.heard[at] = hearing{d.N, k.epoch}
}

// checkGap checks that all between two numbers were perhaps never said.
func (k *talker) checkGap(at mark, last, n int) {
	for _, other := range k.c.others(k) {
		for missing := last + 1; other.name == at.from && missing < n; missing++ {
			if !other.unsure[at.stream][missing] && !other.waitsFor(at.stream, missing) {
				k.c.t.Fatalf("%s lacks %d of what %s says to %s, and hears %d", k.name, missing, at.from, at.stream, n)
			}
		}
	}
}

// waitsFor tells whether the answer to a frame is still to be taken, which may be a
// refusal.
func (k *talker) waitsFor(stream string, n int) bool {
	for _, f := range k.unanswered {
		if f.stream == stream && f.n == n {
			return !strings.HasPrefix(stream, "all")
		}
	}
	return false
}
