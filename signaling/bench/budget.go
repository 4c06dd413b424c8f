package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"moim/internal/stats"
)

// budget bounds one row of the real server.
type budget struct {
	name  string
	row   string // a row's key; %d stands for each number of idle peers
	limit stats.Number
	// ofTCP bounds the ratio to the TCP floor instead of the value.
	ofTCP bool
	// instead is the row that stands in for a ratio when row cannot be measured.
	instead string
}

var budgets = []budget{
	{name: "idle peer as run", row: rowIdleRun, limit: 11},
	{name: "idle peer after GC", row: rowIdleLive, limit: 9},
	{name: "relayed signal", row: rowSignalInstructions, limit: 32},
	{name: "relayed signal, of the TCP floor's", row: rowSignalInstructions, limit: 2, ofTCP: true, instead: rowSignalCPU},
	{name: "chat delivery under load", row: rowChatInstructions, limit: 3},
	{name: "connect and join", row: rowJoinInstructions, limit: 450},
}

// verdict is a budget held against a row. Result is pass, over or not measurable.
type verdict struct {
	Name   string       `json:"name"`
	Row    string       `json:"row"`
	Unit   string       `json:"unit"`
	Limit  stats.Number `json:"limit"`
	Value  stats.Number `json:"value"`
	Result string       `json:"result"`
}

// verdicts judges every budget whose row the run has; none after a quick run.
func (r *report) verdicts() []verdict {
	all := []verdict{}
	if r.quick {
		return all
	}
	for _, b := range budgets {
		for _, row := range r.Rows {
			if row.Servers[serverMoim] == nil || !b.covers(row.Key) {
				continue
			}
			v := b.judge(row)
			i := slices.IndexFunc(r.Rows, func(s *series) bool { return s.Key == b.instead })
			if math.IsNaN(float64(v.Value)) && i >= 0 {
				v = b.judge(r.Rows[i])
			}
			all = append(all, v)
		}
	}
	return all
}

// covers says whether the budget bounds the row with this key.
func (b budget) covers(key string) bool {
	before, after, pattern := strings.Cut(b.row, "%d")
	if !pattern {
		return key == b.row
	}
	return strings.HasPrefix(key, before) && strings.HasSuffix(key, after)
}

func (b budget) judge(row *series) verdict {
	s := row.Servers[serverMoim]
	v := verdict{Name: b.name, Row: row.Label, Unit: row.Unit, Limit: b.limit, Value: s.Median}
	if b.ofTCP {
		v.Unit, v.Value = "times", s.OfTCP
	}
	switch {
	case math.IsNaN(float64(v.Value)):
		v.Result = "not measurable"
	case v.Value <= v.Limit:
		v.Result = "pass"
	default:
		v.Result = "over"
	}
	return v
}

func (r *report) printBudgets(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "budget\tby\tat most\tis\t")
	for _, v := range r.verdicts() {
		fmt.Fprintf(t, "%s\t%s\t%s %s\t%s\t%s\n", v.Name, v.Row, v.Limit, v.Unit, v.Value, v.Result)
	}
	return t.Flush()
}
