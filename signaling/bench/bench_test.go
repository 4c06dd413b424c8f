package main

import (
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

// TestFloors runs every measure on a small scale against both floors.
func TestFloors(t *testing.T) {
	b := &bench{
		rounds: 1, servers: []string{serverWS, serverTCP}, measures: measureNames, progress: t.Output(),
		scale: scale{
			idle: []int{40}, joins: 40, pairs: 4, exchanges: 10,
			talk: talk{room: 12, senders: 4, window: 3, chats: 80},
		},
	}
	if raceEnabled() {
		b.buildFlags = []string{"-race"}
	}
	r, err := b.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 8 {
		t.Errorf("%d rows instead of 8", len(r.Rows))
	}
	for _, row := range r.Rows {
		if strings.HasSuffix(row.Key, "-instructions") {
			continue
		}
		for _, name := range b.servers {
			if s := row.Servers[name]; s == nil || math.IsNaN(float64(s.Median)) {
				t.Errorf("%s has no figure for %s", row.Key, name)
			}
		}
	}
	var text strings.Builder
	if err := r.print(&text); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"relayed signal, CPU time", "idle peer of 40, after GC", "TCP floor"} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("the report lacks %q:\n%s", want, &text)
		}
	}
	file := filepath.Join(t.TempDir(), "figures.json")
	if err := r.writeJSON(file); err != nil {
		t.Error(err)
	}
	if info, err := os.Stat(file); err != nil || info.Size() == 0 {
		t.Errorf("no figures in the file: %v, %v", info, err)
	}
}

func raceEnabled() bool {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return false
	}
	for _, s := range info.Settings {
		if s.Key == "-race" {
			return s.Value == "true"
		}
	}
	return false
}

func TestValidate(t *testing.T) {
	tests := []struct {
		name  string
		bench bench
		want  string
	}{
		{"good", bench{rounds: 1, servers: []string{"moim"}, measures: []string{"idle"}}, ""},
		{"no rounds", bench{}, "-rounds"},
		{"foreign server", bench{rounds: 1, servers: []string{"nginx"}}, "-servers"},
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
