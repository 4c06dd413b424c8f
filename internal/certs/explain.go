package certs

import (
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"

	"github.com/mholt/acmez/v3/acme"
)

// problemError is why there is no certificate, with what to do.
type problemError struct {
	domain string
	advice string
	detail string // what the authority says (RFC 8555, section 6.7); may be empty
	cause  error
}

// Error implements error.
func (e *problemError) Error() string {
	text := fmt.Sprintf("no certificate for %s: %s", e.domain, e.advice)
	if e.detail != "" {
		text += " (the authority says: " + e.detail + ")"
	}
	return text
}

// Unwrap is what certmagic said.
func (e *problemError) Unwrap() error { return e.cause }

const notReached = "the authority does not reach this server under that name; its DNS record (A, AAAA) has to point here, and port 443 or 80 has to be open to everybody and lead to this program"

var advices = map[string]string{
	acme.ProblemTypeDNS:                "the authority finds no address for that name; make a DNS record (A, AAAA) that points to this server",
	acme.ProblemTypeConnection:         notReached,
	acme.ProblemTypeTLS:                notReached,
	acme.ProblemTypeUnauthorized:       notReached,
	acme.ProblemTypeIncorrectResponse:  notReached,
	acme.ProblemTypeRateLimited:        "too many were asked for lately; wait, it is tried again",
	acme.ProblemTypeCAA:                "a CAA record in DNS forbids it to this authority; change or remove that record",
	acme.ProblemTypeRejectedIdentifier: "the authority gives none for that name; take another",
	acme.ProblemTypeInvalidContact:     "the authority does not accept the e-mail address; correct it or leave it out",
	acme.ProblemTypeUnsupportedContact: "the authority does not accept the e-mail address; correct it or leave it out",
	acme.ProblemTypeServerInternal:     "the authority has a fault of its own; wait, it is tried again",

	acme.ProblemTypeExternalAccountRequired: "the authority wants an account made beforehand, which is not supported; take another authority",
}

// explain puts into plain words why there is no certificate for a domain.
func explain(domain string, cause error) error {
	e := &problemError{domain: domain, cause: cause}
	if problem, ok := errors.AsType[acme.Problem](cause); ok {
		e.detail = problem.Detail
		for _, p := range problem.Subproblems {
			if e.advice = advices[p.Type]; e.advice != "" {
				return e
			}
		}
		if e.advice = advices[problem.Type]; e.advice == "" {
			e.advice = "the authority refuses; it is tried again"
		}
		return e
	}
	if _, ok := errors.AsType[x509.UnknownAuthorityError](cause); ok {
		e.advice = "the authority's own certificate is not trusted; give the one it is signed by, or set this machine's clock and update its list of authorities"
		return e
	}
	_, away := errors.AsType[*url.Error](cause)
	if _, lost := errors.AsType[net.Error](cause); away || lost {
		e.advice = "the authority cannot be reached; this server has to be able to connect to it over HTTPS, and to ask DNS"
		return e
	}
	e.advice = "it is tried again: " + cause.Error()
	return e
}
