// Package stats holds what benchmarks measure in rounds.
package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Number is a measured value, NaN when there is none.
type Number float64

// MarshalJSON writes NaN as null.
func (n Number) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(n)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(n))
}

// String prints three significant digits or all before the point, and n/a for NaN.
func (n Number) String() string {
	switch v := float64(n); {
	case math.IsNaN(v):
		return "n/a"
	case math.Abs(v) >= 100:
		return fmt.Sprintf("%.0f", v)
	case math.Abs(v) >= 10:
		return fmt.Sprintf("%.1f", v)
	default:
		return fmt.Sprintf("%.2f", v)
	}
}

// Samples are the values of one quantity, one a round.
type Samples struct {
	Rounds []Number `json:"rounds"`
	Median Number   `json:"median"`
}

// Add takes in a round's value.
func (s *Samples) Add(value float64) {
	s.Rounds = append(s.Rounds, Number(value))
	s.Median = Median(s.Rounds)
}

// String is the median, and the range where there is more than one round.
func (s *Samples) String() string {
	if math.IsNaN(float64(s.Median)) || len(s.Rounds) == 1 {
		return s.Median.String()
	}
	return fmt.Sprintf("%s (%s to %s)", s.Median, slices.Min(s.Rounds), slices.Max(s.Rounds))
}

// Ratio is the median of the rounds' ratios of one quantity to another.
func Ratio(of, to *Samples) Number {
	var ratios []Number
	for i := range min(len(of.Rounds), len(to.Rounds)) {
		ratios = append(ratios, of.Rounds[i]/to.Rounds[i])
	}
	return Median(ratios)
}

// Median is NaN for no values and for values that are not numbers.
func Median(values []Number) Number {
	if len(values) == 0 || slices.ContainsFunc(values, func(n Number) bool { return math.IsNaN(float64(n)) }) {
		return Number(math.NaN())
	}
	sorted := slices.Sorted(slices.Values(values))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}
