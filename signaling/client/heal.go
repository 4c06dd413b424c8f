package client

import (
	"time"

	"github.com/pion/webrtc/v4"
)

// ladder is what is done with a connection that is not settled, step after
// step: how long it is left alone first, and whether it is then made anew.
var ladder = [...]struct {
	after time.Duration
	anew  bool
}{
	{after: 10 * time.Second}, {after: 10 * time.Second}, {after: 20 * time.Second, anew: true}, {after: 40 * time.Second, anew: true},
}

// yield is how long the polite side leaves a failed connection to the other.
const yield = time.Second

// settled tells whether nothing is left to be done.
func (l *link) settled() bool {
	return !l.offering() && l.pc.CurrentRemoteDescription() != nil &&
		l.pc.ConnectionState() == webrtc.PeerConnectionStateConnected
}

// watch has the link mended after a while, unless it is settled by then. It
// follows each step.
func (l *link) watch() {
	if l.settled() {
		l.tries = 0
		l.rest()
		return
	}
	if l.mesh.cfg.NoHealing || l.tries == len(ladder) || l.mesh.isAway() {
		return
	}
	pause, failed := ladder[l.tries].after, l.tries == 0 && l.pc.ConnectionState() == webrtc.PeerConnectionStateFailed
	switch {
	case failed && l.polite:
		pause = yield
	case failed:
		pause = 0
	}
	if l.mending != nil && !failed {
		return
	}
	l.rest()
	var timer *time.Timer
	timer = time.AfterFunc(pause, func() {
		l.push(func() {
			if l.mending == timer {
				l.mend()
			}
		})
	})
	l.mending = timer
}

// rest lets time begin anew.
func (l *link) rest() {
	if l.mending != nil {
		l.mending.Stop()
		l.mending = nil
	}
}

func (l *link) mend() {
	l.mending = nil
	if l.mesh.isAway() {
		return
	}
	step := ladder[l.tries]
	l.tries++
	if step.anew {
		l.renewConn(true)
	} else {
		l.renew()
	}
}

// renew negotiates anew what is not settled, as signals may have been lost.
func (l *link) renew() {
	switch {
	case l.settled():
	case l.pc.ConnectionState() == webrtc.PeerConnectionStateClosed: // by the peer
		l.renewConn(true)
	case l.offer != nil:
		l.sendDescription(*l.offer)
	case l.pc.SignalingState() == webrtc.SignalingStateHaveLocalOffer:
		l.sendDescription(*l.pc.LocalDescription())
	case l.pc.CurrentRemoteDescription() == nil, l.offering():
		l.renewConn(true)
	default:
		l.want(true)
	}
}
