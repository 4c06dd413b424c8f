package chat

import (
	"cmp"
	"container/list"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// Memory is a Store that forgets with the process. It keeps the newest lines
// of each room, and the rooms where something was said last.
type Memory struct {
	lines int // kept per room
	most  int // rooms kept
	size  int // bytes kept of all lines together

	mu    sync.Mutex // guards what follows
	rooms map[string]*list.Element
	order *list.List // of *memoryRoom, the one with the newest line first
	bytes int        // in all lines
}

// perLine is what a line takes besides its texts, in bytes.
const perLine = 256

type memoryRoom struct {
	name  string
	last  int64     // the newest N
	seq   int64     // the newest Seq
	lines []Message // ascending N, at most Memory.lines
	bytes int       // in lines
}

func sizeOf(m *Message) int { return perLine + len(m.Text) + len(m.Key) + len(m.Name) }

// NewMemory makes a Memory that keeps so many lines a room of so many rooms,
// and about so many bytes in all; the room where something was said last is
// kept even if it alone is larger.
func NewMemory(lines, rooms, size int) (*Memory, error) {
	if lines < 1 || rooms < 1 || size < 1 {
		return nil, errors.New("a memory store keeps at least one line of one room")
	}
	return &Memory{
		lines: lines, most: rooms, size: size,
		rooms: make(map[string]*list.Element), order: list.New(),
	}, nil
}

// Apply implements Store.
func (m *Memory) Apply(_ context.Context, room string, ops []Op) ([]Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	outcomes := make([]Outcome, len(ops))
	if m.rooms[room] == nil && !slices.ContainsFunc(ops, func(op Op) bool { return op.Verb == Say }) {
		for i := range outcomes {
			outcomes[i].Err = ErrNoSuchMessage // and no other room makes way for this one
		}
		return outcomes, nil
	}
	r := m.roomLocked(room)
	m.bytes -= r.bytes
	for i := range ops {
		if ops[i].Verb == Say {
			outcomes[i] = r.say(ops[i].Message, m.lines)
		} else {
			outcomes[i] = r.change(&ops[i])
		}
	}
	m.bytes += r.bytes
	for e := m.order.Back(); m.bytes > m.size && e != m.order.Front(); e = e.Prev() {
		m.forgetLinesLocked(e.Value.(*memoryRoom))
	}
	return outcomes, nil
}

func (m *Memory) roomLocked(name string) *memoryRoom {
	if e := m.rooms[name]; e != nil {
		m.order.MoveToFront(e)
		return e.Value.(*memoryRoom)
	}
	if m.order.Len() >= m.most {
		oldest := m.order.Remove(m.order.Back()).(*memoryRoom)
		m.forgetLinesLocked(oldest)
		delete(m.rooms, oldest.name)
	}
	r := &memoryRoom{name: name}
	m.rooms[name] = m.order.PushFront(r)
	return r
}

// forgetLinesLocked forgets a room's lines, but not how many there were.
func (m *Memory) forgetLinesLocked(r *memoryRoom) {
	m.bytes -= r.bytes
	r.lines, r.bytes = nil, 0
}

func (r *memoryRoom) say(line Message, most int) Outcome {
	for i := range r.lines {
		if r.lines[i].From == line.From && r.lines[i].Key == line.Key {
			return Outcome{Message: r.lines[i], Repeat: true}
		}
	}
	if line.Reply < 0 || line.Reply > r.last {
		return Outcome{Err: ErrNoSuchMessage}
	}
	if answered := r.find(line.Reply); answered != nil && !answered.Visible(line.From) {
		return Outcome{Err: ErrNoSuchMessage}
	}
	r.last++
	r.seq++
	line.N, line.Seq, line.Edited, line.Deleted = r.last, r.seq, time.Time{}, time.Time{}
	if len(r.lines) == most {
		r.bytes -= sizeOf(&r.lines[0])
		r.lines[0] = Message{}
		r.lines = r.lines[1:]
	}
	r.lines = append(r.lines, line)
	r.bytes += sizeOf(&line)
	return Outcome{Message: line}
}

// change edits or deletes a line.
func (r *memoryRoom) change(op *Op) Outcome {
	m := r.find(op.Message.N)
	if m == nil {
		return Outcome{Err: ErrNoSuchMessage}
	}
	before := sizeOf(m)
	outcome := op.Change(m)
	if outcome.Changed() {
		r.seq++
		outcome.Message.Seq = r.seq
		*m = outcome.Message
		r.bytes += sizeOf(m) - before
	}
	return outcome
}

// find is the line of that N, nil when it is not kept.
func (r *memoryRoom) find(n int64) *Message {
	i, found := slices.BinarySearchFunc(r.lines, n, func(m Message, n int64) int { return cmp.Compare(m.N, n) })
	if !found {
		return nil
	}
	return &r.lines[i]
}

// Find implements Store. A search holds up nobody else.
func (m *Memory) Find(ctx context.Context, q Query) (Page, error) {
	lines, seq := m.reached(&q)
	page := Page{Seq: seq}
	sought := Sought(q.Words)
	if q.Words != "" && len(sought) == 0 {
		return page, nil
	}
	for i := range lines {
		if err := ctx.Err(); err != nil {
			return Page{}, err
		}
		if q.Words != "" && !hold(Words(lines[i].Text), sought) {
			continue
		}
		if len(page.Messages) == q.Limit {
			page.More = true
			break
		}
		page.Messages = append(page.Messages, lines[i])
	}
	if q.Direction == Older {
		slices.Reverse(page.Messages)
	}
	return page, nil
}

// reached copies the lines a query looks at, one more than its limit at most
// when it is no search, and tells the room's newest change number.
func (m *Memory) reached(q *Query) ([]Message, int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.rooms[q.Room]
	if e == nil {
		return nil, 0
	}
	r := e.Value.(*memoryRoom)
	var lines []Message
	for _, line := range r.inDirection(q.Direction) {
		if q.Words == "" && len(lines) > q.Limit {
			break
		}
		if q.reaches(line) {
			lines = append(lines, *line)
		}
	}
	return lines, r.seq
}

// inDirection lists the lines the way a query goes.
func (r *memoryRoom) inDirection(d Direction) []*Message {
	lines := make([]*Message, len(r.lines))
	for i := range r.lines {
		lines[i] = &r.lines[i]
	}
	switch d {
	case Newer: // as they stand
	case Older:
		slices.Reverse(lines)
	case Changed:
		slices.SortFunc(lines, func(a, b *Message) int { return cmp.Compare(a.Seq, b.Seq) })
	}
	return lines
}

// reaches tells whether a line lies in the query's direction and its viewer
// may read it.
func (q *Query) reaches(m *Message) bool {
	if !m.Visible(q.Viewer) {
		return false
	}
	switch q.Direction {
	case Newer:
		return m.N > q.From
	case Changed:
		return m.Seq > q.From
	default:
		return q.From == 0 || m.N < q.From
	}
}

// Erase implements Store.
func (m *Memory) Erase(_ context.Context, room string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e := m.rooms[room]; e != nil {
		m.forgetLinesLocked(m.order.Remove(e).(*memoryRoom))
		delete(m.rooms, room)
	}
	return nil
}

// Close implements Store.
func (m *Memory) Close() error { return nil }
