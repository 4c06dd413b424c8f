package sqlite

import (
	"database/sql"
	"errors"
	"slices"
	"strings"

	"moim/chat"
)

// eraseAtOnce is how many words are dropped from the index in one transaction.
// Overwriting takes FTS5 some 50 µs for each, and a long line has thousands, so they
// go in small parts, between which others get their turn.
const eraseAtOnce = 256

// erase notes that the words of a text are to be dropped from the index. If
// that is so already, those of this text are not in it.
func (t *tx) erase(id int64, text string) error {
	t.purge, t.erasing = true, true
	_, err := t.addErasing.Exec(id, text)
	return err
}

// eraseSome drops some of the words that are to be dropped; rooms take turns, so that
// one of which much is dropped holds up no other. When the last of a message are gone,
// those of its text at present come in.
func (t *tx) eraseSome() error {
	for left := eraseAtOnce; left > 0; {
		var (
			id   int64
			text string
			done int
		)
		switch err := t.nextErasing.QueryRow(t.turn).Scan(&id, &text, &done); {
		case errors.Is(err, sql.ErrNoRows) && t.turn > 0:
			t.turn = 0
			continue
		case errors.Is(err, sql.ErrNoRows):
			t.erasing = false
			return nil
		case err != nil:
			return err
		}
		t.turn = id | maxN // the last of its room
		words := distinct(terms(id>>roomShift, chat.Words(text)))
		part := words[min(done, len(words)):min(done+left, len(words))]
		if err := t.erasePart(id, part, done+len(part) == len(words), done); err != nil {
			return err
		}
		left -= len(part) + 1
	}
	t.erasing = true
	return nil
}

func (t *tx) erasePart(id int64, part []string, last bool, done int) error {
	if !last {
		// FTS5 counts a document less for each part; an empty one makes up for it.
		if _, err := t.indexWords.Exec(id, ""); err != nil {
			return err
		}
	}
	if len(part) > 0 {
		if _, err := t.dropWords.Exec(id, strings.Join(part, " ")); err != nil {
			return err
		}
	}
	if !last {
		_, err := t.setErasing.Exec(done+len(part), id)
		return err
	}
	if _, err := t.dropErasing.Exec(id); err != nil {
		return err
	}
	m, err := one(t.byID.Query(id))
	if m == nil || err != nil {
		return err
	}
	return t.index(id, chat.Words(m.Text))
}

func distinct(terms []string) []string {
	slices.Sort(terms)
	return slices.Compact(terms)
}
