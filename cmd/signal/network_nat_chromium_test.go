//go:build network

package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"

	"moim/internal/netlab"
)

//go:embed testdata/route.js
var routeScript string

// TestNetworkNATChromium has two people in browsers see and hear each other, by
// the route that their NATs leave. They know the server by its name.
func TestNetworkNATChromium(t *testing.T) {
	binary := build(t)
	for _, tt := range []struct {
		name       string
		one, other netlab.Access
		want       string // protocol to the relay; empty for a direct route
		blocked    bool   // the one has no other way than its relay
	}{
		{name: "direct", one: netlab.Cone, other: netlab.Cone},
		{name: "relayed over UDP", one: netlab.Symmetric, other: netlab.Symmetric, want: "udp"},
		{name: "only 443 open", one: netlab.OnlyHTTPS, other: netlab.Cone, want: "tls", blocked: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := settleBehind(t, binary, true, tt.one, tt.other)
			r.url = "https://" + serverName
			mina, theo := r.behind(t, 0, "Mina"), r.behind(t, 1, "Theo")
			meet("tea", mina, theo)
			routes := [2]route{mina.takes(tt.want == ""), theo.takes(tt.want == "")}
			t.Logf("%+v", routes)
			checkRoutes(t, routes, tt.want, tt.blocked)
		})
	}
}

// behind opens a browser in a home, for somebody who trusts the authority.
func (r *natRegion) behind(t *testing.T, home int, name string) *person {
	t.Helper()
	c := startChromium(t, map[string]any{
		// For ICE the name is looked up with a dot at its end.
		"host-resolver-rules": "MAP " + serverName + "* " + r.lab.Server.Addr().String(),
	}, chromedp.Env("HOME="+r.authority.home(t)), chromedp.ModifyCmdFunc(r.homes[home].Enter))
	p := c.person(t, r.site, name, look{})
	p.prepares(routeScript)
	return p
}

// home makes a home folder with the certificates that Chromium trusts there.
func (a *authority) home(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	folder := filepath.Join(home, ".pki", "nssdb")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	a.trust(t, folder)
	return home
}

// trust makes a folder of certificates (NSS) with the authority's.
func (a *authority) trust(t *testing.T, folder string) {
	t.Helper()
	for _, args := range [][]string{
		{"-N", "--empty-password"}, {"-A", "-t", "C,,", "-n", "moim", "-i", a.certificate},
	} {
		command := exec.CommandContext(t.Context(), "certutil", append([]string{"-d", "sql:" + folder}, args...)...)
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("certutil (Debian: libnss3-tools) %v: %v\n%s", args, err, out)
		}
	}
}

// takes is the route of the person's connection. A browser may begin with a relay
// and go on without one, so a direct route is waited for.
func (p *person) takes(direct bool) route {
	p.t.Helper()
	var taken route
	p.eventually("has a route", func(ctx context.Context) (err error) {
		taken, err = chromedp.Run(ctx, chromedp.Evaluate[route]("moimRoute()", chromedp.EvalAwaitPromise))
		if err == nil && (taken.Local == "" || direct && !taken.direct()) {
			err = fmt.Errorf("takes %+v", taken)
		}
		return err
	})
	return taken
}
