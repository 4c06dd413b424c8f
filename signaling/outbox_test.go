package signaling

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"moim/signaling/protocol"
)

// withOutbox runs a test on an outbox whose frames are taken by hand.
func withOutbox(t *testing.T, test func(t *testing.T, o *outbox)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		conn, _ := net.Pipe()
		o := &outbox{}
		o.attach(&socket{hub: &Hub{}, wire: &wire{Conn: conn}, writer: writer{flushing: true}})
		test(t, o)
	})
}

func (o *outbox) take() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var buf batch
	defer buf.giveBack()
	return string(o.takeLocked(&buf))
}

// closing is the close frame that the outbox is to end its socket with.
func (o *outbox) closing() string { return string(o.socket.writer.last) }

func wantTake(t *testing.T, o *outbox, want string) {
	t.Helper()
	if got := o.take(); got != want {
		t.Errorf("took %.100q, want %.100q", got, want)
	}
}

func TestOutboxKeepsOrder(t *testing.T) {
	withOutbox(t, func(t *testing.T, o *outbox) {
		wantTake(t, o, "")
		o.enqueue([]byte("a"), []byte("b"))
		o.enqueueUncounted([]byte("c"))
		wantTake(t, o, "abc")
		o.enqueue([]byte("d"))
		o.close(protocol.CloseLeft)
		o.enqueue([]byte("e"))
		o.close(protocol.CloseSilent)
		wantTake(t, o, "d")
		wantTake(t, o, "")
		if got, want := o.closing(), string(closeFrame(protocol.CloseLeft)); got != want {
			t.Errorf("closing with %q, want %q", got, want)
		}
		if len(o.frames) != 5 || o.frames[4].data == nil {
			t.Errorf("what was said after the close is not kept for another socket")
		}
	})
}

// TestOutboxBatches holds that frames leave together up to a bound, and a
// greater one alone.
func TestOutboxBatches(t *testing.T) {
	withOutbox(t, func(t *testing.T, o *outbox) {
		half, great := strings.Repeat("h", bufferSize/2), strings.Repeat("g", 3*bufferSize)
		for _, f := range []string{half, half, "a", great, "b", half, great} {
			o.enqueue([]byte(f))
		}
		for _, want := range []string{half + half, "a", great, "b" + half, great, ""} {
			wantTake(t, o, want)
		}
	})
}

func TestOutboxAcknowledge(t *testing.T) {
	withOutbox(t, func(t *testing.T, o *outbox) {
		o.enqueueUncounted([]byte("joined"))
		o.enqueue([]byte("1"), []byte("2"))
		o.enqueueUncounted([]byte("pong"))
		o.enqueue([]byte("3"))
		if o.acknowledge(1) {
			t.Error("a frame that waits is acknowledged")
		}
		o.take()
		o.enqueue([]byte("4"))
		steps := []struct {
			got  int64
			good bool
			kept string
		}{
			{4, false, "1234"},
			{0, true, "1234"},
			{1, true, "234"},
			{1, true, "234"},
			{0, true, "234"},
			{3, true, "4"},
			{2, true, "4"},
			{4, false, "4"},
		}
		for _, step := range steps {
			if good := o.acknowledge(step.got); good != step.good {
				t.Errorf("acknowledge(%d) is %v", step.got, good)
			}
			kept := ""
			for _, f := range o.frames {
				kept += string(f.data)
			}
			if kept != step.kept {
				t.Errorf("after acknowledge(%d) %q is kept, want %q", step.got, kept, step.kept)
			}
		}
		wantTake(t, o, "4")
		if !o.acknowledge(4) || len(o.frames) > 0 || o.bytes > 0 {
			t.Errorf("all is acknowledged, and %d frames of %d bytes are kept", len(o.frames), o.bytes)
		}
	})
}

// TestOutboxRunsOver holds the bounds of what waits: one frame or byte more
// closes, and drops what waits.
func TestOutboxRunsOver(t *testing.T) {
	tests := []struct{ name, frame string }{
		{"frames", "x"},
		{"bytes", strings.Repeat("x", maxKeptBytes/16)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withOutbox(t, func(t *testing.T, o *outbox) {
				bound := min(maxKeptFrames, maxKeptBytes/len(tt.frame))
				for range bound {
					o.enqueue([]byte(tt.frame))
				}
				if o.broken || o.bytes != bound*len(tt.frame) {
					t.Fatalf("broken %v at the bound, %d bytes", o.broken, o.bytes)
				}
				o.enqueue([]byte("y"))
				o.enqueue([]byte("z"))
				if !o.broken || len(o.frames) != 0 || o.bytes != 0 {
					t.Errorf("broken %v over the bound, %d frames kept", o.broken, len(o.frames))
				}
				wantTake(t, o, "")
				if got, want := o.closing(), string(closeFrame(protocol.CloseTooSlow)); got != want {
					t.Errorf("closing with %q, want %q", got, want)
				}
			})
		})
	}
}

// TestOutboxStalls holds that a write under way for too long drops what waits
// and what was written, and closes.
func TestOutboxStalls(t *testing.T) {
	withOutbox(t, func(t *testing.T, o *outbox) {
		o.enqueue([]byte("a"), []byte("b"))
		wantTake(t, o, "ab")
		o.enqueue([]byte("c"))
		start := time.Now()
		o.socket.writer.since = start
		o.sweep(start.Add(stallTimeout))
		if o.broken {
			t.Fatal("given up before its time")
		}
		o.sweep(start.Add(stallTimeout + 1))
		if got, want := o.closing(), string(closeFrame(protocol.CloseTooSlow)); !o.broken || got != want {
			t.Errorf("broken %v, closing with %q, want %q", o.broken, got, want)
		}
		wantTake(t, o, "")
		if !o.acknowledge(2) || o.acknowledge(3) {
			t.Error("what was written cannot be acknowledged any more")
		}
	})
}

