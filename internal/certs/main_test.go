package certs

import (
	"net/netip"
	"os"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m,
		goleak.Cleanup(func(code int) { os.RemoveAll(built); os.Exit(code) }),
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.(*RingBufferRateLimiter).loop"), // one for each authority, for as long as the process lives
		goleak.IgnoreAnyFunction("github.com/caddyserver/certmagic.keepLockfileFresh"),             // ends by itself, five seconds later
	)
}

func loopback() (hosts, error) {
	return hosts{names: []string{"localhost"}, addrs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}, nil
}
