//go:build network

package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// authority vouches for a server, to who trusts it.
type authority struct {
	certificate string // file (PEM)
	server, key string // files of the server's certificate and its key
}

// newAuthority makes an authority, and the certificate of a server with a name
// and an address.
func newAuthority(t *testing.T, name string, addr net.IP) *authority {
	t.Helper()
	folder := t.TempDir()
	a := &authority{filepath.Join(folder, "ca.pem"), filepath.Join(folder, "server.pem"), filepath.Join(folder, "server.key")}
	now := time.Now()
	root := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "moim test authority"},
		NotBefore: now.Add(-time.Hour), NotAfter: now.AddDate(0, 3, 0),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, IPAddresses: []net.IP{addr},
		NotBefore: root.NotBefore, NotAfter: root.NotAfter,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	rootKey, leafKey := newKey(t), newKey(t)
	sign(t, a.certificate, root, root, rootKey.Public(), rootKey)
	sign(t, a.server, leaf, root, leafKey.Public(), rootKey)
	der, err := x509.MarshalPKCS8PrivateKey(leafKey)
	if err != nil {
		t.Fatal(err)
	}
	store(t, a.key, "PRIVATE KEY", der)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign stores a certificate for a key.
func sign(t *testing.T, file string, plan, by *x509.Certificate, key crypto.PublicKey, with crypto.Signer) {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, plan, by, key, with)
	if err != nil {
		t.Fatal(err)
	}
	store(t, file, "CERTIFICATE", der)
}

func store(t *testing.T, file, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}
