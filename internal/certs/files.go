package certs

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"slices"
	"strings"
	"time"
)

const (
	lookEvery = 5 * time.Second // at the files
	warnEvery = 24 * time.Hour  // of a certificate that ends soon
)

// Files is the certificate in two files, which others renew.
type Files struct {
	// static
	cert, key string
	log       *slog.Logger

	kept
	seen   [2]fs.FileInfo // of the pair that is kept or broken; owned by Run
	warned time.Time      // owned by Run
}

// NewFiles reads a chain, the server's certificate first, and its private key
// (PEM). A pair that cannot be used is an error.
func NewFiles(cert, key string, log *slog.Logger) (*Files, error) {
	f := &Files{cert: cert, key: key, log: log}
	f.seen = f.look()
	loaded, err := f.load()
	if err != nil {
		return nil, err
	}
	f.set(loaded)
	return f, nil
}

// TLS implements Source.
func (f *Files) TLS() *tls.Config { return f.config() }

// Names implements Source: the names and addresses of the certificate, none when
// one stands for many.
func (f *Files) Names() []string {
	leaf := f.get().Leaf
	if slices.ContainsFunc(leaf.DNSNames, func(name string) bool { return strings.HasPrefix(name, "*.") }) {
		return nil
	}
	names := slices.Clone(leaf.DNSNames)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// State implements Source. Err tells of a broken pair, in whose place the one
// before is still used, and of a certificate that has ended.
func (f *Files) State() State { return f.state(time.Now()) }

// Run implements Source: it looks at the files every few seconds.
func (f *Files) Run(ctx context.Context) error {
	clock := time.NewTicker(lookEvery)
	defer clock.Stop()
	for {
		f.warn()
		select {
		case <-clock.C:
			f.reload()
		case <-ctx.Done():
			return nil
		}
	}
}

// reload reads the pair if it has changed, or is not whole yet.
func (f *Files) reload() {
	seen := f.look()
	f.mu.Lock()
	broken := f.err != nil
	f.mu.Unlock()
	if !broken && same(seen[0], f.seen[0]) && same(seen[1], f.seen[1]) {
		return
	}
	f.seen = seen
	loaded, err := f.load()
	if err != nil {
		if f.fail(fmt.Errorf("%w; the one before is still used", err)) {
			f.log.Warn("the new certificate cannot be used, the one before goes on", "err", err)
		}
		return
	}
	f.set(loaded)
	f.warned = time.Time{}
	f.log.Info("certificate read again", "until", loaded.Leaf.NotAfter.Format(day))
}

// warn tells each day of a certificate that ends soon.
func (f *Files) warn() {
	end, now := f.get().Leaf.NotAfter, time.Now()
	if end.Sub(now) < endsSoon && now.Sub(f.warned) >= warnEvery {
		f.warned = now
		f.log.Warn("the certificate ends soon or has ended; put a new one in its place", "until", end.Format(day), "file", f.cert)
	}
}

func (f *Files) look() (seen [2]fs.FileInfo) {
	seen[0], _ = os.Stat(f.cert)
	seen[1], _ = os.Stat(f.key)
	return seen
}

// same tells whether a file has not changed; false if it is not there.
func same(a, b fs.FileInfo) bool {
	return a != nil && b != nil && os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}

func (f *Files) load() (*tls.Certificate, error) {
	chain, err := os.ReadFile(f.cert)
	if err != nil {
		return nil, unreadable("certificate", f.cert, err)
	}
	key, err := os.ReadFile(f.key)
	if err != nil {
		return nil, unreadable("private key", f.key, err)
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		return nil, fmt.Errorf("the certificate in %s cannot be used with the private key in %s: both are PEM, and the server's own certificate is the first of its file: %w", f.cert, f.key, err)
	}
	return &pair, nil
}

func unreadable(what, file string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no file %s, which is to hold the %s: %w", file, what, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("this program's user may not read %s, which is to hold the %s: %w", file, what, err)
	default:
		return fmt.Errorf("the %s cannot be read: %w", what, err)
	}
}
