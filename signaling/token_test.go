package signaling_test

import (
	"bytes"
	"encoding/base64"
	"net/netip"
	"strings"
	"testing"
	"time"

	"moim/signaling"
	"moim/signaling/protocol"
)

// TestSessionKeepsID holds that a peer which comes back with its token has its
// old id, in the same hub and in a later one with the same key.
func TestSessionKeepsID(t *testing.T) {
	cfg := signaling.Config{SessionKeys: signaling.NewKeyRing(time.Now())}
	var first *Peer
	Run(t, cfg, func(t *testing.T, s *Server) {
		witness := s.Join("tea", "Mina")
		first = s.Join("tea", "Nana")
		witness.Expect(protocol.TypePeerJoined)
		if first.Joined.Session == witness.Joined.Session || len(first.Joined.Session) > 256 || strings.Contains(first.Joined.Session, "tea") {
			t.Errorf("the token is %q", first.Joined.Session)
		}
		first.Break()
		witness.ExpectLost(first)
		again := s.JoinAs(Frame{"room": "TEA", "name": "Somi", "session": first.Joined.Session})
		if again.ID != first.ID || again.Joined.Resumed || len(again.Joined.Peers) != 2 {
			t.Errorf("%s comes back as %+v", first.ID, again.Joined)
		}
		if again.Joined.Session == first.Joined.Session {
			t.Error("the token is not a new one")
		}
		if got := witness.ExpectPeer(protocol.TypePeerJoined); got.ID != first.ID || got.Name != "Somi" {
			t.Errorf("peer-joined %+v", got)
		}
		again.Sendf(`{"type":"leave"}`)
		again.ExpectClose(protocol.CloseLeft)
		witness.ExpectLeft(again, protocol.ReasonLeft)
		first = again
	})
	Run(t, cfg, func(t *testing.T, s *Server) {
		if p := s.JoinAs(Frame{"room": "tea", "session": first.Joined.Session}); p.ID != first.ID {
			t.Errorf("%s comes back to a new hub as %s", first.ID, p.ID)
		}
	})
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		if p := s.JoinAs(Frame{"room": "tea", "session": first.Joined.Session}); p.ID == first.ID {
			t.Error("a token of a key that is not there is taken")
		}
	})
}

// forger brings tokens that are none, each from another address.
type forger struct {
	s *Server
	n uint16
}

func (f *forger) join(what, token string) *Peer {
	f.n++
	p := f.s.DialWith(Dial{From: netip.AddrFrom4([4]byte{198, 18, byte(f.n >> 8), byte(f.n)})})
	p.SendJoin(Frame{"id": 3, "room": "tea", "session": token, "name": what})
	return p
}

// refused joins the room tea with a token that is none of it.
func (f *forger) refused(what, token string) {
	p := f.join(what, token)
	p.ExpectRefused(3, protocol.CodeBadToken)
	p.ExpectClose(protocol.CloseRefused)
}

// TestForgedSession holds that no token but a good one of the room is taken, and
// that the room notices nothing. (One whose key is changed is of a key that is not
// there, see TestGoneKey.)
func TestForgedSession(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		mina, f := s.Join("tea", "Mina"), forger{s: s}
		token := mina.Joined.Session
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		otherKey := func(forged string) bool {
			b, err := base64.RawURLEncoding.Strict().DecodeString(forged)
			return err == nil && b[0] == raw[0] && !bytes.Equal(b[1:5], raw[1:5])
		}
		for bit := range 8 * len(raw) {
			forged := bytes.Clone(raw)
			forged[bit/8] ^= 1 << (bit % 8)
			if byteOf := bit / 8; byteOf < 1 || byteOf > 4 {
				f.refused("a bit", base64.RawURLEncoding.EncodeToString(forged))
			}
		}
		for n := 1; n < len(token); n++ {
			f.refused("cut off", token[:n])
		}
		for i := range token {
			for _, c := range "A_\n=é" {
				if forged := token[:i] + string(c) + token[i+1:]; forged != token && !otherKey(forged) {
					f.refused("another character", forged)
				}
			}
		}
		for _, c := range "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_" {
			if forged := token[:len(token)-1] + string(c); forged != token { // its last bits mean nothing
				f.refused("another end", forged)
			}
		}
		for _, forged := range []string{
			"x", " ", token + "A", token + "=", token + "\n", " " + token, token[:10] + "\n" + token[10:], token + token,
			strings.Repeat("A", len(token)), strings.Repeat("A", 60_000), "\x00", "모임", mina.ID,
			s.Join("coffee", "Nana").Joined.Session,
		} {
			f.refused("another", forged)
		}
		mina.ExpectNothing()
		if p := s.JoinAs(Frame{"room": "tea", "session": ""}); p.ID == mina.ID {
			t.Error("an empty token is one")
		}
	})
}

