package certs

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"moim/internal/edge"
)

const (
	patience  = 20 * time.Second // for what takes a second or two
	pebbleAt  = "@v2.10.1"
	pebbleCmd = "github.com/letsencrypt/pebble/v2/cmd/"
)

var built string // the folder of pebbleBin

// pebbleBin is the folder with Let's Encrypt's test authority, once built.
var pebbleBin = sync.OnceValues(func() (string, error) {
	bin, err := os.MkdirTemp("", "moim-pebble-") // TestMain removes it
	if err != nil {
		return "", err
	}
	built = bin
	build := exec.Command("go", "install", pebbleCmd+"pebble"+pebbleAt, pebbleCmd+"pebble-challtestsrv"+pebbleAt)
	build.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=")
	out, err := build.CombinedOutput()
	if err != nil {
		return string(out), err
	}
	return bin, nil
})

// authority is a pebble that validates at the given ports of loopback.
type authority struct {
	directory string
	api       *x509.CertPool // that its own HTTPS is trusted by
	roots     *x509.CertPool // that its certificates are trusted by
	orders    atomic.Int64   // asked for
}

func newAuthority(t *testing.T, tlsPort, httpPort int, validity time.Duration) *authority {
	t.Helper()
	bin, err := pebbleBin()
	if err != nil {
		t.Fatalf("pebble, the authority of this test, cannot be built, which takes the network or a module cache that has it: %v\n%s", err, bin)
	}
	folder := t.TempDir()
	api, err := newSelfSigned(folder, nil, slog.New(slog.DiscardHandler), time.Now, loopback)
	if err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(folder, selfSignedFile)
	listen, manage, dns := free(t), free(t), free(t)
	config, err := json.Marshal(map[string]any{"pebble": map[string]any{
		"listenAddress": listen, "managementListenAddress": manage, "certificate": own, "privateKey": own,
		"httpPort": httpPort, "tlsPort": tlsPort,
		"profiles": map[string]any{"default": map[string]any{"description": "of this test", "validityPeriod": int(validity.Seconds())}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "pebble.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	a := &authority{directory: "https://" + listen + "/dir", api: x509.NewCertPool(), roots: x509.NewCertPool()}
	a.api.AppendCertsFromPEM(api.PEM())
	program(t, "Starting management server", nil, filepath.Join(bin, "pebble-challtestsrv"), "-defaultIPv4", "127.0.0.1", "-defaultIPv6", "",
		"-dnsserver", dns, "-management", free(t), "-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "")
	program(t, "Listening on", func(line string) {
		if strings.Contains(line, "POST /order-plz") {
			a.orders.Add(1)
		}
	}, filepath.Join(bin, "pebble"), "-config", file, "-dnsserver", dns)

	client := &http.Client{Timeout: patience, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: a.api}, DisableKeepAlives: true}}
	var res *http.Response
	eventually(t, "the management interface", func() bool {
		res, err = client.Get("https://" + manage + "/roots/0")
		return err == nil
	})
	defer res.Body.Close()
	if root, err := io.ReadAll(res.Body); err != nil || !a.roots.AppendCertsFromPEM(root) {
		t.Fatalf("no root: %v", err)
	}
	return a
}

// program runs until the test's end, and is waited for until it says a word.
func program(t *testing.T, ready string, each func(line string), name string, args ...string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), "PEBBLE_VA_NOSLEEP=1", "PEBBLE_WFE_NONCEREJECT=0", "PEBBLE_AUTHZREUSE=0")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		say := sync.OnceFunc(func() { close(said) })
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if strings.Contains(lines.Text(), ready) {
				say()
			}
			if each != nil {
				each(lines.Text())
			}
		}
	}()
	t.Cleanup(func() { cancel(); <-ended; cmd.Wait() })
	select {
	case <-said:
	case <-ended:
		t.Fatalf("%s ended", filepath.Base(name))
	case <-time.After(patience):
		t.Fatalf("%s is not ready", filepath.Base(name))
	}
}

var handedOut sync.Map // ports of free

// free is an address that nobody listens at. It is none that the system gives to
// connections by itself.
func free(t *testing.T) string {
	t.Helper()
	for range 1000 {
		addr := net.JoinHostPort("127.0.0.1", strconv.Itoa(10_000+rand.IntN(20_000)))
		if _, taken := handedOut.LoadOrStore(addr, true); taken {
			continue
		}
		if l, err := net.Listen("tcp", addr); err == nil {
			l.Close()
			return addr
		}
	}
	t.Fatal("no port is free")
	return ""
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func port(t *testing.T, addr string) int {
	t.Helper()
	_, text, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// serve runs a source behind the shared port until stop.
func serve(t *testing.T, l net.Listener, source Source) (stop func()) {
	t.Helper()
	p := edge.New(l, source.TLS(), nil, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx) })
	running.Go(func() { source.Run(ctx) })
	server := &http.Server{Handler: http.NotFoundHandler()}
	running.Go(func() { server.Serve(p.HTTP()) })
	stop = sync.OnceFunc(func() { cancel(); server.Close(); running.Wait() })
	t.Cleanup(stop)
	return stop
}

// presented is the certificate that a client gets, nil when it gets none it trusts.
func presented(l net.Listener, domain string, roots *x509.CertPool) *x509.Certificate {
	dialer := tls.Dialer{NetDialer: &net.Dialer{Timeout: patience}, Config: &tls.Config{RootCAs: roots, ServerName: domain}}
	conn, err := dialer.Dial("tcp", l.Addr().String())
	if err != nil {
		return nil
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0]
}

