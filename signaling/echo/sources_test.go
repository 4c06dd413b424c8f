package echo

import (
	"net"
	"regexp"
	"testing"
	"time"

	"github.com/pion/stun/v4"
)

// TestForgedSources asks back only where the first few packets of a call claim to
// come from, however many come.
func TestForgedSources(t *testing.T) {
	s := serve(t, Config{Connect: time.Hour})
	pc := caller(t)
	pc.CreateDataChannel("probe", nil)
	offer := offerOf(t, pc)
	answer, err := s.Answer(t.Context(), home, offer)
	if err != nil {
		t.Fatal(err)
	}
	ufrag, password := regexp.MustCompile(`ice-ufrag:(\S+)`), regexp.MustCompile(`ice-pwd:(\S+)`)
	username := ufrag.FindStringSubmatch(answer)[1] + ":" + ufrag.FindStringSubmatch(offer)[1]
	answered := 0
	for range 3 * maxSources {
		conn, err := net.DialUDP("udp4", nil, &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: int(s.Port())})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		request := stun.MustBuild(stun.TransactionID, stun.BindingRequest, stun.NewUsername(username), stun.RawAttribute{Type: stun.AttrPriority, Value: []byte{110, 0, 1, 255}},
			stun.RawAttribute{Type: stun.AttrICEControlling, Value: make([]byte, 8)},
			stun.NewShortTermIntegrity(password.FindStringSubmatch(answer)[1]), stun.Fingerprint)
		if _, err := conn.Write(request.Raw); err != nil {
			t.Fatal(err)
		}
		wait := 5 * time.Second
		if answered == maxSources {
			wait = 20 * time.Millisecond // nothing is to come
		}
		conn.SetReadDeadline(time.Now().Add(wait))
		if _, err := conn.Read(make([]byte, 1500)); err == nil {
			answered++
		}
	}
	if answered != maxSources {
		t.Errorf("%d sources answered", answered)
	}
}
