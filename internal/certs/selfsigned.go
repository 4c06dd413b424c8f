package certs

import (
	"bytes"
	"cmp"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"
)

const (
	selfSignedFile = "self-signed.pem"    // the private key and the certificate
	lifetime       = 397 * 24 * time.Hour // longer ones are refused by some browsers
	renewBefore    = 30 * 24 * time.Hour  // the end
	checkEvery     = time.Minute          // names, addresses, the end
	maxHosts       = 64                   // names in a certificate, and addresses
)

// SelfSigned is a certificate that the server makes for the names and addresses
// of its machine, which browsers accept once somebody has told them to.
type SelfSigned struct {
	// static
	file  string
	extra []string
	log   *slog.Logger
	now   func() time.Time
	hosts func() (hosts, error)

	kept
}

// NewSelfSigned takes the certificate that is in a folder, which is made if
// missing, or makes one. extra are names and addresses besides the machine's own.
func NewSelfSigned(folder string, extra []string, log *slog.Logger) (*SelfSigned, error) {
	return newSelfSigned(folder, extra, log, time.Now, ownHosts)
}

func newSelfSigned(folder string, extra []string, log *slog.Logger, now func() time.Time, own func() (hosts, error)) (*SelfSigned, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("there is no place for the certificate: %w", err)
	}
	s := &SelfSigned{file: filepath.Join(folder, selfSignedFile), extra: extra, log: log, now: now, hosts: own}
	old, err := s.load()
	switch {
	case err == nil:
		s.set(old)
	case !errors.Is(err, fs.ErrNotExist):
		log.Warn("the certificate that was kept cannot be used; a new one is made", "err", err)
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	return s, nil
}

// TLS implements Source.
func (s *SelfSigned) TLS() *tls.Config { return s.config() }

// Names implements Source. There are none: browsers that accept the certificate
// do so under any name.
func (s *SelfSigned) Names() []string { return nil }

// State implements Source.
func (s *SelfSigned) State() State { return s.state(s.now()) }

// Fingerprint is the SHA-256 of the certificate as browsers show it: AB:CD:…
func (s *SelfSigned) Fingerprint() string { return fingerprint(s.get().Leaf.Raw) }

// PEM is the certificate without its key.
func (s *SelfSigned) PEM() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.get().Leaf.Raw})
}

// Run implements Source: it looks each minute whether the machine has other
// names or addresses, or the certificate ends soon.
func (s *SelfSigned) Run(ctx context.Context) error {
	clock := time.NewTicker(checkEvery)
	defer clock.Stop()
	for {
		select {
		case <-clock.C:
			if err := s.check(); err != nil && s.fail(err) {
				s.log.Warn("no new certificate, the one before goes on", "err", err)
			}
		case <-ctx.Done():
			return nil
		}
	}
}

// check makes a new certificate if the one that is kept does not do any more.
func (s *SelfSigned) check() error {
	want, err := s.hosts()
	if err != nil && len(want.names) == 0 {
		return fmt.Errorf("the addresses of this machine cannot be found: %w", err)
	}
	for _, host := range s.extra {
		want.add(host)
	}
	old := s.get()
	if old != nil && s.now().Before(old.Leaf.NotAfter.Add(-renewBefore)) && !s.now().Before(old.Leaf.NotBefore) && covers(old.Leaf, want) {
		s.set(old)
		return nil
	}
	if old != nil { // a machine that comes back to a network finds its certificate accepted
		for _, name := range old.Leaf.DNSNames {
			want.add(name)
		}
		for _, ip := range old.Leaf.IPAddresses {
			want.add(ip.String())
		}
	}
	made, encoded, err := s.make(want)
	if err != nil {
		return fmt.Errorf("a certificate cannot be made: %w", err)
	}
	if err := replace(s.file, encoded); err != nil {
		return fmt.Errorf("the certificate cannot be kept: %w", err)
	}
	s.set(made)
	s.log.Info("made a certificate; browsers warn until it is accepted", "until", made.Leaf.NotAfter.Format(day))
	return nil
}

// covers tells whether a certificate has all names and addresses, or as many as
// it can.
func covers(leaf *x509.Certificate, want hosts) bool {
	for _, name := range first(want.names) {
		if !slices.Contains(leaf.DNSNames, name) {
			return false
		}
	}
	for _, addr := range first(want.addrs) {
		if !slices.ContainsFunc(leaf.IPAddresses, net.IP(addr.AsSlice()).Equal) {
			return false
		}
	}
	return true
}

func first[T any](list []T) []T { return list[:min(len(list), maxHosts)] }

// make answers a certificate with its key, and both as they are kept.
func (s *SelfSigned) make(want hosts) (*tls.Certificate, []byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return nil, nil, err
	}
	begin := s.now().Add(-time.Hour) // clocks differ
	plan := &x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: "moim"},
		NotBefore: begin, NotAfter: begin.Add(lifetime - time.Second), // both ends count (RFC 5280, section 4.1.2.5)
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true, DNSNames: first(want.names),
	}
	for _, addr := range first(want.addrs) {
		plan.IPAddresses = append(plan.IPAddresses, addr.AsSlice())
	}
	der, err := x509.CreateCertificate(rand.Reader, plan, plan, key.Public(), key)
	if err != nil {
		return nil, nil, err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, nil, err
	}
	var out bytes.Buffer
	err = cmp.Or(pem.Encode(&out, &pem.Block{Type: "PRIVATE KEY", Bytes: secret}), pem.Encode(&out, &pem.Block{Type: "CERTIFICATE", Bytes: der}))
	if err != nil {
		return nil, nil, err
	}
	pair, err := tls.X509KeyPair(out.Bytes(), out.Bytes())
	return &pair, out.Bytes(), err
}

func (s *SelfSigned) load() (*tls.Certificate, error) {
	both, err := os.ReadFile(s.file)
	if err != nil {
		return nil, err
	}
	pair, err := tls.X509KeyPair(both, both)
	return &pair, err
}

// replace writes a file that only its owner may read, whole or not at all.
func replace(name string, content []byte) error {
	next := name + ".new"
	file, err := os.OpenFile(next, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600) //nolint:gosec // in the data folder
	if err != nil {
		return err
	}
	err = file.Chmod(0o600)
	_, fault := file.Write(content)
	err = errors.Join(err, fault, file.Sync(), file.Close())
	if err == nil {
		err = os.Rename(next, name)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(next))
	}
	return err
}
