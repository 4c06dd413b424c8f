package main

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestTakenPort starts a program whose relay has to do without its port.
func TestTakenPort(t *testing.T) {
	taken, err := net.ListenPacket("udp", ":"+strconv.Itoa(turnPort))
	if err == nil { // otherwise another program has it, which will do as well
		t.Cleanup(func() { taken.Close() })
	}
	p := boot(t, "--turn=auto")
	p.console.wait(p, "there is no relay")
	ready := p.get("/readyz")
	if lines := strings.Split(ready.text, "\n"); ready.StatusCode != http.StatusOK || lines[0] != "ok" || !strings.Contains(ready.text, "port 3478 is taken by another program") {
		t.Errorf("%s: %s", ready.Status, ready.text)
	}
	var check checkAnswer
	p.get("/api/check").is(http.StatusOK, "application/json").json(&check)
	if len(check.ICE) != 0 || len(check.Relay) != 3 || check.Relay[0].Reason != "not-listening" {
		t.Errorf("%+v", check)
	}
	_, _, err = runBriefly(t, "--listen=127.0.0.1:0", "--data="+t.TempDir(), "--turn=:"+strconv.Itoa(turnPort))
	if err == nil || !strings.Contains(err.Error(), "choose another address with --turn, or --turn=off") {
		t.Errorf("asked for by name: %v", err)
	}
}

func TestRelayFlags(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for args, want := range map[string]string{
		"--turn=nowhere":                             "--turn: \"nowhere\" is not auto, off, or an address and a port",
		"--turn=example.org:3478":                    "is not auto, off, or an address and a port",
		"--public-ip=example.org":                    "is neither an address",
		"--public-ip=203.0.113.5/::1":                "cannot lead to",
		"--relay-ports=1":                            "--relay-ports has at least two ports",
		"--relay-ports=9-1":                          "is no range of ports",
		"--turn-allow=10.0.0.0":                      "--turn-allow: \"10.0.0.0\" is no network such as 10.1.0.0/16",
		"--listen=8080":                              "--listen: \"8080\" is no address and port",
		"--domain=203.0.113.5":                       "--domain: 203.0.113.5 is an address; a name is wanted",
		"--domain=a.example.org --acme-directory=a":  "--acme-directory: \"a\" is no URL such as",
		"--limit-relay=0":                            "are at least 1",
		"--ice-server=http://turn.example.org":       "is no URL of a STUN or TURN server",
		"--ice-server=turn:turn.example.org":         "needs its secret: --ice-secret-file",
		"--ice-secret-file=" + secret:                "holds no secret",
		"--ice-secret-file=/nowhere":                 "the secret of --ice-server cannot be read",
		"--tls=:443":                                 "--tls needs a certificate",
		"--cert=a.pem":                               "--key",
		"--self-signed --domain=a.example.org":       "give one of them",
		"--cert=a.pem --key=b.pem --tls=127.0.0.1:0": "a.pem",
	} {
		flags := append([]string{"--listen=127.0.0.1:0", "--turn=off", "--data=" + t.TempDir()}, strings.Fields(args)...)
		if _, _, err := runBriefly(t, flags...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s:\n%v\nwant\n%s", args, err, want)
		}
	}
}

func TestDomainName(t *testing.T) {
	for given, want := range map[string]string{
		"call.example.org": "call.example.org", "Call.Example.ORG.": "call.example.org", "모임.한국": "xn--v52b68u.xn--3e0b707e",
		"call.example.org:443": "", "https://call.example.org": "", "": "", ".": "",
	} {
		cfg, _, err := parse([]string{"--domain=" + given}, nil, nil)
		if err == nil && len(cfg.Domain) == 0 {
			continue // as if it were not given
		}
		if err != nil && want != "" || err == nil && cfg.Domain[0] != want {
			t.Errorf("%q: %v, %v", given, cfg.Domain, err)
		}
	}
}

func TestDefaultAddresses(t *testing.T) {
	for args, want := range map[string][2]string{
		"":                                   {"localhost:8080", ""},
		"--domain=a.example.org":             {":80", ":443"},
		"--cert=a --key=b":                   {":80", ":443"},
		"--self-signed":                      {":8080", ":8443"},
		"--self-signed --tls=:1 --listen=:2": {":2", ":1"},
	} {
		cfg, _, err := parse(strings.Fields(args), nil, nil)
		if err != nil || cfg.Listen != want[0] || cfg.TLS != want[1] {
			t.Errorf("%s: %q and %q, %v", args, cfg.Listen, cfg.TLS, err)
		}
	}
}
