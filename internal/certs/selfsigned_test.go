package certs

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func newTestSelfSigned(t *testing.T, folder string, m *machine, out *log, extra ...string) *SelfSigned {
	t.Helper()
	s, err := newSelfSigned(folder, extra, out.logger(), time.Now, m.hosts)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSelfSignedCertificate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "folder")
	m := &machine{own: hosts{names: []string{"localhost", "pc.local"}}}
	m.set("127.0.0.1", "::1", "192.168.1.20", "2001:db8::5")
	s := newTestSelfSigned(t, folder, m, &log{}, "call.lan", "198.51.100.7", "not a host")
	leaf := leafOf(t, s)
	for _, host := range []string{"localhost", "pc.local", "call.lan", "127.0.0.1", "::1", "192.168.1.20", "2001:db8::5", "198.51.100.7"} {
		if err := leaf.VerifyHostname(host); err != nil {
			t.Error(err)
		}
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(s.PEM()) {
		t.Fatal("PEM holds no certificate")
	}
	if _, err := leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "pc.local", KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}); err != nil {
		t.Error(err)
	}
	if key, ok := leaf.PublicKey.(*ecdsa.PublicKey); !ok || key.Curve != elliptic.P256() {
		t.Errorf("the key is %T", leaf.PublicKey)
	}
	if d := leaf.NotAfter.Sub(leaf.NotBefore) + time.Second; d > 397*24*time.Hour || d < 396*24*time.Hour || leaf.IsCA {
		t.Errorf("lasts %v, authority %v", d, leaf.IsCA)
	}
	sum := sha256.Sum256(leaf.Raw)
	if got := s.Fingerprint(); len(got) != 95 || strings.ReplaceAll(got, ":", "") != strings.ToUpper(hex.EncodeToString(sum[:])) {
		t.Errorf("fingerprint %q", got)
	}
	if block, rest := pem.Decode(s.PEM()); block.Type != "CERTIFICATE" || len(rest) != 0 {
		t.Errorf("PEM holds more than a certificate")
	}
	info, err := os.Stat(filepath.Join(folder, selfSignedFile))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v; want mode 0600", info, err)
	}
	if s := s.State(); s.Err != nil || !s.NotAfter.Equal(leaf.NotAfter) {
		t.Errorf("%+v", s)
	}

	again := newTestSelfSigned(t, folder, m, &log{}, "call.lan", "198.51.100.7")
	if again.Fingerprint() != s.Fingerprint() {
		t.Error("another certificate after a restart")
	}
}

func TestSelfSignedFollowsTheMachine(t *testing.T) {
	folder := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		m := &machine{own: hosts{names: []string{"localhost"}}}
		m.set("127.0.0.1", "192.168.1.20")
		var later atomic.Int64 // than the bubble's clock
		now := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
		s, err := newSelfSigned(folder, nil, slog.New(slog.DiscardHandler), now, m.hosts)
		if err != nil {
			t.Fatal(err)
		}
		run(t, s)
		begin := s.Fingerprint()

		m.set("127.0.0.1") // off the network: what is there will do
		pass(checkEvery)
		if s.Fingerprint() != begin {
			t.Error("a new certificate for fewer addresses")
		}

		m.set("127.0.0.1", "10.0.0.7")
		pass(checkEvery)
		elsewhere := leafOf(t, s)
		if s.Fingerprint() == begin || elsewhere.VerifyHostname("10.0.0.7") != nil {
			t.Error("no new certificate for a new address")
		}

		m.set("127.0.0.1", "192.168.1.20") // home again
		pass(checkEvery)
		if !leafOf(t, s).Equal(elsewhere) {
			t.Error("the certificate changes back and forth")
		}

		later.Store(int64(lifetime - renewBefore - 5*time.Hour))
		pass(checkEvery)
		if !leafOf(t, s).Equal(elsewhere) {
			t.Error("renewed long before the end")
		}
		pass(5 * time.Hour)
		if leaf := leafOf(t, s); leaf.Equal(elsewhere) || leaf.NotAfter.Sub(now()) < 396*24*time.Hour {
			t.Errorf("not renewed: until %v", leaf.NotAfter)
		}
		again, err := newSelfSigned(folder, nil, slog.New(slog.DiscardHandler), now, m.hosts)
		if err != nil || again.Fingerprint() != s.Fingerprint() {
			t.Errorf("the renewed certificate was not kept: %v", err)
		}
	})
}

