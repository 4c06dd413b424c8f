package turn

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the draft wants it
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	pion "github.com/pion/turn/v5"
)

const (
	realm = "moim"
	// overtime is how long an allocation goes on when its credentials have ended.
	overtime = 24 * time.Hour
	// maxUsername is the longest in bytes (RFC 8489, section 14.3).
	maxUsername = 508
	// testUser begins the names of users of the self-test.
	testUser = "self-test-"
)

// RESTCredentials are those of a server that shares the secret
// (draft-uberti-behave-turn-rest-00). They end at expires, in whole seconds.
func RESTCredentials(secret []byte, user string, expires time.Time) (username, password string) {
	username = strconv.FormatInt(expires.Unix(), 10) + ":" + user
	return username, restPassword(secret, username)
}

func restPassword(secret []byte, username string) string {
	mac := hmac.New(sha1.New, secret)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Credentials are for one user of this server until they expire. A new
// allocation needs valid ones; one that stands goes on with those it was made with.
func (s *Server) Credentials(user string, now time.Time) (username, password string, expires time.Time) {
	expires = now.Add(s.conf.Lifetime).Truncate(time.Second)
	username, password = RESTCredentials(s.conf.Secret, user, expires)
	return username, password, expires
}

// authenticate finds the user and the key of a request (pion.AuthHandler).
func (s *Server) authenticate(request *pion.RequestAttributes) (user string, key []byte, ok bool) {
	user, expires, ok := parseUsername(request.Username)
	end := expires
	if request.Method != methodAllocate {
		end = expires.Add(overtime)
	}
	switch {
	case !ok || request.Realm != realm:
		s.counters.unauthorized.Add(1)
		return "", nil, false
	case !s.around.now().Before(end):
		s.counters.expired.Add(1)
		return "", nil, false
	}
	if strings.HasPrefix(user, testUser) {
		s.verdict.heard(user)
	}
	return user, pion.GenerateAuthKey(request.Username, realm, restPassword(s.conf.Secret, request.Username)), true
}

// parseUsername splits expiry:user.
func parseUsername(username string) (user string, expires time.Time, ok bool) {
	end, user, found := strings.Cut(username, ":")
	seconds, err := strconv.ParseInt(end, 10, 64)
	if err != nil || !found || user == "" || len(username) > maxUsername {
		return "", time.Time{}, false
	}
	return user, time.Unix(seconds, 0), true
}
