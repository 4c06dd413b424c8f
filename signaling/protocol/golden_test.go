package protocol_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"moim/signaling/protocol"
)

const goldenDir = "testdata/golden"

// serverFrames has a new frame for each type a server sends.
var serverFrames = map[string]func() any{
	"joined":       func() any { return new(protocol.Joined) },
	"ok":           func() any { return new(protocol.OK) },
	"error":        func() any { return new(protocol.ErrorFrame) },
	"peer-joined":  func() any { return new(protocol.PeerEvent) },
	"peer-changed": func() any { return new(protocol.PeerEvent) },
	"peer-left":    func() any { return new(protocol.PeerLeft) },
	"offer":        func() any { return new(protocol.Relay) },
	"answer":       func() any { return new(protocol.Relay) },
	"candidate":    func() any { return new(protocol.Relay) },
	"data":         func() any { return new(protocol.Relay) },
	"chat":         func() any { return new(protocol.ChatEvent) },
	"chat-changed": func() any { return new(protocol.ChatEvent) },
	"chat-history": func() any { return new(protocol.History) },
	"chat-search":  func() any { return new(protocol.History) },
	"typing":       func() any { return new(protocol.Typing) },
	"ice":          func() any { return new(protocol.ICEFrame) },
	"session":      func() any { return new(protocol.SessionFrame) },
	"restarting":   func() any { return new(protocol.Restarting) },
	"waiting":      func() any { return new(protocol.Waiting) },
	"room":         func() any { return new(protocol.RoomEvent) },
	"knock":        func() any { return new(protocol.PeerEvent) },
	"knock-ended":  func() any { return new(protocol.KnockEnded) },
	"muted":        func() any { return new(protocol.Muted) },
	"ping":         func() any { return new(protocol.Beat) },
	"pong":         func() any { return new(protocol.Beat) },
}

func TestGoldenFrames(t *testing.T) {
	api := loadAPI(t)
	for _, g := range loadGolden(t) {
		t.Run(g.name, func(t *testing.T) {
			line, ended := bytes.CutSuffix(g.text, []byte("\n"))
			var compact bytes.Buffer
			if err := json.Compact(&compact, line); err != nil {
				t.Fatal(err)
			}
			if !ended || !bytes.Equal(compact.Bytes(), line) {
				t.Error("not one compact line")
			}
			if start := fmt.Sprintf(`{"type":%q`, g.frameType); !bytes.HasPrefix(line, []byte(start)) {
				t.Errorf("does not start with %s", start)
			}
			if g.name != g.message() && !strings.HasPrefix(g.name, g.message()+"-") {
				t.Errorf("file name does not start with %s", g.message())
			}
			if err := api.schema(t, g.message()).Validate(g.value()); err != nil {
				t.Error(err)
			}
			if g.fromClient() {
				checkDecodes(t, line, g.frameType)
			} else {
				checkRoundTrip(t, line, g.frameType)
			}
		})
	}
}

// TestRelayedGolden relays the client's golden frames, each with a field more
// than it should have: what comes out fits the schema of what a peer gets.
func TestRelayedGolden(t *testing.T) {
	api := loadAPI(t)
	relayed := []string{"offer", "answer", "candidate", "data"}
	for _, g := range loadGolden(t) {
		if !g.fromClient() || !slices.Contains(relayed, g.frameType) {
			continue
		}
		sent := bytes.Replace(g.text, []byte("{"), []byte(`{"from":"aaaaaaaaaaaaaaaa",`), 1)
		var frame protocol.Frame
		if fault := protocol.Decode(sent, &frame); fault != nil {
			t.Fatalf("%s: %v", g.name, fault)
		}
		const from = "a7k2mq5xw3dtj6hr"
		text := protocol.AppendRelay(nil, &frame, from)
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", g.name, err)
		}
		if err := api.schema(t, "server-"+g.frameType).Validate(value); err != nil {
			t.Errorf("%s: %v", g.name, err)
		}
		if got := value.(map[string]any)["from"]; got != from {
			t.Errorf("%s: from is %v", g.name, got)
		}
		checkRoundTrip(t, text, g.frameType)
	}
}

func checkDecodes(t *testing.T, text []byte, wantType string) {
	t.Helper()
	var frame protocol.Frame
	if fault := protocol.Decode(text, &frame); fault != nil {
		t.Fatal(fault)
	}
	if got := frame.Type.String(); got != wantType {
		t.Errorf("decoded as %q", got)
	}
}

