package main

import (
	"bufio"
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/adrg/xdg"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// runBriefly runs the program where it should end by itself.
func runBriefly(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), tolerance)
	defer cancel()
	out, log := newConsole(), newConsole()
	err = run(ctx, args, out, log)
	if ctx.Err() != nil {
		t.Fatal("the program did not end by itself")
	}
	return out.String(), log.String(), err
}

func TestHelp(t *testing.T) {
	for _, flag := range []string{"--help", "-h"} {
		stdout, stderr, err := runBriefly(t, flag)
		if err != nil || stderr != "" {
			t.Errorf("%s: %v, %q", flag, err, stderr)
		}
		lines := strings.Split(stdout, "\n")
		if lines[0] != "Usage: signal [flags]" {
			t.Errorf("%s begins with %q", flag, lines[0])
		}
		for _, line := range lines {
			if len(line) > 80 {
				t.Errorf("%s: a line of %d characters: %s", flag, len(line), line)
			}
		}
		text := strings.Join(strings.Fields(stdout), " ")
		for _, want := range []string{
			"Self-hosted video calls with chat beside them.",
			"Start it, open the address it prints, send the link to others.",
			"--listen=HOST:PORT Address to serve HTTP on; :8080 is every address of this machine. With --tls it leads there (default localhost:8080; :80 with --domain or --cert; :8080 with --self-signed; MOIM_LISTEN).",
			"--data=FOLDER Folder for what must last; made if missing, " + filepath.Join(xdg.DataHome, "moim") + " if not given (MOIM_DATA).",
			"--grace=TIME How long somebody who lost the connection stays in the room and may come back unnoticed; at most 10m, 0 for not at all (default 20s, MOIM_GRACE).",
			"--origin=HOST,... Other hosts whose pages may connect, such as app.example.org or *.example.org (MOIM_ORIGIN).",
			"--limit-peers=N People in one room (default 100, MOIM_LIMIT_PEERS).",
			"--log-level=LEVEL Least level to log: debug, info, warn or error (default info, MOIM_LOG_LEVEL).",
			"--version Print the version and exit.",
		} {
			if !strings.Contains(text, want) {
				t.Errorf("%s does not say %q:\n%s", flag, want, stdout)
			}
		}
		for _, markup := range []string{"${", "%!"} {
			if strings.Contains(stdout, markup) {
				t.Errorf("%s holds %q:\n%s", flag, markup, stdout)
			}
		}
	}
}

func TestVersion(t *testing.T) {
	stdout, stderr, err := runBriefly(t, "--version")
	if err != nil || stderr != "" || !regexp.MustCompile(`^moim \S+( [0-9a-f]{12})? `+regexp.QuoteMeta(runtime.Version())+`\n$`).MatchString(stdout) {
		t.Errorf("%q, %q, %v", stdout, stderr, err)
	}
}

func TestDefaults(t *testing.T) {
	cfg, exit, err := parse(nil, nil, nil)
	if err != nil || exit {
		t.Fatal(err)
	}
	if cfg.Listen != "localhost:8080" || cfg.Data != filepath.Join(xdg.DataHome, "moim") || cfg.Origin != nil || cfg.Debug != "" || cfg.LogLevel.Level() != slog.LevelInfo {
		t.Errorf("%+v", cfg)
	}
}

