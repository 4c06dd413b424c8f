package certs

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/certmagic"
)

const (
	tryAgain = time.Hour       // after certmagic has given up
	windUp   = 5 * time.Second // for what is under way at the end of Run
)

// ACMEConfig is what NewACME wants.
type ACMEConfig struct {
	Domains   []string       // at least one; the first is shown to clients that name none
	Folder    string         // for accounts, keys and certificates, in the layout of certmagic; made if missing
	Email     string         // whom the authority may write to; may be empty
	Directory string         // of the authority (RFC 8555, section 7.1.1); empty for Let's Encrypt
	Roots     *x509.CertPool // for the authority's own HTTPS; nil for the system's
	Log       *slog.Logger
}

// ACME gets and renews a certificate for each domain (RFC 8555). The authority
// looks for proof by TLS-ALPN-01 (RFC 8737) at port 443, which TLS answers, and
// by HTTP-01 (RFC 8555, section 8.3) at port 80, which Challenge answers; either
// will do. Making one agrees to the authority's terms. Run must be called, as it
// gives back what NewACME takes.
type ACME struct {
	// static
	domains []string
	log     *slog.Logger
	cache   *certmagic.Cache
	magic   *certmagic.Config
	issuer  *certmagic.ACMEIssuer
	storage *storage
	taken   net.Listener

	mu      sync.Mutex
	faults  map[string]error // by domain, in plain words
	givenUp map[string]bool  // domains that certmagic does not try again by itself
}

// NewACME refuses domains that no public authority certifies, and a folder that
// cannot be written.
func NewACME(c ACMEConfig) (*ACME, error) { return newACME(c, 0) }

// newACME looks for certificates to renew at an interval; 0 is certmagic's.
func newACME(c ACMEConfig, interval time.Duration) (*ACME, error) {
	a := &ACME{log: c.Log, faults: map[string]error{}, givenUp: map[string]bool{}}
	for _, domain := range c.Domains {
		domain = strings.ToLower(strings.TrimSuffix(strings.TrimSpace(domain), "."))
		switch {
		case !isName(domain):
			return nil, fmt.Errorf("%q is no name of a server, such as call.example.org", domain)
		case c.Directory == "" && (!certmagic.SubjectQualifiesForPublicCert(domain) || !strings.Contains(domain, ".")):
			return nil, fmt.Errorf("no authority certifies %s, as that name is not public; take a certificate of your own or a self-signed one", domain)
		case !slices.Contains(a.domains, domain):
			a.domains = append(a.domains, domain)
		}
	}
	if len(a.domains) == 0 {
		return nil, errors.New("there is no domain to get a certificate for")
	}
	if err := writable(c.Folder); err != nil {
		return nil, fmt.Errorf("certificates cannot be kept in %s; let this program's user write there: %w", c.Folder, err)
	}
	// certmagic opens the ports of challenges unless somebody has the address.
	// Here Port and Challenge answer them, on ports that may be forwarded.
	taken, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // does not wait
	if err != nil {
		return nil, fmt.Errorf("this machine has no loopback address: %w", err)
	}
	a.taken = taken
	a.assemble(c, interval)
	return a, nil
}

func (a *ACME) assemble(c ACMEConfig, interval time.Duration) {
	logger := newZap(c.Log)
	a.storage = newStorage(c.Folder)
	a.cache = certmagic.NewCache(certmagic.CacheOptions{
		GetConfigForCert:   func(certmagic.Certificate) (*certmagic.Config, error) { return a.magic, nil },
		RenewCheckInterval: interval, Logger: logger,
	})
	a.magic = certmagic.New(a.cache, certmagic.Config{
		Storage: a.storage, DefaultServerName: a.domains[0], Logger: logger,
		OnEvent: a.event, ShouldEmitFunc: func(event string) bool { return event != "tls_get_certificate" },
	})
	directory := c.Directory
	if directory == "" {
		directory = certmagic.LetsEncryptProductionCA
	}
	port := a.taken.Addr().(*net.TCPAddr).Port
	a.issuer = certmagic.NewACMEIssuer(a.magic, certmagic.ACMEIssuer{
		CA: directory, Email: c.Email, Agreed: true, TrustedRoots: c.Roots, Logger: logger,
		ListenHost: "127.0.0.1", AltHTTPPort: port, AltTLSALPNPort: port,
	})
	a.magic.Issuers = []certmagic.Issuer{a.issuer}
}

