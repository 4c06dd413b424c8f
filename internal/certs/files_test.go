package certs

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pairFor is a certificate with its key for some hosts, PEM.
func pairFor(t *testing.T, now time.Time, names ...string) (cert, key []byte) {
	t.Helper()
	var want hosts
	for _, name := range names {
		if name == "*.example.org" {
			want.names = append(want.names, name)
			continue
		}
		want.add(name)
	}
	s := &SelfSigned{now: func() time.Time { return now }}
	_, both, err := s.make(want)
	if err != nil {
		t.Fatal(err)
	}
	secret, rest := pem.Decode(both)
	return rest, pem.EncodeToMemory(secret)
}

// log is a logger and what it wrote.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(b)
}

func (l *log) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.buf.String(), word)
}

func (l *log) logger() *slog.Logger { return slog.New(slog.NewTextHandler(l, nil)) }

func write(t *testing.T, file string, content []byte) {
	t.Helper()
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// leafOf is what a client is shown.
func leafOf(t *testing.T, source Source) *x509.Certificate {
	t.Helper()
	server, client := net.Pipe()
	defer server.Close()
	defer client.Close()
	go tls.Server(server, source.TLS()).Handshake()
	conn := tls.Client(client, &tls.Config{InsecureSkipVerify: true, ServerName: "any.example.org"})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return conn.ConnectionState().PeerCertificates[0]
}

// run starts a source; it ends with the bubble's test.
func run(t *testing.T, source Source) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- source.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	synctest.Wait()
}

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func TestFilesAreReadAgain(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	synctest.Test(t, func(t *testing.T) {
		var out log
		cert1, key1 := pairFor(t, time.Now(), "one.example.org", "203.0.113.5")
		cert2, key2 := pairFor(t, time.Now(), "two.example.org")
		write(t, certFile, cert1)
		write(t, keyFile, key1)
		f, err := NewFiles(certFile, keyFile, out.logger())
		if err != nil {
			t.Fatal(err)
		}
		run(t, f)
		if got := f.Names(); !slices.Equal(got, []string{"one.example.org", "203.0.113.5"}) {
			t.Errorf("names %v", got)
		}
		first := leafOf(t, f)
		if s := f.State(); s.Err != nil || !s.NotAfter.Equal(first.NotAfter) {
			t.Errorf("%+v", s)
		}
		pass(time.Minute)
		if out.count("read again") != 0 {
			t.Error("read again though nothing changed")
		}

		write(t, certFile, cert2) // its key is still to come
		pass(lookEvery)
		if got := leafOf(t, f); !got.Equal(first) {
			t.Errorf("a broken pair is shown: %v", got.DNSNames)
		}
		if s := f.State(); s.Err == nil || !strings.Contains(s.Err.Error(), keyFile) || !strings.HasSuffix(s.Err.Error(), "the one before is still used") {
			t.Errorf("%+v", s)
		}
		pass(time.Minute)
		if n := out.count("level=WARN"); n != 1 {
			t.Errorf("%d warnings of one broken pair", n)
		}

		next := filepath.Join(folder, "next") // exchanged by renaming
		write(t, next, key2)
		if err := os.Rename(next, keyFile); err != nil {
			t.Fatal(err)
		}
		pass(lookEvery)
		if got := leafOf(t, f); got.DNSNames[0] != "two.example.org" || f.State().Err != nil {
			t.Errorf("shown %v, %+v", got.DNSNames, f.State())
		}
		pass(time.Minute)
		if n := out.count("read again"); n != 1 {
			t.Errorf("read %d times", n)
		}

		for _, file := range []string{certFile, keyFile} {
			if err := os.Remove(file); err != nil {
				t.Fatal(err)
			}
		}
		pass(lookEvery)
		if got := leafOf(t, f); got.DNSNames[0] != "two.example.org" || f.State().Err == nil {
			t.Errorf("shown %v, %+v", got.DNSNames, f.State())
		}
		write(t, certFile, cert2)
		write(t, keyFile, key2)
		pass(lookEvery)
		if s := f.State(); s.Err != nil {
			t.Errorf("%+v", s)
		}
	})
}

func TestFilesThatEndSoon(t *testing.T) {
	folder := t.TempDir()
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	synctest.Test(t, func(t *testing.T) {
		var out log
		cert, key := pairFor(t, time.Now().Add(-lifetime+endsSoon+12*time.Hour), "one.example.org")
		write(t, certFile, cert)
		write(t, keyFile, key)
		f, err := NewFiles(certFile, keyFile, out.logger())
		if err != nil {
			t.Fatal(err)
		}
		run(t, f)
		pass(10 * time.Hour)
		if n := out.count("level=WARN"); n != 0 {
			t.Errorf("%d warnings long before the end", n)
		}
		pass(2 * 24 * time.Hour)
		if n := out.count("level=WARN"); n != 2 || f.State().Err != nil {
			t.Errorf("%d warnings, %v; want one a day", n, f.State().Err)
		}
		if err := f.state(time.Now().Add(endsSoon)).Err; err == nil || !strings.Contains(err.Error(), "ended on") {
			t.Errorf("%v, want that it has ended", err)
		}
	})
}

func TestFilesWithFaults(t *testing.T) {
	folder := t.TempDir()
	cert, key := pairFor(t, time.Now(), "one.example.org")
	_, other := pairFor(t, time.Now(), "one.example.org")
	for name, content := range map[string][]byte{"cert": cert, "key": key, "other": other, "empty": nil, "text": []byte("no PEM"), "broken": cert[:200]} {
		write(t, filepath.Join(folder, name), content)
	}
	for _, test := range []struct{ cert, key, want string }{
		{"cert", "key", ""},
		{"missing", "key", "there is no file " + filepath.Join(folder, "missing")},
		{"cert", "missing", "there is no file " + filepath.Join(folder, "missing")},
		{"cert", "other", "cannot be used with the private key"},
		{"key", "cert", "cannot be used with the private key"},
		{"empty", "key", "cannot be used with the private key"},
		{"cert", "text", "cannot be used with the private key"},
		{"broken", "key", "cannot be used with the private key"},
		{".", "key", "the certificate cannot be read"},
	} {
		_, err := NewFiles(filepath.Join(folder, test.cert), filepath.Join(folder, test.key), slog.New(slog.DiscardHandler))
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s, %s: %v; want %q", test.cert, test.key, err, test.want)
		}
	}
}

func TestFilesForManyNames(t *testing.T) {
	folder := t.TempDir()
	cert, key := pairFor(t, time.Now(), "example.org", "*.example.org")
	certFile, keyFile := filepath.Join(folder, "cert.pem"), filepath.Join(folder, "key.pem")
	write(t, certFile, cert)
	write(t, keyFile, key)
	f, err := NewFiles(certFile, keyFile, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if names := f.Names(); len(names) != 0 {
		t.Errorf("%v, want none, as any may do", names)
	}
}

// machine is one whose names and addresses change.
type machine struct {
	mu  sync.Mutex
	own hosts
}

func (m *machine) hosts() (hosts, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return hosts{slices.Clone(m.own.names), slices.Clone(m.own.addrs)}, nil
}

func (m *machine) set(addrs ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.own.addrs = nil
	for _, addr := range addrs {
		m.own.addrs = append(m.own.addrs, netip.MustParseAddr(addr))
	}
}
