// Command bench measures what keeping the chat costs: durable appends, pages of a room's
// lines, searches, memory and disk. It measures the real store against a floor in the same
// run: a bare loop over SQLite with the same driver and pragmas, one table and no checks.
// Measurements are repeated in rounds that alternate the two.
//
// A lost or refused line, or a page that is not what it should be, makes the run fail:
// there are no figures without the work done.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if task := os.Getenv(taskEnv); task != "" {
		err = do(ctx, task, os.Stdout)
	} else {
		err = run(ctx, os.Args[1:])
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	rounds := flags.Int("rounds", 3, "how often each measurement is repeated; medians are printed")
	quick := flags.Bool("quick", false, "one round on a small scale: shows that it works, not how fast it is")
	measures := flags.String("measures", strings.Join(measureNames, ","), "what to measure")
	jsonFile := flags.String("json", "", "write the figures to this file too")
	dir := flags.String("dir", "", "an existing folder on the disk to measure; by default the system's for temporary files")
	profiles := flags.String("profile", "", "write CPU profiles of moim to this existing folder; they slow everything down")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := &bench{
		rounds: *rounds, scale: full, dir: *dir, profileDir: *profiles,
		measures: strings.Split(*measures, ","), progress: os.Stderr,
	}
	if *quick {
		b.rounds, b.scale, b.quick = 1, small, true
	}
	if err := b.validate(); err != nil {
		return err
	}
	report, err := b.run(ctx)
	if err != nil {
		return err
	}
	if *jsonFile != "" {
		if err := report.writeJSON(*jsonFile); err != nil {
			return err
		}
	}
	return report.print(os.Stdout)
}

func (b *bench) validate() error {
	if b.rounds < 1 {
		return fmt.Errorf("-rounds %d: at least 1", b.rounds)
	}
	for _, name := range b.measures {
		if !slices.Contains(measureNames, name) {
			return fmt.Errorf("-measures: no %q among %s", name, measureNames)
		}
	}
	return nil
}
