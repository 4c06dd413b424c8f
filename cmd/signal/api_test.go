package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

func (p *program) make(body string) makeAnswer {
	p.t.Helper()
	var made makeAnswer
	p.post(body).is(http.StatusCreated, "application/json").json(&made)
	return made
}

func TestMakeRoom(t *testing.T) {
	p := boot(t)
	made := p.make(`{"name":"Tea","topic":" leaves ","public":true}`)
	want := protocol.Room{Name: "Tea", Topic: "leaves", Public: true, Created: made.Room.Created}
	if made.Room != want || time.Since(made.Room.Created.Time) > tolerance {
		t.Errorf("made %+v", made.Room)
	}
	secret := regexp.MustCompile(`^[a-z2-7]{26}$`) // 128 bits
	if !secret.MatchString(made.HostKey) {
		t.Errorf("host key %q", made.HostKey)
	}
	first, second := p.make(`{}`), p.make(`{"lobby":false,"password":null,"of-tomorrow":1}`)
	if !secret.MatchString(first.Room.Name) || !secret.MatchString(second.Room.Name) || first.Room.Name == second.Room.Name ||
		first.Room.Public || first.HostKey == second.HostKey {
		t.Errorf("made %+v and %+v", first, second)
	}

	host, err := p.dial(client.Config{Room: "tea", Host: made.HostKey})
	if err != nil {
		t.Fatal(err)
	}
	guest, err := p.dial(client.Config{Room: "tea", Host: first.HostKey})
	if err != nil {
		t.Fatal(err)
	}
	for id, role := range map[string]protocol.Role{host.You(): protocol.RoleHost, guest.You(): protocol.RoleGuest} {
		for _, peer := range guest.Joined().Peers {
			if peer.ID == id && peer.Role != role {
				t.Errorf("%+v should be %s", peer, role)
			}
		}
	}
	if got := guest.Joined().Room; got != want {
		t.Errorf("joined %+v", got)
	}
}

