package protocol_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"moim/signaling/protocol"
)

func TestDecodeFields(t *testing.T) {
	const text = ` {"x":[{"to":"no"}],"type":"chat","id":7,"key":"k\u0065y","text":"\u0022\\\/\b\f\n\r\t\ud83c\udf75한","to":"","reply":9007199254740991,"name":5} `
	var f protocol.Frame
	if fault := protocol.Decode([]byte(text), &f); fault != nil {
		t.Fatal(fault)
	}
	if f.Type != protocol.TypeChat || f.ID != 7 {
		t.Errorf("%v with id %d", f.Type, f.ID)
	}
	texts := map[protocol.Field]string{
		protocol.FieldKey: "key", protocol.FieldText: "\"\\/\b\f\n\r\t🍵한", protocol.FieldTo: "",
		protocol.FieldSDP: "", protocol.FieldName: "",
	}
	for field, want := range texts {
		if got := f.Text(field); got != want {
			t.Errorf("field %d is %q, want %q", field, got, want)
		}
	}
	if got := f.Int(protocol.FieldReply); got != 1<<53-1 {
		t.Errorf("reply is %d", got)
	}
	if !f.Has(protocol.FieldTo) || f.Has(protocol.FieldSDP) || f.Raw(protocol.FieldSDP) != nil {
		t.Error("fields are there that are not, or not there that are")
	}
	if got := string(f.Raw(protocol.FieldKey)); got != `"k\u0065y"` {
		t.Errorf("the raw key is %s", got)
	}
	if got := f.PeerID(); len(got) != 0 {
		t.Errorf("to is %q", got)
	}
}

func TestDecodeObject(t *testing.T) {
	var f protocol.Frame
	if fault := protocol.Decode([]byte(`{"media":{"camera": true,"mic":false,"room":{}},"type":"join","room":"tea","hand":true}`), &f); fault != nil {
		t.Fatal(fault)
	}
	media := f.Object(protocol.FieldMedia)
	if !media.Bool(protocol.FieldCamera) || media.Bool(protocol.FieldMic) || media.Bool(protocol.FieldHand) {
		t.Error("media is not as sent")
	}
	if !media.Has(protocol.FieldMic) || media.Has(protocol.FieldHand) {
		t.Error("the fields of media are mixed with those around it")
	}
	if none := f.Object(protocol.FieldData); none.Has(protocol.FieldMic) {
		t.Error("an object that is not there has fields")
	}
}

// TestDecodeReuses holds that nothing of an earlier frame stays behind.
func TestDecodeReuses(t *testing.T) {
	var f protocol.Frame
	for _, text := range []string{`{"type":"chat","id":3,"key":"k","text":"x"}`, `{"type":"typing"}`, `{`, `{"type":"chat"}`} {
		fault := protocol.Decode([]byte(text), &f)
		switch text {
		case `{"type":"typing"}`:
			if f.ID != 0 || f.Has(protocol.FieldText) {
				t.Error("a field of an earlier frame is there")
			}
		case `{`:
			if fault == nil || f.Type != protocol.TypeNone || f.ID != 0 {
				t.Error("a broken frame has the type of an earlier one")
			}
		case `{"type":"chat"}`:
			if fault == nil {
				t.Error("a field of an earlier frame is taken for one of this")
			}
		}
	}
}

// TestDecodeFaults holds which code a fault has and what is known of the frame then.
func TestDecodeFaults(t *testing.T) {
	tests := []struct {
		text string
		code protocol.Code
		t    protocol.Type
		id   int64
	}{
		{`{"type":"typing","id":4}`, "", protocol.TypeTyping, 4},
		{`{"type":"chat","id":4}`, protocol.CodeBadMessage, protocol.TypeChat, 4},
		{`{"type":"dance","id":4}`, protocol.CodeUnknownType, protocol.TypeNone, 4},
		{`{"type":"ok","id":4}`, protocol.CodeUnknownType, protocol.TypeNone, 4},
		{`{"id":4}`, protocol.CodeBadMessage, protocol.TypeNone, 4},
		{`{"type":"typing","id":0}`, protocol.CodeBadMessage, protocol.TypeNone, 0},
		{`{"type":"typing","id":4} x`, protocol.CodeBadMessage, protocol.TypeNone, 0},
	}
	for _, tt := range tests {
		var f protocol.Frame
		code := protocol.Code("")
		if fault := protocol.Decode([]byte(tt.text), &f); fault != nil {
			code = fault.Code
			if fault.Message == "" || fault.Error() == "" {
				t.Errorf("%s: the fault says nothing", tt.text)
			}
		}
		if code != tt.code || f.Type != tt.t || f.ID != tt.id {
			t.Errorf("%s: %q, %v, %d", tt.text, code, f.Type, f.ID)
		}
	}
}

