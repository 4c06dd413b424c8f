package signaling_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// expectChanged takes the next frame, which must be a chat-changed.
func expectChanged(p *Peer) protocol.ChatMessage {
	return Into[protocol.ChatEvent](p, p.Expect(protocol.TypeChatChanged)).Message
}

// stored is what a peer may read of its room, as text to compare.
func stored(p *Peer) string {
	p.Sendf(`{"type":"chat-history","limit":200,"id":77}`)
	return p.Expect(protocol.TypeChatHistory).Text
}

func TestEdit(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		stranger := s.Join("coffee", "Dahl")
		want := sayTo(peers, peers[0], "", "helo")
		s.Pass(1500 * time.Millisecond)
		peers[0].Sendf(`{"type":"chat-edit","id":1,"n":1,"text":" hello\n","from":"x","key":"y","edited":"z"}`)
		want.Seq, want.Text, want.Edited = 2, " hello\n", protocol.At(time.Now())
		for _, p := range peers {
			if got := expectChanged(p); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		peers[0].ExpectOK(1)

		before := stored(peers[1])
		peers[0].Sendf(`{"type":"chat-edit","id":2,"n":1,"text":" hello\n"}`)
		peers[0].ExpectOK(2)
		peers[0].Sendf(`{"type":"chat-edit","n":1,"text":" hello\n"}`)
		for _, p := range append(peers, stranger) {
			p.ExpectNothing()
		}
		if after := stored(peers[1]); after != before {
			t.Errorf("an edit to the same text makes of %s\n%s", before, after)
		}
		if got := s.Join("tea", "").Joined; *got.Seq != 2 || len(got.Messages) != 1 || got.Messages[0] != want {
			t.Errorf("a late comer sees %+v", got)
		}
	})
}

// sayTo says a line, with a key of its own, and takes it at all it is for.
func sayTo(readers []*Peer, from *Peer, to, text string) protocol.ChatMessage {
	line := Frame{"type": "chat", "key": text, "text": text}
	if to != "" {
		line["to"] = to
	}
	from.Send(line)
	var said protocol.ChatMessage
	for _, p := range readers {
		said = p.ExpectChat(text)
	}
	return said
}

func TestDelete(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		want := sayTo(peers, peers[0], "", "helo")
		peers[0].Sendf(`{"type":"chat-edit","n":1,"text":"hello"}`)
		for _, p := range peers {
			expectChanged(p)
		}
		s.Pass(time.Second)
		peers[0].Sendf(`{"type":"chat-delete","id":1,"n":1}`)
		want.Seq, want.Text, want.Deleted = 3, "", protocol.At(time.Now())
		for _, p := range peers {
			if got := expectChanged(p); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		}
		peers[0].ExpectOK(1)

		before := stored(peers[1])
		peers[0].Sendf(`{"type":"chat-delete","id":2,"n":1}`)
		peers[0].ExpectOK(2)
		peers[0].Sendf(`{"type":"chat-edit","id":3,"n":1,"text":"back"}`)
		peers[0].ExpectRefused(3, protocol.CodeNoSuchMessage)
		peers[0].Sendf(`{"type":"chat","id":4,"key":"helo","text":"helo"}`)
		if got := Into[protocol.ChatEvent](peers[0], peers[0].Expect(protocol.TypeChat)).Message; got != want {
			t.Errorf("said again it is %+v, want %+v", got, want)
		}
		peers[0].ExpectOK(4)
		peers[1].ExpectNothing()
		if after := stored(peers[1]); after != before {
			t.Errorf("of %s becomes\n%s", before, after)
		}
		if line := sayTo(peers, peers[1], "", "next"); line.N != 2 || line.Seq != 4 {
			t.Errorf("the next line is %+v", line)
		}
	})
}

