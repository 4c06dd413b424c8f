package main

import (
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"moim/chat"
	"moim/internal/stats"
)

func TestMain(m *testing.M) {
	if os.Getenv(taskEnv) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// tiny is the least work that has every figure.
var tiny = scale{
	Writers: 70, Appends: time.Millisecond,
	Rooms: 20, Lines: 60, Hall: 500, Queries: time.Millisecond,
}

// TestMeasures runs every measure on a tiny scale.
func TestMeasures(t *testing.T) {
	b := &bench{rounds: 1, scale: tiny, measures: measureNames, dir: t.TempDir(), progress: t.Output()}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.print(&text); err != nil {
		t.Error(err)
	}
	rows := 2*2 + 4 + 3 + 2*len(searches)
	if missing := canSlow(t.Context()); missing != "" {
		rows -= 2
		if !strings.Contains(text.String(), missing) {
			t.Errorf("the report does not say that %s:\n%s", missing, &text)
		}
	}
	if len(r.Rows) != rows {
		t.Errorf("%d rows instead of %d:\n%s", len(r.Rows), rows, &text)
	}
	for _, row := range r.Rows {
		if math.IsNaN(float64(row.Moim.Median)) || len(row.Moim.Rounds) != 1 || len(row.Floors) == 0 {
			t.Errorf("%s has no figure, or no floor", row.Key)
		}
		for _, floor := range row.Floors {
			if math.IsNaN(float64(floor.Ratio)) || len(floor.Rounds) != 1 {
				t.Errorf("%s has no figure of %s", row.Key, floor.Name)
			}
		}
	}
	if left, err := os.ReadDir(b.dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestNoStrace holds that a run without strace goes on and says what it lacks.
func TestNoStrace(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	b := &bench{rounds: 1, scale: tiny, measures: []string{measureSlow}, dir: t.TempDir(), progress: t.Output()}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if err := r.print(&text); err != nil || !strings.Contains(text.String(), "strace is missing") {
		t.Errorf("%v\n%s", err, &text)
	}
}

// TestUnslowed holds that a disk which is not slow is not taken for one.
func TestUnslowed(t *testing.T) {
	for _, test := range []struct {
		figure
		want bool
	}{
		{figure{rowAppendApart, sideEach, 499}, false},
		{figure{rowAppendApart, sideEach, 501}, true},
		{figure{rowAppendApart, sideMoim, 9000}, false},
	} {
		if got := test.unslowed(); got != test.want {
			t.Errorf("%+v: %v", test.figure, got)
		}
	}
}

// forgetful loses every line but those of its first Apply.
type forgetful struct {
	chat.Store
	applied bool
}

func (f *forgetful) Apply(ctx context.Context, room string, ops []chat.Op) ([]chat.Outcome, error) {
	if f.applied {
		return make([]chat.Outcome, len(ops)), nil
	}
	f.applied = true
	return f.Store.Apply(ctx, room, ops)
}

// TestLostLine holds that there are no figures when a line is lost.
func TestLostLine(t *testing.T) {
	store, err := openStore(filepath.Join(t.TempDir(), "chat.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	b := &bench{scale: tiny, lines: newLines(100)}
	b.scale.Appends = 20 * time.Millisecond
	if _, err := b.say(t.Context(), &forgetful{Store: store}, 1); err == nil {
		t.Error("lines were lost, and the benchmark has figures")
	}
}

func TestReport(t *testing.T) {
	r := newReport(&bench{rounds: 2, scale: full, quick: true, profileDir: "profiles"})
	for _, noise := range []float64{1, 3} {
		r.add(figure{slowRow(rowAppendApart), sideMoim, 6000 * noise})
		r.add(figure{slowRow(rowAppendApart), sideEach, 400 * noise})
		r.add(figure{slowRow(rowAppendOne), sideMoim, 1000})
		r.add(figure{"search-rare-hall", sideMoim, 50})
		r.add(figure{"search-rare-hall", sideLike, math.NaN()})
	}
	var text strings.Builder
	if err := r.print(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"12000 (6000 to 18000)", "15.0", "n/a", "search, rare word, hall", "fsync of 2ms",
		"12000 lines/s, more than 5000 are wanted: pass", "1000 lines/s, more than 5000 are wanted: too few",
		"quick run", "profiles were taken",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in\n%s", want, &text)
		}
	}
	file := filepath.Join(t.TempDir(), "figures.json")
	if err := r.writeJSON(file); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			Moim   stats.Samples
			Floors []struct{ Ratio *float64 }
		}
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 3 || got.Rows[0].Moim.Median != 12000 || *got.Rows[0].Floors[0].Ratio != 15 || got.Rows[2].Floors[0].Ratio != nil {
		t.Errorf("%s", body)
	}
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name  string
		bench bench
		want  string
	}{
		{"good", bench{rounds: 1, measures: []string{measureRead}}, ""},
		{"no rounds", bench{}, "-rounds"},
		{"foreign measure", bench{rounds: 1, measures: []string{"heat"}}, "-measures"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := test.bench.validate()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}