func TestDecodeIntegers(t *testing.T) {
	tests := []struct {
		number   string
		positive bool
		count    bool
	}{
		{"0", false, true},
		{"1", true, true},
		{"42", true, true},
		{"9007199254740991", true, true},
		{"9007199254740992", false, false},
		{"18446744073709551617", false, false},
		{"99999999999999999999999999", false, false},
		{"-1", false, false},
		{"-0", false, false},
		{"1.0", false, false},
		{"1e2", false, false},
		{"1E0", false, false},
		{`"1"`, false, false},
		{"true", false, false},
		{"null", false, false},
		{"[1]", false, false},
		{"{}", false, false},
	}
	for _, tt := range tests {
		for text, want := range map[string]bool{
			`{"type":"typing","id":` + tt.number + `}`:                     tt.positive,
			`{"type":"chat-history","before":` + tt.number + `}`:           tt.positive,
			`{"type":"chat","key":"","text":"","reply":` + tt.number + `}`: tt.positive,
			`{"type":"ping","got":` + tt.number + `}`:                      tt.count,
			`{"type":"join","room":"","got":` + tt.number + `}`:            tt.count,
		} {
			var f protocol.Frame
			if fault := protocol.Decode([]byte(text), &f); (fault == nil) != want {
				t.Errorf("%s: %v", text, fault)
			}
		}
	}
}

// TestDecodeNames holds that a name twice is found wherever it stands and
// however it is spelled, also among more names than are compared one by one.
func TestDecodeNames(t *testing.T) {
	object := func(n int, last string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, `"n%d":{"n0":0},`, i)
		}
		return "{" + b.String() + last + ":0}"
	}
	for _, n := range []int{1, 2, 14, 15, 16, 17, 18, 31, 32, 100, 2000} {
		for _, tt := range []struct {
			last  string
			twice bool
		}{
			{`"n"`, false},
			{fmt.Sprintf(`"n%d"`, n), false},
			{`"N0"`, false},
			{`"n0 "`, false},
			{`""`, false},
			{`"n0"`, true},
			{fmt.Sprintf(`"n%d"`, n-1), true},
			{fmt.Sprintf(`"n%d"`, n/2), true},
			{`"\u006e0"`, true},
			{`"n\u0030"`, true},
			{`"\u006E\u0030"`, true},
		} {
			for _, text := range []string{
				`{"type":"data","data":` + object(n, tt.last) + `}`,
				`{"type":"data","data":[[` + object(n, tt.last) + `]]}`,
				`{"data":1,"type":"data",` + object(n, tt.last)[1:],
			} {
				var f protocol.Frame
				if fault := protocol.Decode([]byte(text), &f); (fault != nil) != tt.twice {
					t.Errorf("%d names and %s: %v", n, tt.last, fault)
				}
			}
		}
	}
}

// TestDecodeEscapedNames holds that escaped spellings on both sides are compared.
func TestDecodeEscapedNames(t *testing.T) {
	tests := []struct {
		a, b  string
		twice bool
	}{
		{`"\u00e9"`, `"é"`, true},
		{`"\ud83c\udf75"`, `"🍵"`, true},
		{`"\/"`, `"/"`, true},
		{`"\n"`, `"\u000a"`, true},
		{`"\\u0061"`, `"a"`, false},
		{`"e\u0301"`, `"é"`, false},
		{`"\u0000"`, `""`, false},
	}
	for _, tt := range tests {
		var f protocol.Frame
		text := `{"type":"data","data":{` + tt.a + `:1,` + tt.b + `:2}}`
		if fault := protocol.Decode([]byte(text), &f); (fault != nil) != tt.twice {
			t.Errorf("%s: %v", text, fault)
		}
	}
}

// TestDecodeStrings puts what ends a plain stretch at every place of a word of
// eight bytes.
func TestDecodeStrings(t *testing.T) {
	for before := range 20 {
		for after := range 20 {
			for _, tt := range []struct {
				middle string
				good   bool
			}{
				{`\"`, true},
				{`\\`, true},
				{`\n`, true},
				{`\u00e9`, true},
				{`\ud83c\udf75`, true},
				{"é", true},
				{"🍵", true},
				{"\x7f", true},
				{" ", true},
				{"!", true},
				{"#", true},
				{"[", true},
				{"]", true},
				{"\x00", false},
				{"\x1f", false},
				{"\n", false},
				{`\x`, false},
				{`\ud83c`, false},
				{`\u12g4`, false},
			} {
				inner := strings.Repeat("x", before) + tt.middle + strings.Repeat("y", after)
				text := `{"type":"update","name":"` + inner + `"}`
				var f protocol.Frame
				fault := protocol.Decode([]byte(text), &f)
				if (fault == nil) != tt.good {
					t.Fatalf("%q: %v", text, fault)
				}
				if !tt.good {
					continue
				}
				var want string
				if err := json.Unmarshal([]byte(`"`+inner+`"`), &want); err != nil {
					t.Fatal(err)
				}
				if got := f.Text(protocol.FieldName); got != want {
					t.Fatalf("%q is %q, want %q", inner, got, want)
				}
			}
		}
	}
}

