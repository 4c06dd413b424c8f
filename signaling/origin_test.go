package signaling_test

import (
	"net/http"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

func TestOrigin(t *testing.T) {
	tests := []struct {
		name, origin string
		allowed      []string
		status       int
	}{
		{"no browser", "", nil, http.StatusSwitchingProtocols},
		{"own host", "https://" + Host, nil, http.StatusSwitchingProtocols},
		{"own host in capitals", "https://MOIM.example", nil, http.StatusSwitchingProtocols},
		{"another host", "https://evil.example", nil, http.StatusForbidden},
		{"host that ends the same", "https://not-" + Host, nil, http.StatusForbidden},
		{"host that starts the same", "https://" + Host + ".evil.example", nil, http.StatusForbidden},
		{"own host, other port", "https://" + Host + ":8443", nil, http.StatusForbidden},
		{"a page from a file", "null", nil, http.StatusForbidden},
		{"not an origin", "%", nil, http.StatusForbidden},
		{"allowed host", "https://pages.example", []string{"pages.example"}, http.StatusSwitchingProtocols},
		{"allowed pattern", "https://a.pages.example", []string{"*.pages.example"}, http.StatusSwitchingProtocols},
		{"not in the pattern", "https://pages.example", []string{"*.pages.example"}, http.StatusForbidden},
		{"own host beside allowed ones", "https://" + Host, []string{"pages.example"}, http.StatusSwitchingProtocols},
		{"not among the allowed", "https://evil.example", []string{"pages.example"}, http.StatusForbidden},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{Origins: tt.allowed}, func(t *testing.T, s *Server) {
				p, status, err := s.TryDial(Dial{Origin: tt.origin})
				if status != tt.status || (err == nil) != (tt.status == http.StatusSwitchingProtocols) {
					t.Fatalf("status %d, %v; want %d", status, err, tt.status)
				}
				if p != nil {
					p.Join(Frame{"room": "tea"})
				}
			})
		})
	}
}

func TestSubprotocol(t *testing.T) {
	tests := []struct {
		name    string
		offered []string
		want    string
	}{
		{"the one", []string{protocol.Subprotocol}, protocol.Subprotocol},
		{"among others", []string{"chat", protocol.Subprotocol}, protocol.Subprotocol},
		{"none", []string{}, ""},
		{"another", []string{"chat"}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				p := s.DialWith(Dial{Subprotocols: tt.offered})
				if got := p.Subprotocol(); got != tt.want {
					t.Errorf("chose %q, want %q", got, tt.want)
				}
				p.Join(Frame{"room": "tea"})
			})
		})
	}
}
