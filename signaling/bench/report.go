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

// Rows of the report. Those of idle peers are made for each number of peers.
const (
	rowIdleRun            = "idle-%d-run"
	rowIdleLive           = "idle-%d-live"
	rowSignalCPU          = "signal-cpu"
	rowSignalInstructions = "signal-instructions"
	rowChatCPU            = "chat-cpu"
	rowChatInstructions   = "chat-instructions"
	rowJoinCPU            = "join-cpu"
	rowJoinInstructions   = "join-instructions"
)

// report collects the figures of a run, by row and server, one value a round.
type report struct {
	Machine machine   `json:"machine"`
	Rounds  int       `json:"rounds"`
	Notes   []string  `json:"notes"`
	Rows    []*series `json:"rows"`

	servers []string
	quick   bool
}

type machine struct {
	System       string `json:"system"`
	CPUs         int    `json:"cpus"`
	Go           string `json:"go"`
	Placement    string `json:"placement"`
	Instructions bool   `json:"instructions"`
}

// series is one measured quantity.
type series struct {
	Key     string              `json:"key"`
	Label   string              `json:"label"`
	Unit    string              `json:"unit"`
	Servers map[string]*samples `json:"servers"`
}

// samples are one server's values in a row. A value that could not be measured is null.
type samples struct {
	stats.Samples
	// OfTCP is the median of the rounds' ratios to the TCP floor.
	OfTCP stats.Number `json:"ofTCP"`
}

func newReport(b *bench, on *affinity, p *perf, skipped []string) *report {
	r := &report{
		Machine: machine{
			System: runtime.GOOS + "/" + runtime.GOARCH, CPUs: runtime.NumCPU(), Go: runtime.Version(),
			Placement: on.String(), Instructions: p.missing == "",
		},
		Rounds: b.rounds, servers: b.servers, quick: b.quick,
	}
	t := b.scale.talk
	r.Notes = append(r.Notes,
		"as run: growth of the resident size; after GC: growth of heap and stacks in use after two forced collections; 1 KB = 1,024 bytes",
		fmt.Sprintf("signals: %d pairs at once, each an offer of 2 KB and a candidate of 200 B, then the same back", b.scale.pairs),
		fmt.Sprintf("chat: a room of %d, %d of them sending, %d messages under way each; a delivery is one message at one peer",
			t.room, t.senders, t.window),
		"joins: connect, upgrade, join, joined received; rooms of 4, the floors announce nobody to them")
	if b.quick {
		r.Notes = append(r.Notes, "quick run: too little work for figures that mean anything, or for budgets")
	}
	if b.profileDir != "" {
		r.Notes = append(r.Notes, "CPU profiles were taken: CPU time and instructions include theirs")
	}
	if p.missing != "" {
		r.Notes = append(r.Notes, "instructions: not counted here: "+p.missing+
			"; CPU time stands in for them and repeats less well")
	}
	for _, s := range skipped {
		r.Notes = append(r.Notes, "not measured: "+s)
	}
	return r
}

// add takes in one round's figures of a server.
func (r *report) add(server string, figures []figure) {
	for _, f := range figures {
		i := slices.IndexFunc(r.Rows, func(s *series) bool { return s.Key == f.row })
		if i < 0 {
			label, unit := describe(f.row)
			r.Rows = append(r.Rows, &series{Key: f.row, Label: label, Unit: unit, Servers: make(map[string]*samples)})
			i = len(r.Rows) - 1
		}
		row := r.Rows[i]
		if row.Servers[server] == nil {
			row.Servers[server] = new(samples)
		}
		row.Servers[server].Add(f.value)
		row.compare()
	}
}

// compare computes the ratios from the rounds so far.
func (r *series) compare() {
	tcp := r.Servers[serverTCP]
	if tcp == nil {
		tcp = new(samples)
	}
	for _, s := range r.Servers {
		s.OfTCP = stats.Ratio(&s.Samples, &tcp.Samples)
	}
}

func describe(key string) (label, unit string) {
	var n int
	if _, err := fmt.Sscanf(key, rowIdleRun, &n); err == nil && strings.HasSuffix(key, "-run") {
		return fmt.Sprintf("idle peer of %d, as run", n), "KB"
	}
	if _, err := fmt.Sscanf(key, rowIdleLive, &n); err == nil {
		return fmt.Sprintf("idle peer of %d, after GC", n), "KB"
	}
	what, unit, _ := strings.Cut(key, "-")
	what = map[string]string{"signal": "relayed signal", "chat": "chat delivery", "join": "connect and join"}[what]
	if unit == "cpu" {
		return what + ", CPU time", "µs"
	}
	return what + ", instructions", "thousand"
}

// print writes the figures and the budgets as text.
func (r *report) print(w io.Writer) error {
	m := r.Machine
	fmt.Fprintf(w, "moim benchmark: %s, %d CPUs, %s; %s; rounds: %d, median (lowest to highest)\n\n",
		m.System, m.CPUs, m.Go, m.Placement, r.Rounds)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	titles := map[string]string{serverMoim: "moim", serverWS: "WebSocket floor", serverTCP: "TCP floor"}
	fmt.Fprint(t, "\t\t")
	for _, name := range r.servers {
		fmt.Fprintf(t, "%s\t/ TCP\t", titles[name])
	}
	fmt.Fprintln(t)
	for _, row := range r.Rows {
		fmt.Fprintf(t, "%s\t%s\t", row.Label, row.Unit)
		for _, name := range r.servers {
			s := row.Servers[name]
			fmt.Fprintf(t, "%s\t%s\t", s, s.OfTCP)
		}
		fmt.Fprintln(t)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w)
	for _, note := range r.Notes {
		fmt.Fprintln(w, note)
	}
	if len(r.verdicts()) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	return r.printBudgets(w)
}

func (r *report) writeJSON(file string) error {
	budgets := r.verdicts()
	out, err := json.MarshalIndent(struct {
		*report
		Budgets []verdict `json:"budgets"`
	}{r, budgets}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(out, '\n'), 0o644)
}
