package certs

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/certmagic"
	"github.com/mholt/acmez/v3/acme"
	"go.uber.org/zap"
)

func TestFaultsInPlainWords(t *testing.T) {
	problem := func(kind string) error {
		return certmagic.ErrNoRetry{Err: fmt.Errorf("solving challenges: %w", acme.Problem{Type: acme.ProblemTypeNamespace + kind, Detail: "the detail"})}
	}
	for name, test := range map[string]struct {
		cause error
		want  string
	}{
		"dns":        {problem("dns"), "make a DNS record"},
		"connection": {problem("connection"), "port 443 or 80"},
		"another":    {problem("unauthorized"), "port 443 or 80"},
		"rate":       {problem("rateLimited"), "wait"},
		"caa":        {problem("caa"), "CAA record"},
		"unknown":    {problem("other"), "refuses"},
		"compound": {
			acme.Problem{Type: acme.ProblemTypeCompound, Detail: "the detail", Subproblems: []acme.Subproblem{{Problem: acme.Problem{Type: acme.ProblemTypeCAA}}}},
			"CAA record",
		},
		"root":    {fmt.Errorf("get: %w", x509.UnknownAuthorityError{}), "not trusted"},
		"away":    {fmt.Errorf("get: %w", &net.OpError{Op: "dial", Err: errors.New("refused")}), "cannot be reached"},
		"nothing": {errors.New("no space left"), "no space left"},
	} {
		err := explain("call.example.org", test.cause)
		text := err.Error()
		if !strings.HasPrefix(text, "no certificate for call.example.org: ") || !strings.Contains(text, test.want) || !errors.Is(err, test.cause) && name != "compound" {
			t.Errorf("%s: %q", name, text)
		}
		if _, ok := errors.AsType[acme.Problem](test.cause); ok && !strings.HasSuffix(text, "(the authority says: the detail)") {
			t.Errorf("%s: %q lacks what the authority says", name, text)
		}
	}
}

func TestACMERefuses(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, "file"), nil)
	for name, c := range map[string]ACMEConfig{
		"no domain":       {Folder: folder},
		"no name":         {Folder: folder, Domains: []string{"https://call.example.org/"}},
		"an internal one": {Folder: folder, Domains: []string{"call.local"}},
		"one label":       {Folder: folder, Domains: []string{"localhost"}},
		"no folder":       {Folder: filepath.Join(folder, "file", "acme"), Domains: []string{"call.example.org"}},
	} {
		c.Log = slog.New(slog.DiscardHandler)
		if _, err := NewACME(c); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestAbandonedDomains(t *testing.T) {
	a, err := NewACME(ACMEConfig{Domains: []string{"A.example.org.", "b.example.org", "c.example.org", "a.example.org"}, Folder: t.TempDir(), Directory: "https://127.0.0.1:1/dir", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.taken.Close()
	defer a.cache.Stop()
	if got := fmt.Sprint(a.Names()); got != "[a.example.org b.example.org c.example.org]" {
		t.Errorf("names %s", got)
	}
	fail := func(domain string, err error) {
		a.event(context.Background(), "cert_failed", map[string]any{"identifier": domain, "error": err})
	}
	fail("a.example.org", errors.New("tried again by certmagic"))
	fail("b.example.org", certmagic.ErrNoRetry{Err: errors.New("given up")})
	if got := fmt.Sprint(a.abandoned()); got != "[b.example.org c.example.org]" {
		t.Errorf("abandoned: %s", got)
	}
	if text := a.State().Err.Error(); !strings.Contains(text, "no certificate for b.example.org") || !strings.Contains(text, "for c.example.org is being got") {
		t.Errorf("state: %s", text)
	}
	a.event(context.Background(), "cert_obtained", map[string]any{"identifier": "b.example.org"})
	if text := a.State().Err.Error(); strings.Contains(text, "no certificate for b.example.org") {
		t.Errorf("state: %s", text)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	a.event(ended, "cert_failed", map[string]any{"identifier": "c.example.org", "error": context.Canceled})
	if text := a.State().Err.Error(); strings.Contains(text, "no certificate for c.example.org") {
		t.Errorf("the end of Run is a fault: %s", text)
	}
}

func TestAuthorityThatIsAway(t *testing.T) {
	a, err := NewACME(ACMEConfig{Domains: []string{"call.example.org"}, Folder: t.TempDir(), Directory: "https://" + free(t) + "/dir", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- a.Run(ctx) }()
	eventually(t, "a plain word", func() bool {
		return strings.Contains(a.State().Err.Error(), "the authority cannot be reached")
	})
	if err := a.storage.Lock(t.Context(), "of somebody at work"); err != nil {
		t.Fatal(err)
	}
	var done atomic.Bool
	time.AfterFunc(100*time.Millisecond, func() {
		done.Store(true)
		a.storage.Unlock(context.Background(), "of somebody at work")
	})
	cancel()
	select {
	case err := <-ended:
		if err != nil || !done.Load() {
			t.Errorf("ended before what was under way: %v", err)
		}
	case <-time.After(patience):
		t.Error("Run does not end")
	}
}

func TestWindingUpWaitsForLocks(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		s := newStorage(folder)
		for held, want := range map[time.Duration]time.Duration{0: 0, 2 * time.Second: 2 * time.Second, time.Minute: windUp} {
			if held > 0 {
				if err := s.Lock(t.Context(), "one"); err != nil {
					t.Fatal(err)
				}
				time.AfterFunc(held, func() {
					if err := s.Unlock(context.Background(), "one"); err != nil {
						t.Error(err)
					}
				})
			}
			begin := time.Now()
			s.wait(windUp)
			if took := time.Since(begin); took != want {
				t.Errorf("held for %v: waited %v, want %v", held, took, want)
			}
			pass(time.Minute)
		}
	})
}

func TestLogOfCertmagic(t *testing.T) {
	var out log
	logger := newZap(slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelDebug}))).Named("tls")
	for _, line := range []func(){
		func() {
			logger.With(zap.String("remote_ip", "203.0.113.9")).Debug("choosing", zap.String("identifier", "call.example.org"))
		},
		func() { logger.Error("looking up", zap.String("remote_addr", "203.0.113.9:4000")) },
		func() { logger.Error("will retry", zap.String("key_auth", "secret")) },
	} {
		line()
	}
	if out.count("203.0.113.9") != 0 || out.count("secret") != 0 || out.count("identifier=call.example.org") != 1 {
		t.Error("fields that are not passed on are, or others are not")
	}
	if out.count("level=DEBUG") != 3 {
		t.Error("wrong levels")
	}
}
