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

	mu    sync.Mutex // guards what follows
	rooms map[string]*list.Element
	order *list.List // of *memoryRoom, the one with the newest line first
}

type memoryRoom struct {
	name  string
	last  int64
	lines []Message // ascending N, at most Memory.lines
}

// NewMemory makes a Memory that keeps so many lines a room of so many rooms.
func NewMemory(lines, rooms int) (*Memory, error) {
	if lines < 1 || rooms < 1 {
		return nil, errors.New("a memory store keeps at least one line of one room")
	}
	return &Memory{
		lines: lines, most: rooms,
		rooms: make(map[string]*list.Element), order: list.New(),
	}, nil
}

// Append implements Store.
func (m *Memory) Append(_ context.Context, room string, lines []Message) ([]Outcome, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.roomLocked(room)
	outcomes := make([]Outcome, len(lines))
	for i := range lines {
		outcomes[i] = r.append(lines[i], m.lines)
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
		delete(m.rooms, oldest.name)
	}
	r := &memoryRoom{name: name}
	m.rooms[name] = m.order.PushFront(r)
	return r
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
		r.lines = r.lines[1:]
	}
	r.lines = append(r.lines, line)
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
