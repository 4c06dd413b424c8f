package main

import (
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
)

// scripted returns a moim peer whose server sends these frames and takes in everything.
func scripted(t *testing.T, frames ...[]byte) *peer {
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	go func() {
		buf := make([]byte, 1024)
		for {
			if _, err := server.Read(buf); err != nil {
				return
			}
		}
	}()
	go func() {
		defer server.Close()
		for _, f := range frames {
			if _, err := server.Write(f); err != nil {
				return
			}
		}
	}()
	return &peer{wire: wire{webSocket{op: opText}, moim{}}, nc: client, id: "a", size: smallBuffer}
}

func text(message string, args ...any) []byte {
	return serverFrame(opText, fmt.Appendf(nil, message, args...))
}

func chatFrame(number int) []byte {
	return text(`{"type":"chat","message":{"n":1,"key":"a-%d","text":"x"}}`, number)
}

func TestExpectTolerates(t *testing.T) {
	p := scripted(t, text(`{"type":"peer-joined"}`), serverFrame(opPing, []byte("hello")),
		text(`{"type":"pong","got":0}`), text(`{"type":"ping","got":0}`), text(`{"type":"offer","sdp":"x"}`))
	if _, err := p.expect(kindOffer); err != nil {
		t.Fatal(err)
	}
	if p.got != 2 {
		t.Errorf("%d frames counted instead of 2", p.got)
	}
}

func TestExpectFails(t *testing.T) {
	tests := map[string]struct {
		frame []byte
		want  string
	}{
		"closed":     {serverFrame(opClose, append(binary.BigEndian.AppendUint16(nil, 4000), "too slow"...)), "4000 too slow"},
		"no code":    {serverFrame(opClose, nil), "without a code"},
		"ended":      {nil, "without a close frame"},
		"error":      {text(`{"type":"error","code":"rate-limited","message":""}`), "rate-limited"},
		"unexpected": {text(`{"type":"candidate"}`), "unexpected"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := scripted(t, test.frame).expect(kindOffer)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestListener(t *testing.T) {
	tests := map[string]struct {
		frames [][]byte
		want   string
	}{
		"complete": {[][]byte{chatFrame(0), chatFrame(0), chatFrame(1), chatFrame(1)}, ""},
		"doubled":  {[][]byte{chatFrame(0), chatFrame(0), chatFrame(0), chatFrame(1)}, "add up"},
		"lost":     {[][]byte{chatFrame(0), chatFrame(0), chatFrame(1)}, "after 3 of 4"},
		"foreign":  {[][]byte{text(`{"type":"chat","message":{"key":"other"}}`)}, "foreign"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			l := &listener{peer: scripted(t, test.frames...), senders: 2, window: 1, sends: true}
			err := l.talk(2)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
		})
	}
}

func TestSettleSeesSurplus(t *testing.T) {
	p := scripted(t, chatFrame(7), text(`{"type":"pong","got":0}`))
	if err := p.settle(); err == nil || !strings.Contains(err.Error(), "unexpected") {
		t.Errorf("a surplus chat gave %v", err)
	}
}

func TestSignalCheck(t *testing.T) {
	p := &peer{wire: wire{webSocket{op: opText}, moim{}}}
	side := newSignalSide(p, "b")
	whole := strings.Replace(string(signalMessage(kindOffer, "")), `{"type":"offer"`, `{"type":"offer","from":"b"`, 1)
	if err := side.check([]byte(whole), kindOffer); err != nil {
		t.Error(err)
	}
	for name, message := range map[string]string{
		"cut":    strings.Replace(whole, "sendrecv", "send", 1),
		"forged": strings.Replace(whole, `"from":"b"`, `"from":"c"`, 1),
		"kind":   strings.Replace(whole, `"offer"`, `"answer"`, 1),
	} {
		if err := side.check([]byte(message), kindOffer); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
