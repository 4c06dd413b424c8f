// Package certs keeps the server's certificate: got by ACME, read from files,
// or made by itself.
package certs

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Source is where the server's certificate comes from.
type Source interface {
	// TLS has GetCertificate and no protocol of HTTP in NextProtos. It may be
	// used before Run, and cloned.
	TLS() *tls.Config
	// Run obtains, renews or reloads until ctx ends; then it answers nil. What
	// goes wrong meanwhile is in State and in the log.
	Run(ctx context.Context) error
	// Names are the hosts that clients may be sent to; none when any may do.
	Names() []string
	// State is that of now.
	State() State
}

// State of a certificate, or of the one among several that ends first.
type State struct {
	NotAfter time.Time // when it ends; zero while there is none
	Err      error     // what is wrong, in plain words with the remedy; nil for nothing
}

const (
	endsSoon = 14 * 24 * time.Hour // before the end, when somebody is warned
	day      = "2 January 2006"
)

// kept is the certificate that is shown to everybody. Its zero value has none.
type kept struct {
	mu   sync.Mutex
	cert *tls.Certificate // its Leaf is set
	err  error            // why there is no newer one
}

var errNone = errors.New("there is no certificate yet")

// config shows what is kept at the time of each handshake. Versions below TLS
// 1.2 are refused (RFC 8996).
func (k *kept) config() *tls.Config {
	return &tls.Config{MinVersion: tls.VersionTLS12, GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
		if cert := k.get(); cert != nil {
			return cert, nil
		}
		return nil, errNone
	}}
}

func (k *kept) get() *tls.Certificate {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.cert
}

func (k *kept) set(cert *tls.Certificate) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.cert, k.err = cert, nil
}

// fail notes why the certificate could not be exchanged. It answers whether
// that is news.
func (k *kept) fail(err error) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	news := k.err == nil || k.err.Error() != err.Error()
	k.err = err
	return news
}

func (k *kept) state(now time.Time) State {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.cert == nil {
		return State{Err: errNone}
	}
	s := State{NotAfter: k.cert.Leaf.NotAfter, Err: k.err}
	if s.Err == nil && now.After(s.NotAfter) {
		s.Err = fmt.Errorf("the certificate ended on %s: browsers refuse it; put a new one in its place", s.NotAfter.Format(day))
	}
	return s
}

// fingerprint is the SHA-256 of a certificate (DER) in the form AB:CD:…
func fingerprint(der []byte) string {
	sum := sha256.Sum256(der)
	return strings.ReplaceAll(fmt.Sprintf("% X", sum[:]), " ", ":")
}
