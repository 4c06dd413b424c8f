package signaling_test

import (
	"fmt"
	"strings"
	"testing"

	"moim/signaling"
	"moim/signaling/protocol"
)

// nested is a data frame with so many levels, the frame itself included.
func nested(levels int) string {
	return `{"type":"data","data":` + strings.Repeat("[", levels-1) + strings.Repeat("]", levels-1) + "}"
}

// badFrames are frames that are refused with a code while the connection
// lives, whoever sends them.
var badFrames = []struct {
	name, text string
	code       protocol.Code
}{
	{"empty", ``, protocol.CodeBadMessage},
	{"blank", " \n", protocol.CodeBadMessage},
	{"a word", `hello`, protocol.CodeBadMessage},
	{"cut off", `{"type":"chat","key":"k","text":"he`, protocol.CodeBadMessage},
	{"two frames", `{"type":"typing"}{"type":"typing"}`, protocol.CodeBadMessage},
	{"comma at the end", `{"type":"typing",}`, protocol.CodeBadMessage},
	{"single quotes", `{'type':'typing'}`, protocol.CodeBadMessage},
	{"not a number", `{"type":"data","data":NaN}`, protocol.CodeBadMessage},
	{"leading zero", `{"type":"data","data":01}`, protocol.CodeBadMessage},
	{"byte order mark", "\ufeff" + `{"type":"typing"}`, protocol.CodeBadMessage},
	{"array", `[{"type":"typing"}]`, protocol.CodeBadMessage},
	{"string", `"typing"`, protocol.CodeBadMessage},
	{"null", `null`, protocol.CodeBadMessage},
	{"no type", `{"key":"k","text":"hello"}`, protocol.CodeBadMessage},
	{"type in other case", `{"Type":"typing"}`, protocol.CodeBadMessage},
	{"type a number", `{"type":7}`, protocol.CodeBadMessage},
	{"type null", `{"type":null}`, protocol.CodeBadMessage},
	{"unknown type", `{"type":"dance"}`, protocol.CodeUnknownType},
	{"empty type", `{"type":""}`, protocol.CodeUnknownType},
	{"type in capitals", `{"type":"TYPING"}`, protocol.CodeUnknownType},
	{"type with NUL", `{"type":"typing\u0000"}`, protocol.CodeUnknownType},
	{"type of the server", `{"type":"peer-left","peer":"x","reason":"left"}`, protocol.CodeUnknownType},
	{"type of the server's answers", `{"type":"joined"}`, protocol.CodeUnknownType},
	{"raw NUL", "{\"type\":\"data\",\"data\":\"\x00\"}", protocol.CodeBadMessage},
	{"raw NUL between", "{\"type\":\x00\"typing\"}", protocol.CodeBadMessage},
	{"raw line break in a string", "{\"type\":\"data\",\"data\":\"\n\"}", protocol.CodeBadMessage},
	{"lone high surrogate", `{"type":"data","data":"\ud83d"}`, protocol.CodeBadMessage},
	{"lone low surrogate", `{"type":"data","data":"\udc00"}`, protocol.CodeBadMessage},
	{"surrogates the wrong way round", `{"type":"data","data":"\udc00\ud83d"}`, protocol.CodeBadMessage},
	{"two high surrogates", `{"type":"data","data":"\ud83d\ud83d"}`, protocol.CodeBadMessage},
	{"lone surrogate in a name", `{"type":"data","data":{"\ud83d":1}}`, protocol.CodeBadMessage},
	{"lone surrogate in an unknown field", `{"type":"typing","x":"\ud83d "}`, protocol.CodeBadMessage},
	{"half an escape", `{"type":"data","data":"\u12"}`, protocol.CodeBadMessage},
	{"unknown escape", `{"type":"data","data":"\x41"}`, protocol.CodeBadMessage},
	{"name twice", `{"type":"data","data":1,"data":2}`, protocol.CodeBadMessage},
	{"type twice", `{"type":"typing","type":"leave"}`, protocol.CodeBadMessage},
	{"name twice, once escaped", `{"type":"data","data":1,"d\u0061ta":2}`, protocol.CodeBadMessage},
	{"unknown name twice", `{"type":"typing","x":1,"x":1}`, protocol.CodeBadMessage},
	{"name twice further in", `{"type":"data","data":[{"a":{"b":1,"b":2}}]}`, protocol.CodeBadMessage},
	{"name twice among many", `{"type":"data","data":{` + manyNames(40) + `,"n7":1}}`, protocol.CodeBadMessage},
	{"name twice after many", `{"type":"data","data":{` + manyNames(40) + `,"last":1,"l\u0061st":2}}`, protocol.CodeBadMessage},
	{"33 levels", nested(33), protocol.CodeBadMessage},
	{"thousands of levels", nested(30000), protocol.CodeBadMessage},
	{"33 levels of an unknown field", `{"type":"typing","x":` + strings.Repeat("[", 32) + strings.Repeat("]", 32) + `}`, protocol.CodeBadMessage},
	{"id zero", `{"type":"typing","id":0}`, protocol.CodeBadMessage},
	{"id negative", `{"type":"typing","id":-1}`, protocol.CodeBadMessage},
	{"id not whole", `{"type":"typing","id":1.5}`, protocol.CodeBadMessage},
	{"id too great", `{"type":"typing","id":9007199254740992}`, protocol.CodeBadMessage},
	{"id a string", `{"type":"typing","id":"1"}`, protocol.CodeBadMessage},
	{"id null", `{"type":"typing","id":null}`, protocol.CodeBadMessage},
	{"ping without got", `{"type":"ping"}`, protocol.CodeBadMessage},
	{"ping with a negative got", `{"type":"ping","got":-1}`, protocol.CodeBadMessage},
	{"chat without key", `{"type":"chat","text":"hello"}`, protocol.CodeBadMessage},
	{"chat text a number", `{"type":"chat","key":"k","text":1}`, protocol.CodeBadMessage},
	{"chat text null", `{"type":"chat","key":"k","text":null}`, protocol.CodeBadMessage},
	{"chat to everyone as null", `{"type":"chat","key":"k","text":"x","to":null}`, protocol.CodeBadMessage},
	{"reply a string", `{"type":"chat","key":"k","text":"x","reply":"1"}`, protocol.CodeBadMessage},
	{"reply zero", `{"type":"chat","key":"k","text":"x","reply":0}`, protocol.CodeBadMessage},
	{"offer without sdp", `{"type":"offer","to":"aaaaaaaaaaaaaaaa"}`, protocol.CodeBadMessage},
	{"offer with sdp an object", `{"type":"offer","to":"aaaaaaaaaaaaaaaa","sdp":{}}`, protocol.CodeBadMessage},
	{"offer to many", `{"type":"offer","to":["aaaaaaaaaaaaaaaa"],"sdp":"v=0"}`, protocol.CodeBadMessage},
	{"offer without to", `{"type":"offer","sdp":"v=0"}`, protocol.CodeBadMessage},
	{"answer without to", `{"type":"answer","sdp":"v=0"}`, protocol.CodeBadMessage},
	{"candidate a string", `{"type":"candidate","to":"aaaaaaaaaaaaaaaa","candidate":"candidate:1"}`, protocol.CodeBadMessage},
	{"candidate without one", `{"type":"candidate","to":"aaaaaaaaaaaaaaaa"}`, protocol.CodeBadMessage},
	{"data without data", `{"type":"data"}`, protocol.CodeBadMessage},
	{"update of mic as a word", `{"type":"update","mic":"on"}`, protocol.CodeBadMessage},
	{"update of hand as a number", `{"type":"update","hand":1}`, protocol.CodeBadMessage},
	{"history before zero", `{"type":"chat-history","before":0}`, protocol.CodeBadMessage},
	{"history limit zero", `{"type":"chat-history","limit":0}`, protocol.CodeBadMessage},
	{"history after below zero", `{"type":"chat-history","after":-1}`, protocol.CodeBadMessage},
	{"history since a fraction", `{"type":"chat-history","since":0.5}`, protocol.CodeBadMessage},
	{"search for a list", `{"type":"chat-search","query":["x"]}`, protocol.CodeBadMessage},
	{"edit of nothing", `{"type":"chat-edit","text":"x"}`, protocol.CodeBadMessage},
	{"edit of a word", `{"type":"chat-edit","n":"1","text":"x"}`, protocol.CodeBadMessage},
	{"deletion of nothing", `{"type":"chat-delete"}`, protocol.CodeBadMessage},
	{"chat-changed from a client", `{"type":"chat-changed","message":{}}`, protocol.CodeUnknownType},
	{"join session a number", `{"type":"join","room":"tea","session":1}`, protocol.CodeBadMessage},
	{"history limit not whole", `{"type":"chat-history","limit":1e1}`, protocol.CodeBadMessage},
	{"join without room", `{"type":"join","name":"Mina"}`, protocol.CodeBadMessage},
	{"join room a number", `{"type":"join","room":1}`, protocol.CodeBadMessage},
	{"join media a list", `{"type":"join","room":"tea","media":[]}`, protocol.CodeBadMessage},
	{"join mic a word", `{"type":"join","room":"tea","media":{"mic":"on"}}`, protocol.CodeBadMessage},
	{"join camera null", `{"type":"join","room":"tea","media":{"camera":null}}`, protocol.CodeBadMessage},
}

