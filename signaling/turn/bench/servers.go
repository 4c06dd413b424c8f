package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"time"

	"moim/signaling/turn"
)

const (
	nameMoim   = "moim"
	nameCoturn = "coturn"
	secret     = "s3cret"
	coturnUser = "bench"
	profileEnv = "MOIM_BENCH_PROFILE" // a file
	readyTime  = 5 * time.Second
)

// program is a server to measure.
type program struct {
	name  string
	start func(ctx context.Context, peers []uint16, pins pins) (*server, error)
}

// server is a process that relays.
type server struct {
	cmd   *exec.Cmd
	port  uint16
	dir   string // to be removed; "" for none
	login func(client int) (username, password string)
}

func (s *server) pid() int { return s.cmd.Process.Pid }

func (s *server) stop() {
	_ = s.cmd.Process.Signal(os.Interrupt)
	_ = s.cmd.Wait()
	if s.dir != "" {
		_ = os.RemoveAll(s.dir)
	}
}

// moim is this program again, as a server.
func moim(env []string) program {
	return program{nameMoim, func(ctx context.Context, peers []uint16, pins pins) (*server, error) {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		cmd := pins.server(ctx, self)
		texts := make([]string, len(peers))
		for i, port := range peers {
			texts[i] = strconv.Itoa(int(port))
		}
		cmd.Env = append(append(os.Environ(), serveEnv+"="+strings.Join(texts, ","), "GOMAXPROCS=1"), env...)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		s := &server{cmd: cmd, login: func(client int) (username, password string) {
			return turn.RESTCredentials([]byte(secret), fmt.Sprintf("user-%d", client), time.Now().Add(time.Hour))
		}}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err == nil {
			var port uint64
			port, err = strconv.ParseUint(strings.TrimSpace(line), 10, 16)
			s.port = uint16(port)
		}
		if err != nil {
			s.stop()
			return nil, fmt.Errorf("no port: %w", err)
		}
		return s, nil
	}}
}

// serve is the process of moim. It prints its port.
func serve(ctx context.Context, ports string, out io.Writer) (err error) {
	if file := os.Getenv(profileEnv); file != "" {
		f, err := os.Create(file)
		if err != nil {
			return err
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			return err
		}
		defer pprof.StopCPUProfile()
	}
	conf := turn.Config{
		Listen: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:0")},
		Allow:  []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
		Secret: []byte(secret),
	}
	for text := range strings.SplitSeq(ports, ",") {
		port, err := strconv.ParseUint(text, 10, 16)
		if err != nil {
			return err
		}
		conf.Reach = append(conf.Reach, uint16(port))
	}
	s, err := turn.New(conf)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, s.Port())
	<-ctx.Done()
	return s.Close()
}

// coturn is Debian's turnserver.
func coturn() program {
	return program{nameCoturn, func(ctx context.Context, _ []uint16, pins pins) (*server, error) {
		path, err := exec.LookPath("turnserver")
		if err != nil {
			return nil, errors.New("turnserver is missing: install the Debian package coturn")
		}
		dir, err := os.MkdirTemp("", "moim-bench-")
		if err != nil {
			return nil, err
		}
		port, err := freePort()
		if err != nil {
			return nil, err
		}
		cmd := pins.server(ctx, path,
			"-n", "--no-cli", "--no-tls", "--no-dtls", "--no-stdout-log", "--log-file=/dev/null", "--pidfile=/dev/null", "--userdb="+filepath.Join(dir, "users"),
			"--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--allow-loopback-peers", "--relay-threads=1",
			"--lt-cred-mech", "--user="+coturnUser+":"+secret, "--realm=bench", "--listening-port="+strconv.Itoa(int(port)))
		if err := cmd.Start(); err != nil {
			return nil, err
		}
		s := &server{cmd: cmd, port: port, dir: dir, login: func(int) (username, password string) { return coturnUser, secret }}
		if err := s.ready(); err != nil {
			s.stop()
			return nil, err
		}
		return s, nil
	}}
}

// ready waits until the server answers.
func (s *server) ready() error {
	for began := time.Now(); time.Since(began) < readyTime; {
		c, err := dial(s.port)
		if err != nil {
			return err
		}
		_, err = c.binding(100 * time.Millisecond)
		c.conn.Close()
		if err == nil {
			return nil
		}
		time.Sleep(20 * time.Millisecond) // a closed port is refused at once
	}
	return errors.New("it does not answer")
}

// freePort is one that nobody uses just now, nor the next one, which coturn takes
// too. It is below those that systems choose.
func freePort() (uint16, error) {
	for port := 20000 + rand.IntN(10000); port < 32000; port += 2 {
		if free(port) && free(port+1) {
			return uint16(port), nil
		}
	}
	return 0, errors.New("no free port")
}

func free(port int) bool {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		return false
	}
	conn.Close()
	return true
}
