package signaling

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"

	"moim/signaling/protocol"
)

// A session token says that its bearer is a certain peer of a certain room. It
// is base64url (RFC 4648, section 5) without padding of
//
//	version 1 byte · key id 1 byte · peer id 10 bytes · issued 8 bytes · MAC 32 bytes
//
// where issued is in Unix seconds, big-endian, and the MAC is HMAC-SHA256 (RFC
// 2104) of a label, what stands before it and the room's id.
const (
	tokenVersion  = 1
	tokenKeyID    = 0
	tokenHead     = 2
	tokenBody     = tokenHead + peerIDBytes + 8
	maxToken      = 256 // bytes that are looked at
	tokenLifetime = 7 * 24 * time.Hour
	tokenLabel    = "moim session token\x00"
)

// SessionKeySize is the length of the key that session tokens are signed with,
// in bytes.
const SessionKeySize = 32

var tokenEncoding = base64.RawURLEncoding.Strict()

// tokens makes and reads the session tokens of a hub.
type tokens struct{ key [SessionKeySize]byte }

// newTokens signs with a key, or with nil one that ends with the process.
func newTokens(key []byte) (*tokens, error) {
	t := &tokens{}
	switch len(key) {
	case 0:
		rand.Read(t.key[:])
	case SessionKeySize:
		copy(t.key[:], key)
	default:
		return nil, fmt.Errorf("a session key has %d bytes, not %d", SessionKeySize, len(key))
	}
	return t, nil
}

// issue makes the token of a peer.
func (t *tokens) issue(room RoomID, peer PeerID, now time.Time) string {
	token := make([]byte, 0, tokenBody+sha256.Size)
	token = append(token, tokenVersion, tokenKeyID)
	token = append(token, peer.bytes()...)
	token = binary.BigEndian.AppendUint64(token, uint64(now.Unix()))
	token = append(token, t.mac(token, room)...)
	return tokenEncoding.EncodeToString(token)
}

// read tells which peer a token is of. A token that is too old is good but of
// no peer any more: the peer is "" then. The error has the code bad-token.
func (t *tokens) read(token []byte, room RoomID, now time.Time) (PeerID, *protocol.Error) {
	if len(token) != tokenEncoding.EncodedLen(tokenBody+sha256.Size) {
		return "", errBadToken
	}
	var raw [tokenBody + sha256.Size]byte
	if n, err := tokenEncoding.Decode(raw[:], token); err != nil || n != len(raw) {
		return "", errBadToken
	}
	body, mac := raw[:tokenBody], raw[tokenBody:]
	if body[0] != tokenVersion || body[1] != tokenKeyID || !hmac.Equal(mac, t.mac(body, room)) {
		return "", errBadToken
	}
	peer, issued := body[tokenHead:tokenHead+peerIDBytes], binary.BigEndian.Uint64(body[tokenHead+peerIDBytes:])
	if now.Sub(time.Unix(int64(issued), 0)) > tokenLifetime {
		return "", nil
	}
	return peerIDOf(peer), nil
}

func (t *tokens) mac(body []byte, room RoomID) []byte {
	h := hmac.New(sha256.New, t.key[:])
	h.Write([]byte(tokenLabel))
	h.Write(body)
	h.Write([]byte(room))
	return h.Sum(nil)
}

var errBadToken = protocol.Errorf(protocol.CodeBadToken, "The session is not one of this room.")
