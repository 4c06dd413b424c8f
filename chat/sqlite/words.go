package sqlite

import (
	"database/sql"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"moim/chat"
)

// The index of words is SQLite's FTS5 (https://sqlite.org/fts5.html) with words
// made here, as none of its tokenizers finds a syllable of a Korean word. Each
// begins with its room and an x, so a search reads the words of its room alone.
//
// A dense word is indexed as its pairs of characters, in order, and the last
// character: 회의실 as 회의, 의실, 실. Any part of two characters and more is a run of pairs
// then, and one character the beginning of a pair.

// indexed are the words of a message as they are put into the index.
func indexed(room int64, words []chat.Word) string {
	prefix := strconv.FormatInt(room, 10) + "x"
	var b strings.Builder
	put := func(word string) {
		if b.Len() > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(prefix)
		b.WriteString(word)
	}
	for _, w := range words {
		if !w.Dense {
			put(w.Text)
			continue
		}
		characters := []rune(w.Text)
		for i := range characters {
			put(string(characters[i:min(i+2, len(characters))]))
		}
	}
	return b.String()
}

// match is the FTS5 query for all words of a text; "" when it has none.
func match(room int64, text string) string {
	prefix := strconv.FormatInt(room, 10) + "x"
	var terms []string
	for _, w := range chat.Sought(text) {
		characters := []rune(w.Text)
		if !w.Dense || len(characters) == 1 {
			terms = append(terms, `"`+prefix+w.Text+`" *`)
			continue
		}
		pairs := make([]string, len(characters)-1)
		for i := range pairs {
			pairs[i] = prefix + string(characters[i:i+2])
		}
		terms = append(terms, `"`+strings.Join(pairs, " ")+`"`)
	}
	return strings.Join(terms, " AND ")
}

// rewording is a change to the words of a message in a transaction.
type rewording struct {
	before string // its text before the transaction
	after  []chat.Word
}

// retext notes that a message has other words than those of its text before.
func (t *tx) retext(id int64, before string, words []chat.Word) {
	t.purge = t.purge || before != ""
	if known := t.rewordings[id]; known != nil {
		known.after = words
		return
	}
	t.rewordings[id] = &rewording{before, words}
}

// index changes the words of messages. In the order of their ids FTS5 writes
// them at once; each step back would make it write what it has.
func (t *tx) index() error {
	for _, id := range slices.Sorted(maps.Keys(t.rewordings)) {
		room, change := id>>roomShift, t.rewordings[id]
		if words := indexed(room, chat.Words(change.before)); words != "" {
			if _, err := t.dropWords.Exec(id, words); err != nil {
				return err
			}
		}
		if words := indexed(room, change.after); words != "" {
			if _, err := t.addWords.Exec(id, words); err != nil {
				return err
			}
		}
	}
	return nil
}

// reindex makes all words anew if texts are split in another way than when they
// were indexed. FTS5 could not drop them otherwise: it has to be told what it has.
func reindex(tx *sql.Tx, log *slog.Logger) error {
	var version string
	err := tx.QueryRow("SELECT value FROM meta WHERE name = 'words'").Scan(&version)
	if err != nil && !errors.Is(err, sql.ErrNoRows) || version == chat.WordsVersion() {
		return err
	}
	if version != "" {
		log.Info("the words of the chat are indexed anew; this may take a while")
	}
	if _, err := tx.Exec("INSERT INTO words (words) VALUES ('delete-all')"); err != nil {
		return err
	}
	if err := indexAll(tx); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT OR REPLACE INTO meta (name, value) VALUES ('words', ?)", chat.WordsVersion())
	return err
}

func indexAll(tx *sql.Tx) error {
	add, err := tx.Prepare(addWords)
	if err != nil {
		return err
	}
	defer add.Close()
	rows, err := tx.Query("SELECT id, text FROM messages ORDER BY id")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var (
			id   int64
			text string
		)
		if err := rows.Scan(&id, &text); err != nil {
			return err
		}
		if words := indexed(id>>roomShift, chat.Words(text)); words != "" {
			if _, err := add.Exec(id, words); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}
