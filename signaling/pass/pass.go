package pass

import (
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"moim/signaling"
	"moim/signaling/protocol"
)

const (
	maxToken = 4 << 10          // bytes
	leeway   = 30 * time.Second // of clocks
)

// AnyRoom is the room of a token that is good for every room.
const AnyRoom = "*"

// Claims are what a token says.
type Claims struct {
	jwt.RegisteredClaims          // exp is required; nbf and sub count too
	Room                 string   `json:"room"`            // a room's name, or AnyRoom
	Name                 string   `json:"name,omitempty"`  // display name; "" lets the bearer choose
	Role                 string   `json:"role,omitempty"`  // host or guest; "" is guest
	Rights               []string `json:"rights,omitzero"` // nil is all that the role has
}

// Keys reads tokens. It may be used concurrently.
type Keys struct {
	byID map[string]Key
	// What tokens of a key that is not there are read with, so that this takes
	// as long.
	noSecret []byte
	noKey    ed25519.PublicKey
}

// New makes a reader of tokens of some keys.
func New(keys ...Key) (*Keys, error) {
	if len(keys) == 0 {
		return nil, errors.New("no key to read tokens with")
	}
	k := &Keys{byID: make(map[string]Key), noSecret: make([]byte, minSecret)}
	rand.Read(k.noSecret)
	var err error
	if k.noKey, _, err = ed25519.GenerateKey(nil); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if _, twice := k.byID[key.ID]; twice {
			return nil, fmt.Errorf("two keys are called %q", key.ID)
		}
		k.byID[key.ID] = key
	}
	return k, nil
}

var (
	errBad   = protocol.Errorf(protocol.CodeBadToken, "The token is not good. Ask for a link where you got this one.")
	errRoom  = protocol.Errorf(protocol.CodeBadToken, "The token is not for this room.")
	errEnded = protocol.Errorf(protocol.CodeBadToken, "The token has ended. Ask for a link where you got this one.")
	errEarly = protocol.Errorf(protocol.CodeBadToken, "The token is not good yet. Come back later.")
)

// Pass implements signaling.PassReader.
func (k *Keys) Pass(token string, room signaling.RoomID, now time.Time, late bool) (signaling.Pass, error) {
	if len(token) > maxToken {
		return signaling.Pass{}, errBad
	}
	var claims Claims
	_, err := jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Alg(), jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithoutClaimsValidation(), jwt.WithStrictDecoding(),
	).ParseWithClaims(token, &claims, k.find)
	if err != nil {
		return signaling.Pass{}, errBad
	}
	if late && claims.ExpiresAt != nil && claims.ExpiresAt.Before(now) {
		now = claims.ExpiresAt.Time
	}
	err = jwt.NewValidator(jwt.WithTimeFunc(func() time.Time { return now }), jwt.WithLeeway(leeway), jwt.WithExpirationRequired()).Validate(&claims)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return signaling.Pass{}, errEnded
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return signaling.Pass{}, errEarly
	case err != nil:
		return signaling.Pass{}, errBad
	}
	return claims.pass(room)
}

// find is the key that a token names, or one that nobody has. A token that names
// none is of the only key.
func (k *Keys) find(token *jwt.Token) (any, error) {
	name, _ := token.Header["kid"].(string)
	key, known := k.byID[name]
	if token.Header["kid"] == nil && len(k.byID) == 1 {
		for _, only := range k.byID {
			key, known = only, true
		}
	}
	switch {
	case known && token.Method == key.method:
		return key.verify, nil
	case token.Method == jwt.SigningMethodHS256:
		return k.noSecret, nil
	default:
		return k.noKey, nil
	}
}

// pass is what the claims give in a room.
func (c *Claims) pass(room signaling.RoomID) (signaling.Pass, error) {
	p := signaling.Pass{Subject: c.Subject, Name: c.Name, Host: c.Role == "host", Rights: signaling.AllRights}
	if c.Room != AnyRoom {
		if _, id, fault := signaling.ParseRoom(c.Room); fault != nil || id != room {
			return signaling.Pass{}, errRoom
		}
	}
	if c.Role != "" && c.Role != "host" && c.Role != "guest" {
		return signaling.Pass{}, errBad
	}
	if c.Rights == nil {
		return p, nil
	}
	p.Rights = 0
	for _, name := range c.Rights {
		right, known := signaling.ParseRight(name)
		if !known {
			return signaling.Pass{}, errBad
		}
		p.Rights |= right
	}
	return p, nil
}

// Sign makes a token. It fails with a public key, and for claims that no server
// takes.
func (key Key) Sign(claims Claims) (string, error) {
	if key.sign == nil {
		return "", fmt.Errorf("the key %s is public; a private one makes tokens", key.ID)
	}
	if claims.ExpiresAt == nil {
		return "", errors.New("a token ends at some time")
	}
	room := signaling.RoomID("")
	if claims.Room != AnyRoom {
		var fault *protocol.Error
		if _, room, fault = signaling.ParseRoom(claims.Room); fault != nil {
			return "", errors.New(fault.Message)
		}
	}
	if _, err := claims.pass(room); err != nil {
		return "", errors.New("a role is host or guest, and rights are of chat, history, kick, mute, admit, room and delete")
	}
	if claims.Name != "" {
		if _, fault := signaling.ParseName(claims.Name); fault != nil {
			return "", errors.New(fault.Message)
		}
	}
	token := jwt.NewWithClaims(key.method, claims)
	token.Header["kid"] = key.ID
	return token.SignedString(key.sign)
}
