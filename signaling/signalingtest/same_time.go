package signalingtest

import (
	"slices"
	"testing"
	"time"
)

// SameTime holds that several ways take times that tell nobody which of them it
// was: within a fifth of each other. Each tells how long it took. They are tried
// by turns until that is so, rounds times at most, and the shortest of each counts:
// whatever else the machine does makes some longer, and none shorter.
func SameTime(t *testing.T, rounds int, ways map[string]func() time.Duration) {
	t.Helper()
	const atLeast = 5
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
		if round+1 >= atLeast && slices.Max(all).Seconds() < 1.2*slices.Min(all).Seconds() {
			t.Logf("after %d rounds: %v", round+1, shortest)
			return
		}
	}
	t.Errorf("the times differ: %v", shortest)
}
