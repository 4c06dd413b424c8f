package main

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/labstack/echo/v4"
)

// minAPIKey is the least length of an API key, in bytes.
const minAPIKey = 16

var errNoKey = &httpError{http.StatusUnauthorized, codeNoKey, "A key is needed: Authorization: Bearer KEY."}

// apiKey is the hash of the key that lets programs make and erase any room; the
// zero value is that of no key.
type apiKey [sha256.Size]byte

// readAPIKey reads the key of --api-key, which is none for "".
func readAPIKey(path string) (key apiKey, err error) {
	if path == "" {
		return key, nil
	}
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return key, fmt.Errorf("the key of --api-key cannot be read: %w", err)
	}
	text = bytes.TrimSpace(text)
	if len(text) < minAPIKey {
		return key, fmt.Errorf("--api-key: %s holds less than %d characters", path, minAPIKey)
	}
	return sha256.Sum256(text), nil
}

// opens tells whether a request comes with the key.
func (k apiKey) opens(c echo.Context) bool {
	given := sha256.Sum256([]byte(bearer(c)))
	return k != apiKey{} && subtle.ConstantTimeCompare(k[:], given[:]) == 1
}

// bearer is the bearer token of a request (RFC 6750, section 2.1), "" for none.
func bearer(c echo.Context) string {
	scheme, token, _ := strings.Cut(c.Request().Header.Get(echo.HeaderAuthorization), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}
