package signaling

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// How long a key signs, and how long it is good after another has taken its place.
const (
	keyLifetime = 7 * 24 * time.Hour
	keyOverlap  = 24 * time.Hour
)

// maxKeys bounds the keys of a ring.
const maxKeys = 8

// KeyRing holds the keys of session tokens: the newest signs, and those before
// it are good for another day. It may be used concurrently.
type KeyRing struct {
	mu   sync.RWMutex
	keys []tokenKey // newest first, one at least
}

type tokenKey struct {
	id     [keyIDBytes]byte // random: tells a key that is gone from a forgery
	made   time.Time
	secret [32]byte
}

func newTokenKey(now time.Time) tokenKey {
	k := tokenKey{made: now.UTC().Truncate(time.Second)}
	rand.Read(k.id[:])
	rand.Read(k.secret[:])
	return k
}

// NewKeyRing makes a ring with one new key.
func NewKeyRing(now time.Time) *KeyRing { return &KeyRing{keys: []tokenKey{newTokenKey(now)}} }

// ParseKeyRing reads what MarshalText wrote.
func ParseKeyRing(text []byte) (*KeyRing, error) {
	r := &KeyRing{}
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		key, err := parseKey(lines.Text())
		if err != nil {
			return nil, fmt.Errorf("key %d: %w", len(r.keys)+1, err)
		}
		if r.keys = append(r.keys, key); len(r.keys) > maxKeys {
			return nil, fmt.Errorf("more than %d keys", maxKeys)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, err
	}
	if len(r.keys) == 0 {
		return nil, errors.New("no key")
	}
	return r, nil
}

func parseKey(line string) (tokenKey, error) {
	var k tokenKey
	fields := strings.Fields(line)
	if len(fields) != 3 {
		return k, errors.New("not an id, a time and a secret")
	}
	id, err := hex.DecodeString(fields[0])
	if err != nil || copy(k.id[:], id) != len(k.id) || len(id) != len(k.id) {
		return k, errors.New("the id is not one")
	}
	if k.made, err = time.Parse(time.RFC3339, fields[1]); err != nil {
		return k, errors.New("the time is not one")
	}
	secret, err := base64.StdEncoding.DecodeString(fields[2])
	if err != nil || copy(k.secret[:], secret) != len(k.secret) || len(secret) != len(k.secret) {
		return k, errors.New("the secret is not one")
	}
	return k, nil
}

// MarshalText writes a line a key, newest first: its id in hex, when it was made
// (RFC 3339), and its secret in base64.
func (r *KeyRing) MarshalText() ([]byte, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return marshalKeys(r.keys), nil
}

func marshalKeys(keys []tokenKey) []byte {
	var text []byte
	for _, k := range keys {
		text = fmt.Appendf(text, "%x %s %s\n", k.id, k.made.Format(time.RFC3339), base64.StdEncoding.EncodeToString(k.secret[:]))
	}
	return text
}

// Rotate makes a new key when the newest has signed for a week, and lets go of
// those that were replaced more than a day ago. keep is given the text of the
// keys before they are used; when it fails, all stays as it was.
func (r *KeyRing) Rotate(now time.Time, keep func(text []byte) error) error {
	r.mu.RLock()
	keys := slices.Clone(r.keys)
	r.mu.RUnlock()
	before := len(keys)
	for i := 1; i < len(keys); i++ {
		if now.Sub(keys[i-1].made) > keyOverlap {
			keys = keys[:i]
		}
	}
	age := now.Sub(keys[0].made)
	fresh := age > keyLifetime || age < -keyOverlap // a clock was wrong
	if fresh {
		keys = slices.Insert(keys, 0, newTokenKey(now))
		keys = keys[:min(len(keys), maxKeys)]
	}
	if !fresh && len(keys) == before {
		return nil
	}
	if err := keep(marshalKeys(keys)); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys = keys
	return nil
}

// newest is the key that signs.
func (r *KeyRing) newest() *tokenKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return &r.keys[0]
}

// find is the key of an id, nil when it is not there (any more).
func (r *KeyRing) find(id []byte) *tokenKey {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range r.keys {
		if bytes.Equal(r.keys[i].id[:], id) {
			return &r.keys[i]
		}
	}
	return nil
}
