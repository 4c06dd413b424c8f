package client

import (
	"fmt"
	"sync"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// source is what a sender sends: a local track, or nothing. Its ids are those
// of its place, so that another track needs no new description (RFC 8830).
type source struct {
	kind  Kind
	id    string            // of the stream
	track webrtc.TrackLocal // nil for nothing
	flow  *flow
}

// streamID names the media stream of a kind. Sound and camera are in one, so
// that they are played in step; the screen and its sound are another.
func streamID(you string, kind Kind) string {
	if kind == Screen || kind == ScreenAudio {
		return you + "-screen"
	}
	return you
}

// Bind implements webrtc.TrackLocal.
func (s *source) Bind(b webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	if s.track == nil {
		codecs := b.CodecParameters()
		if len(codecs) == 0 {
			return webrtc.RTPCodecParameters{}, fmt.Errorf("send %s: %w", s.kind, webrtc.ErrUnsupportedCodec)
		}
		return codecs[0], nil
	}
	w := &flowWriter{flow: s.flow, to: b.WriteStream()}
	codec, err := s.track.Bind(binding{b, w})
	s.flow.mu.Lock()
	defer s.flow.mu.Unlock()
	w.clock = codec.ClockRate
	return codec, err
}

// Unbind implements webrtc.TrackLocal.
func (s *source) Unbind(b webrtc.TrackLocalContext) error {
	if s.track != nil {
		return s.track.Unbind(b)
	}
	return nil
}

func (s *source) ID() string                { return string(s.kind) }
func (s *source) RID() string               { return "" }
func (s *source) StreamID() string          { return s.id }
func (s *source) Kind() webrtc.RTPCodecType { return s.kind.codecType() }

// flow is the RTP stream of one sender. Sequence numbers and timestamps go on
// from one of its tracks to the next (RFC 3550, section 5.1): a receiver
// takes numbers that jump back for packets it has seen already.
type flow struct {
	mu      sync.Mutex // guards what follows
	started bool
	seq     uint16    // the greatest sent
	stamp   uint32    // of the packet with seq
	at      time.Time // when that was sent
}

// flowWriter puts the packets of one track in a flow.
type flowWriter struct {
	flow *flow
	to   webrtc.TrackLocalWriter

	// Guarded by flow.mu.
	clock     uint32 // Hz
	begun     bool
	seqShift  uint16
	timeShift uint32
}

// WriteRTP implements webrtc.TrackLocalWriter.
func (w *flowWriter) WriteRTP(header *rtp.Header, payload []byte) (int, error) {
	shifted := *header
	w.shift(&shifted)
	return w.to.WriteRTP(&shifted, payload)
}

// Write implements webrtc.TrackLocalWriter.
func (w *flowWriter) Write(b []byte) (int, error) {
	var packet rtp.Packet
	if err := packet.Unmarshal(b); err != nil {
		return 0, err
	}
	return w.WriteRTP(&packet.Header, packet.Payload)
}

func (w *flowWriter) shift(h *rtp.Header) {
	f, now := w.flow, time.Now()
	f.mu.Lock()
	defer f.mu.Unlock()
	if !w.begun && f.started {
		passed := uint32(now.Sub(f.at).Seconds() * float64(w.clock))
		w.seqShift = f.seq + 1 - h.SequenceNumber
		w.timeShift = f.stamp + passed - h.Timestamp
	}
	w.begun = true
	h.SequenceNumber += w.seqShift
	h.Timestamp += w.timeShift
	if !f.started || int16(h.SequenceNumber-f.seq) > 0 { //nolint:gosec // serial number arithmetic (RFC 1982)
		f.started, f.seq, f.stamp, f.at = true, h.SequenceNumber, h.Timestamp, now
	}
}

// binding gives a track the flow to write to.
type binding struct {
	webrtc.TrackLocalContext
	stream webrtc.TrackLocalWriter
}

// WriteStream implements webrtc.TrackLocalContext.
func (b binding) WriteStream() webrtc.TrackLocalWriter { return b.stream }