// TLS implements Source. Its NextProtos has acme-tls/1, whose connections end
// after the handshake.
func (a *ACME) TLS() *tls.Config {
	conf := a.magic.TLSConfig()
	conf.MinVersion = tls.VersionTLS12
	return conf
}

// Challenge answers the authority's requests for HTTP-01 and leaves all others
// to next. It is for the listener behind port 80.
func (a *ACME) Challenge(next http.Handler) http.Handler { return a.issuer.HTTPChallengeHandler(next) }

// Names implements Source: the domains.
func (a *ACME) Names() []string { return slices.Clone(a.domains) }

// Run implements Source. What fails is tried again, at first after a minute, then
// less and less often.
func (a *ACME) Run(ctx context.Context) error {
	var running sync.WaitGroup
	running.Go(a.refuse)
	defer func() {
		a.cache.Stop()
		a.storage.wait(windUp)
		a.taken.Close()
		running.Wait()
	}()
	a.manage(ctx, a.domains)
	clock := time.NewTicker(tryAgain)
	defer clock.Stop()
	for {
		select {
		case <-clock.C:
			a.manage(ctx, a.abandoned())
		case <-ctx.Done():
			return nil
		}
	}
}

func (a *ACME) manage(ctx context.Context, domains []string) {
	if err := a.magic.ManageAsync(ctx, domains); err != nil {
		a.log.Warn("certificates cannot be got", "err", err)
	}
}

// refuse ends the connections by which certmagic sees that an address is taken.
func (a *ACME) refuse() {
	for {
		conn, err := a.taken.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			conn.Close()
		}
	}
}

// event is told by certmagic what happens.
func (a *ACME) event(ctx context.Context, event string, data map[string]any) error {
	domain, _ := data["identifier"].(string)
	switch event {
	case "cert_obtained":
		a.note(domain, nil, false)
		a.log.Info("got a certificate", "domain", domain, "renewal", data["renewal"])
	case "cert_failed":
		if cause, ok := data["error"].(error); ok && ctx.Err() == nil {
			_, givenUp := errors.AsType[certmagic.ErrNoRetry](cause)
			fault := explain(domain, cause)
			a.note(domain, fault, givenUp)
			a.log.Warn("a certificate cannot be got; it is tried again", "err", fault)
		}
	}
	return nil
}

func (a *ACME) note(domain string, fault error, givenUp bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults[domain], a.givenUp[domain] = fault, givenUp
}

// abandoned are the domains that nobody is trying to get a certificate for.
func (a *ACME) abandoned() (domains []string) {
	for _, domain := range a.domains {
		none := a.end(domain).IsZero()
		a.mu.Lock()
		if a.givenUp[domain] || (none && a.faults[domain] == nil) {
			domains = append(domains, domain)
		}
		a.givenUp[domain] = false
		a.mu.Unlock()
	}
	return domains
}

// State implements Source: of the domain that has no certificate, or failed, or
// whose certificate ends first.
func (a *ACME) State() State {
	var (
		s      State
		faults []error
	)
	for i, domain := range a.domains {
		end := a.end(domain)
		a.mu.Lock()
		fault := a.faults[domain]
		a.mu.Unlock()
		switch {
		case fault != nil:
			faults = append(faults, fault)
		case end.IsZero():
			faults = append(faults, fmt.Errorf("the certificate for %s is being got, which takes some seconds", domain))
		case time.Now().After(end):
			faults = append(faults, fmt.Errorf("the certificate for %s ended on %s", domain, end.Format(day)))
		}
		if i == 0 || end.Before(s.NotAfter) {
			s.NotAfter = end
		}
	}
	s.Err = errors.Join(faults...)
	return s
}

// end is when the certificate for a domain ends; zero while there is none.
func (a *ACME) end(domain string) (end time.Time) {
	for _, cert := range a.cache.AllMatchingCertificates(domain) {
		if cert.Leaf != nil && cert.Leaf.NotAfter.After(end) {
			end = cert.Leaf.NotAfter
		}
	}
	return end
}

// writable makes a folder if it is missing, and tries it.
func writable(folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	probe := filepath.Join(folder, ".probe")
	return errors.Join(os.WriteFile(probe, nil, 0o600), os.Remove(probe))
}
