package protocol

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzDecode holds that Decode never panics, that it takes what a strict
// reading by encoding/json takes and nothing else, and that both find the same
// in it.
func FuzzDecode(f *testing.F) {
	paths, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no golden frames: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{
		``, `{}`, `[]`, `null`, `"x"`, `1`, `{"type":"typing"`, `{"type":"typing"}x`, "\ufeff{}", "\xff",
		`{"type":"typing","type":"leave"}`, `{"type":"typing","t\u0079pe":"leave"}`, `{"type":"data","data":{"a":{"b":1,"\u0062":2}}}`,
		`{"type":"data","data":"\ud83c\udf75"}`, `{"type":"data","data":"\ud83c"}`, `{"type":"data","data":"\udf75\ud83c"}`, `{"type":"data","data":"\\ud83c"}`,
		`{"type":"data","data":[-0.5e+10,1E9,0,-0,1.25]}`, `{"type":"data","data":01}`, `{"type":"data","data":.5}`, `{"type":"data","data":1.}`,
		"{\"type\":\"data\",\"data\":\"\x00\"}", "{\"type\":\"data\",\"data\":\"\x1f\x7f\u2028\"}", "\t{\r\n\"type\" : \"typing\" }\n",
		`{"type":"data","data":` + strings.Repeat("[", 31) + strings.Repeat("]", 31) + `}`,
		`{"type":"data","data":` + strings.Repeat(`{"a":`, 32) + `1` + strings.Repeat("}", 32) + `}`,
		`{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1,"l":1,"m":1,"n":1,"o":1,"p":1,"q":1,"q":1}`,
		`{"id":9007199254740991,"type":"ping","got":9007199254740992}`, `{"type":"join","room":"tea","media":{"mic":1}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		kept := bytes.Clone(raw)
		var frame Frame
		fault := Decode(raw, &frame)
		if !bytes.Equal(raw, kept) {
			t.Fatal("the bytes were changed")
		}
		broken := slices.Contains([]*Error{ErrNotUTF8, errSyntax, errNotObject, errTwice, errDeep, errSurrogate}, fault)
		if want := strict(raw); broken != (want != nil) {
			t.Fatalf("Decode says %v, a strict reading %v", fault, want)
		}
		if !broken {
			sameFields(t, raw, &frame, fault)
		}
	})
}

// strict tells why a text is not an object of valid JSON in UTF-8 without a
// name twice, without a lone surrogate and of at most MaxDepth levels.
func strict(raw []byte) error {
	if !utf8.Valid(raw) {
		return errors.New("not UTF-8")
	}
	if !json.Valid(raw) {
		return errors.New("not JSON")
	}
	if trimmed := bytes.TrimLeft(raw, " \t\r\n"); trimmed[0] != '{' {
		return errors.New("not an object")
	}
	if loneSurrogate(raw) {
		return errors.New("a lone surrogate")
	}
	return walk(raw)
}

// walk looks for a name twice and too many levels.
func walk(raw []byte) error {
	type level struct {
		names map[string]bool // nil in an array
		value bool            // a value comes next, in an object
	}
	var levels []level
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	for {
		token, err := decoder.Token()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if delim, ok := token.(json.Delim); ok && (delim == '}' || delim == ']') {
			levels = levels[:len(levels)-1]
			continue
		}
		if n := len(levels); n > 0 && levels[n-1].names != nil {
			top := &levels[n-1]
			if name, ok := token.(string); ok && !top.value {
				if top.names[name] {
					return errors.New("a name twice")
				}
				top.names[name], top.value = true, true
				continue
			}
			top.value = false
		}
		switch token {
		case json.Delim('{'):
			levels = append(levels, level{names: map[string]bool{}})
		case json.Delim('['):
			levels = append(levels, level{})
		}
		if len(levels) > MaxDepth {
			return errors.New("nested too deep")
		}
	}
}

var escapes = regexp.MustCompile(`\\(?:u([0-9a-fA-F]{4})|.)`)

// loneSurrogate looks at the escapes of a valid text.
func loneSurrogate(raw []byte) bool {
	highEnd := -1 // where a high surrogate ended that waits for its low one
	for _, at := range escapes.FindAllSubmatchIndex(raw, -1) {
		var unit uint64
		if at[2] >= 0 {
			unit, _ = strconv.ParseUint(string(raw[at[2]:at[3]]), 16, 16)
		}
		low := 0xdc00 <= unit && unit < 0xe000
		if low != (highEnd >= 0) || low && at[0] != highEnd {
			return true
		}
		highEnd = -1
		if 0xd800 <= unit && unit < 0xdc00 {
			highEnd = at[1]
		}
	}
	return highEnd >= 0
}

// sameFields compares what Decode found with what encoding/json finds.
func sameFields(t *testing.T, raw []byte, frame *Frame, fault *Error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		t.Fatal(err)
	}
	for field := fieldNone + 1; field < numFields; field++ {
		want, has := fields[fieldNames[field]]
		if frame.Has(field) != has || !bytes.Equal(frame.Raw(field), want) {
			t.Fatalf("%s is %q, want %q", fieldNames[field], frame.Raw(field), want)
		}
		var text string
		if has && want[0] == '"' && json.Unmarshal(want, &text) == nil && frame.Text(field) != text {
			t.Fatalf("%s is %q, want %q", fieldNames[field], frame.Text(field), text)
		}
		if truth := string(want) == "true"; frame.Bool(field) != truth {
			t.Fatalf("%s is %v, want %v", fieldNames[field], frame.Bool(field), truth)
		}
	}
	var name string
	isText := json.Unmarshal(fields["type"], &name) == nil && fields["type"][0] == '"'
	known := false
	for _, client := range ClientTypes() {
		known = known || isText && client.String() == name
	}
	switch {
	case fault == nil && (!known || frame.Type.String() != name):
		t.Fatalf("a frame of type %q is taken as %q", name, frame.Type)
	case fault == errUnknownType && (known || !isText):
		t.Fatalf("the type %q is not known", name)
	case fault == nil:
		relayed(t, frame)
	}
}

// relayed holds that what is passed on of a frame is valid too.
func relayed(t *testing.T, frame *Frame) {
	if slices.Contains([]Type{TypeOffer, TypeAnswer, TypeCandidate, TypeData}, frame.Type) {
		if err := strict(AppendRelay(nil, frame, "aaaaaaaaaaaaaaaa")); err != nil {
			t.Fatalf("the relayed frame: %v", err)
		}
	}
}
