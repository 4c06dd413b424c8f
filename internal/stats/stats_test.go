package stats

import (
	"encoding/json"
	"math"
	"testing"
)

var nan = Number(math.NaN())

func same(a, b Number) bool {
	return a == b || math.IsNaN(float64(a)) && math.IsNaN(float64(b))
}

func TestMedian(t *testing.T) {
	tests := []struct {
		values []Number
		want   Number
	}{
		{[]Number{3}, 3},
		{[]Number{9, 1, 2}, 2},
		{[]Number{4, 1, 2, 9}, 3},
		{nil, nan},
		{[]Number{1, nan}, nan},
	}
	for _, test := range tests {
		if got := Median(test.values); !same(got, test.want) {
			t.Errorf("median of %v is %v", test.values, got)
		}
	}
}

func TestSamples(t *testing.T) {
	var s, floor Samples
	for _, v := range []float64{150, 45, 3} {
		s.Add(v)
		floor.Add(v / 1.5)
	}
	if got := s.String(); got != "45.0 (3.00 to 150)" {
		t.Errorf("three rounds print as %s", got)
	}
	if got := Ratio(&s, &floor); got != 1.5 {
		t.Errorf("the ratio is %v", got)
	}
	if got := Ratio(&s, new(Samples)); !same(got, nan) {
		t.Errorf("the ratio to nothing is %v", got)
	}
}

func TestNoNumber(t *testing.T) {
	var s Samples
	s.Add(math.NaN())
	out, err := json.Marshal(s)
	if err != nil || string(out) != `{"rounds":[null],"median":null}` || s.String() != "n/a" {
		t.Errorf("%s, %v, %s", out, err, &s)
	}
}
