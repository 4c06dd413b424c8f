package sqlite

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"moim/chat"
)

// Keep keeps a room that was made, in place of one of the same ID.
func (s *Store) Keep(ctx context.Context, r chat.MadeRoom) error {
	return s.work(ctx, "keep room", func(t *tx) error {
		_, err := t.keepRoom.Exec(r.ID, r.Name, r.Topic, r.Public, r.HostHash[:], r.Created.UnixMilli())
		return err
	})
}

// Forget forgets a room that was made; its messages stay.
func (s *Store) Forget(ctx context.Context, id string) error {
	return s.work(ctx, "forget room", func(t *tx) error {
		_, err := t.forgetRoom.Exec(id)
		t.purge = true
		return err
	})
}

// Kept answers the rooms that are kept.
func (s *Store) Kept(ctx context.Context) ([]chat.MadeRoom, error) {
	rooms, err := s.kept(ctx)
	if err != nil {
		return nil, fmt.Errorf("read rooms: %w", s.health.failedRead(err))
	}
	return rooms, nil
}

func (s *Store) kept(ctx context.Context) ([]chat.MadeRoom, error) {
	rows, err := s.queries.madeRooms.QueryContext(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var rooms []chat.MadeRoom
	for rows.Next() {
		var (
			r       chat.MadeRoom
			key     []byte
			created int64
		)
		if err := rows.Scan(&r.ID, &r.Name, &r.Topic, &r.Public, &key, &created); err != nil {
			return nil, err
		}
		if len(key) != sha256.Size {
			return nil, damage("a host key is too short")
		}
		r.HostHash, r.Created = [sha256.Size]byte(key), time.UnixMilli(created).UTC()
		rooms = append(rooms, r)
	}
	return rooms, rows.Err()
}
