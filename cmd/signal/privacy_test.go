package main

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"moim/signaling/client"
	"moim/signaling/protocol"
)

// telltale is in every word that people and programs say in TestLogAndMetricsNameNobody.
const telltale = "silver"

// TestLogAndMetricsNameNobody holds that neither the log, at its most talkative,
// nor the metrics have names, rooms, texts, passwords, keys, tokens or full
// addresses in them, when all goes well and when it does not.
func TestLogAndMetricsNameNobody(t *testing.T) {
	keyFile := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(keyFile, []byte("silver-api-key-of-a-program"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := boot(t, "--log-level=debug", "--self-signed", "--tls=127.0.0.1:0", "--turn=127.0.0.1:0", "--api-key="+keyFile,
		"--trusted-proxy=127.0.0.0/8")
	p.url = p.secure
	p.http.Transport = fromAfar{&http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	secrets := append(callOutLoud(p), askOutLoud(p)...)
	failOutLoud(p)

	metrics := p.get("/metrics").text
	p.stop()
	<-p.ended
	log := p.console.String()
	for _, want := range []string{"peer joined", "peer left", "room erased", "websocket refused", "connection closed early", "connection failed"} {
		if !strings.Contains(log, want) {
			t.Errorf("nothing is logged of %q:\n%s", want, log)
		}
	}
	if !strings.Contains(metrics, "moim_rooms") {
		t.Errorf("no metrics: %.300s", metrics)
	}
	for where, text := range map[string]string{"log": log, "metrics": metrics} {
		for _, secret := range append(secrets, telltale, "77.77.77.77", "2001:db8:77") {
			if i := strings.Index(strings.ToLower(text), strings.ToLower(secret)); i >= 0 {
				t.Errorf("%q is in the %s: …%s…", secret, where, text[max(0, i-200):min(len(text), i+200)])
			}
		}
	}
}

// fromAfar sends requests as a proxy does that passes on somebody else's.
type fromAfar struct{ *http.Transport }

func (f fromAfar) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("X-Forwarded-For", "77.77.77.77")
	return f.Transport.RoundTrip(r)
}

// callOutLoud has a call in a room with everything that keeps people out of it,
// and answers the secrets that the server has made.
func callOutLoud(p *program) []string {
	p.t.Helper()
	var made makeAnswer
	p.post(`{"name":"silver-room","topic":"silver topic","public":true,"password":"silver password"}`).
		is(http.StatusCreated, "application/json").json(&made)
	host, err := p.dial(client.Config{Room: "silver-room", Name: "Silver Host", Host: made.HostKey})
	guest, failed := p.dial(client.Config{Room: "silver-room", Name: "Silver Guest", Password: "silver password"})
	if err := errors.Join(err, failed); err != nil {
		p.t.Fatal(err)
	}
	for _, wrong := range []client.Config{
		{Password: "silver guess"},
		{Host: made.HostKey + "silver"},
		{Token: "silver.token.silver"},
		{Session: "silver session"},
		{Name: "\u202esilver"},
		{Room: "silver room"},
	} {
		if wrong.Room == "" {
			wrong.Room = "silver-room"
		}
		if _, err := p.dial(wrong); err == nil {
			p.t.Errorf("%+v joins", wrong)
		}
	}
	said, err := guest.Say(p.ctx, "silver text")
	lobby, topic, password, name := true, "silver topic, too", "silver password, too", "Silver Rename"
	_, searched := guest.Search(p.ctx, "silver", 0, 10)
	if err := errors.Join(
		err, searched, guest.Edit(p.ctx, said.N, "silver edit"), guest.Update(p.ctx, client.Presence{Name: &name}),
		guest.SendData(p.ctx, host.You(), "silver data"),
		guest.Relay(p.ctx, client.Signal{Type: protocol.TypeOffer, Peer: host.You(), SDP: "silver sdp"}),
		host.SetRoom(p.ctx, client.Settings{Lobby: &lobby, Topic: &topic, Password: &password}),
		host.Mute(p.ctx, guest.You()), host.Kick(p.ctx, guest.You(), true),
	); err != nil {
		p.t.Error(err)
	}
	return []string{made.HostKey, host.Joined().Session, guest.Joined().Session}
}

// askOutLoud asks over HTTP for what may be had and for what may not.
func askOutLoud(p *program) []string {
	p.t.Helper()
	var made makeAnswer
	p.post(`{"name":"silver-other","lobby":true}`).is(http.StatusCreated, "application/json").json(&made)
	p.post(`{"name":"silver-other"}`).fails(http.StatusConflict, codeRoomExists)
	p.post(`{"silver":`).fails(http.StatusBadRequest, protocol.CodeBadMessage)
	p.get("/api/rooms/silver-other?silver=1")
	p.get("/silver/77.77.77.77?silver=1;silver")
	p.get("/r/silver-room")
	p.ask(http.MethodPost, "/api/check", `{"sdp":"silver"}`, "Content-Type", "application/json")
	p.ask(http.MethodDelete, "/api/rooms/silver-other", "", "Authorization", "Bearer silver", "Forwarded", `for="[2001:db8:77::1]"`)
	p.ask(http.MethodDelete, "/api/rooms/silver-other", "", "Authorization", "Bearer "+made.HostKey)
	return []string{made.HostKey}
}

// failOutLoud breaks off in the middle of everything.
func failOutLoud(p *program) {
	p.t.Helper()
	at, err := url.Parse(p.secure)
	if err != nil {
		p.t.Fatal(err)
	}
	p.upgrade("Sec-WebSocket-Protocol", "silver")
	p.upgrade("Origin", "https://evil.example.org")
	for _, sent := range []string{
		"GET /ws HTTP/1.1\r\nHost: 77.77.77.77\r\nSec-WebSocket-Key: silver\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n",
		"GET /silver HTTP/1.1\r\nHost: silver\r\nsilver header\r\n\r\n",
		"GET /silver?a;b HTTP/1.1\r\nHost: silver\r\n\r\n",
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\nsilver silver silver silver",
		"\x00\x01\x00\x00silver",
		"\xffsilver",
	} {
		for _, protocols := range [][]string{nil, {"h2"}, {"http/1.1"}} {
			conn, err := (&tls.Dialer{Config: &tls.Config{
				InsecureSkipVerify: true, ServerName: "silver.example.org", NextProtos: protocols,
			}}).DialContext(p.ctx, "tcp", at.Host)
			if err != nil {
				p.t.Fatal(err)
			}
			_, _ = io.WriteString(conn, sent)
			_ = conn.(*tls.Conn).CloseWrite()
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}
		conn, err := (&net.Dialer{}).DialContext(p.ctx, "tcp", at.Host)
		if err != nil {
			p.t.Fatal(err)
		}
		_, _ = io.WriteString(conn, sent)
		conn.Close()
	}
}
