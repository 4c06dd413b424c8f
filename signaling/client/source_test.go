package client

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
)

// sunk is what would go out: a webrtc.TrackLocalWriter.
type sunk struct{ headers []rtp.Header }

func (s *sunk) WriteRTP(h *rtp.Header, payload []byte) (int, error) {
	s.headers = append(s.headers, *h)
	return len(payload), nil
}

func (s *sunk) Write([]byte) (int, error) { panic("packets go through WriteRTP") }

func TestFlowGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out, f := &sunk{}, &flow{}
		write := func(w *flowWriter, seq uint16, stamp uint32) {
			b, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: stamp}, Payload: []byte{1}}).Marshal()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		first := &flowWriter{flow: f, to: out, clock: 48000}
		write(first, 65534, 4294967000)
		write(first, 0, 1624) // wraps, one is on its way
		write(first, 65535, 664)
		time.Sleep(time.Second)
		second := &flowWriter{flow: f, to: out, clock: 48000}
		write(second, 40000, 7)
		write(second, 40001, 967)
		third := &flowWriter{flow: f, to: out, clock: 90000}
		write(third, 3, 0)
		want := []struct {
			seq   uint16
			stamp uint32
		}{{65534, 4294967000}, {0, 1624}, {65535, 664}, {1, 49624}, {2, 50584}, {3, 50584}}
		for i, h := range out.headers {
			if h.SequenceNumber != want[i].seq || h.Timestamp != want[i].stamp {
				t.Errorf("packet %d has %d, %d; want %+v", i, h.SequenceNumber, h.Timestamp, want[i])
			}
		}
		if len(out.headers) != len(want) {
			t.Errorf("%d packets", len(out.headers))
		}
		if _, err := third.Write([]byte{1}); err == nil {
			t.Error("a byte was taken for a packet")
		}
	})
}

func TestSourceWithoutCodec(t *testing.T) {
	s := &source{kind: Camera}
	if _, err := s.Bind(noCodecs{}); err == nil {
		t.Error("nothing was bound to no codec")
	}
}

type noCodecs struct{ webrtc.TrackLocalContext }

func (noCodecs) CodecParameters() []webrtc.RTPCodecParameters { return nil }
