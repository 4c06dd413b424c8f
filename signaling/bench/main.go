// Command bench measures what the server costs: memory per idle peer, and CPU time and
// instructions per relayed signal, per chat delivery and per connect-and-join. It measures
// the real server against two floors in the same run, a bare TCP relay and a bare WebSocket
// relay, each as a process of its own with its own CPU where there are two. Every
// measurement uses a fresh process and is repeated in rounds that alternate the servers.
//
// A lost, doubled or refused frame or a closed connection makes the run fail: there are no
// figures without the work done.
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
	err := run(ctx, os.Args[1:])
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
	servers := flags.String("servers", strings.Join(serverNames, ","), "which servers to measure")
	measures := flags.String("measures", strings.Join(measureNames, ","), "what to measure")
	jsonFile := flags.String("json", "", "write the figures to this file too")
	profiles := flags.String("profile", "", "write CPU profiles to this existing folder; they slow the servers down")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b := &bench{
		rounds: *rounds, scale: full, pin: true, profileDir: *profiles,
		servers: strings.Split(*servers, ","), measures: strings.Split(*measures, ","), progress: os.Stderr,
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
	for _, choice := range []struct {
		flag          string
		chosen, known []string
	}{{"-servers", b.servers, serverNames}, {"-measures", b.measures, measureNames}} {
		for _, name := range choice.chosen {
			if !slices.Contains(choice.known, name) {
				return fmt.Errorf("%s: no %q among %s", choice.flag, name, strings.Join(choice.known, ", "))
			}
		}
	}
	return nil
}
