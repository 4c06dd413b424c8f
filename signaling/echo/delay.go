package echo

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"
)

// Bounds of what is sent back, for each kind of media.
const (
	maxBytes   = 2_500_000 / 8 // a second
	maxPackets = 2048          // that wait
)

// delayLine keeps packets for a while and sends them then. What is too much is
// dropped, as on any network.
type delayLine struct {
	track   *webrtc.TrackLocalStaticRTP
	delay   time.Duration
	source  atomic.Uint32 // SSRC of what comes in; 0 before anything does
	allowed *rate.Limiter
	waiting chan delayed
}

type delayed struct {
	packet *rtp.Packet
	due    time.Time
}

func newDelayLine(track *webrtc.TrackLocalStaticRTP, delay time.Duration) *delayLine {
	return &delayLine{
		track: track, delay: delay,
		allowed: rate.NewLimiter(maxBytes, maxBytes), waiting: make(chan delayed, maxPackets),
	}
}

// push takes a packet in. The extensions of its header belong to the way it came.
func (l *delayLine) push(packet *rtp.Packet) {
	now := time.Now()
	if !l.allowed.AllowN(now, len(packet.Payload)) {
		return
	}
	packet.Extension, packet.Extensions = false, nil
	select {
	case l.waiting <- delayed{packet, now.Add(l.delay)}:
	default:
	}
}

// run sends what is due until done is closed.
func (l *delayLine) run(done <-chan struct{}) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	<-timer.C
	for {
		select {
		case next := <-l.waiting:
			timer.Reset(time.Until(next.due))
			select {
			case <-timer.C:
				_ = l.track.WriteRTP(next.packet) // it fails when nobody listens yet, or any more
			case <-done:
				return
			}
		case <-done:
			return
		}
	}
}
