package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"moim/chat"
)

// Apply implements chat.Store.
func (s *Store) Apply(ctx context.Context, room string, ops []chat.Op) ([]chat.Outcome, error) {
	outcomes, words := make([]chat.Outcome, len(ops)), make([][]chat.Word, len(ops))
	for i := range ops {
		words[i] = chat.Words(ops[i].Message.Text) // here, where it keeps no other room waiting
	}
	err := s.work(ctx, "store chat", func(t *tx) error {
		for i := range ops {
			var err error
			if outcomes[i], err = t.apply(room, &ops[i], words[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// tx is a transaction of the writer.
type tx struct {
	*statements
	rooms   map[string]*room      // those looked at
	added   map[int64][]chat.Word // the words of new messages, by id
	purge   bool                  // text was taken away
	erasing bool                  // there are words to be dropped from the index
	turn    int64                 // the message after which the next of them are
}

// room is a room's row.
type room struct {
	id, n, seq int64
	said       int64 // 0: nothing new
	changed    bool
}

// The id of a message is its room's, shifted, and its n.
const (
	roomShift = 32
	maxN      = 1<<roomShift - 1
	maxRoom   = 1<<31 - 1
)

func (r *room) messageID(n int64) int64 { return r.id<<roomShift | n }

// run does requests, and then what they have in common: their rooms and the
// index of words.
func (t *tx) run(batch []*request) error {
	for _, r := range batch {
		if err := r.work(t); err != nil {
			return err
		}
	}
	for _, r := range t.rooms {
		if !r.changed {
			continue
		}
		if _, err := t.setRoom.Exec(r.n, r.seq, r.said, r.id); err != nil {
			return err
		}
	}
	if err := t.addWords(); err != nil || !t.erasing {
		return err
	}
	return t.eraseSome()
}

// roomNamed is a room's row, nil when there is none.
func (t *tx) roomNamed(name string) (*room, error) {
	if r := t.rooms[name]; r != nil {
		return r, nil
	}
	r := new(room)
	switch err := t.room.QueryRow(name).Scan(&r.id, &r.n, &r.seq); {
	case errors.Is(err, sql.ErrNoRows):
		return nil, nil
	case err != nil:
		return nil, err
	}
	t.rooms[name] = r
	return r, nil
}

func (t *tx) roomToWrite(name string) (*room, error) {
	r, err := t.roomNamed(name)
	if err != nil || r != nil {
		return r, err
	}
	r = new(room)
	if err := t.addRoom.QueryRow(name).Scan(&r.id); err != nil {
		return nil, err
	}
	if r.id > maxRoom {
		return nil, errors.New("the chat has too many rooms")
	}
	t.rooms[name] = r
	return r, nil
}

// apply does an op; words are those of its text.
func (t *tx) apply(name string, op *chat.Op, words []chat.Word) (chat.Outcome, error) {
	if op.Verb == chat.Say {
		return t.say(name, op.Message, words)
	}
	r, err := t.roomNamed(name)
	if err != nil {
		return chat.Outcome{}, err
	}
	m, err := t.message(r, op.Message.N)
	if err != nil {
		return chat.Outcome{}, err
	}
	if m == nil {
		return chat.Outcome{Err: chat.ErrNoSuchMessage}, nil
	}
	outcome := op.Change(m)
	if !outcome.Changed() {
		return outcome, nil
	}
	r.seq++
	r.changed = true
	outcome.Message.Seq = r.seq
	outcome.Message.Edited, outcome.Message.Deleted = clock(outcome.Message.Edited), clock(outcome.Message.Deleted)
	return outcome, t.rewrite(r, m.Text, &outcome.Message, words)
}

// message reads one message of a room, nil when it is not there.
func (t *tx) message(r *room, n int64) (*chat.Message, error) {
	if r == nil || n < 1 || n > r.n {
		return nil, nil
	}
	return one(t.byID.Query(r.messageID(n)))
}

// say adds a line unless it was said before.
func (t *tx) say(name string, line chat.Message, words []chat.Word) (chat.Outcome, error) {
	if line.Reply != 0 {
		outcome, err := t.answer(name, &line)
		if err != nil || outcome.Err != nil || outcome.Repeat {
			return outcome, err
		}
	}
	r, err := t.roomToWrite(name)
	if err != nil {
		return chat.Outcome{}, err
	}
	if r.n == maxN {
		return chat.Outcome{}, errors.New("the room has too many messages")
	}
	line.N, line.Seq, line.At, line.Edited, line.Deleted = r.n+1, r.seq+1, clock(line.At), time.Time{}, time.Time{}
	id := r.messageID(line.N)
	if added, err := t.insert(id, &line); !added || err != nil {
		before, selectErr := one(t.byKey.Query(line.From, line.Key, r.id))
		return repeated(before), errors.Join(err, selectErr)
	}
	r.n, r.seq, r.said, r.changed = line.N, line.Seq, max(r.said, line.At.UnixMilli()), true
	t.added[id] = words
	return chat.Outcome{Message: line}, nil
}

// repeated is the outcome of a line that was said before.
func repeated(before *chat.Message) chat.Outcome {
	if before == nil {
		return chat.Outcome{}
	}
	return chat.Outcome{Message: *before, Repeat: true}
}

// insert adds a message; false when its sender used its key before.
func (t *tx) insert(id int64, m *chat.Message) (bool, error) {
	result, err := t.add.Exec(id, m.Seq, m.At.UnixMilli(), m.From, m.Key, m.Name, m.Text,
		sql.NullString{String: m.To, Valid: m.To != ""}, sql.NullInt64{Int64: m.Reply, Valid: m.Reply != 0})
	if err != nil {
		return false, err
	}
	added, err := result.RowsAffected()
	return added > 0, err
}

// answer tells whether a line was said before, or what it answers is not, and
// was not, there for its sender.
func (t *tx) answer(name string, line *chat.Message) (chat.Outcome, error) {
	r, err := t.roomNamed(name)
	if r == nil || err != nil {
		return chat.Outcome{Err: chat.ErrNoSuchMessage}, err
	}
	before, err := one(t.byKey.Query(line.From, line.Key, r.id))
	if before != nil || err != nil {
		return repeated(before), err
	}
	answered, err := t.message(r, line.Reply)
	if line.Reply < 0 || line.Reply > r.n || answered != nil && !answered.Visible(line.From) {
		return chat.Outcome{Err: chat.ErrNoSuchMessage}, err
	}
	return chat.Outcome{}, err
}

// rewrite gives a message another text, or none.
func (t *tx) rewrite(r *room, before string, m *chat.Message, words []chat.Word) error {
	id := r.messageID(m.N)
	if _, err := t.change.Exec(m.Seq, m.Text, millis(m.Edited), millis(m.Deleted), id); err != nil {
		return err
	}
	if _, isNew := t.added[id]; isNew {
		t.added[id] = words
		return nil
	}
	return t.erase(id, before)
}

// touch writes to the file without changing anything.
func (t *tx) touch() error {
	_, err := t.touchFile.Exec()
	return err
}

// clock cuts an instant to what is stored.
func clock(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.UTC().Truncate(time.Millisecond)
}

// millis is an instant as it is stored, NULL for the zero one.
func millis(t time.Time) sql.NullInt64 {
	return sql.NullInt64{Int64: t.UnixMilli(), Valid: !t.IsZero()}
}

// one reads at most one message.
func one(rows *sql.Rows, err error) (*chat.Message, error) {
	if err != nil {
		return nil, err
	}
	messages, err := scan(rows)
	if err != nil || len(messages) == 0 {
		return nil, err
	}
	return &messages[0], nil
}

// scan reads messages and closes their rows.
func scan(rows *sql.Rows) ([]chat.Message, error) {
	defer rows.Close()
	var messages []chat.Message
	for rows.Next() {
		var (
			m                      chat.Message
			id, at                 int64
			to                     sql.NullString
			reply, edited, deleted sql.NullInt64
		)
		if err := rows.Scan(&id, &m.Seq, &at, &m.From, &m.Key, &m.Name, &m.Text, &to, &reply, &edited, &deleted); err != nil {
			return nil, err
		}
		m.N, m.At, m.To, m.Reply = id&maxN, time.UnixMilli(at).UTC(), to.String, reply.Int64
		m.Edited, m.Deleted = instant(edited), instant(deleted)
		messages = append(messages, m)
	}
	return messages, rows.Err()
}

func instant(ms sql.NullInt64) time.Time {
	if !ms.Valid {
		return time.Time{}
	}
	return time.UnixMilli(ms.Int64).UTC()
}
