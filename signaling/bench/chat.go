package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
)

// talk is the shape of the chat measure.
type talk struct {
	room    int // peers in the one room
	senders int // of them talk
	window  int // messages of one sender under way at most
	chats   int // messages in all; a multiple of senders
}

// chats measures chat deliveries in one full room under load. Every sender keeps window
// messages under way: it sends the next when its share of what it received allows. All
// peers, the senders too, must get every message exactly once.
//
// What a server that gathers waiting frames into one write spends on a delivery falls as
// more is under way; compare runs only with the same talk.
func chats(ctx context.Context, m *meter, s *server, t talk) ([]figure, error) {
	crowd := newCrowd(ctx, s)
	defer crowd.drop()
	peers, err := crowd.enter(ctx, 1, t.room)
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	listeners := make([]*listener, len(peers))
	for i, p := range peers {
		p.size = largeBuffer
		listeners[i] = &listener{peer: p, senders: t.senders, window: t.window, sends: i < t.senders}
	}
	say := func(each int) error {
		return crowd.each(peers, func(i int, _ *peer) error { return listeners[i].talk(each) })
	}
	each := t.chats / t.senders
	if err := say(max(t.window, each/10)); err != nil {
		return nil, err
	}
	spent, err := m.during(ctx, s, "chat", func() error { return say(each) })
	if err != nil {
		return nil, err
	}
	if err := crowd.settle(); err != nil {
		return nil, err
	}
	return spent.per(each*t.senders*t.room, rowChatCPU, rowChatInstructions), nil
}

// listener is one peer of the room.
type listener struct {
	*peer
	senders, window int
	sends           bool

	sent  int // since the measure began; numbers the keys
	frame []byte
}

// talk returns when every sender's next n messages have arrived here.
func (l *listener) talk(n int) error {
	first := l.sent
	said := 0
	sum := 0
	for received := 0; received < n*l.senders; received++ {
		for l.sends && said < min(n, l.window+received/l.senders) {
			if err := l.say(first + said); err != nil {
				return err
			}
			said++
		}
		message, err := l.expect(kindChat)
		if err != nil {
			return fmt.Errorf("after %d of %d chats: %w", received, n*l.senders, err)
		}
		number, err := chatNumber(message)
		if err != nil {
			return err
		}
		sum += number - first
	}
	l.sent += n
	if want := l.senders * n * (n - 1) / 2; sum != want {
		return fmt.Errorf("peer %s: the numbers of its chats add up to %d instead of %d", l.id, sum, want)
	}
	return nil
}

// say sends the message with this number.
func (l *listener) say(number int) error {
	message := fmt.Appendf(nil, `{"type":"chat","key":"%s-%d","text":%q}`, l.id, number, sampleText)
	l.frame = l.appendFrame(l.frame[:0], l.address("", message))
	return l.write(l.frame)
}

var keyField = []byte(`"key":"`)

// chatNumber reads the number at the end of a chat's key.
func chatNumber(message []byte) (int, error) {
	_, rest, ok := bytes.Cut(message, keyField)
	end := bytes.IndexByte(rest, '"')
	if !ok || end < 0 {
		return 0, fmt.Errorf("chat without a key: %s", message)
	}
	key := rest[:end]
	dash := bytes.LastIndexByte(key, '-')
	if dash < 0 || dash+1 == len(key) {
		return 0, errors.New("chat with a foreign key: " + string(key))
	}
	return strconv.Atoi(string(key[dash+1:]))
}

const sampleText = "Shall we meet again on Thursday, an hour earlier than today?"
