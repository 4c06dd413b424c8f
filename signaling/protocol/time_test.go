package protocol_test

import (
	"encoding/json"
	"testing"
	"time"

	"moim/signaling/protocol"
)

func TestTime(t *testing.T) {
	seoul := time.FixedZone("KST", 9*60*60)
	tests := []struct {
		at   time.Time
		want string
	}{
		{time.Date(2026, 11, 22, 21, 0, 1, 250_999_999, seoul), `"2026-11-22T12:00:01.250Z"`},
		{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), `"2026-01-02T03:04:05.000Z"`},
	}
	for _, tt := range tests {
		at := protocol.At(tt.at)
		text, err := json.Marshal(at)
		if err != nil || string(text) != tt.want {
			t.Errorf("%v is %s, %v; want %s", tt.at, text, err, tt.want)
		}
		var back protocol.Time
		if err := json.Unmarshal(text, &back); err != nil || back != at {
			t.Errorf("%s is %v, %v; want %v", text, back, err, at)
		}
	}
	for _, text := range []string{`"2026-11-22T12:00:01Z"`, `"2026-11-22 12:00:01.250Z"`, `"yesterday"`, `5`, `""`} {
		var at protocol.Time
		if err := json.Unmarshal([]byte(text), &at); err == nil {
			t.Errorf("%s is taken as %v", text, at)
		}
	}
}