func TestSelfSignedIsBounded(t *testing.T) {
	m := &machine{own: hosts{names: []string{"localhost"}}}
	var all []string
	for i := range 200 {
		all = append(all, netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}).String())
	}
	m.set(all...)
	for i := range 200 {
		m.own.names = append(m.own.names, fmt.Sprintf("pc%d.local", i))
	}
	folder := t.TempDir()
	s := newTestSelfSigned(t, folder, m, &log{})
	if leaf := leafOf(t, s); len(leaf.IPAddresses) != maxHosts || len(leaf.DNSNames) != maxHosts {
		t.Errorf("%d addresses, %d names", len(leaf.IPAddresses), len(leaf.DNSNames))
	}
	begin := s.Fingerprint()
	if err := s.check(); err != nil || s.Fingerprint() != begin {
		t.Errorf("made again and again: %v", err)
	}
}

func TestSelfSignedKeepsWhatItCannotReplace(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "certificate")
	synctest.Test(t, func(t *testing.T) {
		var out log
		m := &machine{own: hosts{names: []string{"localhost"}}}
		s := newTestSelfSigned(t, folder, m, &out)
		run(t, s)
		begin := s.Fingerprint()
		if err := os.RemoveAll(folder); err != nil {
			t.Fatal(err)
		}
		m.set("192.168.1.20")
		pass(10 * checkEvery)
		if err := s.State().Err; err == nil || s.Fingerprint() != begin || out.count("level=WARN") != 1 {
			t.Errorf("%v, %d warnings", err, out.count("level=WARN"))
		}
		if err := os.Mkdir(folder, 0o700); err != nil {
			t.Fatal(err)
		}
		pass(checkEvery)
		if err := s.State().Err; err != nil || s.Fingerprint() == begin {
			t.Errorf("%v, want a new certificate", err)
		}
		files, err := os.ReadDir(folder)
		if err != nil || len(files) != 1 {
			t.Errorf("%v, %v; want one file", files, err)
		}
	})
}

func TestSelfSignedWithABrokenFile(t *testing.T) {
	folder := t.TempDir()
	write(t, filepath.Join(folder, selfSignedFile), []byte("half a fi"))
	var out log
	s := newTestSelfSigned(t, folder, &machine{own: hosts{names: []string{"localhost"}}}, &out)
	if leafOf(t, s).VerifyHostname("localhost") != nil || out.count("level=WARN") != 1 {
		t.Error("no new certificate in place of a broken one")
	}
	if _, err := NewSelfSigned(filepath.Join(folder, selfSignedFile), nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("a file is no folder")
	}
}

func TestOwnHosts(t *testing.T) {
	own, err := ownHosts()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(own.names, "localhost") || !slices.Contains(own.addrs, netip.MustParseAddr("127.0.0.1")) {
		t.Errorf("%+v", own)
	}
	for _, addr := range own.addrs {
		if addr.IsLinkLocalUnicast() || addr.IsUnspecified() || addr.IsMulticast() || addr.Is4In6() || addr.Zone() != "" {
			t.Errorf("%v is of no use", addr)
		}
	}
}

func TestHosts(t *testing.T) {
	var h hosts
	for _, host := range []string{"pc", "pc", "", ".local", "a b", "-a", "a-", "a..b", "ä.example.org", strings.Repeat("a", 64), strings.Repeat("a.", 127) + "a", "under_score.lan", "192.0.2.1", "::ffff:192.0.2.1", "fe80::1%eth0"} {
		h.add(host)
	}
	if !slices.Equal(h.names, []string{"pc", "under_score.lan"}) {
		t.Errorf("names %q", h.names)
	}
	if !slices.Equal(h.addrs, []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("fe80::1")}) {
		t.Errorf("addresses %v", h.addrs)
	}
}