// TestOutboxForgetsOldest holds that frames which were written make place for
// those that wait, oldest first.
func TestOutboxForgetsOldest(t *testing.T) {
	withOutbox(t, func(t *testing.T, o *outbox) {
		for i := range maxKeptFrames {
			o.enqueue(fmt.Appendf(nil, "%d,", i))
		}
		for o.take() != "" {
		}
		for i := range 100 {
			o.enqueue(fmt.Appendf(nil, "%d,", maxKeptFrames+i))
		}
		if o.broken || len(o.frames) != maxKeptFrames || string(o.frames[0].data) != "100," {
			t.Errorf("broken %v, %d frames, first %s", o.broken, len(o.frames), o.frames[0].data)
		}
		if !o.acknowledge(50) || len(o.frames) != maxKeptFrames {
			t.Errorf("%d frames after an acknowledgement of forgotten ones", len(o.frames))
		}
		if !o.acknowledge(150) || string(o.frames[0].data) != "150," {
			t.Errorf("%s is the first after an acknowledgement", o.frames[0].data)
		}
	})
}

// outboxModel is what an outbox should do, simply.
type outboxModel struct {
	waiting       [][]byte
	counted       []bool // of waiting
	waitingBytes  int
	sent, dropped int64 // counted frames; dropped by acknowledgement at least
	closed        bool
}

// TestOutboxModel drives outboxes at random and holds them to the model.
func TestOutboxModel(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			withOutbox(t, func(t *testing.T, o *outbox) {
				random := rand.New(rand.NewPCG(seed, 0))
				great := []int{20, 2000, 60000}[seed%3]
				var m outboxModel
				for step := range 1500 {
					switch n := random.IntN(100); {
					case n < 60:
						m.enqueue(t, o, fmt.Appendf(nil, "%d%s", step, strings.Repeat("x", random.IntN(great))), n > 3)
					case n < 60+int(seed)*3/2:
						m.take(t, o)
					default:
						m.acknowledge(t, o, random.Int64N(m.sent+3))
					}
					m.check(t, o)
					if t.Failed() {
						t.Fatalf("at step %d", step)
					}
				}
			})
		})
	}
}

func (m *outboxModel) enqueue(t *testing.T, o *outbox, frame []byte, counted bool) {
	if counted {
		o.enqueue(frame)
	} else {
		o.enqueueUncounted(frame)
	}
	if m.closed {
		return
	}
	m.waiting, m.counted = append(m.waiting, frame), append(m.counted, counted)
	m.waitingBytes += len(frame)
	if len(m.waiting) > maxKeptFrames || m.waitingBytes > maxKeptBytes {
		m.closed = true
		m.waiting, m.counted = nil, nil
	}
	if o.broken != m.closed {
		t.Errorf("broken %v with %d frames of %d bytes waiting", o.broken, len(m.waiting), m.waitingBytes)
	}
}

func (m *outboxModel) take(t *testing.T, o *outbox) {
	batch := []byte(o.take())
	if len(batch) > bufferSize && len(batch) > len(m.waiting[0]) || (len(batch) == 0) != (len(m.waiting) == 0) {
		t.Errorf("a batch of %d bytes with %d frames waiting", len(batch), len(m.waiting))
	}
	for len(batch) > 0 && !t.Failed() {
		rest, ok := bytes.CutPrefix(batch, m.waiting[0])
		if !ok {
			t.Errorf("took %.40q, want %.40q", batch, m.waiting[0])
		}
		if m.counted[0] {
			m.sent++
		}
		m.waitingBytes -= len(m.waiting[0])
		batch, m.waiting, m.counted = rest, m.waiting[1:], m.counted[1:]
	}
}

func (m *outboxModel) acknowledge(t *testing.T, o *outbox, got int64) {
	if good := o.acknowledge(got); good != (got <= m.sent) {
		t.Errorf("acknowledge(%d) is %v after %d frames", got, good, m.sent)
	} else if good {
		m.dropped = max(m.dropped, got)
	}
}

func (m *outboxModel) check(t *testing.T, o *outbox) {
	sum, kept := 0, int64(0)
	for i, f := range o.frames {
		if !m.closed {
			sum += len(f.data)
		}
		if f.counted && i < o.written {
			kept++
		}
	}
	if !m.closed && (sum != o.bytes || sum > maxKeptBytes || len(o.frames) > maxKeptFrames) {
		t.Errorf("%d frames of %d bytes are kept, counted as %d", len(o.frames), sum, o.bytes)
	}
	if waiting := len(o.frames) - o.written; waiting != len(m.waiting) {
		t.Errorf("%d frames wait, want %d", waiting, len(m.waiting))
	}
	if o.sent != m.sent || !m.closed && o.forgot+kept != m.sent || kept > m.sent-m.dropped {
		t.Errorf("%d sent, %d forgotten, %d kept; want %d sent, at least %d forgotten", o.sent, o.forgot, kept, m.sent, m.dropped)
	}
}