// TestChangeRefused holds that what may not be changed is not, and that nobody
// else notices.
func TestChangeRefused(t *testing.T) {
	tests := []struct {
		name, send string
		code       protocol.Code
	}{
		{"edit of another's", `{"type":"chat-edit","id":9,"n":1,"text":"mine"}`, protocol.CodeForbidden},
		{"deletion of another's", `{"type":"chat-delete","id":9,"n":1}`, protocol.CodeForbidden},
		{"edit of a private one of others", `{"type":"chat-edit","id":9,"n":2,"text":"mine"}`, protocol.CodeNoSuchMessage},
		{"deletion of a private one of others", `{"type":"chat-delete","id":9,"n":2}`, protocol.CodeNoSuchMessage},
		{"reply to a private one of others", `{"type":"chat","id":9,"key":"k","text":"what?","reply":2}`, protocol.CodeNoSuchMessage},
		{"edit of none", `{"type":"chat-edit","id":9,"n":4,"text":"mine"}`, protocol.CodeNoSuchMessage},
		{"edit beyond all", `{"type":"chat-edit","id":9,"n":9007199254740991,"text":"mine"}`, protocol.CodeNoSuchMessage},
		{"deletion of none", `{"type":"chat-delete","id":9,"n":9007199254740991}`, protocol.CodeNoSuchMessage},
		{"edit to nothing", `{"type":"chat-edit","id":9,"n":3,"text":""}`, protocol.CodeBadMessage},
		{"edit to a blank", `{"type":"chat-edit","id":9,"n":3,"text":" \n\u3000"}`, protocol.CodeBadMessage},
		{"edit to NUL", `{"type":"chat-edit","id":9,"n":3,"text":"a\u0000"}`, protocol.CodeBadMessage},
		{"edit to 4001 marks", `{"type":"chat-edit","id":9,"n":3,"text":"` + strings.Repeat("\u0300", 4001) + `"}`, protocol.CodeTooLong},
		{"edit of nothing in particular", `{"type":"chat-edit","id":9,"text":"mine"}`, protocol.CodeBadMessage},
		{"edit without a text", `{"type":"chat-edit","id":9,"n":3}`, protocol.CodeBadMessage},
		{"edit of zero", `{"type":"chat-edit","id":9,"n":0,"text":"mine"}`, protocol.CodeBadMessage},
		{"deletion of zero", `{"type":"chat-delete","id":9,"n":0}`, protocol.CodeBadMessage},
		{"deletion of a fraction", `{"type":"chat-delete","id":9,"n":3.5}`, protocol.CodeBadMessage},
		{"deletion beyond 2^53-1", `{"type":"chat-delete","id":9,"n":9007199254740992}`, protocol.CodeBadMessage},
		{"deletion of a list", `{"type":"chat-delete","id":9,"n":[1,2,3]}`, protocol.CodeBadMessage},
		{"text of 4001 marks", `{"type":"chat","id":9,"key":"k","text":"` + strings.Repeat("\u0300", 4001) + `"}`, protocol.CodeTooLong},
		{"empty text", `{"type":"chat","id":9,"key":"k","text":""}`, protocol.CodeBadMessage},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
				peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
				sayTo(peers, peers[0], "", "one")
				sayTo(peers[:2], peers[0], peers[1].ID, "two")
				sayTo(peers, peers[2], "", "three")
				before := stored(peers[0])
				peers[2].SendText(tt.send)
				peers[2].ExpectRefused(9, tt.code)
				for _, p := range peers {
					p.ExpectNothing()
				}
				if after := stored(peers[0]); after != before {
					t.Errorf("of %s becomes\n%s", before, after)
				}
				if line := sayTo(peers, peers[2], "", "four"); line.N != 4 || line.Seq != 4 {
					t.Errorf("the next line is %+v", line)
				}
			})
		})
	}
}

// TestPrivateChange holds that only the two learn of a change to a private line.
func TestPrivateChange(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		sayTo(peers[:2], peers[0], peers[1].ID, "psst")
		peers[0].Sendf(`{"type":"chat-edit","n":1,"text":"psst!","id":1}`)
		for _, p := range peers[:2] {
			if got := expectChanged(p); got.Text != "psst!" || got.To != peers[1].ID {
				t.Errorf("got %+v", got)
			}
		}
		peers[0].ExpectOK(1)
		peers[0].Sendf(`{"type":"chat-delete","n":1}`)
		for _, p := range peers[:2] {
			if got := expectChanged(p); got.Text != "" || got.Deleted.IsZero() {
				t.Errorf("got %+v", got)
			}
			p.ExpectNothing()
		}
		peers[1].Sendf(`{"type":"chat-delete","n":1,"id":2}`)
		peers[1].ExpectRefused(2, protocol.CodeForbidden)
		peers[2].ExpectNothing()
	})
}

// TestHostDeletes holds that a host may delete what others wrote, if it can see it, but
// not edit it.
func TestHostDeletes(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr)
		if err != nil {
			t.Fatal(err)
		}
		peers := s.JoinAll("tea", "Mina", "Nana")
		host := s.JoinAs(Frame{"room": "tea", "host": key})
		all := append(peers, host)
		for _, p := range peers {
			p.Expect(protocol.TypePeerJoined)
		}
		sayTo(all, peers[0], "", "for all")
		sayTo([]*Peer{peers[0], host}, peers[0], host.ID, "for the host")
		sayTo(peers, peers[0], peers[1].ID, "for Nana")
		host.Sendf(`{"type":"chat-edit","n":1,"text":"mine","id":1}`)
		host.ExpectRefused(1, protocol.CodeForbidden)
		host.Sendf(`{"type":"chat-delete","n":3,"id":2}`)
		host.ExpectRefused(2, protocol.CodeNoSuchMessage)
		for _, p := range all {
			p.ExpectNothing()
		}
		host.Sendf(`{"type":"chat-delete","n":1,"id":3}`)
		for _, p := range all {
			if got := expectChanged(p); got.N != 1 || got.Deleted.IsZero() || got.From != peers[0].ID {
				t.Errorf("got %+v", got)
			}
		}
		host.ExpectOK(3)
		host.Sendf(`{"type":"chat-delete","n":2,"id":4}`)
		expectChanged(peers[0])
		expectChanged(host)
		host.ExpectOK(4)
		peers[1].ExpectNothing()
	})
}

