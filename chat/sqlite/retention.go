package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"moim/chat"
)

const (
	sweepMost  = 10 * time.Minute // between two sweeps
	dropAtOnce = 256              // messages in one transaction, so that nobody waits long for it
	dropBytes  = 64 << 10         // of their texts, likewise

	// roomGrace is how much longer than its messages the count of a room
	// is kept for those who were in it.
	roomGrace = 7 * 24 * time.Hour
)

// unneededRooms forgets the rooms without messages that were quiet for long.
// What was n 1 there may be another message then, so it is done before anyone
// is in a room.
const unneededRooms = `DELETE FROM rooms WHERE said < ? AND id NOT IN (SELECT room FROM erased) AND NOT EXISTS
	(SELECT 1 FROM messages WHERE messages.id > rooms.id << 32 AND messages.id < (rooms.id + 1) << 32)`

// crowdedRooms are those with more messages than are to be kept.
const crowdedRooms = `SELECT id, n FROM rooms WHERE n > :most AND EXISTS
	(SELECT 1 FROM messages WHERE messages.id > rooms.id << 32 AND messages.id <= (rooms.id << 32) + rooms.n - :most)`

// dropRooms forgets the rooms that are not needed at that time.
func (s *Store) dropRooms(ctx context.Context, now time.Time) error {
	if s.retention.Age == chat.All {
		return nil
	}
	return s.work(ctx, "forget rooms", func(t *tx) error {
		_, err := t.unneeded.Exec(now.Add(-s.retention.Age - roomGrace).UnixMilli())
		return err
	})
}

// keepSweeping drops what is not to be kept any more, now and from time to time.
func (s *Store) keepSweeping(ctx context.Context) {
	every := sweepMost
	if s.retention.Age != chat.All {
		every = min(every, max(s.retention.Age/16, time.Second))
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("old chat not dropped", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// Sweep drops the messages that are not to be kept at that time.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	if err := s.dropErasedRooms(ctx); err != nil {
		return err
	}
	if s.retention.Age != chat.All {
		oldest := now.Add(-s.retention.Age).UnixMilli()
		err := s.drop(ctx, func(t *tx) (*sql.Rows, error) { return t.tooOld.Query(oldest, dropAtOnce) })
		if err != nil {
			return err
		}
	}
	if s.retention.Lines == chat.All {
		return nil
	}
	crowded, err := s.crowded(ctx)
	if err != nil {
		return err
	}
	for _, r := range crowded {
		from, to := r.messageID(0), r.messageID(r.n-int64(s.retention.Lines))
		err := s.drop(ctx, func(t *tx) (*sql.Rows, error) { return t.surplus.Query(from, to, dropAtOnce) })
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) crowded(ctx context.Context) ([]room, error) {
	rows, err := s.queries.crowded.QueryContext(ctx, sql.Named("most", s.retention.Lines))
	if err != nil {
		return nil, s.health.failedRead(err)
	}
	defer rows.Close()
	var crowded []room
	for rows.Next() {
		var r room
		if err := rows.Scan(&r.id, &r.n); err != nil {
			return nil, s.health.failedRead(err)
		}
		crowded = append(crowded, r)
	}
	return crowded, s.health.failedRead(rows.Err())
}

// drop takes messages away, a few at a time, until the query finds none.
func (s *Store) drop(ctx context.Context, query func(*tx) (*sql.Rows, error)) error {
	for left := true; left; {
		err := s.work(ctx, "drop old chat", func(t *tx) error {
			rows, err := query(t)
			if err != nil {
				return err
			}
			left, err = t.dropAll(rows)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// dropAll takes messages away and gives some of the file back; it tells whether
// there are more. Its rows have the id and the text of each.
func (t *tx) dropAll(rows *sql.Rows) (more bool, err error) {
	defer rows.Close()
	found, size := make(map[int64]string), 0
	for size < dropBytes && rows.Next() {
		var (
			id   int64
			text string
		)
		if err := rows.Scan(&id, &text); err != nil {
			return false, err
		}
		found[id] = text
		size += len(text)
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return false, err
	}
	for id, text := range found {
		if _, err := t.drop.Exec(id); err != nil {
			return false, err
		}
		if err := t.erase(id, text); err != nil {
			return false, err
		}
	}
	_, err = t.shrink.Exec()
	return size >= dropBytes || len(found) == dropAtOnce, err
}