// TestDecodeCutOff holds that no beginning of a frame is taken for one, and
// that none makes the decoder read on.
func TestDecodeCutOff(t *testing.T) {
	const text = `{"type":"join","room":"t\u00e9\ud83c\udf75","media":{"mic":true,"camera":false},"x":[-1.5e+3,null,{"a":[]}],"got":0}`
	for n := range len(text) {
		var f protocol.Frame
		cut := append(make([]byte, 0, n), text[:n]...)
		if fault := protocol.Decode(cut, &f); fault == nil {
			t.Errorf("%s is taken", cut)
		}
	}
}

// TestDecodeAllocates holds that the frames of a call cost no allocation.
func TestDecodeAllocates(t *testing.T) {
	for _, text := range []string{
		`{"type":"offer","to":"aaaaaaaaaaaaaaaa","sdp":"` + strings.Repeat(`a=rtpmap:111 opus/48000/2\r\n`, 70) + `"}`,
		`{"type":"candidate","to":"aaaaaaaaaaaaaaaa","candidate":{"candidate":"candidate:1 1 udp 1 192.0.2.1 9 typ host","sdpMid":"0","sdpMLineIndex":0}}`,
		`{"type":"ping","got":12}`,
	} {
		raw, f := []byte(text), new(protocol.Frame)
		if n := testing.AllocsPerRun(100, func() {
			if fault := protocol.Decode(raw, f); fault != nil {
				t.Fatal(fault)
			}
		}); n > 0 {
			t.Errorf("%.40s…: %v allocations", text, n)
		}
	}
}

func TestAppendBeat(t *testing.T) {
	for _, got := range []int64{0, 7, math.MaxInt64} {
		want := fmt.Sprintf(`x{"type":"pong","got":%d}`, got)
		if b := protocol.AppendBeat([]byte("x"), protocol.TypePong, got); string(b) != want {
			t.Errorf("got %s, want %s", b, want)
		}
	}
}

// TestRelaySize holds that the room asked for a relayed frame is enough, and
// not much more.
func TestRelaySize(t *testing.T) {
	const from = "aaaaaaaaaaaaaaaa"
	for _, text := range []string{
		`{"type":"offer","to":"x","sdp":""}`, `{"type":"answer","to":"x","sdp":"v=0"}`,
		`{"type":"candidate","to":"x","candidate":null}`, `{"type":"data","data":[1, 2]}`,
	} {
		var f protocol.Frame
		if fault := protocol.Decode([]byte(text), &f); fault != nil {
			t.Fatal(fault)
		}
		size, frame := protocol.RelaySize(&f, from), protocol.AppendRelay(nil, &f, from)
		if len(frame) > size || size > len(frame)+20 {
			t.Errorf("%s takes %d bytes, %d are asked for", frame, len(frame), size)
		}
		if !json.Valid(frame) {
			t.Errorf("%s is not JSON", frame)
		}
	}
}

// TestTypesAndCodes holds that every type and code goes to the wire and back.
func TestTypesAndCodes(t *testing.T) {
	for _, want := range append(protocol.ClientTypes(), protocol.ServerTypes()...) {
		text, err := want.MarshalText()
		var got protocol.Type
		if err != nil || len(text) == 0 || got.UnmarshalText(text) != nil || got != want {
			t.Errorf("%d is %q, which is %d", want, text, got)
		}
	}
	got := protocol.TypeChat
	if err := got.UnmarshalText([]byte("dance")); err != nil || got != protocol.TypeNone {
		t.Errorf("an unknown type is %v, %v", got, err)
	}
	if protocol.Type(200).String() != "" {
		t.Error("a type that is none has a name")
	}
	for _, code := range protocol.CloseCodes() {
		if reason := code.Reason(); reason == "" || len(reason) > 123 {
			t.Errorf("%d has the reason %q", code, reason)
		}
	}
	if protocol.CloseCode(4999).Reason() != "" {
		t.Error("a close code that is none has a reason")
	}
}
