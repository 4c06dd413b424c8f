package main

import (
	"net/http"
	"strings"
	"testing"

	"moim/signaling/client"
)

func TestMetrics(t *testing.T) {
	p, secure, browser := secureSite(t, "--turn=127.0.0.1:0")
	for room, name := range map[string]string{"a-room-of-its-own": "Ada", "another": "Ben"} {
		c, err := client.Dial(p.ctx, client.Config{URL: secure, HTTPClient: browser, Room: room, Name: name})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.Close)
	}
	relay := allocate(t, browser, secure)
	metrics := p.get("/metrics")
	if metrics.StatusCode != http.StatusOK || !strings.HasPrefix(metrics.Header.Get("Content-Type"), "text/plain") {
		t.Fatalf("%s: %.300s", metrics.Status, metrics.text)
	}
	for _, want := range []string{
		"moim_rooms 2\n", `moim_peers{state="here"} 2`, `moim_peers{state="away"} 0`, "moim_test_calls 0\n",
		`moim_relay_refused_total{reason="peer"} 0`, `moim_tls_connections_total{as="turn"} `, "moim_certificate_expiry_timestamp_seconds ",
		"go_goroutines ",
	} {
		if !strings.Contains(metrics.text, want) {
			t.Errorf("no %s in\n%s", want, metrics.text)
		}
	}
	if strings.Contains(metrics.text, "moim_relay_allocations 0\n") {
		t.Errorf("the relay at %v is not counted", relay.LocalAddr())
	}
	for _, private := range []string{"a-room-of-its-own", "Ada", "127.0.0.1"} {
		if strings.Contains(metrics.text, private) {
			t.Errorf("%q is in the metrics", private)
		}
	}
}
