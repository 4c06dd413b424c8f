//go:build network

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"moim/internal/netlab"
)

// preferences give Firefox a fake camera and microphone, granted when asked for,
// and keep it from asking its maker for anything.
const preferences = `
user_pref("media.navigator.streams.fake", true);
user_pref("media.navigator.permission.disabled", true);
user_pref("media.autoplay.default", 0);
user_pref("media.autoplay.blocking_policy", 0);
user_pref("media.gmp-manager.updateEnabled", false);
user_pref("media.gmp-provider.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("network.trr.mode", 5);
user_pref("app.update.enabled", false);
user_pref("browser.safebrowsing.downloads.remote.enabled", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("intl.accept_languages", "en-US");
`

// TestNetworkNATFirefox has somebody in Firefox, where only port 443 is open, see
// and hear somebody in Chromium.
func TestNetworkNATFirefox(t *testing.T) {
	r := settleBehind(t, build(t), true, netlab.OnlyHTTPS, netlab.Cone)
	r.url = "https://" + serverName
	theo := r.behind(t, 1, "Theo")
	theo.join("tea")
	fox := r.firefox(t, r.homes[0])
	fox.open(r.url + "/r/tea")
	fox.until("joins", `moimFox.join("Mina")`)
	theo.receives(&person{name: "Mina"})
	fox.until("sees and hears", `(async () => { const { frames, energy } = await moimArrived(); return frames > 20 && energy > 0.05; })()`)
	var taken route
	if err := json.Unmarshal([]byte(fox.eval(`moimRoute().then(JSON.stringify)`)), &taken); err != nil {
		t.Fatal(err)
	}
	routes := [2]route{taken, theo.takes(false)}
	t.Logf("%+v", routes)
	checkRoutes(t, routes, "tls", true)
}

// foxScript joins a room as a person does.
const foxScript = `() => {
	window.moimFox = {
		join(name) {
			const button = [...document.querySelectorAll('button')].find(({ textContent }) => textContent.trim() === 'Join');
			const field = button?.form?.querySelector('input');
			if (!field || button.disabled) return false;
			field.value = name;
			field.dispatchEvent(new Event('input', { bubbles: true }));
			button.click();
			return true;
		},
	};
}`

// firefox is a running browser with one tab, led by WebDriver BiDi (W3C).
type firefox struct {
	t    *testing.T
	ctx  context.Context //nolint:containedctx // of the test
	ws   *websocket.Conn
	tab  string
	sent int
}

// firefox starts Firefox in a home, with a profile that trusts the authority and
// a hosts file of its own and no name server.
func (r *natRegion) firefox(t *testing.T, home *netlab.Host) *firefox {
	t.Helper()
	folder := t.TempDir()
	hosts := filepath.Join(folder, "hosts")
	profile := filepath.Join(folder, "profile")
	if err := os.Mkdir(profile, 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{
		hosts:                             "127.0.0.1 localhost\n" + r.lab.Server.Addr().String() + " " + serverName + "\n",
		filepath.Join(profile, "user.js"): preferences,
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.authority.trust(t, profile)
	// The program ip gives what it runs a mount namespace of its own.
	command := exec.CommandContext(context.WithoutCancel(t.Context()), "/bin/sh", "-c",
		`mount --bind "$1" /etc/hosts && mount --bind /dev/null /etc/resolv.conf && exec firefox-esr --headless --no-remote --profile "$2" --remote-debugging-port=9222`, "sh", hosts, profile)
	command.Env = append(os.Environ(), "HOME="+folder, "MOZ_CRASHREPORTER_DISABLE=1")
	home.Enter(command)
	stderr, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	t.Cleanup(func() {
		_ = command.Process.Kill() // it may have ended
		reading.Wait()
		_ = command.Wait() // it was killed
	})
	lines := bufio.NewReader(stderr)
	for log := ""; ; {
		line, err := lines.ReadString('\n')
		if log += line; err != nil {
			t.Fatalf("start firefox-esr: %v\n%s", err, log)
		}
		if strings.Contains(line, "WebDriver BiDi listening") {
			break
		}
	}
	reading.Go(func() { _, _ = io.Copy(io.Discard, lines) })
	return openFirefox(t, home)
}

func openFirefox(t *testing.T, home *netlab.Host) *firefox {
	t.Helper()
	f := &firefox{t: t, ctx: t.Context()}
	var err error
	if f.ws, _, err = websocket.Dial(f.ctx, "ws://127.0.0.1:9222/session", &websocket.DialOptions{HTTPClient: clientOn(home)}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.ws.CloseNow() })
	f.ws.SetReadLimit(1 << 20)
	f.call("session.new", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{"acceptInsecureCerts": false}}}, nil)
	var tree struct{ Contexts []struct{ Context string } }
	f.call("browsingContext.getTree", map[string]any{}, &tree)
	f.tab = tree.Contexts[0].Context
	for _, script := range []string{"() => {\n" + routeScript + "\n}", foxScript} {
		f.call("script.addPreloadScript", map[string]any{"functionDeclaration": script}, nil)
	}
	return f
}

// call sends a command and waits for its result.
func (f *firefox) call(method string, params, result any) {
	f.t.Helper()
	f.sent++
	ctx, cancel := context.WithTimeout(f.ctx, patience)
	defer cancel()
	command, err := json.Marshal(map[string]any{"id": f.sent, "method": method, "params": params})
	if err == nil {
		err = f.ws.Write(ctx, websocket.MessageText, command)
	}
	for err == nil {
		var (
			text   []byte
			answer struct {
				ID             int
				Error, Message string
				Result         json.RawMessage
			}
		)
		if _, text, err = f.ws.Read(ctx); err != nil {
			break
		}
		if err = json.Unmarshal(text, &answer); err != nil || answer.ID != f.sent {
			continue
		}
		if answer.Error != "" {
			err = errors.New(answer.Message)
		} else if result != nil {
			err = json.Unmarshal(answer.Result, result)
		}
		break
	}
	if err != nil {
		f.t.Fatalf("firefox: %s: %v", method, err)
	}
}

func (f *firefox) open(url string) {
	f.t.Helper()
	f.call("browsingContext.navigate", map[string]any{"context": f.tab, "url": url, "wait": "complete"}, nil)
}

// eval is what an expression, or what it promises, is as a string.
func (f *firefox) eval(expression string) string {
	f.t.Helper()
	var answer struct {
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	f.call("script.evaluate", map[string]any{
		"expression": "Promise.resolve(" + expression + ").then(String)", "awaitPromise": true,
		"target": map[string]any{"context": f.tab}, "userActivation": true,
	}, &answer)
	if fault := answer.ExceptionDetails.Text; fault != "" {
		f.t.Fatalf("firefox: %s: %s", expression, fault)
	}
	return answer.Result.Value
}

// until waits until an expression is true.
func (f *firefox) until(what, expression string) {
	f.t.Helper()
	for late := time.Now().Add(patience); f.eval(expression) != "true"; {
		if time.Now().After(late) {
			f.t.Fatalf("firefox: %s: not within %v", what, patience)
		}
		f.eval("new Promise((resolve) => setTimeout(resolve, 100))")
	}
}
