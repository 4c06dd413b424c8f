package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// statements are what the writer does, prepared on its connection.
type statements struct {
	room, addRoom, setRoom                           *sql.Stmt
	byKey, byID                                      *sql.Stmt
	add, change, drop                                *sql.Stmt
	indexWords, dropWords                            *sql.Stmt
	addErasing, setErasing, dropErasing, nextErasing *sql.Stmt
	keepRoom, forgetRoom                             *sql.Stmt
	tooOld, surplus                                  *sql.Stmt
	unneeded, shrink                                 *sql.Stmt
	hideRoom, addErased, dropErased, dropRoom        *sql.Stmt
	touchFile                                        *sql.Stmt

	all []*sql.Stmt
}

const (
	selectRoom = "SELECT id, n, seq FROM rooms WHERE name = ?"
	indexWords = "INSERT INTO words (rowid, text) VALUES (?, ?)"
)

const columns = "id, seq, at, sender, key, messages.name, messages.text, recipient, reply, edited, deleted"

func (s *statements) prepare(conn *sql.Conn) (err error) {
	for text, into := range map[string]**sql.Stmt{
		selectRoom: &s.room,
		"INSERT INTO rooms (name, n, seq, said) VALUES (?, 0, 0, 0) RETURNING id":            &s.addRoom,
		"UPDATE rooms SET n = ?, seq = ?, said = max(said, ?) WHERE id = ?":                  &s.setRoom,
		"SELECT " + columns + " FROM messages WHERE sender = ? AND key = ? AND id >> 32 = ?": &s.byKey,
		"SELECT " + columns + " FROM messages WHERE id = ?":                                  &s.byID,
		"INSERT INTO messages (id, said, seq, at, sender, key, name, text, recipient, reply)" +
			" VALUES (?, ?2, ?2, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (sender, key, id >> 32) DO NOTHING": &s.add,
		"UPDATE messages SET seq = ?, text = ?, edited = ?, deleted = ? WHERE id = ?":        &s.change,
		"DELETE FROM messages WHERE id = ?":                                                  &s.drop,
		indexWords:                                                                           &s.indexWords,
		"INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)":                     &s.dropWords,
		"INSERT OR IGNORE INTO erasing (message, text, done) VALUES (?, ?, 0)":               &s.addErasing,
		"UPDATE erasing SET done = ? WHERE message = ?":                                      &s.setErasing,
		"DELETE FROM erasing WHERE message = ?":                                              &s.dropErasing,
		"SELECT message, text, done FROM erasing WHERE message > ? ORDER BY message LIMIT 1": &s.nextErasing,
		"INSERT OR REPLACE INTO made_rooms (id, name, topic, public, lobby, locked, password, host_key, salt, created, guarded, bans)" +
			" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)": &s.keepRoom,
		"UPDATE rooms SET name = char(0) || id WHERE id = ?":                         &s.hideRoom, // which no room is named
		"INSERT INTO erased (room) VALUES (?)":                                       &s.addErased,
		dropErased:                                                                   &s.dropErased,
		"DELETE FROM rooms WHERE id = ?":                                             &s.dropRoom,
		"DELETE FROM made_rooms WHERE id = ?":                                        &s.forgetRoom,
		"SELECT id, text FROM messages WHERE at < ? ORDER BY at LIMIT ?":             &s.tooOld,
		"SELECT id, text FROM messages WHERE id > ? AND id <= ? ORDER BY id LIMIT ?": &s.surplus,
		unneededRooms:                                       &s.unneeded,
		"PRAGMA incremental_vacuum(1024)":                   &s.shrink,
		fmt.Sprintf("PRAGMA user_version = %d", len(steps)): &s.touchFile,
	} {
		if *into, err = conn.PrepareContext(context.Background(), text); err != nil { //nolint:sqlclosecheck // closeAll does
			return fmt.Errorf("prepare %q: %w", text, err)
		}
		s.all = append(s.all, *into)
	}
	return nil
}

// closeAll closes statements, without which SQLite does not close the file.
func closeAll(statements []*sql.Stmt) error {
	var err error
	for _, s := range statements {
		err = errors.Join(err, s.Close())
	}
	return err
}
