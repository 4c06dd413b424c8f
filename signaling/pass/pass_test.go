package pass_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"moim/signaling"
	"moim/signaling/pass"
	"moim/signaling/protocol"
	"moim/signaling/signalingtest"
)

var now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// file is a file with a text.
func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func readKey(t testing.TB, id, text string) pass.Key {
	t.Helper()
	key, err := pass.ReadKey(id, file(t, text))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func pemOf(t testing.TB, kind string, der []byte, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

// pair is an Ed25519 key in PEM.
func pair(t testing.TB) (private, public string) {
	t.Helper()
	pub, priv, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(priv)
	private = pemOf(t, "PRIVATE KEY", der, err)
	der, err = x509.MarshalPKIXPublicKey(pub)
	return private, pemOf(t, "PUBLIC KEY", der, err)
}

const secret = "a secret of thirty-two bytes, at least"

func TestKeys(t *testing.T) {
	private, public := pair(t)
	makers := map[string]pass.Key{"secret": readKey(t, "one", secret+"\n"), "private": readKey(t, "two", private)}
	readers, err := pass.New(readKey(t, "one", " "+secret), readKey(t, "two", public))
	if err != nil {
		t.Fatal(err)
	}
	for name, key := range makers {
		token, err := key.Sign(pass.Claims{
			RegisteredClaims: jwt.RegisteredClaims{Subject: "mina@example.org", ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))},
			Room:             "Tea", Name: "Mina", Role: "host", Rights: []string{"admit", "chat"},
		})
		if err != nil {
			t.Fatal(name, err)
		}
		want := signaling.Pass{Subject: "mina@example.org", Name: "Mina", Host: true, Rights: signaling.RightAdmit | signaling.RightChat}
		if got, err := readers.Pass(token, "tea", now, false); err != nil || got != want {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	if _, err := readKey(t, "two", public).Sign(pass.Claims{}); err == nil {
		t.Error("a public key makes tokens")
	}
	if _, err := pass.New(); err == nil {
		t.Error("no key is taken")
	}
	if _, err := pass.New(makers["secret"], makers["secret"]); err == nil {
		t.Error("two keys of one name are taken")
	}
}

func TestKeysRefused(t *testing.T) {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rsaDER, err := x509.MarshalPKCS8PrivateKey(rsaKey)
	rsaText := pemOf(t, "PRIVATE KEY", rsaDER, err)
	ecDER, err := x509.MarshalPKIXPublicKey(&ecKey.PublicKey)
	for name, text := range map[string]string{
		"empty": "", "short": "only 31 bytes, which is too few", "RSA": rsaText, "ECDSA": pemOf(t, "PUBLIC KEY", ecDER, err),
		"certificate": pemOf(t, "CERTIFICATE", []byte("x"), nil), "broken": pemOf(t, "PRIVATE KEY", []byte("x"), nil), "broken too": pemOf(t, "PUBLIC KEY", []byte("x"), nil),
	} {
		if _, err := pass.ReadKey("k", file(t, text)); err == nil || len(text) > 10 && strings.Contains(err.Error(), text[:10]) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pass.ReadKey("k", filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("a file that is not there is a key")
	}
}

// forge makes a token of any header and claims, signed with the secret.
func forge(t testing.TB, method jwt.SigningMethod, key any, header, claims map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, jwt.MapClaims(claims))
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestRefused(t *testing.T) {
	private, public := pair(t)
	keys, err := pass.New(readKey(t, "one", secret), readKey(t, "two", private))
	if err != nil {
		t.Fatal(err)
	}
	good := func(change map[string]any) map[string]any {
		claims := map[string]any{"room": "tea", "exp": now.Add(time.Hour).Unix()}
		maps.Copy(claims, change)
		maps.DeleteFunc(claims, func(_ string, value any) bool { return value == nil })
		return claims
	}
	one := map[string]any{"kid": "one"}
	hs := func(claims map[string]any) string {
		return forge(t, jwt.SigningMethodHS256, []byte(secret), one, claims)
	}
	accepted := map[string]string{
		"plain": hs(good(nil)), "any room": hs(good(map[string]any{"room": "*"})), "other case": hs(good(map[string]any{"room": "TEA"})),
		"just ended": hs(good(map[string]any{"exp": now.Add(-29 * time.Second).Unix()})), "begun": hs(good(map[string]any{"nbf": now.Add(29 * time.Second).Unix()})),
		"no rights": hs(good(map[string]any{"rights": []string{}})), "guest": hs(good(map[string]any{"role": "guest"})), "more": hs(good(map[string]any{"aud": "x", "iss": "y", "extra": 1})),
	}
	for name, token := range accepted {
		if _, err := keys.Pass(token, "tea", now, false); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	flip := []byte(accepted["plain"])
	flip[len(flip)-5] ^= 1
	parts := strings.Split(accepted["plain"], ".")
	claims, _ := json.Marshal(good(map[string]any{"role": "host"}))
	refused := map[string]string{
		"empty": "", "nonsense": "a.b.c", "two parts": parts[0] + "." + parts[1], "four parts": accepted["plain"] + ".x", "flipped": string(flip), "padded": accepted["plain"] + "=",
		"other claims":         parts[0] + "." + base64.RawURLEncoding.EncodeToString(claims) + "." + parts[2],
		"no algorithm":         forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, one, good(nil)),
		"HS512":                forge(t, jwt.SigningMethodHS512, []byte(secret), one, good(nil)),
		"unknown key":          forge(t, jwt.SigningMethodHS256, []byte(secret), map[string]any{"kid": "three"}, good(nil)),
		"no key":               forge(t, jwt.SigningMethodHS256, []byte(secret), nil, good(nil)),
		"key of a kind":        forge(t, jwt.SigningMethodHS256, []byte(secret), map[string]any{"kid": 1}, good(nil)),
		"public key as secret": forge(t, jwt.SigningMethodHS256, []byte(strings.TrimSpace(public)), map[string]any{"kid": "two"}, good(nil)),
		"other secret":         forge(t, jwt.SigningMethodHS256, []byte(secret+"!"), one, good(nil)),
		"ended":                hs(good(map[string]any{"exp": now.Add(-31 * time.Second).Unix()})), "early": hs(good(map[string]any{"nbf": now.Add(31 * time.Second).Unix()})),
		"endless": hs(good(map[string]any{"exp": nil})), "no room": hs(good(map[string]any{"room": nil})), "another room": hs(good(map[string]any{"room": "coffee"})),
		"no room name": hs(good(map[string]any{"room": "no spaces"})), "a room of a kind": hs(good(map[string]any{"room": 1})), "role": hs(good(map[string]any{"role": "admin"})),
		"right": hs(good(map[string]any{"rights": []string{"fly"}})), "rights of a kind": hs(good(map[string]any{"rights": "chat"})), "name of a kind": hs(good(map[string]any{"name": []int{1}})),
		"end of a kind": hs(good(map[string]any{"exp": "tomorrow"})), "long": hs(good(map[string]any{"x": strings.Repeat("x", 4096)})),
	}
	for name, token := range refused {
		got, err := keys.Pass(token, "tea", now, false)
		fault, ok := errors.AsType[*protocol.Error](err)
		if !ok || fault.Code != protocol.CodeBadToken || got != (signaling.Pass{}) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	for _, name := range []string{"ended", "early"} {
		if _, err := keys.Pass(refused[name], "tea", now, true); (err == nil) != (name == "ended") {
			t.Errorf("%s, of who goes on: %v", name, err)
		}
	}
	only, err := pass.New(readKey(t, "one", secret))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := only.Pass(refused["no key"], "tea", now, false); err != nil {
		t.Errorf("a token that names no key is not of the only one: %v", err)
	}
}

// TestNoTelling holds that a wrong signature and a key that is not there are
// answered alike and in the time that a good token takes.
func TestNoTelling(t *testing.T) {
	private, _ := pair(t)
	keys, err := pass.New(readKey(t, "one", secret), readKey(t, "two", private))
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode([]byte(private))
	right, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	_, wrong, _ := ed25519.GenerateKey(nil)
	reading := func(kid string, key any, want string) func() time.Duration {
		token := forge(t, jwt.SigningMethodEdDSA, key, map[string]any{"kid": kid}, map[string]any{"room": "tea", "exp": now.Add(time.Hour).Unix()})
		return func() time.Duration {
			began := time.Now()
			_, err := keys.Pass(token, "tea", now, false)
			took := time.Since(began)
			if got := fmt.Sprint(err); got != want {
				t.Fatal(kid, got)
			}
			return took
		}
	}
	const bad = "bad-token: The token is not good. Ask for a link where you got this one."
	signalingtest.SameTime(t, 1000, map[string]func() time.Duration{
		"right": reading("two", right, "<nil>"), "wrong": reading("two", wrong, bad), "of no key": reading("six", wrong, bad),
	})
}

func FuzzPass(f *testing.F) {
	private, _ := pair(f)
	key := readKey(f, "one", secret)
	keys, err := pass.New(key, readKey(f, "two", private))
	if err != nil {
		f.Fatal(err)
	}
	good, err := key.Sign(pass.Claims{RegisteredClaims: jwt.RegisteredClaims{ExpiresAt: jwt.NewNumericDate(now.Add(time.Hour))}, Room: "tea", Rights: []string{"chat"}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good, "tea", false)
	f.Add("a.b.c", "tea", true)
	f.Fuzz(func(t *testing.T, token, room string, late bool) {
		got, err := keys.Pass(token, signaling.RoomID(room), now, late)
		if err == nil && (token != good || room != "tea") {
			t.Errorf("%q lets into %q: %+v", token, room, got)
		}
		if _, ok := errors.AsType[*protocol.Error](err); err != nil && !ok {
			t.Errorf("%q: %v", token, err)
		}
	})
}
