package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"
)

// Names of the three servers, in the order in which they are measured and printed.
const (
	serverMoim = "moim"
	serverWS   = "ws"
	serverTCP  = "tcp"
)

var serverNames = []string{serverMoim, serverWS, serverTCP}

// program is a server that can be built and started.
type program struct {
	name string
	pkg  string
	wire wire
	// args are the flags besides --listen and --debug; data is a fresh folder.
	args func(data string) []string
	path string
}

func programs() map[string]*program {
	none := func(string) []string { return nil }
	return map[string]*program{
		serverMoim: {
			name: serverMoim, pkg: "moim/cmd/signal",
			wire: wire{webSocket{op: opText, subprotocol: "moim.v1"}, moim{}},
			args: func(data string) []string {
				return []string{
					"--data=" + data, "--limit-signals=1000000:1000000", "--limit-chats=1000000:1000000", "--limit-chats-per-address=1000000:1000000",
					"--limit-updates=1000000:1000000", "--limit-joins=1000000:1000000", "--limit-peers=100",
					"--limit-peers-per-address=20000", "--limit-connections-per-address=20000", "--limit-requests=1000000",
				}
			},
		},
		serverWS: {
			name: serverWS, pkg: "moim/signaling/bench/wsfloor",
			wire: wire{webSocket{op: opBinary}, bare{}}, args: none,
		},
		serverTCP: {
			name: serverTCP, pkg: "moim/signaling/bench/tcpfloor",
			wire: wire{lengthPrefix{}, bare{}}, args: none,
		},
	}
}

// build compiles the program into dir, with flags for go build.
func (p *program) build(ctx context.Context, dir string, flags []string) error {
	p.path = filepath.Join(dir, p.name)
	cmd := exec.CommandContext(ctx, "go", slices.Concat([]string{"build"}, flags, []string{"-o", p.path, p.pkg})...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build %s: %w\n%s", p.pkg, err, out)
	}
	return nil
}

// server is a running program.
type server struct {
	*program
	addr  string
	debug string
	pid   int
	cmd   *exec.Cmd
	log   *os.File
	over  chan struct{}
}

// start runs the program in a process of its own, on the given CPUs with GOMAXPROCS=1,
// and returns when it accepts connections. Its output goes to a file in dir.
func (p *program) start(ctx context.Context, dir string, on *affinity) (*server, error) {
	dir, err := os.MkdirTemp(dir, p.name+"-")
	if err != nil {
		return nil, err
	}
	addrs, err := freeAddrs(ctx, 2)
	if err != nil {
		return nil, err
	}
	s := &server{program: p, addr: addrs[0], debug: addrs[1], over: make(chan struct{})}
	if s.log, err = os.Create(filepath.Join(dir, "log")); err != nil {
		return nil, err
	}
	args := append([]string{"--listen=" + s.addr, "--debug=" + s.debug}, p.args(filepath.Join(dir, "data"))...)
	s.cmd = exec.CommandContext(ctx, p.path, args...)
	s.cmd.Dir = dir
	s.cmd.Env = []string{"GOMAXPROCS=1", "HOME=" + dir, "PATH=" + os.Getenv("PATH")}
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := on.start(s.cmd); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", p.name, err), s.log.Close())
	}
	s.pid = s.cmd.Process.Pid
	go func() {
		_ = s.cmd.Wait()
		close(s.over)
	}()
	for _, addr := range addrs {
		if err := s.await(ctx, addr); err != nil {
			return nil, s.failed(errors.Join(err, s.stop()))
		}
	}
	if err := s.settle(ctx); err != nil {
		return nil, s.failed(errors.Join(err, s.stop()))
	}
	return s, nil
}

// settle returns once the server is done with what it does beside its start, such
// as packing the page.
func (s *server) settle(ctx context.Context) error {
	const rest = 200 * time.Millisecond
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for last := time.Duration(-1); ; {
		now, err := cpuTime(s.pid)
		if err != nil {
			return err
		}
		if last >= 0 && now-last < rest/20 {
			return nil
		}
		last = now
		select {
		case <-time.After(rest):
		case <-ctx.Done():
			return fmt.Errorf("%s does not come to rest: %w", s.name, ctx.Err())
		}
	}
}

// await returns once addr accepts connections.
func (s *server) await(ctx context.Context, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	var d net.Dialer
	for {
		nc, err := d.DialContext(ctx, "tcp", addr)
		if err == nil {
			return nc.Close()
		}
		select {
		case <-tick.C:
		case <-s.over:
			return fmt.Errorf("the process ended: %s", s.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("wait for %s: %w", addr, err)
		}
	}
}

// stop kills the process; it is an error when that had ended by itself.
func (s *server) stop() error {
	var err error
	select {
	case <-s.over:
		err = fmt.Errorf("%s ended by itself: %s", s.name, s.cmd.ProcessState)
	default:
		err = s.cmd.Process.Kill()
		<-s.over
	}
	return errors.Join(err, s.log.Close())
}

// failed adds the end of the server's log to an error.
func (s *server) failed(err error) error {
	if err == nil {
		return nil
	}
	log, readErr := os.ReadFile(s.log.Name())
	if readErr != nil {
		return errors.Join(err, readErr)
	}
	return fmt.Errorf("%s: %w\nlast of its log:\n%s", s.name, err, log[max(0, len(log)-2000):])
}

// freeAddrs returns n loopback addresses that were free a moment ago.
func freeAddrs(ctx context.Context, n int) ([]string, error) {
	var (
		config net.ListenConfig
		addrs  []string
	)
	for range n {
		l, err := config.Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		addrs = append(addrs, l.Addr().String())
	}
	return addrs, nil
}
