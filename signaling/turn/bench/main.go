// Command bench measures what relaying costs: Mbit/s and CPU time per packet of
// moim's relay and of coturn's turnserver, in one run on loopback, under the same
// load, in rounds that alternate the two. Ratios say more than figures: load and
// server share the machine.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"text/tabwriter"
	"time"

	"moim/internal/stats"
)

// serveEnv makes this program moim's relay; its value is the peers' ports.
const serveEnv = "MOIM_BENCH_SERVE"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	var err error
	if ports := os.Getenv(serveEnv); ports != "" {
		err = serve(ctx, ports, os.Stdout)
	} else {
		err = run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench is one run.
type bench struct {
	rounds int
	time   time.Duration // of one measurement
	load   load
	moim   []string // environment of moim's process
}

// row is one quantity of each server.
type row struct {
	name    string
	samples map[string]*stats.Samples // by server
}

func run(ctx context.Context, args []string, out, progress io.Writer) error {
	var b bench
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.IntVar(&b.rounds, "rounds", 5, "how often each server is measured; medians are printed")
	flags.DurationVar(&b.time, "time", 3*time.Second, "length of one measurement")
	flags.IntVar(&b.load.flows, "flows", 8, "clients, each with a peer that sends everything back")
	flags.IntVar(&b.load.window, "window", 16, "packets of one client under way")
	flags.IntVar(&b.load.size, "size", 1000, "bytes of a packet")
	profile := flags.String("profile", "", "write a CPU profile of moim to this file; it slows moim down")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if b.rounds < 1 || b.load.flows < 1 || b.load.window < 1 || b.load.size < 8 || b.load.size > 1400 {
		return fmt.Errorf("the flags make no sense; see -help")
	}
	if *profile != "" {
		b.moim = []string{profileEnv + "=" + *profile}
	}
	rows, err := b.measure(ctx, progress)
	if err != nil {
		return err
	}
	return b.print(out, rows)
}

// measure runs all rounds.
func (b *bench) measure(ctx context.Context, progress io.Writer) ([]*row, error) {
	rows := []*row{{name: "relayed, Mbit/s"}, {name: "CPU time per packet, µs"}}
	for _, r := range rows {
		r.samples = map[string]*stats.Samples{nameMoim: {}, nameCoturn: {}}
	}
	pins, err := newPins(ctx)
	if err != nil {
		return nil, err
	}
	fmt.Fprintln(progress, pins)
	for round := range b.rounds {
		for _, program := range []program{moim(b.moim), coturn()} {
			fmt.Fprintf(progress, "round %d of %d: %s\n", round+1, b.rounds, program.name)
			result, err := b.one(ctx, program, pins)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", program.name, err)
			}
			rows[0].samples[program.name].Add(result.megabits)
			rows[1].samples[program.name].Add(result.cpu)
		}
	}
	return rows, nil
}

// one measures one server in a process of its own.
func (b *bench) one(ctx context.Context, p program, pins pins) (result, error) {
	peers, err := newPeers(b.load.flows)
	if err != nil {
		return result{}, err
	}
	defer peers.close()
	s, err := p.start(ctx, peers.ports(), pins)
	if err != nil {
		return result{}, err
	}
	defer s.stop()
	clients, err := b.load.connect(s, peers)
	if err != nil {
		return result{}, err
	}
	defer clients.close()
	if _, err := clients.run(b.time / 10); err != nil {
		return result{}, err
	}
	before, err := cpuTime(s.pid())
	if err != nil {
		return result{}, err
	}
	began := time.Now()
	packets, err := clients.run(b.time)
	if err != nil {
		return result{}, err
	}
	took := time.Since(began)
	after, err := cpuTime(s.pid())
	if err != nil {
		return result{}, err
	}
	return result{
		megabits: float64(packets*b.load.size*8) / 1e6 / took.Seconds(),
		cpu:      float64((after - before).Nanoseconds()) / 1e3 / float64(packets),
	}, nil
}

// result is one measurement. Packets count once for each way.
type result struct{ megabits, cpu float64 }

func (b *bench) print(out io.Writer, rows []*row) error {
	fmt.Fprintf(out, "%d clients, %d packets of %d bytes each under way; medians of %d rounds (range)\n",
		b.load.flows, b.load.window, b.load.size, b.rounds)
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "\t%s\t%s\tmoim to coturn\t\n", nameMoim, nameCoturn)
	for _, r := range rows {
		own, other := r.samples[nameMoim], r.samples[nameCoturn]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", r.name, own, other, stats.Ratio(own, other))
	}
	return t.Flush()
}
