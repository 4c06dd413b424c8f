package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/pion/webrtc/v4"

	testcall "moim/signaling/echo"
	"moim/signaling/protocol"
	"moim/signaling/turn"
)

// call posts an offer.
func (p *program) call(body string) *answer {
	p.t.Helper()
	return p.ask(http.MethodPost, "/api/check", body, "Content-Type", "application/json")
}

func TestCheckSaysWhatThereIs(t *testing.T) {
	for flag, relayed := range map[string]bool{"--turn=off": false, "--turn=127.0.0.1:0": true} {
		t.Run(flag, func(t *testing.T) {
			p := boot(t, flag)
			var got checkAnswer
			answer := p.get("/api/check").is(http.StatusOK, "application/json")
			answer.json(&got)
			if answer.Header.Get("Cache-Control") != "no-store" {
				t.Error("credentials may be stored")
			}
			if got.ICE == nil || (len(got.ICE) > 0) != relayed || got.Expires.IsZero() == relayed {
				t.Errorf("servers %v until %v", got.ICE, got.Expires)
			}
			for _, server := range got.ICE {
				user, ok := server.Username, strings.Contains(server.Username, ":check-")
				if user != "" && !ok {
					t.Errorf("credentials for %q", user)
				}
			}
			for i, transport := range []string{turn.TransportUDP, turn.TransportTCP, turn.TransportTLS} {
				if i >= len(got.Relay) || got.Relay[i].Transport != transport {
					t.Errorf("no %s among %+v", transport, got.Relay)
				}
			}
		})
	}
}

func TestCheckCall(t *testing.T) {
	p := boot(t)
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		t.Fatal(err)
	}
	defer pc.GracefulClose()
	channel, err := pc.CreateDataChannel("probe", nil)
	if err != nil {
		t.Fatal(err)
	}
	back := make(chan string, 1)
	channel.OnOpen(func() { channel.SendText("there") })
	channel.OnMessage(func(m webrtc.DataChannelMessage) { back <- string(m.Data) })
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetLocalDescription(offer); err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(description{offer.SDP})
	if err != nil {
		t.Fatal(err)
	}
	var got description
	p.call(string(body)).is(http.StatusOK, "application/json").json(&got)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: got.SDP}); err != nil {
		t.Fatal(err)
	}
	select {
	case text := <-back:
		if text != "there" {
			t.Errorf("%q came back", text)
		}
	case <-p.ctx.Done():
		t.Fatal("nothing came back")
	}
}

func TestCheckCallRefused(t *testing.T) {
	p := boot(t)
	p.ask(http.MethodPost, "/api/check", `{"sdp":""}`).fails(http.StatusUnsupportedMediaType, codeNotJSON)
	p.call(`[]`).fails(http.StatusBadRequest, protocol.CodeBadMessage)
	p.call(`{"sdp":"hello"}`).fails(http.StatusBadRequest, testcall.CodeBadSDP)
	p.call(`{"sdp":"`+strings.Repeat("a", 33<<10)+`"}`).fails(http.StatusBadRequest, testcall.CodeBadSDP)
	p.call(`{"sdp":"`+strings.Repeat("a", maxOfferBody)+`"}`).fails(http.StatusRequestEntityTooLarge, codeTooLarge)
}

func TestChecksAreLimited(t *testing.T) {
	p := boot(t, "--limit-joins=1:2")
	p.get("/api/check").is(http.StatusOK, "application/json")
	p.call(`{"sdp":"hello"}`).fails(http.StatusBadRequest, testcall.CodeBadSDP)
	p.get("/api/check").fails(http.StatusTooManyRequests, protocol.CodeRateLimited)
	p.call(`{"sdp":"hello"}`).fails(http.StatusTooManyRequests, protocol.CodeRateLimited)
}
