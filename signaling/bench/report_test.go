package main

import (
	"encoding/json"
	"io"
	"math"
	"os"
	"strings"
	"testing"
)

var nan = math.NaN()

func testReport(signalInstructions float64) *report {
	on := &affinity{}
	r := newReport(&bench{rounds: 1, scale: full, servers: serverNames, progress: io.Discard}, on, &perf{missing: "none here"}, nil)
	for name, factor := range map[string]float64{serverMoim: 1.5, serverWS: 2.5, serverTCP: 1} {
		for _, noise := range []float64{1, 3, 0.9} {
			r.add(name, []figure{
				{"idle-2000-run", 8 * factor},
				{"idle-2000-live", 4 * factor},
				{rowSignalCPU, 10 * factor * noise},
				{rowSignalInstructions, signalInstructions * factor},
			})
		}
	}
	return r
}

func TestVerdicts(t *testing.T) {
	results := func(r *report) string {
		var all []string
		for _, v := range r.verdicts() {
			all = append(all, v.Row+" "+v.Result)
		}
		return strings.Join(all, "; ")
	}
	want := "idle peer of 2000, as run over; idle peer of 2000, after GC pass; " +
		"relayed signal, instructions pass; relayed signal, instructions pass"
	if got := results(testReport(16)); got != want {
		t.Errorf("counted: %s", got)
	}
	want = "idle peer of 2000, as run over; idle peer of 2000, after GC pass; " +
		"relayed signal, instructions not measurable; relayed signal, CPU time pass"
	if got := results(testReport(nan)); got != want {
		t.Errorf("not counted: %s", got)
	}
}

func TestReportText(t *testing.T) {
	var b strings.Builder
	if err := testReport(nan).print(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"15.0 (13.5 to 45.0)", "1.50", "n/a", "none here", "not measurable", "over", "pass",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
}

func TestReportJSON(t *testing.T) {
	file := t.TempDir() + "/figures.json"
	if err := testReport(nan).writeJSON(file); err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Rows []struct {
			Key     string
			Servers map[string]struct{ Median, OfTCP *float64 }
		}
		Budgets []verdict
	}
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Rows) != 4 || len(got.Budgets) != 4 {
		t.Fatalf("%d rows and %d budgets", len(got.Rows), len(got.Budgets))
	}
	if m := got.Rows[2].Servers[serverMoim]; m.Median == nil || *m.Median != 15 || *m.OfTCP != 1.5 {
		t.Errorf("signal CPU time is %v", m)
	}
	if m := got.Rows[3].Servers[serverMoim]; m.Median != nil {
		t.Errorf("instructions are %v instead of null", *m.Median)
	}
}