func TestEnvironment(t *testing.T) {
	t.Setenv("MOIM_LISTEN", "192.0.2.1:80")
	t.Setenv("MOIM_DATA", "/from/environment")
	t.Setenv("MOIM_GRACE", "7s")
	t.Setenv("MOIM_ORIGIN", "a.example.org,b.example.org")
	t.Setenv("MOIM_LIMIT_SIGNALS", "1:2")
	t.Setenv("MOIM_LIMIT_CHATS", "3:4")
	t.Setenv("MOIM_LIMIT_UPDATES", "5:6")
	t.Setenv("MOIM_LIMIT_JOINS", "0.5:8")
	t.Setenv("MOIM_LIMIT_PEERS", "9")
	t.Setenv("MOIM_LIMIT_PEERS_PER_ADDRESS", "10")
	t.Setenv("MOIM_LIMIT_ROOMS", "11")
	t.Setenv("MOIM_LIMIT_ROOMS_PER_ADDRESS", "12")
	t.Setenv("MOIM_LIMIT_CHATS_PER_ADDRESS", "13:14")
	t.Setenv("MOIM_DEBUG", "127.0.0.1:1")
	t.Setenv("MOIM_LOG_LEVEL", "warn")
	cfg, _, err := parse([]string{"--data=/from/flag"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	limits := signaling.Limits{
		Signals: signaling.Rate{PerSecond: 1, Burst: 2}, Chats: signaling.Rate{PerSecond: 3, Burst: 4},
		Updates: signaling.Rate{PerSecond: 5, Burst: 6}, Joins: signaling.Rate{PerSecond: 0.5, Burst: 8}, Peers: 9,
		PeersPerAddress: 10, Rooms: 11, RoomsPerAddress: 12, Sockets: 20_000, ChatsPerAddress: signaling.Rate{PerSecond: 13, Burst: 14},
		Grace: 7 * time.Second,
	}
	if cfg.Listen != "192.0.2.1:80" || cfg.Data != "/from/flag" || !slices.Equal(cfg.Origin, []string{"a.example.org", "b.example.org"}) ||
		cfg.limits() != limits || cfg.Debug != "127.0.0.1:1" || cfg.LogLevel.Level() != slog.LevelWarn {
		t.Errorf("%+v", cfg)
	}
}

func TestWrongFlags(t *testing.T) {
	for args, want := range map[string]string{
		"--nonsense":               "unknown flag --nonsense; --help lists the options",
		"room":                     "unexpected argument room; --help lists the options",
		"--limit-joins=20":         `--limit-joins: "20" is not of the form PER_SECOND:BURST, such as 200:400; --help lists the options`,
		"--limit-joins=0:1":        `--limit-joins: "0:1" is not of the form PER_SECOND:BURST, such as 200:400; --help lists the options`,
		"--limit-chats=1:0":        `--limit-chats: "1:0" is not of the form PER_SECOND:BURST, such as 200:400; --help lists the options`,
		"--limit-peers=many":       `--limit-peers: expected a valid 64 bit int but got "many"; --help lists the options`,
		"--limit-peers=0":          "a room holds 1 to 325 peers",
		"--grace=soon":             `--grace: expected duration but got "soon": time: invalid duration "soon"; --help lists the options`,
		"--grace=10m1s":            "a grace time is at most 10m0s",
		"--grace=-1s":              "a grace time is at most 10m0s",
		"--log-level=loud":         `--log-level: "loud" is not debug, info, warn or error; --help lists the options`,
		"--origin=[":               `origin "[": syntax error in pattern`,
		"--listen=nowhere":         "--listen: \"nowhere\" is no address and port, such as :8080 or localhost:8080",
		"--debug=nowhere":          "--debug: \"nowhere\" is no address and port, such as :8080 or localhost:8080",
		"--listen=127.0.0.1:99999": "cannot listen on 127.0.0.1:99999; choose another address with --listen: listen tcp: address 99999: invalid port",
	} {
		_, stderr, err := runBriefly(t, "--listen=127.0.0.1:0", "--turn=off", "--data="+t.TempDir(), args)
		if err == nil || err.Error() != want || stderr != "" {
			t.Errorf("%s:\n%v\nwant\n%s\nlogged %q", args, err, want, stderr)
		}
	}
}

func TestPortTaken(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address := taken.Addr().String()
	for _, flag := range []string{"--listen", "--debug"} {
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+t.TempDir(), flag+"="+address)
		if err == nil || !strings.HasPrefix(err.Error(), "cannot listen on "+address+"; choose another address with "+flag+": ") {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

func TestDataFolder(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	p := boot(t, "--data="+folder)
	for _, made := range []string{folder, filepath.Dir(folder)} {
		info, err := os.Stat(made)
		if err != nil || info.Mode() != os.ModeDir|0o700 {
			t.Errorf("%s: %v, %v", made, info, err)
		}
	}
	p.stop()
	<-p.ended
	left, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, file := range left {
		names = append(names, file.Name())
		if info, err := file.Info(); err != nil || info.Mode() != 0o600 {
			t.Errorf("%s: %v, %v", file.Name(), info.Mode(), err)
		}
	}
	if want := []string{"chat.db", "lock", "session.keys"}; !slices.Equal(names, want) {
		t.Errorf("the folder holds %v, want %v", names, want)
	}
}

func TestDataFolderRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := map[string]string{
		file:                         "the data folder cannot be made; choose another with --data: ",
		filepath.Join(file, "below"): "the data folder cannot be made; choose another with --data: ",
	}
	if os.Getuid() != 0 { // who may write everywhere
		readOnly := filepath.Join(t.TempDir(), "read-only")
		if err := os.Mkdir(readOnly, 0o500); err != nil {
			t.Fatal(err)
		}
		cases[readOnly] = "the data folder cannot be written to; choose another with --data: "
	} else if runtime.GOOS == "linux" {
		cases["/proc/self"] = "the data folder cannot be written to; choose another with --data: "
	}
	for folder, want := range cases {
		_, _, err := runBriefly(t, "--listen=127.0.0.1:0", "--data="+folder)
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

func TestFirstLogLine(t *testing.T) {
	p := boot(t)
	first, _, _ := strings.Cut(p.console.String(), "\n")
	_, port, err := net.SplitHostPort(strings.TrimPrefix(p.url, "http://"))
	if err != nil || !strings.Contains(first, `level=INFO msg="moim is ready; open http://localhost:`+port+`"`) {
		t.Errorf("the first line is %s", first)
	}
}

func TestOpenURL(t *testing.T) {
	for address, want := range map[string]string{
		"127.0.0.1:80": "http://localhost:80", "[::]:8080": "http://localhost:8080", "0.0.0.0:1": "http://localhost:1",
		"192.0.2.7:8080": "http://192.0.2.7:8080", "[2001:db8::7]:8080": "http://[2001:db8::7]:8080",
	} {
		addr, err := net.ResolveTCPAddr("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		if got := openURL("http", addr); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestLogLevel(t *testing.T) {
	quiet, loud := boot(t, "--log-level=info"), boot(t, "--log-level=debug")
	for _, p := range []*program{quiet, loud} {
		p.ask(http.MethodGet, "/ws", "") // refused, which is worth a line of debug
	}
	loud.console.wait(loud, "level=DEBUG")
	if strings.Contains(quiet.console.String(), "level=DEBUG") {
		t.Error("debug is logged at info")
	}
}

func TestDebugAddress(t *testing.T) {
	p := boot(t, "--debug=127.0.0.1:0")
	line := p.console.wait(p, "profiles are served")
	url := regexp.MustCompile(`url=(\S+)`).FindStringSubmatch(line)
	request, err := http.NewRequestWithContext(p.ctx, http.MethodGet, strings.Replace(url[1], "localhost", "127.0.0.1", 1), nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := p.http.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusOK {
		t.Errorf("profiles: %s", response.Status)
	}
	p.get("/debug/pprof/").is(http.StatusFound, "") // not where everyone is
}

func TestStop(t *testing.T) {
	p := boot(t)
	mina, nana := p.join("tea", "Mina"), p.join("tea", "Nana")
	stream := p.open(http.MethodGet, "/api/rooms/events", "")
	defer stream.Body.Close()
	events := bufio.NewReader(stream.Body)
	if _, err := events.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	idle, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", strings.TrimPrefix(p.url, "http://")) // says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer idle.Close()

	start := time.Now()
	p.stop()
	for _, c := range []*client.Client{mina, nana} {
		<-c.Done()
		var gone *client.CloseError
		if err := c.Err(); !errors.As(err, &gone) || gone.Code != protocol.CloseGoingAway {
			t.Errorf("a peer was told %v", err)
		}
	}
	for {
		if _, err := events.ReadString('\n'); err != nil {
			break
		}
	}
	<-p.ended
	if took := time.Since(start); took > time.Second || p.err != nil {
		t.Errorf("it took %v to stop: %v", took, p.err)
	}
	lines := slices.Collect(strings.Lines(p.console.String()))
	if !strings.Contains(lines[len(lines)-1], "moim has stopped") {
		t.Errorf("the last line is %s", lines[len(lines)-1])
	}
	if strings.Contains(p.console.String(), "level=ERROR") {
		t.Error("stopping is an error in the log")
	}
}

func TestLogTellsNoSecrets(t *testing.T) {
	p := boot(t, "--log-level=debug")
	mina := p.join("secret-room", "Secret Name")
	if _, err := mina.Say(p.ctx, "secret text"); err != nil {
		t.Fatal(err)
	}
	p.post(`{"name":"secret-other","topic":"secret topic"}`).is(http.StatusCreated, "application/json")
	p.get("/r/secret-room")
	if err := mina.Leave(p.ctx); err != nil {
		t.Fatal(err)
	}
	p.stop()
	<-p.ended
	if log := p.console.String(); strings.Contains(strings.ToLower(log), "secret") || strings.Contains(log, "127.0.0.1") {
		t.Error("the log tells what it should not")
	}
}