// TestGoneKey holds that who brings a token of a key that is not there is somebody
// new, however often.
func TestGoneKey(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		token := s.Join("tea", "Mina").Joined.Session
		raw, err := base64.RawURLEncoding.DecodeString(token)
		if err != nil {
			t.Fatal(err)
		}
		for bit := 8; bit < 40; bit++ {
			gone := bytes.Clone(raw)
			gone[bit/8] ^= 1 << (bit % 8)
			p := s.JoinAs(Frame{"room": "coffee", "session": base64.RawURLEncoding.EncodeToString(gone), "got": 0})
			if p.Joined.Resumed || len(p.Joined.Peers) != bit-7 {
				t.Fatalf("joined as %+v", p.Joined)
			}
		}
	})
}

func TestOldSession(t *testing.T) {
	const week = 7 * 24 * time.Hour
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		p := s.Join("tea", "Mina")
		for _, tt := range []struct {
			age  time.Duration
			same bool
		}{{0, true}, {week, true}, {week + time.Second, false}, {10 * 365 * 24 * time.Hour, false}, {-time.Hour, true}} {
			token := s.Hub.IssueSession("coffee", signaling.PeerID(p.ID), time.Now().Add(-tt.age))
			got := s.JoinAs(Frame{"room": "coffee", "session": token})
			if (got.ID == p.ID) != tt.same || len(got.ID) != len(p.ID) {
				t.Errorf("with a token %v old the peer is the same: %v", tt.age, !tt.same)
			}
		}
	})
}

// TestTakeover holds that a peer which comes back while its old socket is
// still there takes its place, whether or not that one reads.
func TestTakeover(t *testing.T) {
	for _, deafened := range []bool{false, true} {
		limits := signaling.DefaultLimits()
		limits.Peers = 2
		Run(t, signaling.Config{Limits: limits}, func(t *testing.T, s *Server) {
			witness := s.Join("tea", "Mina")
			old := s.DialWith(Dial{Deaf: deafened})
			old.SendJoin(Frame{"room": "tea", "name": "Nana", "media": Frame{"mic": true}})
			id := witness.ExpectPeer(protocol.TypePeerJoined).ID
			token := s.Hub.IssueSession("tea", signaling.PeerID(id), time.Now())
			if !deafened {
				old.Expect(protocol.TypeJoined)
			}
			old.ID = id

			p := s.JoinAs(Frame{"room": "tea", "name": "Nana", "session": token})
			if p.ID != id || len(p.Joined.Peers) != 2 {
				t.Fatalf("%s comes back as %+v", id, p.Joined)
			}
			witness.ExpectLeft(old, protocol.ReasonLost)
			if got := witness.ExpectPeer(protocol.TypePeerJoined); got.ID != id || got.Mic {
				t.Errorf("peer-joined %+v", got)
			}
			old.SendTooMuch(`{"type":"update","name":"Old"}`)
			old.SendTooMuch(`{"type":"leave"}`)
			witness.ExpectNothing()
			s.Pass(time.Second)
			old.Listen()
			old.SkipToClose(protocol.CloseReplaced)
			s.Pass(time.Minute / 2)
			witness.ExpectPong(0)
			sayTo([]*Peer{witness, p}, p, "", "still here")
			sayTo([]*Peer{witness, p}, witness, p.ID, "psst")
			witness.ExpectNothing()
			p.ExpectNothing()
		})
	}
}

