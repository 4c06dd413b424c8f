// Signal is the moim server: the page, the signaling and the chat of
// self-hosted video calls, in one program.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) // so that the hashing of a password takes none of them from calls
	}
	go packPages()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "signal:", err)
		os.Exit(1)
	}
}

// run is the program: it serves until ctx ends, or makes a token.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 && args[0] == tokenWord {
		return makeToken(args[1:], stdout, stderr)
	}
	cfg, exit, err := parse(args, stdout, stderr)
	if err != nil || exit {
		return err
	}
	log := newLog(stderr, cfg.LogLevel)
	server, err := newServer(cfg, log) //nolint:contextcheck // nothing in it waits
	if err != nil {
		return err
	}
	return server.run(ctx)
}

// parse reads flags and environment; exit tells that --help or --version was
// answered and nothing is left to do.
func parse(args []string, stdout, stderr io.Writer) (cfg config, exit bool, err error) {
	parser, err := kong.New(&cfg,
		kong.Name("signal"),
		kong.Description("Self-hosted video calls with chat beside them. Start it, open the address it prints, send the link to others. signal token makes tokens; signal token --help tells more."),
		kong.Vars{"version": version(), "data": defaultData()},
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exit = true }),
	)
	if err != nil {
		return cfg, false, err
	}
	if _, err = parser.Parse(args); err != nil && !exit {
		return cfg, false, fmt.Errorf("%w; --help lists the options", err)
	}
	if exit {
		return cfg, true, nil
	}
	return cfg, false, cfg.settle()
}

// version is the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	v, revision := info.Main.Version, ""
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			revision = " " + s.Value[:12]
		}
	}
	if v == "" || v == "(devel)" {
		v = "development"
	}
	return fmt.Sprintf("moim %s%s %s", v, revision, info.GoVersion)
}
