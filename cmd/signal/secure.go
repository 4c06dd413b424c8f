package main

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"moim/internal/certs"
	"moim/internal/edge"
)

const httpsPort = 443

// What lies in the data folder of certificates.
const (
	acmeFolder       = "acme"        // as of certmagic
	selfSignedFolder = "self-signed" // the certificate and its key
)

// secure is the port for HTTPS and TURN over TLS, with its certificate.
type secure struct {
	listener net.Listener
	port     *edge.Port
	source   certs.Source
	place    httpsPlace
}

// newSecure takes the address of --tls. It answers nil when there is none.
func newSecure(cfg config, pace *pace, log *slog.Logger) (*secure, error) {
	if cfg.TLS == "" {
		return nil, nil //nolint:nilnil // none is wanted
	}
	source, err := newSource(cfg, log)
	if err != nil {
		return nil, err
	}
	listener, err := listen("--tls", cfg.TLS)
	if err != nil {
		return nil, err
	}
	return &secure{
		listener: listener, port: edge.New(listener, source.TLS(), pace.handshake, log), source: source,
		place: httpsPlace{port: portOf(listener.Addr()), domains: cfg.Domain},
	}, nil
}

// newSource is where the certificate comes from.
func newSource(cfg config, log *slog.Logger) (certs.Source, error) {
	switch {
	case cfg.Cert != "":
		return certs.NewFiles(cfg.Cert, cfg.Key, log)
	case cfg.SelfSigned:
		return certs.NewSelfSigned(filepath.Join(cfg.Data, selfSignedFolder), nil, log)
	}
	roots, err := readRoots(cfg.ACME.Roots)
	if err != nil {
		return nil, err
	}
	return certs.NewACME(certs.ACMEConfig{
		Domains: cfg.Domain, Folder: filepath.Join(cfg.Data, acmeFolder), Email: cfg.ACME.Email,
		Directory: cfg.ACME.Directory, Roots: roots, Log: log,
	})
}

// readRoots adds the certificates of a file to those the system trusts; nil
// when there is no file.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // the system's
	}
	pem, err := os.ReadFile(file) //nolint:gosec // the operator names the file
	if err != nil {
		return nil, fmt.Errorf("--acme-roots cannot be read: %w", err)
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if !roots.AppendCertsFromPEM(pem) {
		return nil, fmt.Errorf("--acme-roots: %s holds no certificate (PEM)", file)
	}
	return roots, nil
}

// listen takes an address that a flag gave.
func listen(flag, address string) (net.Listener, error) {
	if _, _, err := net.SplitHostPort(address); err != nil {
		return nil, fmt.Errorf("%s: %q is no address and port, such as :8080 or localhost:8080", flag, address)
	}
	var sockets net.ListenConfig
	listener, err := sockets.Listen(context.Background(), "tcp", address)
	switch {
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("cannot listen on %s: ports below 1024 are for root; allow it with setcap cap_net_bind_service=+ep on this program, or choose another address with %s: %w", address, flag, err)
	case err != nil:
		return nil, fmt.Errorf("cannot listen on %s; choose another address with %s: %w", address, flag, err)
	}
	return listener, nil
}

// door is what the plain listener serves when there is HTTPS: it leads there.
// What watches the server is answered all the same, as it may know no name.
func (s *secure) door(whole http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/healthz", whole)
	mux.Handle("/readyz", whole)
	mux.Handle("/metrics", whole)
	mux.Handle("/", s.place)
	switch source := s.source.(type) {
	case *certs.ACME:
		return source.Challenge(mux)
	case *certs.SelfSigned:
		explanation{source, s.place}.register(mux, whole)
	}
	return mux
}

// certified tells whether there is a certificate.
func (s *secure) certified() bool { return !s.source.State().NotAfter.IsZero() }

// openURLs are what to open in a browser: a name the certificate is for, if it
// is known, and otherwise the addresses that the listener has.
func (s *secure) openURLs() []string {
	if names := s.source.Names(); len(names) > 0 {
		return []string{s.place.at(names[0])}
	}
	urls := []string{openURL("https", s.listener.Addr())}
	tcp, ok := s.listener.Addr().(*net.TCPAddr)
	own, err := ownAddresses()
	if !ok || !tcp.IP.IsUnspecified() || err != nil {
		return urls
	}
	for _, addr := range slices.SortedFunc(maps.Keys(own), netip.Addr.Compare) {
		if addr.Is4() && addr.IsGlobalUnicast() {
			urls = append(urls, s.place.at(addr.String()))
		}
	}
	return urls[:min(len(urls), 3)]
}

// httpsPlace leads to the same path over HTTPS.
type httpsPlace struct {
	port    uint16
	domains []string // one of which it has to be, if there are any
}

// ServeHTTP implements http.Handler.
func (p httpsPlace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	http.Redirect(w, r, p.url(r), http.StatusPermanentRedirect)
}

// url is where a request should have gone.
func (p httpsPlace) url(r *http.Request) string {
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	if len(p.domains) > 0 && !slices.Contains(p.domains, host) {
		host = p.domains[0]
	}
	return p.at(host) + (&url.URL{Path: r.URL.Path, RawPath: r.URL.RawPath, RawQuery: r.URL.RawQuery}).String()
}

// at is the address of a host, without a path.
func (p httpsPlace) at(host string) string {
	authority := net.JoinHostPort(host, strconv.Itoa(int(p.port)))
	if p.port == httpsPort {
		authority = strings.TrimSuffix(authority, ":"+strconv.Itoa(httpsPort))
	}
	return "https://" + authority
}
