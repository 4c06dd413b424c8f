package sqlite

import (
	"context"
	"database/sql"
)

// dropErased forgets an erased room when nothing of it is left. The newest of all rooms
// stays: its id would be that of the next one, and who is still at it would reach
// another room's lines.
const dropErased = `DELETE FROM erased WHERE room = :room AND room < (SELECT max(id) FROM rooms)
	AND NOT EXISTS (SELECT 1 FROM messages WHERE id > :room << 32 AND id < (:room + 1) << 32)
	AND NOT EXISTS (SELECT 1 FROM erasing WHERE message > :room << 32 AND message < (:room + 1) << 32)`

// Erase implements chat.Store. The room gets another row at once, so that nobody
// finds a line of it any more; then its lines are dropped, and by and by their
// words. What a crash interrupts, the next process goes on with.
func (s *Store) Erase(ctx context.Context, name string) error {
	var erased *room
	err := s.work(ctx, "erase room", func(t *tx) (err error) {
		if erased, err = t.roomNamed(name); erased == nil || err != nil {
			return err
		}
		delete(t.rooms, name)
		if _, err := t.hideRoom.Exec(erased.id); err != nil {
			return err
		}
		_, err = t.addErased.Exec(erased.id)
		t.purge = true
		return err
	})
	if err != nil || erased == nil { // after the error of ctx the writer may still set it
		return err
	}
	return s.dropErased(ctx, erased.id)
}

// dropErased drops the lines of an erased room.
func (s *Store) dropErased(ctx context.Context, id int64) error {
	return s.drop(ctx, func(t *tx) (*sql.Rows, error) { return t.surplus.Query(id<<roomShift, id<<roomShift|maxN, dropAtOnce) })
}

// dropErasedRooms goes on with the rooms that were erased.
func (s *Store) dropErasedRooms(ctx context.Context) error {
	ids, err := s.erasedRooms(ctx)
	if err != nil {
		return s.health.failedRead(err)
	}
	for _, id := range ids {
		if err := s.dropErased(ctx, id); err != nil {
			return err
		}
		err := s.work(ctx, "forget an erased room", func(t *tx) error {
			result, err := t.dropErased.Exec(sql.Named("room", id))
			if err != nil {
				return err
			}
			if gone, err := result.RowsAffected(); gone == 0 || err != nil {
				return err
			}
			_, err = t.dropRoom.Exec(id)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) erasedRooms(ctx context.Context) ([]int64, error) {
	rows, err := s.queries.erased.QueryContext(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