func manyNames(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"n%d":%d`, i, i)
	}
	return b.String()[1:]
}

// TestBadFrames holds that the sender of a bad frame gets its code and lives
// on, and that the others in the room notice nothing.
func TestBadFrames(t *testing.T) {
	for _, tt := range badFrames {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				peers[1].SendText(tt.text)
				peers[1].ExpectError(tt.code)
				peers[0].ExpectNothing()
				peers[1].Sendf(`{"type":"chat","key":"k","text":"still here"}`)
				peers[1].ExpectChat("still here")
				peers[0].ExpectChat("still here")
			})
		})
	}
}

// TestBadFramesBeforeJoin holds the same of a connection that has not joined.
func TestBadFramesBeforeJoin(t *testing.T) {
	for _, tt := range badFrames {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				witness := s.Join("tea", "Mina")
				p := s.Dial()
				p.SendText(tt.text)
				p.ExpectError(tt.code)
				witness.ExpectNothing()
				p.Join(Frame{"room": "tea"})
				witness.Expect(protocol.TypePeerJoined)
			})
		})
	}
}

func TestRequestBeforeJoin(t *testing.T) {
	frames := []string{
		`{"type":"leave","id":5}`,
		`{"type":"chat","key":"k","text":"hello","id":5}`,
		`{"type":"chat-history","id":5}`,
		`{"type":"chat-edit","n":1,"text":"x","id":5}`,
		`{"type":"chat-delete","n":1,"id":5}`,
		`{"type":"chat-search","query":"x","id":5}`,
		`{"type":"update","name":"Mina","id":5}`,
		`{"type":"data","data":1,"id":5}`,
		`{"type":"offer","to":"%s","sdp":"v=0","id":5}`,
	}
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		witness := s.Join("tea", "Mina")
		p := s.Dial()
		for _, text := range frames {
			p.SendText(strings.Replace(text, "%s", witness.ID, 1))
			p.ExpectRefused(5, protocol.CodeNotJoined)
		}
		witness.ExpectNothing()
		p.Join(Frame{"room": "tea"})
	})
}

// TestFaultNamesRequest holds that a fault answers the request it was in.
func TestFaultNamesRequest(t *testing.T) {
	tests := []struct {
		text string
		re   int64
		code protocol.Code
	}{
		{`{"type":"dance","id":11}`, 11, protocol.CodeUnknownType},
		{`{"id":12,"type":"chat","key":1}`, 12, protocol.CodeBadMessage},
		{`{"id":13}`, 13, protocol.CodeBadMessage},
		{`{"type":"ping","got":99,"id":14}`, 14, protocol.CodeBadMessage},
		{`{"type":"ping","got":99}`, 0, protocol.CodeBadMessage},
		{`{"id":15,"type":"dance"`, 0, protocol.CodeBadMessage},
	}
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		for _, tt := range tests {
			p.SendText(tt.text)
			p.ExpectRefused(tt.re, tt.code)
		}
	})
}

// TestGoodFrames holds the other side of each bound: these are no faults.
func TestGoodFrames(t *testing.T) {
	tests := []struct{ name, text, data string }{
		{"32 levels", nested(32), strings.Repeat("[", 31) + strings.Repeat("]", 31)},
		{"surrogate pair", `{"type":"data","data":"\ud83c\udf75"}`, `"\ud83c\udf75"`},
		{"escaped NUL", `{"type":"data","data":"\u0000"}`, `"\u0000"`},
		{"space around", " {\t\"type\" :\n\"data\", \"data\" : [ 1 ]\r} ", "[ 1 ]"},
		{"escaped names", `{"t\u0079pe":"d\u0061ta","\u0064ata":1}`, "1"},
		{"same name on two levels", `{"type":"data","data":{"type":{"data":1},"data":2}}`, `{"type":{"data":1},"data":2}`},
		{"same name in two objects", `{"type":"data","data":[{"a":1},{"a":2}]}`, `[{"a":1},{"a":2}]`},
		{"names in other case", `{"type":"data","data":1,"Data":2,"DATA":3}`, "1"},
		{"many names", `{"type":"data","data":{` + manyNames(100) + `}}`, `{` + manyNames(100) + `}`},
		{"unknown fields", `{"type":"data","data":null,"to2":1,"x":{"y":[]}}`, "null"},
		{"greatest id", `{"type":"data","data":0,"id":9007199254740991}`, "0"},
		{"great number", `{"type":"data","data":-1.5E+400}`, "-1.5E+400"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana")
				peers[1].SendText(tt.text)
				peers[0].ExpectText(`{"type":"data","from":"` + peers[1].ID + `","data":` + tt.data + `}`)
			})
		})
	}
}