// TestChangesTogether holds that what waits for the store together is done,
// stored and sent in order, with one call.
func TestChangesTogether(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana", "Somi")
		store.shut()
		peers[0].Sendf(`{"type":"typing"}`)
		peers[0].Sendf(`{"type":"chat","key":"0","text":"held up"}`)
		s.Settle()
		calls := store.calls.Load()
		for _, text := range []string{
			`{"type":"chat","key":"a","text":"helo","id":1}`,
			`{"type":"chat-edit","n":2,"text":"hello"}`,
			`{"type":"chat-edit","n":2,"text":"hello","id":3}`,
			`{"type":"chat","key":"b","text":"psst","to":"` + peers[1].ID + `"}`,
			`{"type":"chat-edit","n":9,"text":"none","id":5}`,
			`{"type":"chat-delete","n":3,"id":6}`,
			`{"type":"chat-delete","n":2}`,
			`{"type":"chat","key":"c","text":"bye","id":8}`,
		} {
			peers[0].SendText(text)
		}
		s.Settle()
		store.open()
		s.Settle()
		if got := store.calls.Load() - calls; got != 1 {
			t.Errorf("%d calls of the store, want 1", got)
		}
		want := []string{
			"chat 1 1", "chat 2 2", "ok 1", "chat-changed 2 3", "ok 3", "chat 3 4", "error 5",
			"chat-changed 3 5", "ok 6", "chat-changed 2 6", "chat 4 7", "ok 8",
		}
		wantFrames(t, peers[0], want...)
		wantFrames(t, peers[1], "typing", "chat 1 1", "chat 2 2", "chat-changed 2 3", "chat 3 4",
			"chat-changed 3 5", "chat-changed 2 6", "chat 4 7")
		wantFrames(t, peers[2], "typing", "chat 1 1", "chat 2 2", "chat-changed 2 3", "chat-changed 2 6", "chat 4 7")
	})
}

// wantFrames takes all that has arrived: types, with n and seq of messages and
// the request that is answered.
func wantFrames(t *testing.T, p *Peer, want ...string) {
	t.Helper()
	var got []string
	for _, frame := range p.Drain() {
		what := frame.Type.String()
		switch frame.Type {
		case protocol.TypeChat, protocol.TypeChatChanged:
			m := Into[protocol.ChatEvent](p, frame).Message
			what = fmt.Sprint(what, " ", m.N, " ", m.Seq)
		case protocol.TypeOK:
			what = fmt.Sprint(what, " ", Into[protocol.OK](p, frame).Re)
		case protocol.TypeError:
			what = fmt.Sprint(what, " ", Into[protocol.ErrorFrame](p, frame).Re)
		default:
		}
		got = append(got, what)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// TestChangeNotStored holds that a change which could not be stored is refused
// and reaches nobody.
func TestChangeNotStored(t *testing.T) {
	store := newGate(t)
	Run(t, signaling.Config{Store: store}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		sayTo(peers, peers[0], "", "hello")
		store.fails.Store(true)
		peers[0].Sendf(`{"type":"chat-edit","id":1,"n":1,"text":"bye"}`)
		peers[0].ExpectRefused(1, protocol.CodeInternal)
		peers[0].Sendf(`{"type":"chat-delete","n":1}`)
		peers[0].ExpectError(protocol.CodeInternal)
		peers[1].ExpectNothing()
		store.fails.Store(false)
		if got := s.Join("tea", "").Joined; *got.Seq != 1 || got.Messages[0].Text != "hello" {
			t.Errorf("a late comer sees %+v", got)
		}
	})
}

// TestMarks holds that a text of nothing but combining marks comes back as it
// was sent.
func TestMarks(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		text := strings.Repeat("\u0300\u0323", 2000)
		peers[0].Send(Frame{"type": "chat", "key": "k", "text": text})
		for _, p := range peers {
			p.ExpectChat(text)
		}
		peers[0].Send(Frame{"type": "chat-edit", "n": 1, "text": text[4:]})
		for _, p := range peers {
			if got := expectChanged(p).Text; got != text[4:] {
				t.Errorf("%d bytes come back as %d", len(text)-4, len(got))
			}
		}
		if got := s.Join("tea", "").Joined.Messages[0].Text; got != text[4:] {
			t.Errorf("%d bytes are stored as %d", len(text)-4, len(got))
		}
	})
}
