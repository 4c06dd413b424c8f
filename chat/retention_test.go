package chat_test

import (
	"testing"
	"time"

	"moim/chat"
)

func TestRetention(t *testing.T) {
	for text, want := range map[string]chat.Retention{
		"0":             {},
		"30d:10000":     {Age: 720 * time.Hour, Lines: 10000},
		"1h30m0s:1":     {Age: 90 * time.Minute, Lines: 1},
		"1s:all":        {Age: time.Second, Lines: chat.All},
		"all:5":         {Age: chat.All, Lines: 5},
		"all:all":       {Age: chat.All, Lines: chat.All},
		"65535d:100000": {Age: 65535 * 24 * time.Hour, Lines: 100000},
	} {
		var got chat.Retention
		if err := got.UnmarshalText([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v; want %+v", text, got, err, want)
		}
		if back, err := got.MarshalText(); err != nil || string(back) != text {
			t.Errorf("%s is written as %s, %v", text, back, err)
		}
		if got.Nothing() != (text == "0") {
			t.Errorf("%s keeps nothing: %v", text, got.Nothing())
		}
	}
	for _, text := range []string{
		"", "1", "30d", ":", "30d:", ":100", "0:100", "30d:0", "-1d:5", "30d:-5", "30:5", "30d:5:6",
		"65536d:1", "1e3d:1", "10ms:5", "30d:99999999999", "ALL:1", " 1d:1", "d:1",
	} {
		var got chat.Retention
		if err := got.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is taken as %+v", text, got)
		}
	}
}