func TestMakeRoomRefused(t *testing.T) {
	p := boot(t)
	p.make(`{"name":"Tea"}`)
	p.join("joined", "Mina")
	for body, want := range map[string]struct {
		status int
		code   protocol.Code
	}{
		`{"name":"Tea"}`:                   {http.StatusConflict, codeRoomExists},
		`{"name":"tEA"}`:                   {http.StatusConflict, codeRoomExists},
		`{"name":"joined"}`:                {http.StatusConflict, codeRoomExists},
		`{"name":"no spaces"}`:             {http.StatusBadRequest, protocol.CodeBadRoom},
		`{"name":"\u202e"}`:                {http.StatusBadRequest, protocol.CodeBadRoom},
		`{"name":"` + long(65) + `"}`:      {http.StatusBadRequest, protocol.CodeBadRoom},
		`{"topic":"` + long(201) + `"}`:    {http.StatusBadRequest, protocol.CodeTooLong},
		`{"topic":"a\u202eb"}`:             {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"topic":"a\nb"}`:                 {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"password":"` + long(201) + `"}`: {http.StatusBadRequest, protocol.CodeTooLong},
		`{"password":1}`:                   {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"lobby":"yes"}`:                  {http.StatusBadRequest, protocol.CodeBadMessage},
		``:                                 {http.StatusBadRequest, protocol.CodeBadMessage},
		`{`:                                {http.StatusBadRequest, protocol.CodeBadMessage},
		`{}{}`:                             {http.StatusBadRequest, protocol.CodeBadMessage},
		`[]`:                               {http.StatusBadRequest, protocol.CodeBadMessage},
		`null`:                             {http.StatusBadRequest, protocol.CodeBadMessage},
		`"tea"`:                            {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"name":1}`:                       {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"public":"yes"}`:                 {http.StatusBadRequest, protocol.CodeBadMessage},
		strings.Repeat("[", 4000):          {http.StatusBadRequest, protocol.CodeBadMessage},
		`{"x":"` + long(maxBody-8) + `"}`:  {http.StatusCreated, ""},
		`{"x":"` + long(maxBody-7) + `"}`:  {http.StatusRequestEntityTooLarge, codeTooLarge},
		long(1 << 20):                      {http.StatusRequestEntityTooLarge, codeTooLarge},
	} {
		got := p.post(body)
		if want.code == "" {
			got.is(want.status, "application/json")
			continue
		}
		got.fails(want.status, want.code)
		if t.Failed() {
			t.Fatalf("the request was %.100s", body)
		}
	}
	for _, contentType := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "json"} {
		p.ask(http.MethodPost, "/api/rooms", "{}", "Content-Type", contentType).fails(http.StatusUnsupportedMediaType, codeNotJSON)
	}
	for _, contentType := range []string{"application/json", "Application/JSON; charset=utf-8"} {
		p.ask(http.MethodPost, "/api/rooms", "{}", "Content-Type", contentType).is(http.StatusCreated, "application/json")
	}
}

func long(n int) string { return strings.Repeat("x", n) }

func TestRooms(t *testing.T) {
	p := boot(t)
	list := func() []signaling.Listing {
		t.Helper()
		var got roomList
		p.get("/api/rooms").is(http.StatusOK, "application/json").json(&got)
		return got.Rooms
	}
	if got := p.get("/api/rooms").text; strings.TrimSpace(got) != `{"rooms":[]}` {
		t.Errorf("no rooms are %s", got)
	}
	public := p.make(`{"name":"Public","topic":"for all","public":true}`).Room
	busy := p.make(`{"name":"Busy","public":true}`).Room
	p.make(`{"name":"Private","topic":"for few"}`)
	mina := p.join("busy", "Mina")
	p.join("private", "Nana")
	p.join("unmade", "Juno")
	want := []signaling.Listing{
		{Name: "Busy", Peers: 1, Created: busy.Created},
		{Name: "Public", Topic: "for all", Created: public.Created},
	}
	if got := list(); !slices.Equal(got, want) {
		t.Errorf("rooms %+v, want %+v", got, want)
	}
	if err := mina.Leave(p.ctx); err != nil {
		t.Fatal(err)
	}
	want[0].Peers = 0
	if got := list(); !slices.Equal(got, want) {
		t.Errorf("rooms %+v, want %+v", got, want)
	}
}

func TestRoomInfo(t *testing.T) {
	p := boot(t)
	p.make(`{"name":"Tea-모임","topic":"secret","public":false}`)
	p.join("tea-모임", "Mina")
	for path, want := range map[string]string{
		"TEA-%EB%AA%A8%EC%9E%84":   `{"room":"Tea-모임","exists":true,"peers":1,"locked":false,"lobby":false,"hasPassword":false,"open":true,"token":false}`,
		"tea%2d%eb%aa%a8%ec%9e%84": `{"room":"Tea-모임","exists":true,"peers":1,"locked":false,"lobby":false,"hasPassword":false,"open":true,"token":false}`,
		"Nowhere":                  `{"room":"Nowhere","exists":false,"peers":0,"locked":false,"lobby":false,"hasPassword":false,"open":true,"token":false}`,
	} {
		if got := p.get("/api/rooms/"+path).is(http.StatusOK, "application/json").text; strings.TrimSpace(got) != want {
			t.Errorf("%s: %s, want %s", path, got, want)
		}
	}
	p.make(`{"name":"events"}`)
	events := p.ask(http.MethodGet, "/api/rooms/events", "", "Accept", "application/json").is(http.StatusOK, "application/json")
	if !strings.Contains(events.text, `"room":"events","exists":true`) {
		t.Errorf("the room named events is %s", events.text)
	}
	for _, path := range []string{"a%20b", "a.b", "100%25", "a%2Fb", "a%00", long(65)} {
		p.get("/api/rooms/"+path).fails(http.StatusBadRequest, protocol.CodeBadRoom)
	}
}

// TestGuardedRoom holds that a room is made with what keeps people out, and erased
// by who has its key.
func TestGuardedRoom(t *testing.T) {
	p := boot(t)
	made := p.make(`{"name":"tea","password":"two lumps","lobby":true}`)
	if !made.Room.HasPassword || !made.Room.Lobby || made.Room.Locked {
		t.Errorf("made %+v", made.Room)
	}
	var info signaling.RoomState
	p.get("/api/rooms/tea").is(http.StatusOK, "application/json").json(&info)
	if !info.HasPassword || !info.Lobby || info.Locked {
		t.Errorf("the room is %+v", info)
	}
	erase := func(room, key string) *answer {
		return p.ask(http.MethodDelete, "/api/rooms/"+room, "", "Authorization", key)
	}
	if got := p.ask(http.MethodDelete, "/api/rooms/tea", ""); got.Header.Get("WWW-Authenticate") != "Bearer" {
		t.Errorf("without a key: %s", got.Status)
	}
	erase("tea", "Basic "+made.HostKey).fails(http.StatusUnauthorized, codeNoKey)
	erase("tea", "Bearer guess").fails(http.StatusForbidden, protocol.CodeForbidden)
	erase("coffee", "Bearer "+made.HostKey).fails(http.StatusNotFound, protocol.CodeNoSuchRoom)
	if got := erase("tea", "Bearer "+made.HostKey); got.StatusCode != http.StatusNoContent {
		t.Errorf("erased: %s", got.Status)
	}
	p.make(`{"name":"tea"}`)
}

// TestAPIKey holds that rooms can be the business of those with a key alone.
func TestAPIKey(t *testing.T) {
	file := filepath.Join(t.TempDir(), "key")
	write := func(key string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("  correct horse battery\n")
	p := boot(t, "--api-key="+file, "--open-rooms=off")
	p.post(`{"name":"tea"}`).fails(http.StatusUnauthorized, codeNoKey)
	p.post(`{"name":"tea"}`, "Authorization", "Bearer correct horse").fails(http.StatusUnauthorized, codeNoKey)
	if _, err := p.dial(client.Config{Room: "tea"}); err == nil {
		t.Error("a join made a room")
	}
	if got := p.get("/api/rooms/tea").text; !strings.Contains(got, `"open":false`) {
		t.Errorf("the room is %s", got)
	}
	p.post(`{"name":"tea"}`, "Authorization", "bearer correct horse battery").is(http.StatusCreated, "application/json")
	p.join("tea", "Mina")
	for _, room := range []string{"tea", "nowhere"} {
		if got := p.ask(http.MethodDelete, "/api/rooms/"+room, "", "Authorization", "Bearer correct horse battery"); got.StatusCode != http.StatusNoContent {
			t.Errorf("%s erased: %s", room, got.Status)
		}
	}
	for _, wrong := range []string{"", "fifteen letters"} {
		write(wrong)
		if _, err := readAPIKey(file); err == nil {
			t.Errorf("%q is taken for a key", wrong)
		}
	}
	if _, err := readAPIKey(file + "s"); err == nil {
		t.Error("a file that is not there is taken for a key")
	}
	if _, _, err := parse([]string{"--open-rooms=off"}, nil, nil); err == nil {
		t.Error("rooms that nobody can make are taken")
	}
}

// Whoever asks is known by the address of the connection, whatever they say.
func TestForwardedForIsNotTrusted(t *testing.T) {
	p := boot(t, "--limit-joins=0.0001:2")
	for i, status := range []int{http.StatusCreated, http.StatusCreated, http.StatusTooManyRequests, http.StatusTooManyRequests} {
		address := fmt.Sprintf("203.0.113.%d", i)
		got := p.post("{}", "X-Forwarded-For", address, "X-Real-IP", address, "Forwarded", "for="+address)
		if got.StatusCode != status {
			t.Errorf("request %d: %s, want %d", i, got.Status, status)
		}
		if status == http.StatusTooManyRequests {
			got.fails(status, protocol.CodeRateLimited)
		}
	}
	for i, limited := range []bool{false, false, true} { // joins are counted apart
		_, err := p.dial(client.Config{Room: "tea"})
		var refused *protocol.Error
		if errors.As(err, &refused) != limited || limited && refused.Code != protocol.CodeRateLimited {
			t.Errorf("join %d: %v", i, err)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   protocol.Code
	}{
		{errors.New("a secret of the store"), http.StatusInternalServerError, protocol.CodeInternal},
		{fmt.Errorf("wrapped: %w", protocol.Errorf(protocol.CodeForbidden, "No.")), http.StatusForbidden, protocol.CodeForbidden},
		{protocol.Errorf(protocol.CodeServerFull, "Full."), http.StatusServiceUnavailable, protocol.CodeServerFull},
		{protocol.Errorf(protocol.CodeRestarting, "Soon."), http.StatusServiceUnavailable, protocol.CodeRestarting},
		{protocol.Errorf(protocol.CodeNoSuchPeer, "Who?"), http.StatusBadRequest, protocol.CodeNoSuchPeer},
	} {
		got := asHTTP(c.err)
		if got.status != c.status || got.code != c.code || strings.Contains(got.message, "secret") {
			t.Errorf("%v: %+v", c.err, got)
		}
	}
}

func TestErrorBody(t *testing.T) {
	p := boot(t)
	var got map[string]map[string]string
	if err := json.Unmarshal([]byte(p.get("/api/nothing").text), &got); err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{"error": {"code": "not-found", "message": "There is nothing at this address."}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}
