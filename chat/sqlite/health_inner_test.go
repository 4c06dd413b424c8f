package sqlite

import (
	"errors"
	"log/slog"
	"testing"
)

// TestDamageIsForGood holds that damage, unlike a full disk, is not over when a
// write happens to succeed.
func TestDamageIsForGood(t *testing.T) {
	h := &health{log: slog.New(slog.DiscardHandler)}
	h.wrote(errors.New("full"))
	if h.err() == nil || h.refuses() != nil {
		t.Error("a fault is not told, or keeps one from trying")
	}
	h.wrote(nil)
	if h.err() != nil {
		t.Error("a fault that is over is told")
	}
	h.wrote(damage("a page"))
	h.wrote(nil)
	if h.err() == nil || h.refuses() == nil {
		t.Error("damage is forgotten")
	}
}
