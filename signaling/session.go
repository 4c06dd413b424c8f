package signaling

import (
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"moim/signaling/protocol"
)

// Session is one peer's membership of one room. It is apart from the socket
// that carries it: frames are counted both ways and kept until acknowledged,
// so that another socket can take up where one broke off (resume.go).
type Session struct {
	// Static after the join.
	hub  *Hub
	room *Room
	id   PeerID

	instance string // names the peer connections of the client
	serial   serial
	rights   Rights
	subject  string // of its token; "" for none
	named    bool   // by its token
	digest   passDigest

	out   outbox
	heard atomic.Int64 // when the socket last said anything, as of Hub.seconds
	got   atomic.Int64 // frames received, all but ping, pong and join

	searching atomic.Bool  // a search is under way
	pages     atomic.Int32 // asked for and not answered

	reading  sync.Mutex // held while a frame is handled; guards what follows
	carrier  *socket    // whose frames count; nil while there is none
	throttle throttle
	conduct  conduct
	hushed   time.Time // until when no chats are taken

	// Guarded by room.mu.
	peer    protocol.Peer
	pinged  int64    // heard, when the peer was last pinged for its silence
	epoch   int      // of the room, when the peer came in
	issued  int64    // when the peer's newest token was made, as of Hub.seconds
	renewal int64    // when the peer is due other ICE servers, in Unix seconds; 0 for never
	host    hostName // what the client calls this server
	addr    netip.Prefix
	attempt int64    // of the join that attached the socket
	absent  *absence // nil while there is a socket
}

// network is what the session comes from, for limits of many sessions.
func (s *Session) network() netip.Prefix {
	s.room.mu.Lock()
	defer s.room.mu.Unlock()
	return Network(s.addr)
}

// identity is what a token says of the session. Caller holds room.mu.
func (s *Session) identity() identity {
	return identity{peer: s.id, instance: s.instance, serial: s.serial, joined: s.peer.Joined.Time, digest: s.digest}
}

// receive handles one frame, or the fault it had. An error ends the socket.
func (s *Session) receive(sock *socket, f *protocol.Frame, fault *protocol.Error) error {
	s.reading.Lock()
	defer s.reading.Unlock()
	if s.carrier != sock {
		return errReplaced
	}
	now := time.Now()
	s.heard.Store(s.hub.seconds(now))
	switch f.Type {
	case protocol.TypePing, protocol.TypePong, protocol.TypeJoin:
	default:
		s.got.Add(1)
	}
	if fault == nil && f.Type == protocol.TypeLeave {
		s.room.remove(s, protocol.ReasonLeft)
		return errClose{protocol.CloseLeft}
	}
	if fault == nil {
		fault = s.handle(now, f)
	}
	if fault == nil {
		return nil
	}
	s.refuse(f.ID, fault)
	if s.conduct.tooMany(sock, now, fault) {
		return errClose{protocol.CloseFaults}
	}
	return nil
}

// handle does what a frame asks for; a fault is the reason why not.
func (s *Session) handle(now time.Time, f *protocol.Frame) *protocol.Error {
	if !s.throttle.allow(now, &s.hub.limits, f) {
		return errTooMuch
	}
	if familyOf(f.Type) == familyChats && !s.mayChat(now, f) {
		return errMuchNear
	}
	switch f.Type {
	case protocol.TypeOffer, protocol.TypeAnswer, protocol.TypeCandidate:
		return s.relay(f)
	case protocol.TypeData:
		return s.data(f)
	case protocol.TypeChat:
		return s.chat(f)
	case protocol.TypeChatEdit:
		return s.edit(f)
	case protocol.TypeChatDelete:
		return s.delete(f)
	case protocol.TypeChatHistory:
		return s.history(f)
	case protocol.TypeChatSearch:
		return s.search(f)
	case protocol.TypeUpdate:
		return s.update(f)
	case protocol.TypeTyping:
		return s.typing(f)
	case protocol.TypeKick:
		return s.kick(f)
	case protocol.TypeMute:
		return s.mute(f)
	case protocol.TypeAdmit, protocol.TypeReject:
		return s.answerKnock(f)
	case protocol.TypeSetRoom:
		return s.setRoom(f)
	case protocol.TypePing, protocol.TypePong:
		return s.beat(f)
	default:
		return errAlreadyJoined
	}
}

// hush is how long no chat is taken after one that was refused for others of its
// network: what is on its way behind that would come before it.
const hush = 500 * time.Millisecond

// mayChat tells whether the network of the session may say so much.
func (s *Session) mayChat(now time.Time, f *protocol.Frame) bool {
	switch {
	case now.Before(s.hushed):
		return false
	case !s.hub.chats.allowN(s.network(), tokensOf(f)):
		s.hushed = now.Add(hush)
		return false
	}
	return true
}

var (
	errMuchNear      = protocol.Errorf(protocol.CodeRateLimited, "That was too much at once from your address. Wait a moment.")
	errTooMuch       = protocol.Errorf(protocol.CodeRateLimited, "That was too much at once. Wait a moment.")
	errMiscounted    = protocol.Errorf(protocol.CodeBadMessage, "The field got counts more frames than were sent.")
	errAlreadyJoined = protocol.Errorf(protocol.CodeAlreadyJoined, "This connection has joined a room already.")
)

// refuse answers a request with an error.
func (s *Session) refuse(re int64, fault *protocol.Error) { s.out.enqueue(errorFrame(re, fault)) }

// ok answers a request that has no other answer, if it wants one.
func (s *Session) ok(re int64) {
	if re != 0 {
		s.out.enqueue(sealJSON(protocol.OK{Type: protocol.TypeOK, Re: re}))
	}
}

// beat takes the count of a ping or pong, and answers a ping.
func (s *Session) beat(f *protocol.Frame) *protocol.Error {
	if !s.out.acknowledge(f.Int(protocol.FieldGot)) {
		return errMiscounted
	}
	if f.Type == protocol.TypePing {
		s.sendBeat(protocol.TypePong)
	}
	return nil
}

func (s *Session) sendBeat(t protocol.Type) {
	s.out.enqueueUncounted(seal(protocol.AppendBeat(newFrame(40), t, s.got.Load())))
}

func errorFrame(re int64, fault *protocol.Error) []byte {
	return sealJSON(protocol.ErrorFrame{Type: protocol.TypeError, Re: re, Code: fault.Code, Message: fault.Message})
}
