//go:build network

package main

import (
	"os/exec"
	"slices"
	"testing"

	"moim/internal/netlab"
)

// serverName is what the certificate of a region is for, besides its address.
const serverName = "call.example.test"

// natRegion is a region whose program has a relay, and whose homes reach it in
// different ways.
type natRegion struct {
	*region
	authority *authority // nil for a server without HTTPS
}

// settleBehind builds a region for the time of the test.
func settleBehind(t *testing.T, binary string, secure bool, homes ...netlab.Access) *natRegion {
	t.Helper()
	lab := netlab.Behind(t, homes...)
	program := exec.CommandContext(t.Context(), binary)
	lab.Server.Enter(program)
	server := lab.Server.Addr()
	r := &natRegion{region: &region{homes: lab.Homes, lab: lab}}
	// The addresses of the lab are set aside for documentation (RFC 5737), where no relay would send to.
	args := []string{"--listen=:8080", "--turn=:3478", "--turn-allow=198.51.100.0/24"}
	if secure {
		r.authority = newAuthority(t, serverName, server.AsSlice())
		args = append(args, "--tls=:443", "--cert="+r.authority.server, "--key="+r.authority.key)
	}
	r.staged = startStaged(t, program.Args, args...)
	r.url = "http://" + server.String() + ":8080"
	if secure {
		r.url = "https://" + server.String()
	}
	return r
}

// TestNetworkNAT has two participants in Go hear each other, by the route that
// their NATs leave.
func TestNetworkNAT(t *testing.T) {
	binary := build(t)
	for _, tt := range []struct {
		name       string
		one, other netlab.Access
		secure     bool
		want       string // protocol to the relay; empty for a direct route
		blocked    bool   // the one has no other way than its relay
	}{
		{name: "cone and cone", one: netlab.Cone, other: netlab.Cone},
		{name: "full cone and symmetric", one: netlab.FullCone, other: netlab.Symmetric},
		{name: "symmetric and symmetric", one: netlab.Symmetric, other: netlab.Symmetric, want: "udp"},
		{name: "UDP blocked", one: netlab.NoUDP, other: netlab.Cone, want: "tcp", blocked: true},
		{name: "only 443 open", one: netlab.OnlyHTTPS, other: netlab.Cone, secure: true, want: "tls", blocked: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := settleBehind(t, binary, tt.secure, tt.one, tt.other)
			one := r.participant(t, r.homes[0], "tea", "One")
			other := r.participant(t, r.homes[1], "tea", "Other")
			routes := [2]route{one.hears(t), other.hears(t)}
			t.Logf("%+v", routes)
			checkRoutes(t, routes, tt.want, tt.blocked)
		})
	}
}

// checkRoutes checks the routes of two who hear each other: direct, or through
// relays that are reached by a protocol; those of the first at least, when that one
// is blocked.
func checkRoutes(t *testing.T, routes [2]route, want string, blocked bool) {
	t.Helper()
	if want == "" {
		if !routes[0].direct() || !routes[1].direct() {
			t.Errorf("not direct: %+v", routes)
		}
		return
	}
	looked := routes[:]
	if blocked {
		looked = routes[:1]
	}
	var protocols []string
	for _, p := range looked {
		if p.Local == relayed {
			protocols = append(protocols, p.Protocol)
		}
	}
	if protocols = slices.Compact(protocols); !slices.Equal(protocols, []string{want}) {
		t.Errorf("relays are reached by %v, want %s: %+v", protocols, want, routes)
	}
}