func checkRoundTrip(t *testing.T, text []byte, frameType string) {
	t.Helper()
	frame := serverFrames[frameType]()
	if bytes.Contains(text, []byte(`"resumed":true`)) {
		frame = new(protocol.Resumed)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(frame); err != nil {
		t.Fatal(err)
	}
	got, err := protocol.AppendFrame(nil, frame)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, text) {
		t.Errorf("encoded again:\n got %s\nwant %s", got, text)
	}
}

// TestGoldenWithoutRequired takes each required field out of each golden frame,
// at every depth: the schema must refuse it, and the decoder must refuse a
// client frame that lacks one at the top.
func TestGoldenWithoutRequired(t *testing.T) {
	api := loadAPI(t)
	for _, g := range loadGolden(t) {
		schema := api.schema(t, g.message())
		whole := g.value()
		removals := 0
		api.eachRequired(api.payload(g.message()), whole, func(object map[string]any, field string) {
			removals++
			kept := object[field]
			delete(object, field)
			defer func() { object[field] = kept }()
			if schema.Validate(whole) == nil {
				t.Errorf("%s: the schema takes a frame without %s", g.name, field)
			}
			atTop := reflect.ValueOf(object).Pointer() == reflect.ValueOf(whole).Pointer()
			if g.fromClient() && atTop {
				wantBadMessage(t, g.name+" without "+field, whole)
			}
		})
		if removals == 0 {
			t.Errorf("%s: nothing is required", g.name)
		}
	}
}

// TestGoldenOfWrongKind puts a list where each field of a client frame stands.
func TestGoldenOfWrongKind(t *testing.T) {
	api := loadAPI(t)
	for _, g := range loadGolden(t) {
		if !g.fromClient() {
			continue
		}
		for field := range g.value() {
			if field == "data" {
				continue // takes any kind
			}
			frame := g.value()
			frame[field] = []any{}
			if api.schema(t, g.message()).Validate(frame) == nil {
				t.Errorf("%s: the schema takes a list as %s", g.name, field)
			}
			wantBadMessage(t, g.name+" with a list as "+field, frame)
		}
	}
}

func wantBadMessage(t *testing.T, what string, frame map[string]any) {
	t.Helper()
	text, err := json.Marshal(frame)
	if err != nil {
		t.Fatal(err)
	}
	var decoded protocol.Frame
	fault := protocol.Decode(text, &decoded)
	if fault == nil || fault.Code != protocol.CodeBadMessage {
		t.Errorf("%s: Decode gives %v, want %s", what, fault, protocol.CodeBadMessage)
	}
}

// TestGoldenUnknownField holds that a server ignores what it does not know and
// that the schemas name everything it sends.
func TestGoldenUnknownField(t *testing.T) {
	api := loadAPI(t)
	for _, g := range loadGolden(t) {
		frame := g.value()
		frame["unheardOf"] = true
		err := api.schema(t, g.message()).Validate(frame)
		if g.fromClient() != (err == nil) {
			t.Errorf("%s with an unknown field: %v", g.name, err)
		}
		if g.fromClient() {
			text, err := json.Marshal(frame)
			if err != nil {
				t.Fatal(err)
			}
			checkDecodes(t, text, g.frameType)
		}
	}
}

// TestGoldenCoversFields holds that the golden frames together carry every
// field of every message.
func TestGoldenCoversFields(t *testing.T) {
	api := loadAPI(t)
	seen := make(map[string]bool)
	for _, g := range loadGolden(t) {
		for field := range g.value() {
			seen[g.message()+"/"+field] = true
		}
	}
	for message := range api.at("components", "messages").(map[string]any) {
		for field := range api.fields(api.payload(message)) {
			if field != "id" && !seen[message+"/"+field] {
				t.Errorf("no golden frame of %s has %s", message, field)
			}
		}
	}
}

// golden is one frame of testdata/golden.
type golden struct {
	name      string // without .json
	text      []byte
	frameType string
}

func loadGolden(t *testing.T) []golden {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(goldenDir, "*.json"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no golden frames: %v", err)
	}
	frames := make([]golden, 0, len(paths))
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		var envelope struct{ Type string }
		if err := json.Unmarshal(text, &envelope); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		frames = append(frames, golden{strings.TrimSuffix(filepath.Base(path), ".json"), text, envelope.Type})
	}
	return frames
}

func (g golden) fromClient() bool { return strings.HasPrefix(g.name, "client-") }

// message is the frame's name in asyncapi.yaml.
func (g golden) message() string {
	direction, _, _ := strings.Cut(g.name, "-")
	return direction + "-" + g.frameType
}

// value is the frame as a fresh tree of JSON values.
func (g golden) value() map[string]any {
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(g.text))
	if err != nil {
		panic(err) // loadGolden has read it
	}
	return value.(map[string]any)
}
