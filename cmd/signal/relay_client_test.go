package main

import (
	"log/slog"
	"net"
	"testing"
	"time"

	"github.com/pion/logging"
	pion "github.com/pion/turn/v5"
)

// TestRelayLimits holds that the relay is told what the flags allow.
func TestRelayLimits(t *testing.T) {
	cfg, _, err := parse([]string{"--turn=127.0.0.1:0", "--limit-allocations=1", "--turn-allow=10.1.0.0/16"}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := newRelay(cfg, nil, nil, 0, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.own.Close() })
	username, password, _ := r.own.Credentials("somebody", time.Now())
	client := func() *pion.Client {
		conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		at := (&net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(r.own.Port())}).String()
		c, err := pion.NewClient(&pion.ClientConfig{
			TURNServerAddr: at, Conn: conn, Username: username, Password: password,
			LoggerFactory: &logging.DefaultLoggerFactory{},
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close(); conn.Close() })
		if err := c.Listen(); err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := client()
	relay, err := first.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { relay.Close() })
	if _, err := client().Allocate(); err == nil {
		t.Error("one person has two relay ports, with --limit-allocations=1")
	}
	for addr, allowed := range map[string]bool{"10.1.0.1": true, "10.2.0.1": false} {
		if err := first.CreatePermission(&net.UDPAddr{IP: net.ParseIP(addr), Port: 9}); (err == nil) != allowed {
			t.Errorf("a relay to %s: %v", addr, err)
		}
	}
}
