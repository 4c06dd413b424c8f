package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/pass"
	"moim/signaling/protocol"
)

// secretFile is a file with a secret of tokens.
func secretFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "token.key")
	if err := os.WriteFile(path, []byte(strings.Repeat("secret ", 8)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestTokens holds that the tokens the program makes let into the rooms it
// serves, and nothing else does.
func TestTokens(t *testing.T) {
	file := secretFile(t)
	p := boot(t, "--token-key=2026="+file, "--require-token")
	make := func(args ...string) string {
		t.Helper()
		var out bytes.Buffer
		if err := run(t.Context(), append([]string{"token", "--key=2026=" + file}, args...), &out, io.Discard); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(out.String())
	}
	for name, want := range map[string]struct {
		token string
		code  protocol.Code
	}{
		"none":         {"", protocol.CodeTokenRequired},
		"another room": {make("--room=coffee"), protocol.CodeBadToken},
		"ended":        {make("--room=tea", "--for=1ns") + "x", protocol.CodeBadToken},
	} {
		if _, err := p.dial(client.Config{Room: "tea", Token: want.token}); !refusedAs(err, want.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.post(`{"name":"tea"}`).fails(401, codeNoKey)
	mina, err := p.dial(client.Config{Room: "tea", Name: "Nana", Token: make("--room=tea", "--name=Mina", "--role=host", "--right=chat", "--right=room")})
	if err != nil {
		t.Fatal(err)
	}
	if self := mina.Joined().Peers[0]; self.Name != "Mina" || self.Role != protocol.RoleHost {
		t.Errorf("joined as %+v", self)
	}
	jonas, err := p.dial(client.Config{Room: "tea", Name: "Jonas", Token: make("--room=*")})
	if err != nil {
		t.Fatal(err)
	}
	if err := mina.Mute(t.Context(), jonas.You()); !refusedAs(err, protocol.CodeForbidden) {
		t.Errorf("a right that was not given: %v", err)
	}
	topic := "leaves"
	if err := mina.SetRoom(t.Context(), client.Settings{Topic: &topic}); err != nil {
		t.Error(err)
	}
}

func TestTokenFlags(t *testing.T) {
	file := secretFile(t)
	for args, want := range map[string]string{
		"token":                                     "missing flags",
		"token --key=x --room=tea":                  "KID=FILE",
		"token --key=x=/none --room=tea":            "cannot be read",
		"token --key=x=FILE":                        "--room",
		"token --key=x=FILE --room=no/room":         "A room name",
		"token --key=x=FILE --room=tea --role=x":    "guest",
		"token --key=x=FILE --room=tea --name=LONG": "1 to 40 characters",
		"token --key=x=FILE --room=tea --right=x":   "rights are of",
		"token --key=x=FILE --room=tea --for=9000h": "8760h",
		"token --key=x=FILE --room=tea --for=0s":    "--for",
		"--require-token":                           "--token-key",
		"--token-key=x":                             "KID=FILE",
	} {
		err := run(t.Context(), strings.Fields(strings.NewReplacer("FILE", file, "LONG", strings.Repeat("a", 41)).Replace(args)), io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret secret") {
			t.Errorf("%s: %v, want something with %q", args, err, want)
		}
	}
	var out bytes.Buffer
	if err := run(t.Context(), []string{"token", "--help"}, &out, io.Discard); err != nil || !strings.Contains(out.String(), "--room") {
		t.Errorf("help: %v, %s", err, out.String())
	}
}

// TestTokenExamples holds that the examples of docs/tokens.md make tokens that
// the server takes.
func TestTokenExamples(t *testing.T) {
	text, err := os.ReadFile("../../docs/tokens.md")
	if err != nil {
		t.Fatal(err)
	}
	file := secretFile(t)
	key, err := pass.ReadKey("2026", file)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := pass.New(key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for language, command := range map[string][]string{
		"go": {"./example"}, "js": {"node", "example.mjs"}, "python": {"python3", "example.py"},
	} {
		t.Run(language, func(t *testing.T) {
			code := regexp.MustCompile("(?s)\n```" + language + "\n(.*?)```").FindSubmatch(text)
			if code == nil {
				t.Fatal("there is no example")
			}
			folder := t.TempDir()
			write := func(name string, content []byte) {
				t.Helper()
				if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			write("token.key", secret)
			if language == "go" {
				write("main.go", code[1])
				buildExample(t, folder)
			} else {
				write(command[1], code[1])
				if _, err := exec.LookPath(command[0]); err != nil {
					t.Logf("not run: %v", err)
					return
				}
			}
			program := exec.CommandContext(t.Context(), command[0], command[1:]...)
			program.Dir = folder
			out, err := program.Output()
			if err != nil {
				t.Fatal(err)
			}
			got, err := keys.Pass(strings.TrimSpace(string(out)), "tea", time.Now(), false)
			if want := (signaling.Pass{Name: "Mina", Host: true, Rights: signaling.AllRights}); err != nil || got != want {
				t.Errorf("%s gives %+v, %v", out, got, err)
			}
		})
	}
}

// buildExample makes the program example of main.go, which may use the modules of
// this one.
func buildExample(t *testing.T, folder string) {
	t.Helper()
	build := exec.CommandContext(t.Context(), "go", "build", "-o", filepath.Join(folder, "example"), filepath.Join(folder, "main.go"))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
}

// TestExposedKey holds that the log warns of keys that everyone can read, and
// only of those that make tokens.
func TestExposedKey(t *testing.T) {
	secret := secretFile(t)
	pub, _, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKIXPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	public := filepath.Join(t.TempDir(), "public.pem")
	if err := os.WriteFile(public, pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		path string
		mode os.FileMode
		want bool
	}{{secret, 0o600, false}, {secret, 0o640, false}, {secret, 0o444, true}, {public, 0o444, false}} {
		if err := os.Chmod(c.path, c.mode); err != nil {
			t.Fatal(err)
		}
		var key tokenKey
		if err := key.UnmarshalText([]byte("2026=" + c.path)); err != nil {
			t.Fatal(err)
		}
		var log bytes.Buffer
		if _, err := passReader([]tokenKey{key}, slog.New(slog.NewTextHandler(&log, nil))); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(log.String(), "kid=2026"); got != c.want || strings.Contains(log.String(), "secret secret") {
			t.Errorf("%s with mode %o: %q", filepath.Base(c.path), c.mode, log.String())
		}
	}
}

func refusedAs(err error, code protocol.Code) bool {
	fault, ok := errors.AsType[*protocol.Error](err)
	return ok && fault.Code == code
}
