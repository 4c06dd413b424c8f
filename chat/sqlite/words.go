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

// terms are the words of a message as the index has them.
func terms(room int64, words []chat.Word) []string {
	prefix := strconv.FormatInt(room, 10) + "x"
	var terms []string
	for _, w := range words {
		if !w.Dense {
			terms = append(terms, prefix+w.Text)
			continue
		}
		characters := []rune(w.Text)
		for i := range characters {
			terms = append(terms, prefix+string(characters[i:min(i+2, len(characters))]))
		}
	}
	return terms
}

// match is the FTS5 query for all words of a text; "" when it has none.
func match(room int64, text string) string {
	prefix := strconv.FormatInt(room, 10) + "x"
	var terms []string
	for _, w := range chat.Sought(text) {
		characters := []rune(w.Text)
		if !w.Dense || len(characters) == 1 {
			begins := " *"
			if w.Whole() {
				begins = ""
			}
			terms = append(terms, `"`+prefix+w.Text+`"`+begins)
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

// addWords puts the words of messages that are new in a transaction into the
// index. In the order of their ids FTS5 writes them at once; each step back would
// make it write what it has.
func (t *tx) addWords() error {
	for _, id := range slices.Sorted(maps.Keys(t.added)) {
		if err := t.index(id, t.added[id]); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) index(id int64, words []chat.Word) error {
	if len(words) == 0 {
		return nil
	}
	_, err := t.indexWords.Exec(id, strings.Join(terms(id>>roomShift, words), " "))
	return err
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
	if _, err := tx.Exec("DELETE FROM erasing; INSERT INTO words (words) VALUES ('delete-all')"); err != nil {
		return err
	}
	if err := indexAll(tx); err != nil {
		return err
	}
	_, err = tx.Exec("INSERT OR REPLACE INTO meta (name, value) VALUES ('words', ?)", chat.WordsVersion())
	return err
}

func indexAll(tx *sql.Tx) error {
	add, err := tx.Prepare(indexWords)
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
		if words := chat.Words(text); len(words) > 0 {
			if _, err := add.Exec(id, strings.Join(terms(id>>roomShift, words), " ")); err != nil {
				return err
			}
		}
	}
	return rows.Err()
}
