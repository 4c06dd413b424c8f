// Package pass reads and makes the tokens with which those who build on a server
// decide who gets into which room, as whom, and what they may do there: JSON Web
// Tokens (RFC 7519), signed with HS256 (RFC 7518, section 3.2) or EdDSA with
// Ed25519 (RFC 8037, section 3.1). docs/tokens.md tells more.
package pass

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	"github.com/golang-jwt/jwt/v5"
)

// minSecret is the least length of a secret, in bytes (RFC 7518, section 3.2).
const minSecret = 32

// Key is a key of tokens. It is of one kind, and good for tokens of that alone.
type Key struct {
	ID     string // kid in the header of a token
	method jwt.SigningMethod
	verify any // []byte or ed25519.PublicKey
	sign   any // []byte or ed25519.PrivateKey; nil for a public key
}

// ReadKey reads the key of an ID from a file: an Ed25519 key in PEM, private
// (PKCS #8) or public (PKIX, good to read tokens with), or else a secret, which is the bytes
// of the file without the white space around them, 32 at least.
func ReadKey(id, path string) (Key, error) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		return Key{}, fmt.Errorf("the key %s cannot be read: %w", id, err)
	}
	key, err := parseKey(bytes.TrimSpace(text))
	if err != nil {
		return Key{}, fmt.Errorf("the key %s in %s: %w", id, path, err)
	}
	key.ID = id
	return key, nil
}

// Signs tells whether the key makes tokens, so that its file is a secret.
func (key Key) Signs() bool { return key.sign != nil }

func parseKey(text []byte) (Key, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		if len(text) < minSecret {
			return Key{}, fmt.Errorf("a secret has %d bytes at least", minSecret)
		}
		return Key{method: jwt.SigningMethodHS256, verify: text, sign: text}, nil
	}
	switch block.Type {
	case "PRIVATE KEY":
		parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return Key{}, err
		}
		if key, ok := parsed.(ed25519.PrivateKey); ok {
			return Key{method: jwt.SigningMethodEdDSA, verify: key.Public(), sign: key}, nil
		}
	case "PUBLIC KEY":
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		if err != nil {
			return Key{}, err
		}
		if key, ok := parsed.(ed25519.PublicKey); ok {
			return Key{method: jwt.SigningMethodEdDSA, verify: key}, nil
		}
	}
	return Key{}, errors.New("a key in PEM is an Ed25519 key, private or public")
}