// eventually looks again and again.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	clock := time.NewTicker(20 * time.Millisecond)
	defer clock.Stop()
	for end := time.After(patience); !ok(); {
		select {
		case <-clock.C:
		case <-end:
			t.Fatalf("never: %s", what)
		}
	}
}

func newTestACME(t *testing.T, authority *authority, domain, folder string, interval time.Duration) *ACME {
	t.Helper()
	var out log
	t.Cleanup(func() {
		if t.Failed() {
			out.mu.Lock()
			defer out.mu.Unlock()
			t.Log(out.buf.String())
		}
	})
	a, err := newACME(ACMEConfig{Domains: []string{domain}, Folder: folder, Directory: authority.directory, Roots: authority.api, Log: out.logger()}, interval)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestCertificateThroughTheSharedPort(t *testing.T) {
	t.Parallel()
	const domain = "shared.example.org" // challenges of one process are told apart by it
	l, folder := listen(t), t.TempDir()
	authority := newAuthority(t, port(t, l.Addr().String()), port(t, free(t)), 90*24*time.Hour)

	a := newTestACME(t, authority, domain, folder, 0)
	if s := a.State(); s.Err == nil || !s.NotAfter.IsZero() {
		t.Errorf("before Run: %+v", s)
	}
	stop := serve(t, l, a)
	eventually(t, "a certificate by TLS-ALPN-01", func() bool { return presented(l, domain, authority.roots) != nil })
	first := presented(l, domain, authority.roots)
	if s := a.State(); s.Err != nil || !s.NotAfter.Equal(first.NotAfter) {
		t.Errorf("%+v, want the end %v", s, first.NotAfter)
	}
	anonymous, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true}) // an address instead of a name
	if err != nil {
		t.Fatal(err)
	}
	if got := anonymous.ConnectionState().PeerCertificates[0]; !got.Equal(first) {
		t.Errorf("without a name: %v", got.DNSNames)
	}
	anonymous.Close()
	if _, err := tls.Dial("tcp", l.Addr().String(), &tls.Config{InsecureSkipVerify: true, ServerName: "other.example.org"}); err == nil {
		t.Error("a certificate for another name")
	}
	stop()
	asked := authority.orders.Load()

	// The same folder again.
	l2 := listen(t)
	serve(t, l2, newTestACME(t, authority, domain, folder, 0))
	eventually(t, "the certificate after a restart", func() bool { return presented(l2, domain, authority.roots) != nil })
	if second := presented(l2, domain, authority.roots); second.SerialNumber.Cmp(first.SerialNumber) != 0 {
		t.Error("another certificate after a restart")
	}
	if n := authority.orders.Load(); asked == 0 || n != asked {
		t.Errorf("asked %d times, and %d times after a restart", asked, n)
	}
}

func TestCertificateByHTTP(t *testing.T) {
	t.Parallel()
	const domain = "plain.example.org" // challenges of one process are told apart by it
	l, plain := listen(t), listen(t)
	authority := newAuthority(t, port(t, free(t)), port(t, plain.Addr().String()), 90*24*time.Hour)
	a := newTestACME(t, authority, domain, t.TempDir(), 0)
	server := &http.Server{Handler: a.Challenge(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))}
	go server.Serve(plain)
	t.Cleanup(func() { server.Close() })
	serve(t, l, a)
	eventually(t, "a certificate by HTTP-01", func() bool { return presented(l, domain, authority.roots) != nil })

	client := &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/", "/.well-known/acme-challenge/unknown"} {
		res, err := client.Get("http://" + plain.Addr().String() + path)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusTeapot {
			t.Errorf("%s: %d, want what the next handler says", path, res.StatusCode)
		}
	}
}

func TestRenewal(t *testing.T) {
	t.Parallel()
	const domain = "renewed.example.org" // challenges of one process are told apart by it
	l := listen(t)
	authority := newAuthority(t, port(t, l.Addr().String()), port(t, free(t)), 12*time.Second)
	a := newTestACME(t, authority, domain, t.TempDir(), 200*time.Millisecond)
	serve(t, l, a)
	eventually(t, "a certificate", func() bool { return presented(l, domain, authority.roots) != nil })
	first := presented(l, domain, authority.roots)
	eventually(t, "another certificate before the end of the first", func() bool {
		now := presented(l, domain, authority.roots)
		if now == nil {
			t.Fatal("none that is trusted")
		}
		return now.SerialNumber.Cmp(first.SerialNumber) != 0
	})
	if s := a.State(); s.Err != nil || !s.NotAfter.After(first.NotAfter) {
		t.Errorf("%+v", s)
	}
}

func TestClosedPortsAreExplained(t *testing.T) {
	t.Parallel()
	const domain = "closed.example.org" // challenges of one process are told apart by it
	authority := newAuthority(t, port(t, free(t)), port(t, free(t)), time.Hour)
	folder := t.TempDir()
	a := newTestACME(t, authority, domain, folder, 0)
	stop := serve(t, listen(t), a)
	eventually(t, "a plain word", func() bool {
		err := a.State().Err
		return err != nil && strings.Contains(err.Error(), "no certificate for "+domain+": the authority does not reach this server under that name; its DNS record")
	})
	stop() // while it waits to try again
	locks, err := os.ReadDir(filepath.Join(folder, "locks"))
	if err != nil || len(locks) != 0 {
		t.Errorf("%v, %v; a lock that is left delays the next start", locks, err)
	}
}
