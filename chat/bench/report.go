package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"

	"moim/internal/stats"
)

// Rows of the report. Those of appends on a slowed disk have slowPrefix before their key.
const (
	rowAppendApart = "append-apart"
	rowAppendOne   = "append-one"
	rowFill        = "fill"
	rowFile        = "file"
	rowHeap        = "heap"
	rowResident    = "resident"
	rowNewest      = "read-newest"
	rowBefore      = "read-before"
	rowSince       = "read-since"

	slowPrefix   = "slow-"
	searchPrefix = "search-" // before what is searched and where
)

func slowRow(row string) string { return slowPrefix + row }

// What is compared: moim, and ways to use bare SQLite.
const (
	sideMoim  = "moim"
	sideEach  = "a commit each"
	sideTable = "one table"
	sideWords = "one table, FTS5"
	sideFTS   = "FTS5"
	sideLike  = "LIKE"
)

// slowTarget is how many lines a second are to be stored with a slowed fsync.
const slowTarget = 5000

// report collects the figures of a run.
type report struct {
	Machine machine  `json:"machine"`
	Rounds  int      `json:"rounds"`
	Notes   []string `json:"notes"`
	Rows    []*row   `json:"rows"`
}

type machine struct {
	System string `json:"system"`
	CPUs   int    `json:"cpus"`
	Go     string `json:"go"`
}

// row is one measured quantity, of moim and of its floors.
type row struct {
	Key    string         `json:"key"`
	Label  string         `json:"label"`
	Unit   string         `json:"unit"`
	Moim   *stats.Samples `json:"moim"`
	Floors []*floorValues `json:"floors"`
}

type floorValues struct {
	Name string `json:"name"`
	stats.Samples
	// Ratio is the median of the rounds' ratios of moim to this floor.
	Ratio stats.Number `json:"ratio"`
}

func newReport(b *bench) *report {
	s := b.scale
	r := &report{
		Machine: machine{System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version()},
		Rounds:  b.rounds,
		Notes: []string{
			fmt.Sprintf("appends: %d writers, each waits for its line to be stored; a room hands the store up to %d lines at once", s.Writers, maxBatch),
			"floors: a loop over SQLite, same driver, pragmas and disk; integer rooms and one table, no sender checked, no line told from a resent one",
			fmt.Sprintf("reads and searches: one at a time, %d lines at most, in %d rooms of %d lines and a hall of %d", maxRead, s.Rooms, s.Lines, s.Hall),
			"memory: growth over that of the process before the file was opened and read; 1 KB = 1,024 bytes",
		},
	}
	if b.quick {
		r.Notes = append(r.Notes, "quick run: too little work for figures that mean anything")
	}
	if b.profileDir != "" {
		r.Notes = append(r.Notes, "CPU profiles were taken: they slow everything down")
	}
	return r
}

// add takes in one figure of a round.
func (r *report) add(f figure) {
	i := slices.IndexFunc(r.Rows, func(row *row) bool { return row.Key == f.Row })
	if i < 0 {
		label, unit := describe(f.Row)
		r.Rows = append(r.Rows, &row{Key: f.Row, Label: label, Unit: unit, Moim: new(stats.Samples)})
		i = len(r.Rows) - 1
	}
	row := r.Rows[i]
	row.side(f.Side).Add(f.Value)
	for _, floor := range row.Floors {
		floor.Ratio = stats.Ratio(row.Moim, &floor.Samples)
	}
}

// side is the samples of moim or of a floor, which is added if need be.
func (r *row) side(name string) *stats.Samples {
	if name == sideMoim {
		return r.Moim
	}
	i := slices.IndexFunc(r.Floors, func(f *floorValues) bool { return f.Name == name })
	if i < 0 {
		r.Floors = append(r.Floors, &floorValues{Name: name})
		i = len(r.Floors) - 1
	}
	return &r.Floors[i].Samples
}

func describe(key string) (label, unit string) {
	if key, slow := strings.CutPrefix(key, slowPrefix); slow {
		label, unit = describe(key)
		return fmt.Sprintf("%s, fsync of %s", label, slowSync), unit
	}
	if key, ok := strings.CutPrefix(key, searchPrefix); ok {
		what, place, _ := strings.Cut(key, "-")
		i := slices.IndexFunc(searches, func(s search) bool { return s.key == what })
		return "search, " + searches[i].name + ", " + place, "µs"
	}
	switch key {
	case rowAppendApart:
		return "durable appends, a room each", "lines/s"
	case rowAppendOne:
		return "durable appends, in one room", "lines/s"
	case rowFill:
		return "bulk appends", "lines/s"
	case rowFile:
		return "size of the file, a line", "bytes"
	case rowHeap:
		return "open and read, Go heap after GC", "KB"
	case rowResident:
		return "open and read, resident", "KB"
	case rowNewest:
		return "newest 50 of a room", "µs"
	case rowBefore:
		return "50 before the middle of the hall", "µs"
	default:
		return "20 changed since", "µs"
	}
}

// print writes the figures as text.
func (r *report) print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "moim chat benchmark: %s, %d CPUs, %s; rounds: %d, median (lowest to highest)\n\n",
		m.System, m.CPUs, m.Go, r.Rounds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "\t\tmoim\tfloor\tbare SQLite\tmoim / bare\t")
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t%s\t", row.Label, row.Unit, row.Moim)
		for i, f := range row.Floors {
			if i > 0 {
				fmt.Fprint(t, "\t\t\t")
			}
			fmt.Fprintf(t, "%s\t%s\t%s\t\n", f.Name, &f.Samples, f.Ratio)
		}
		if len(row.Floors) == 0 {
			fmt.Fprintln(t, "\t\t\t")
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, note := range append(r.Notes, r.target()...) {
		fmt.Fprintln(w, note)
	}
	return nil
}

// target says whether enough lines were stored with a slowed fsync.
func (r *report) target() []string {
	var notes []string
	for _, row := range r.Rows {
		if !strings.HasPrefix(row.Key, slowPrefix) {
			continue
		}
		verdict := "pass"
		if !(row.Moim.Median > slowTarget) {
			verdict = "too few"
		}
		notes = append(notes, fmt.Sprintf("%s: %s %s, more than %d are wanted: %s", row.Label, row.Moim.Median, row.Unit, slowTarget, verdict))
	}
	return notes
}

func (r *report) writeJSON(file string) error {
	out, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(out, '\n'), 0o644)
}
