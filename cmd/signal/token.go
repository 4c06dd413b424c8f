package main

import (
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/golang-jwt/jwt/v5"

	"moim/signaling"
	"moim/signaling/pass"
)

// tokenWord is the argument that makes of the program one which makes a token.
const tokenWord = "token"

// maxTokenTime is how long a token is good at most.
const maxTokenTime = 365 * 24 * time.Hour

// tokenKey is a key of tokens, read from KID=FILE.
type tokenKey struct {
	pass.Key
	path string
}

// UnmarshalText reads the key.
func (k *tokenKey) UnmarshalText(text []byte) (err error) {
	id, path, ok := strings.Cut(string(text), "=")
	if !ok || id == "" || path == "" {
		return fmt.Errorf("%q is not of the form KID=FILE, such as 2026=/etc/moim/token.key", text)
	}
	k.path = path
	k.Key, err = pass.ReadKey(id, path)
	return err
}

// exposed tells whether every user of this machine can read the key and make
// tokens with it. File modes tell nothing on Windows.
func (k *tokenKey) exposed() bool {
	info, err := os.Stat(k.path)
	return err == nil && k.Signs() && runtime.GOOS != "windows" && info.Mode()&0o004 != 0
}

// passReader reads the tokens of those who build on this server; nil without keys.
func passReader(files []tokenKey, log *slog.Logger) (signaling.PassReader, error) {
	if len(files) == 0 {
		return nil, nil //nolint:nilnil // no reader and no error
	}
	var keys []pass.Key
	for _, file := range files {
		keys = append(keys, file.Key)
		if file.exposed() {
			log.Warn("everyone on this machine can read a key that makes tokens; take that right away with chmod o-r", "kid", file.ID, "file", file.path)
		}
	}
	reader, err := pass.New(keys...)
	if err != nil {
		return nil, fmt.Errorf("--token-key: %w", err)
	}
	return reader, nil
}

// tokenConfig is what the flags of `signal token` say.
type tokenConfig struct {
	Key     tokenKey      `required:"" placeholder:"KID=FILE" help:"Key to sign with, one of the server's --token-key: a secret, or a private Ed25519 key in PEM."`
	Room    string        `required:"" placeholder:"NAME" help:"Room that the token lets into; * for every room."`
	Name    string        `placeholder:"NAME" help:"Display name of the bearer, who cannot change it then."`
	Role    string        `default:"guest" enum:"guest,host" help:"guest or host (default ${default})."`
	Right   []string      `placeholder:"RIGHT" help:"What the bearer may do: chat, history, and as host kick, mute, admit, room, delete; without this all that the role may."`
	Subject string        `placeholder:"ID" help:"Whom the token is for, in your own terms; a ban keeps out all tokens of a subject."`
	For     time.Duration `default:"1h" placeholder:"TIME" help:"How long it lets in, at most 8760h (default ${default}). Who is in stays."`
}

// makeToken prints a token.
func makeToken(args []string, stdout, stderr io.Writer) error {
	var (
		cfg  tokenConfig
		exit bool
	)
	parser, err := kong.New(&cfg,
		kong.Name("signal "+tokenWord),
		kong.Description("Make a token that lets its bearer into a room: https://SERVER/r/ROOM#token=TOKEN. See docs/tokens.md."),
		kong.Writers(stdout, stderr),
		kong.Exit(func(int) { exit = true }),
	)
	if err != nil {
		return err
	}
	if _, err := parser.Parse(args); err != nil && !exit {
		return fmt.Errorf("%w; signal %s --help lists the options", err, tokenWord)
	}
	if exit {
		return nil
	}
	if cfg.For <= 0 || cfg.For > maxTokenTime {
		return fmt.Errorf("--for: a token is good for %v at most", maxTokenTime)
	}
	now := time.Now()
	token, err := cfg.Key.Sign(pass.Claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Subject: cfg.Subject, NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(cfg.For)),
		},
		Room: cfg.Room, Name: cfg.Name, Role: cfg.Role, Rights: cfg.Right,
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(stdout, token)
	return err
}