// TestTakeoverUnread holds that an old socket which never reads is ended, and
// that its end is not that of the peer.
func TestTakeoverUnread(t *testing.T) {
	Run(t, signaling.Config{}, func(_ *testing.T, s *Server) {
		witness := s.Join("tea", "Mina")
		old := deaf(s, "tea", witness)
		p := s.JoinAs(Frame{"room": "tea", "session": s.Hub.IssueSession("tea", signaling.PeerID(old.ID), time.Now())})
		witness.ExpectLeft(old, protocol.ReasonLost)
		witness.Expect(protocol.TypePeerJoined)
		s.Pass(35 * time.Second)
		witness.ExpectNothing()
		sayTo([]*Peer{witness, p}, witness, p.ID, "psst")
	})
}

// TestOnePeerEach holds that of many sockets with one token the last has the
// peer, and that no two peers of a room share an id.
func TestOnePeerEach(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		witness := s.Join("tea", "Mina")
		first := s.Join("tea", "Nana")
		sockets := []*Peer{first}
		for range 8 {
			p := s.Dial()
			p.SendJoin(Frame{"room": "tea", "session": first.Joined.Session})
			sockets = append(sockets, p)
		}
		s.Settle()
		in := 0
		witness.Take()
		witness.Sendf(`{"type":"data","to":%q,"data":1}`, first.ID)
		s.Settle()
		for _, p := range sockets {
			frames := p.Take()
			if n := len(frames); n > 0 && frames[n-1].Type == protocol.TypeData {
				in++
				continue
			}
			p.ExpectClose(protocol.CloseReplaced)
		}
		if in != 1 {
			t.Errorf("%d sockets are that peer", in)
		}
		if peers := s.Join("tea", "").Joined.Peers; len(peers) != 3 {
			t.Errorf("the room holds %+v", peers)
		}
	})
}

// TestKeyOverRejoin holds that a line which is said again after coming back is
// stored once, and that own lines stay own.
func TestKeyOverRejoin(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		peers := s.JoinAll("tea", "Mina", "Nana")
		sayTo(peers, peers[1], "", "hello")
		sayTo(peers, peers[1], peers[0].ID, "psst")
		peers[1].Break()
		peers[0].ExpectLost(peers[1])
		p := s.JoinAs(Frame{"room": "tea", "session": peers[1].Joined.Session})
		peers[0].Expect(protocol.TypePeerJoined)
		if got := p.Joined.Messages; len(got) != 2 || *p.Joined.Seq != 2 {
			t.Fatalf("joined with %+v", p.Joined)
		}
		p.Sendf(`{"type":"chat","key":"hello","text":"hello","id":1}`)
		if got := p.ExpectChat("hello"); got.N != 1 {
			t.Errorf("n %d of the repeat", got.N)
		}
		p.ExpectOK(1)
		peers[0].ExpectNothing()
		p.Sendf(`{"type":"chat-edit","n":2,"text":"psst!","id":2}`)
		expectChanged(p)
		p.ExpectOK(2)
		expectChanged(peers[0])
	})
}

// TestHostComesBack holds that a token does not make its bearer host.
func TestHostComesBack(t *testing.T) {
	Run(t, signaling.Config{}, func(t *testing.T, s *Server) {
		_, key, err := s.Hub.MakeRoom(t.Context(), signaling.RoomSpec{Name: "tea"}, DefaultAddr)
		if err != nil {
			t.Fatal(err)
		}
		token := s.JoinAs(Frame{"room": "tea", "host": key}).Joined.Session
		for _, tt := range []struct {
			join Frame
			role protocol.Role
		}{
			{Frame{"room": "tea", "session": token}, protocol.RoleGuest},
			{Frame{"room": "tea", "session": token, "host": key}, protocol.RoleHost},
		} {
			if got := s.JoinAs(tt.join).Joined.Peers; len(got) != 1 || got[0].Role != tt.role {
				t.Errorf("comes back as %+v, want %s", got, tt.role)
			}
		}
	})
}
