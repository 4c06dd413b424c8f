package turn

import (
	"encoding"
	"net/netip"
	"testing"
)

func TestTexts(t *testing.T) {
	var m Mapping
	var r PortRange
	for _, test := range []struct {
		into interface {
			encoding.TextUnmarshaler
			encoding.TextMarshaler
		}
		text string
		good bool
	}{
		{&m, "203.0.113.5", true},
		{&m, "203.0.113.5/10.0.0.5", true},
		{&m, "2001:db8::5/fd00::5", true},
		{&m, "203.0.113.5/", false},
		{&m, "203.0.113.5/fd00::5", false},
		{&m, "/10.0.0.5", false},
		{&m, "0.0.0.0", false},
		{&m, "call.example.org", false},
		{&m, "203.0.113.0/24", false},
		{&r, "49160-49559", true},
		{&r, "49160-49160", true},
		{&r, "49559-49160", false},
		{&r, "0-5", false},
		{&r, "1-65536", false},
		{&r, "", false},
		{&r, "a-b", false},
	} {
		err := test.into.UnmarshalText([]byte(test.text))
		if test.good != (err == nil) {
			t.Errorf("%q: %v", test.text, err)
		}
		if text, err := test.into.MarshalText(); test.good && (err != nil || string(text) != test.text) {
			t.Errorf("%q becomes %q, %v", test.text, text, err)
		}
	}
	if err := r.UnmarshalText([]byte("49160")); err != nil || r != (PortRange{49160, 49160}) {
		t.Error(r, err)
	}
}

func TestValidate(t *testing.T) {
	for name, spoil := range map[string]func(*Config){
		"no address": func(c *Config) { c.Listen = nil },
		"ports":      func(c *Config) { c.Ports = PortRange{2, 1} },
		"rate":       func(c *Config) { c.Rate = -1 },
		"public":     func(c *Config) { c.Public = []Mapping{{Local: loopback}} },
		"twice":      func(c *Config) { c.Public = []Mapping{{Public: announced}, {announced, loopback}} },
		"foreign":    func(c *Config) { c.Listen = []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:0")} },
	} {
		conf := local()
		spoil(&conf)
		if s, err := newServer(conf, lonely()); err == nil {
			t.Errorf("%s: no error", name)
			s.Close()
		}
	}
}
