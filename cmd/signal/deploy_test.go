package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// unit reads a unit of systemd: the values of each key, in order.
func unit(t *testing.T, path string) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if ok && !strings.HasPrefix(key, "#") {
			values[key] = append(values[key], value)
		}
	}
	return values
}

const unitFile = "../../deploy/moim.service"

// TestUnit holds that the service is started as this program wants it, and shut in.
func TestUnit(t *testing.T) {
	values := unit(t, unitFile)
	start := strings.Fields(strings.Join(values["ExecStart"], " "))
	if len(start) == 0 || filepath.Base(start[0]) != "signal" {
		t.Fatalf("it starts %q", start)
	}
	if _, _, err := parse(start[1:], nil, nil); err != nil {
		t.Errorf("%v: %v", start, err)
	}
	for key, want := range map[string]string{
		"DynamicUser": "yes", "StateDirectory": "moim", "StateDirectoryMode": "0700", "UMask": "0077",
		"ProtectSystem": "strict", "ProtectHome": "yes", "PrivateDevices": "yes", "NoNewPrivileges": "yes",
		"CapabilityBoundingSet": "CAP_NET_BIND_SERVICE", "RestrictAddressFamilies": "AF_INET AF_INET6 AF_NETLINK",
		"SystemCallFilter": "@system-service;~@privileged @resources", "MemoryDenyWriteExecute": "yes", "RestrictNamespaces": "yes",
		"LimitCORE": "0", "Restart": "always",
	} {
		if got := strings.Join(values[key], ";"); got != want {
			t.Errorf("%s=%s, want %s", key, got, want)
		}
	}
}

// TestUnitIsVerified has systemd itself read the unit, where there is one.
func TestUnitIsVerified(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	text, err := os.ReadFile(unitFile)
	if err != nil {
		t.Fatal(err)
	}
	own, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "moim.service")
	if err := os.WriteFile(copied, []byte(strings.ReplaceAll(string(text), "/usr/local/bin/signal", own)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), analyze, "verify", copied).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	// The threshold is in tenths; docs/operations.md says what is left and why.
	if out, err := exec.CommandContext(t.Context(), analyze, "security", "--offline=true", "--threshold=20", "--no-pager", copied).CombinedOutput(); err != nil {
		t.Errorf("security: %v\n%s", err, out)
	}
}

// TestVariables holds that what the files of deployment set is read by somebody.
func TestVariables(t *testing.T) {
	known, _, err := runBriefly(t, "--help")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{unitFile, "../../Dockerfile", "../../docker-compose.yml", "../../docs/operations.md", "../../docs/security.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`\bMOIM_[A-Z_]+`).FindAllString(string(text), -1) {
			if !slices.Contains([]string{"MOIM_HTTP", "MOIM_HTTPS", "MOIM_API_KEY_FILE"}, name) && !strings.Contains(known, name) {
				t.Errorf("%s names %s, which nobody reads", file, name)
			}
		}
		for _, flag := range regexp.MustCompile("`(?:bin/signal )?(--[a-z-]+)").FindAllStringSubmatch(string(text), -1) {
			if !strings.Contains(known, flag[1]) && flag[1] != "--texts" {
				t.Errorf("%s names %s, which is no flag", file, flag[1])
			}
		}
	}
}

// TestComposeIsShutIn holds that the container can do no more than it needs.
func TestComposeIsShutIn(t *testing.T) {
	text, err := os.ReadFile("../../docker-compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	var compose struct {
		Services map[string]struct {
			ReadOnly    bool              `yaml:"read_only"`
			Drop        []string          `yaml:"cap_drop"`
			Options     []string          `yaml:"security_opt"`
			Environment map[string]string `yaml:"environment"`
			Secrets     []string          `yaml:"secrets"`
		} `yaml:"services"`
	}
	if err := yaml.Unmarshal(text, &compose); err != nil {
		t.Fatal(err)
	}
	s := compose.Services["signal"]
	if !s.ReadOnly || !slices.Equal(s.Drop, []string{"ALL"}) || !slices.Equal(s.Options, []string{"no-new-privileges:true"}) || len(s.Secrets) == 0 {
		t.Errorf("%+v", s)
	}
	if got := s.Environment["MOIM_API_KEY"]; got != "${MOIM_API_KEY_FILE:+/run/secrets/"+s.Secrets[0]+"}" {
		t.Errorf("the API key is %s, no file of secrets", got)
	}
}
