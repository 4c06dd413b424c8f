package sqlite

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"moim/chat"
)

// Keep keeps a room that was made, in place of one of the same ID.
func (s *Store) Keep(ctx context.Context, r chat.MadeRoom) error {
	bans, err := json.Marshal(storedBans(r.Bans))
	if err != nil {
		return err
	}
	return s.work(ctx, "keep room", func(t *tx) error {
		_, err := t.keepRoom.Exec(r.ID, r.Name, r.Topic, r.Public, r.Lobby, r.Locked, r.Password, r.HostHash[:], r.Salt[:],
			r.Created.UnixMilli(), millis(r.Guarded), string(bans))
		t.purge = true // of what was kept before
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

// storedBan is a chat.Ban in JSON.
type storedBan struct {
	Peer    string `json:"peer"`
	Subject string `json:"subject,omitempty"`
	Address []byte `json:"address"`
}

func storedBans(bans []chat.Ban) []storedBan {
	stored := make([]storedBan, len(bans))
	for i, ban := range bans {
		stored[i] = storedBan{ban.Peer, ban.Subject, ban.Address[:]}
	}
	return stored
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
			r         chat.MadeRoom
			key, salt []byte
			created   int64
			guarded   sql.NullInt64
			bans      []byte
		)
		if err := rows.Scan(&r.ID, &r.Name, &r.Topic, &r.Public, &r.Lobby, &r.Locked, &r.Password, &key, &salt, &created, &guarded, &bans); err != nil {
			return nil, err
		}
		var stored []storedBan
		switch err := json.Unmarshal(bans, &stored); {
		case err != nil:
			return nil, damage("bans are not readable")
		case len(key) != sha256.Size || len(salt) != len(r.Salt):
			return nil, damage("a host key is too short")
		}
		r.HostHash, r.Salt, r.Created, r.Guarded = [sha256.Size]byte(key), [16]byte(salt), time.UnixMilli(created).UTC(), instant(guarded)
		for _, ban := range stored {
			if len(ban.Address) != sha256.Size {
				return nil, damage("a ban is too short")
			}
			r.Bans = append(r.Bans, chat.Ban{Peer: ban.Peer, Subject: ban.Subject, Address: [sha256.Size]byte(ban.Address)})
		}
		rooms = append(rooms, r)
	}
	return rooms, rows.Err()
}
