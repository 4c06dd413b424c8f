package chat

import (
	"container/list"
	"context"
	"errors"
	"slices"
	"sync"
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
	last  int64
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

// Append implements Store.
func (m *Memory) Append(_ context.Context, room string, lines []Message) ([]Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.roomLocked(room)
	outcomes := make([]Outcome, len(lines))
	m.bytes -= r.bytes
	for i := range lines {
		outcomes[i] = r.append(lines[i], m.lines)
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

func (r *memoryRoom) append(line Message, most int) Outcome {
	for i := range r.lines {
		if r.lines[i].From == line.From && r.lines[i].Key == line.Key {
			return Outcome{Message: r.lines[i], Repeat: true}
		}
	}
	if line.Reply > r.last {
		return Outcome{Err: ErrNoSuchMessage}
	}
	r.last++
	line.N = r.last
	if len(r.lines) == most {
		r.bytes -= sizeOf(&r.lines[0])
		r.lines[0] = Message{}
		r.lines = r.lines[1:]
	}
	r.lines = append(r.lines, line)
	r.bytes += sizeOf(&line)
	return Outcome{Message: line}
}

// History implements Store.
func (m *Memory) History(_ context.Context, q Query) (Page, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.rooms[q.Room]
	if e == nil {
		return Page{}, nil
	}
	lines := e.Value.(*memoryRoom).lines
	var page Page
	for i := len(lines) - 1; i >= 0; i-- {
		if q.Before > 0 && lines[i].N >= q.Before || !lines[i].Visible(q.Viewer) {
			continue
		}
		if len(page.Messages) == q.Limit {
			page.More = true
			break
		}
		page.Messages = append(page.Messages, lines[i])
	}
	slices.Reverse(page.Messages)
	return page, nil
}

// Close implements Store.
func (m *Memory) Close() error { return nil }
