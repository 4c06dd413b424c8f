package echo

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"
	"golang.org/x/time/rate"
)

const (
	maxMessage   = 16 << 10 // bytes of a message on the data channel
	messageBytes = 1 << 20  // a second, of all messages of a call
	messageCost  = 128      // bytes that a message counts for besides its own
	maxChannels  = 1        // data channels of a call
)

// call is one test call.
type call struct {
	server *Server
	place  netip.Prefix
	api    *webrtc.API
	peer   *webrtc.PeerConnection // set once by begin, under mu
	done   chan struct{}          // closed when it has ended

	connected, ending sync.Once

	mu       sync.Mutex // guards what follows
	ended    bool
	timer    *time.Timer
	channels int
}

// begin answers an offer. The call ends by itself from then on.
func (c *call) begin(ctx context.Context, o *offer) (string, error) {
	s := c.server
	peer, err := c.api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return "", err
	}
	if !c.use(peer) {
		_ = peer.GracefulClose() // nothing was done with it
		return "", errStopping
	}
	lifetime := s.cfg.Probe
	if len(o.kinds) > 0 {
		lifetime = s.cfg.Media
	}
	c.endAfter(s.cfg.Connect)
	c.peer.OnConnectionStateChange(func(state webrtc.PeerConnectionState) { c.changed(state, lifetime) })
	c.peer.OnDataChannel(c.echoMessages)
	if err := c.peer.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: o.sdp}); err != nil {
		return "", badSDP("The offer cannot be answered.")
	}
	if err := c.echoMedia(o.kinds); err != nil {
		return "", err
	}
	answer, err := c.peer.CreateAnswer(nil)
	if err != nil {
		return "", badSDP("The offer cannot be answered.")
	}
	gathered := webrtc.GatheringCompletePromise(c.peer)
	if err := c.peer.SetLocalDescription(answer); err != nil {
		return "", badSDP("The offer cannot be answered.")
	}
	select {
	case <-gathered:
		return c.peer.LocalDescription().SDP, nil
	case <-c.done:
		return "", errStopping
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// changed takes the peer's new state. The lifetime of a call counts from the first
// time it is connected.
func (c *call) changed(state webrtc.PeerConnectionState, lifetime time.Duration) {
	switch state {
	case webrtc.PeerConnectionStateConnected:
		c.connected.Do(func() {
			c.server.cfg.Log.Debug("test call connected", "lifetime", lifetime)
			c.endAfter(lifetime)
		})
	case webrtc.PeerConnectionStateFailed, webrtc.PeerConnectionStateClosed:
		go c.end()
	default:
	}
}

// use gives the call its peer, unless it has ended already.
func (c *call) use(peer *webrtc.PeerConnection) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return false
	}
	c.peer = peer
	return true
}

// endAfter ends the call after a while from now, whatever was said before.
func (c *call) endAfter(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	c.timer = time.AfterFunc(d, c.end)
}

// end ends the call and waits until all of it has.
func (c *call) end() {
	c.ending.Do(func() {
		c.mu.Lock()
		c.ended = true
		if c.timer != nil {
			c.timer.Stop()
		}
		peer := c.peer
		c.mu.Unlock()
		close(c.done)
		if peer != nil {
			_ = peer.GracefulClose() // it has ended, however that went
		}
		c.server.cfg.Log.Debug("test call ended")
		c.server.forget(c)
	})
}

// echoMessages sends back the messages of a data channel, as long as they are
// not too many.
func (c *call) echoMessages(channel *webrtc.DataChannel) {
	c.mu.Lock()
	c.channels++
	tooMany := c.channels > maxChannels
	c.mu.Unlock()
	if tooMany {
		_ = channel.Close()
		return
	}
	allowed := rate.NewLimiter(messageBytes, messageBytes)
	channel.OnMessage(func(m webrtc.DataChannelMessage) {
		if len(m.Data) > maxMessage || !allowed.AllowN(time.Now(), len(m.Data)+messageCost) || channel.BufferedAmount() > messageBytes {
			return
		}
		if m.IsString {
			_ = channel.SendText(string(m.Data))
		} else {
			_ = channel.Send(m.Data)
		}
	})
}

// echoMedia sends back each kind of media.
func (c *call) echoMedia(kinds []webrtc.RTPCodecType) error {
	lines := make(map[webrtc.RTPCodecType]*delayLine)
	for _, kind := range kinds {
		codec := opus
		if kind == webrtc.RTPCodecTypeVideo {
			codec = vp8
		}
		track, err := webrtc.NewTrackLocalStaticRTP(codec, kind.String(), "echo")
		if err != nil {
			return err
		}
		sender, err := c.peer.AddTrack(track)
		if err != nil {
			return badSDP("The offer cannot be answered.")
		}
		line := newDelayLine(track, c.server.cfg.Delay)
		lines[kind] = line
		go line.run(c.done)
		go c.passFeedback(sender, line)
	}
	c.peer.OnTrack(func(remote *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		line := lines[remote.Kind()]
		if line == nil || !line.source.CompareAndSwap(0, uint32(remote.SSRC())) {
			return
		}
		for {
			packet, _, err := remote.ReadRTP()
			if err != nil {
				return
			}
			line.push(packet)
		}
	})
	return nil
}

// passFeedback asks for a picture that stands by itself when the browser does.
func (c *call) passFeedback(sender *webrtc.RTPSender, line *delayLine) {
	asked := rate.NewLimiter(rate.Every(500*time.Millisecond), 1)
	for {
		packets, _, err := sender.ReadRTCP()
		if err != nil {
			return
		}
		for _, packet := range packets {
			switch packet.(type) {
			case *rtcp.PictureLossIndication, *rtcp.FullIntraRequest:
				if source := line.source.Load(); source != 0 && asked.Allow() {
					_ = c.peer.WriteRTCP([]rtcp.Packet{&rtcp.PictureLossIndication{MediaSSRC: source}})
				}
			}
		}
	}
}
