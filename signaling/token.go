package signaling

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"moim/signaling/protocol"
)

// A session token says that its bearer is a certain peer of a certain room, with
// a certain instance, and which session it goes on with. It is base64url (RFC 4648, section 5) without padding of
//
//	version 1 byte · key id 4 · peer id 10 · instance 8 · serial 8 · joined 8 · issued 8 · pass 8 · MAC 32
//
// where joined and issued are in Unix milliseconds, big-endian, and the MAC is
// HMAC-SHA256 (RFC 2104) of a label, what stands before it and the room's id. pass is
// the digest of the JSON Web Token it was given for, of which it is worth nothing without that.
const (
	tokenVersion  = 3
	keyIDBytes    = 4
	instanceBytes = 8
	tokenHead     = 1 + keyIDBytes
	serialBytes   = 8
	tokenBody     = tokenHead + peerIDBytes + instanceBytes + serialBytes + 8 + 8 + passBytes
	passBytes     = 8
	oldToken      = tokenBody - passBytes + sha256.Size // of version 2
	maxToken      = 256                                 // bytes that are looked at
	tokenLifetime = 7 * 24 * time.Hour
	tokenRenewal  = 12 * time.Hour           // after which a peer gets another
	tokenLabel    = "moim session token\x00" //nolint:gosec // says what is signed
)

var tokenEncoding = base64.RawURLEncoding.Strict()

// identity is what a token says of its bearer.
type identity struct {
	peer     PeerID
	instance string    // names the peer connections of the client
	serial   serial    // of the session
	joined   time.Time // when the peer first joined
	issued   time.Time // when its token was; zero for somebody new
	digest   passDigest
}

// passDigest tells the tokens of those who build on a server apart; zero for none.
type passDigest [passBytes]byte

func digestPass(token string) (d passDigest) {
	if token != "" {
		sum := sha256.Sum256([]byte(token))
		copy(d[:], sum[:])
	}
	return d
}

// serial tells a session from those before it of the same instance, whose counts
// are others.
type serial [serialBytes]byte

func newSerial() (s serial) {
	rand.Read(s[:])
	return s
}

// newIdentity is that of somebody new.
func newIdentity(now time.Time) identity {
	return identity{peer: newPeerID(), instance: newInstance(), serial: newSerial(), joined: now}
}

// newInstance makes an instance: 13 characters of base32.
func newInstance() string {
	var b [instanceBytes]byte
	rand.Read(b[:])
	return lowerBase32.EncodeToString(b[:])
}

// issue makes the token of an identity.
func (r *KeyRing) issue(room RoomID, id identity, now time.Time) string {
	key := r.newest()
	token := make([]byte, 0, tokenBody+sha256.Size)
	token = append(token, tokenVersion)
	token = append(token, key.id[:]...)
	token = append(token, id.peer.bytes()...)
	token = append(token, bytesOf(id.instance)...)
	token = append(token, id.serial[:]...)
	token = binary.BigEndian.AppendUint64(token, uint64(id.joined.UnixMilli()))
	token = binary.BigEndian.AppendUint64(token, uint64(now.UnixMilli()))
	token = append(token, id.digest[:]...)
	token = append(token, key.mac(token, room)...)
	return tokenEncoding.EncodeToString(token)
}

// read tells whose a token is. One that is too old, or of a key that is gone, is
// good but nobody's any more: good is false then. The error has the code bad-token.
func (r *KeyRing) read(token []byte, room RoomID, now time.Time) (id identity, good bool, fault *protocol.Error) {
	var raw [tokenBody + sha256.Size]byte
	if len(token) > tokenEncoding.EncodedLen(len(raw)) {
		return id, false, errBadToken
	}
	n, err := tokenEncoding.Decode(raw[:], token)
	switch {
	case err != nil:
		return id, false, errBadToken
	case n == oldToken && raw[0] == tokenVersion-1: // of the program before this one
		return id, false, nil
	case n != len(raw) || raw[0] != tokenVersion:
		return id, false, errBadToken
	}
	key := r.find(raw[1:tokenHead])
	if key == nil {
		return id, false, nil
	}
	body, mac := raw[:tokenBody], raw[tokenBody:]
	if !hmac.Equal(mac, key.mac(body, room)) {
		return id, false, errBadToken
	}
	field := func(size int) []byte {
		value := body[:size]
		body = body[size:]
		return value
	}
	field(tokenHead)
	id.peer = peerIDOf(field(peerIDBytes))
	id.instance = lowerBase32.EncodeToString(field(instanceBytes))
	id.serial = serial(field(serialBytes))
	id.joined = millis(field(8))
	id.issued = millis(field(8))
	id.digest = passDigest(field(passBytes))
	if now.Sub(id.issued) > tokenLifetime {
		return identity{}, false, nil
	}
	return id, true, nil
}

// millis is the time that 8 bytes give in Unix milliseconds.
func millis(b []byte) time.Time { return time.UnixMilli(int64(binary.BigEndian.Uint64(b))) } //nolint:gosec // the inverse of how it is written

func (k *tokenKey) mac(body []byte, room RoomID) []byte {
	h := hmac.New(sha256.New, k.secret[:])
	h.Write([]byte(tokenLabel))
	h.Write(body)
	h.Write([]byte(room))
	return h.Sum(nil)
}

var errBadToken = protocol.Errorf(protocol.CodeBadToken, "The session is not one of this room.")
