package signaling_test

import (
	"strings"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

func TestDisplayNames(t *testing.T) {
	tests := []struct {
		name, given, shown string // shown is empty for bad-name
	}{
		{"plain", "Mina", "Mina"},
		{"hangul", "모임지기", "모임지기"},
		{"trimmed", " \t\u00a0Mina\u3000\n", "Mina"},
		{"composed", "Jose\u0301", "Jos\u00e9"},
		{"inner space", "Mina A", "Mina A"},
		{"emoji", "🧑‍🚀", "🧑‍🚀"},
		{"right to left", "مريم", "مريم"},
		{"markup is text", "<b>&amp;</b>", "<b>&amp;</b>"},
		{"40 characters", strings.Repeat("한", 40), strings.Repeat("한", 40)},
		{"40 beyond the BMP", strings.Repeat("𝔐", 40), strings.Repeat("𝔐", 40)},
		{"40 once composed", strings.Repeat("e\u0301", 40), strings.Repeat("é", 40)},
		{"40 once trimmed", " " + strings.Repeat("m", 40) + " ", strings.Repeat("m", 40)},
		{"41 characters", strings.Repeat("m", 41), ""},
		{"41 beyond ASCII", strings.Repeat("한", 41), ""},
		{"blank", "  \t ", ""},
		{"NUL", "Mi\x00na", ""},
		{"line break", "Mi\nna", ""},
		{"delete", "Mi\x7fna", ""},
		{"C1 control", "Mi\u0085na", ""},
		{"line separator", "Mi\u2028na", ""},
		{"paragraph separator", "Mi\u2029na", ""},
		{"left-to-right embedding", "\u202aMina", ""},
		{"right-to-left embedding", "\u202bMina", ""},
		{"pop directional formatting", "Mina\u202c", ""},
		{"left-to-right override", "\u202dMina", ""},
		{"right-to-left override", "\u202eMina", ""},
		{"left-to-right isolate", "\u2066Mina", ""},
		{"right-to-left isolate", "\u2067Mina", ""},
		{"first strong isolate", "\u2068Mina", ""},
		{"pop directional isolate", "Mina\u2069", ""},
		{"nothing visible", "\u200b\u200d", ""},
		{"marks alone", "\u0301\u0302", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				witness := s.Join("tea", "Witness")
				p := s.Dial()
				p.SendJoin(Frame{"id": 1, "room": "tea", "name": tt.given})
				if tt.shown == "" {
					p.ExpectRefused(1, protocol.CodeBadName)
					p.ExpectClose(protocol.CloseRefused)
					witness.ExpectNothing()
				} else {
					p.Expect(protocol.TypeJoined)
					if got := witness.ExpectPeer(protocol.TypePeerJoined).Name; got != tt.shown {
						t.Errorf("joined as %q, want %q", got, tt.shown)
					}
				}

				other := s.Join("tea", "Other")
				witness.Expect(protocol.TypePeerJoined)
				other.Send(Frame{"type": "update", "id": 2, "name": tt.given})
				if tt.shown == "" {
					other.ExpectRefused(2, protocol.CodeBadName)
					witness.ExpectNothing()
				} else if got := witness.ExpectPeer(protocol.TypePeerChanged).Name; got != tt.shown {
					t.Errorf("renamed to %q, want %q", got, tt.shown)
				}
			})
		})
	}
}

func TestDefaultName(t *testing.T) {
	for _, join := range []Frame{{"room": "tea"}, {"room": "tea", "name": ""}} {
		Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
			if got := s.JoinAs(join).Joined.Peers[0].Name; got != "Guest" {
				t.Errorf("%v joins as %q", join, got)
			}
		})
	}
}

func TestParseRoom(t *testing.T) {
	tests := []struct {
		name, given, shown string // shown is empty for bad-room
		id                 signaling.RoomID
	}{
		{"plain", "tea-Time_2", "tea-Time_2", "tea-time_2"},
		{"trimmed", " \u3000Tea\t", "Tea", "tea"},
		{"hangul", "모임", "모임", "모임"},
		{"hangul apart", "\u1106\u1169\u110b\u1175\u11b7", "모임", "모임"},
		{"composed", "Cafe\u0301", "Café", "café"},
		{"case beyond ASCII", "ÉTÉ", "ÉTÉ", "été"},
		{"sharp s", "Straße", "Straße", "strasse"},
		{"final sigma", "ΟΔΟΣ", "ΟΔΟΣ", "οδοσ"},
		{"kelvin sign", "\u212a9", "K9", "k9"},
		{"marks after a letter", "हिन्दी", "हिन्दी", "हिन्दी"},
		{"digits of another script", "٢٠٢٦", "٢٠٢٦", "٢٠٢٦"},
		{"64 characters", strings.Repeat("a", 64), strings.Repeat("a", 64), signaling.RoomID(strings.Repeat("a", 64))},
		{"64 beyond ASCII", strings.Repeat("모", 64), strings.Repeat("모", 64), signaling.RoomID(strings.Repeat("모", 64))},
		{"64 once composed", strings.Repeat("e\u0301", 64), strings.Repeat("é", 64), signaling.RoomID(strings.Repeat("é", 64))},
		{"65 characters", strings.Repeat("a", 65), "", ""},
		{"65 beyond ASCII", strings.Repeat("모", 65), "", ""},
		{"none", "", "", ""},
		{"blank", "  ", "", ""},
		{"inner space", "tea time", "", ""},
		{"slash", "tea/time", "", ""},
		{"dots", "..", "", ""},
		{"percent", "tea%2ftime", "", ""},
		{"NUL", "tea\x00", "", ""},
		{"override", "tea\u202e", "", ""},
		{"zero width", "te\u200ba", "", ""},
		{"emoji", "🍵", "", ""},
		{"mark first", "\u0301a", "", ""},
		{"mark after a digit", "1\u0301", "", ""},
		{"not UTF-8", "tea\xff", "", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shown, id, fault := signaling.ParseRoom(tt.given)
			if (fault == nil) != (tt.shown != "") || shown != tt.shown || id != tt.id {
				t.Fatalf("ParseRoom(%q) = %q, %q, %v; want %q, %q", tt.given, shown, string(id), fault, tt.shown, string(tt.id))
			}
			if fault != nil && fault.Code != protocol.CodeBadRoom {
				t.Errorf("refused with %s", fault.Code)
			}
			if fault == nil {
				if _, again, _ := signaling.ParseRoom(shown); again != id {
					t.Errorf("the name as shown is the room %q, not %q", string(again), string(id))
				}
			}
		})
	}
}

// TestRoomsMeet holds that names which differ in case or composition alone
// lead to one room, and others do not.
func TestRoomsMeet(t *testing.T) {
	tests := []struct {
		a, b string
		meet bool
	}{
		{"tea", "TEA", true},
		{"caf\u00e9", "CAFE\u0301", true},
		{"모임", "\u1106\u1169\u110b\u1175\u11b7", true},
		{"straße", "STRASSE", true},
		{"tea", " tea ", true},
		{"tea", "tee", false},
		{"cafe", "caf\u00e9", false},
	}
	for _, tt := range tests {
		Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
			mina, nana := s.Join(tt.a, ""), s.Join(tt.b, "")
			if tt.meet {
				mina.Expect(protocol.TypePeerJoined)
			} else {
				mina.ExpectNothing()
			}
			if n := len(nana.Joined.Peers); (n == 2) != tt.meet {
				t.Errorf("%q and %q: %d peers", tt.a, tt.b, n)
			}
		})
	}
}
