package signalingtest

import (
	"slices"
	"testing"
	"time"
)

// SameTime holds that several ways take times that tell nobody which of them it
// was: within a fifth of each other. Each tells how long it took. They are tried
// by turns until that is so, rounds times at most, and the shortest of each counts:
// whatever else the machine does makes some longer, and none shorter. Where it does
// so much that none was left alone, they are within a half.
func SameTime(t *testing.T, rounds int, ways map[string]func() time.Duration) {
	t.Helper()
	const (
		atLeast = 5
		nearly  = 1.2
		roughly = 1.5 // after all rounds
	)
	apart := 0.0
	shortest := make(map[string]time.Duration, len(ways))
	for round := range rounds {
		var all []time.Duration
		for name, way := range ways {
			took := way()
			if before, known := shortest[name]; known {
				took = min(took, before)
			}
			shortest[name] = took
			all = append(all, took)
		}
		apart = slices.Max(all).Seconds() / slices.Min(all).Seconds()
		if round+1 >= atLeast && apart < nearly {
			break
		}
	}
	t.Logf("the shortest times: %v", shortest)
	if !(apart < roughly) {
		t.Errorf("they are %.2f times each other", apart)
	}
}
