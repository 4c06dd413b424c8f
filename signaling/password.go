package signaling

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"moim/internal/fairqueue"
	"moim/signaling/protocol"
)

// What hashing a password costs: argon2id (RFC 9106) with 7 MiB, five passes and one
// lane, which is as hard to guess as 19 MiB and two, and takes less memory from
// calls. A stored hash says what it was made with, so these may change.
const (
	argonMemory  = 7 << 10 // KiB
	argonPasses  = 5
	argonLanes   = 1
	argonSalt    = 16  // bytes
	argonKey     = 32  // bytes
	restOfGuess  = 3   // times as long as it took; otherwise once
	maxHashes    = 256 // wait for their turn
	hashPatience = 5 * time.Second
)

// Wrong passwords of one address, and of all who try one room. Right ones cost
// nothing, and the first of an address is looked at whatever others do.
var (
	guessRate     = Rate{PerSecond: 0.2, Burst: 10}
	roomGuessRate = Rate{PerSecond: 5, Burst: 100}
)

// hashRate is how often an address may set a password.
var hashRate = Rate{PerSecond: 0.5, Burst: 10}

var (
	errPasswordWanted = protocol.Errorf(protocol.CodeBadPassword, "The room has a password.")
	errWrongPassword  = protocol.Errorf(protocol.CodeBadPassword, "That is not the password of the room.")
	errGuesses        = protocol.Errorf(protocol.CodeRateLimited, "Too many wrong passwords. Wait a moment.")
	errManyHashes     = protocol.Errorf(protocol.CodeRateLimited, "Too many passwords are being checked. Try again in a moment.")
)

// passwords hashes passwords, few at once, as each takes much memory and time.
type passwords struct {
	turns   *fairqueue.Slots
	guesses *addressLimiter
	hashes  *addressLimiter
	memory  uint32 // KiB, of those that are hashed anew
}

func newPasswords() *passwords {
	return &passwords{
		turns: fairqueue.NewSlots(max(1, runtime.NumCPU()/2), maxHashes, hashPatience), memory: argonMemory,
		guesses: newAddressLimiter(guessRate), hashes: newAddressLimiter(hashRate),
	}
}

// turn waits until a password may be hashed; done has to be called then. Networks
// take turns. The rest after it is for calls, and longer after a guess.
func (p *passwords) turn(ctx context.Context, addr netip.Prefix) (done func(guessed bool), fault *protocol.Error) {
	if p.turns.Wait(ctx, Network(addr)) != nil {
		return nil, errManyHashes
	}
	began := time.Now()
	return func(guessed bool) {
		rest := time.Since(began)
		if guessed {
			rest *= restOfGuess
		}
		time.AfterFunc(rest, p.turns.Done)
	}, nil
}

// hash makes of a password what is stored of it, in the PHC string format; of ""
// it makes "". The error has the code too-long, bad-message or rate-limited.
func (p *passwords) hash(ctx context.Context, addr netip.Prefix, password string) (string, *protocol.Error) {
	if password == "" {
		return "", nil
	}
	if !utf8.ValidString(password) || utf8.RuneCountInString(password) > protocol.MaxPassword {
		return "", protocol.Errorf(protocol.CodeTooLong, "A password has at most %d characters.", protocol.MaxPassword)
	}
	if !p.hashes.allow(addr) {
		return "", errManyHashes
	}
	done, fault := p.turn(ctx, addr)
	if fault != nil {
		return "", fault
	}
	defer done(false)
	var salt [argonSalt]byte
	rand.Read(salt[:])
	key := argonOf(password, salt[:], argonPasses, p.memory, argonLanes, argonKey)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.memory, argonPasses, argonLanes,
		base64.RawStdEncoding.EncodeToString(salt[:]), base64.RawStdEncoding.EncodeToString(key)), nil
}

// matches tells whether a password is the one that a hash was made of. It takes
// as long for any other.
func matches(hash, password string) bool {
	var (
		version      int
		memory, time uint32
		lanes        uint8
		rest         string
	)
	if n, err := fmt.Sscanf(hash, "$argon2id$v=%d$m=%d,t=%d,p=%d$%s", &version, &memory, &time, &lanes, &rest); n != 5 || err != nil || version != argon2.Version {
		return false
	}
	salt, key, ok := decodePair(rest)
	if !ok || memory > 1<<20 || time < 1 || time > 64 || lanes < 1 {
		return false
	}
	return subtle.ConstantTimeCompare(argonOf(password, salt, time, memory, lanes, uint32(len(key))), key) == 1 //nolint:gosec // a stored hash is short
}

// argonOf hashes with argon2id, which computes slice by slice (RFC 9106, section
// 3.4), each in a goroutine of its own. With its thread held here another one does
// each of them and sleeps then, twenty times in a hash: a call's thread that the
// kernel has wait for the processor meanwhile waits for one slice, not for all.
func argonOf(password string, salt []byte, passes, memory uint32, lanes uint8, length uint32) []byte {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	return argon2.IDKey([]byte(password), salt, passes, memory, lanes, length)
}

// decodePair reads a salt and a key, each in base64, with $ between them.
func decodePair(text string) (salt, key []byte, ok bool) {
	first, second, _ := strings.Cut(text, "$")
	salt, err := base64.RawStdEncoding.DecodeString(first)
	if err != nil {
		return nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(second)
	return salt, key, err == nil && len(key) >= 16 && len(key) <= 64
}

// checkPassword tells whether a join has the password of the room, and notes that
// it had.
func (r *Room) checkPassword(s *socket, req *joinRequest) *protocol.Error {
	p := r.hub.passwords
	r.mu.Lock()
	hash := r.kept.Password
	r.mu.Unlock()
	switch {
	case hash == "":
		return nil
	case req.password == "":
		return errPasswordWanted
	}
	from := Network(s.addr)
	may := func() bool { return p.guesses.fresh(from) || p.guesses.has(from) && r.mayBeGuessed() }
	if !may() {
		return errGuesses
	}
	done, fault := p.turn(r.hub.ctx, s.addr)
	if fault != nil {
		return fault
	}
	if !may() { // others of the address may have guessed meanwhile
		done(false)
		return errGuesses
	}
	right := matches(hash, req.password)
	done(!right)
	if right {
		req.proven = hash
		return nil
	}
	p.guesses.allow(from)
	r.guessed()
	return errWrongPassword
}

// mayBeGuessed tells whether not too many wrong passwords were tried of late.
func (r *Room) mayBeGuessed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.guesses == nil || r.guesses.Tokens() >= 1
}

// guessed notes a wrong password.
func (r *Room) guessed() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.guesses == nil {
		r.guesses = roomGuessRate.limiter()
	}
	r.guesses.Allow()
}
