//go:build browser

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"moim/signaling/client"
)

// uploadMost is what a page may send in a call of six, bit/s, with all headers.
const uploadMost = 2_500_000

// sendingScript adds up what goes out over all connections of a page (W3C WebRTC
// Statistics, sections 6.4 and 8.6).
const sendingScript = `(() => {
  moimTest.picture = { width: 1280, height: 720, frameRate: 20 };
  const connections = [];
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
    }
  };
  window.moimSending = async () => {
    const sum = { At: performance.now(), Bits: 0, Sending: 0, Widest: 0, Most: 0 };
    for (const pc of connections.filter((one) => one.connectionState === 'connected')) {
      const reports = [...(await pc.getStats()).values()];
      for (const one of reports) {
        if (one.type === 'candidate-pair' && one.nominated) sum.Bits += 8 * (one.bytesSent + 28 * one.packetsSent);
        if (one.type === 'outbound-rtp' && one.kind === 'video' && one.active && one.framesSent) {
          sum.Sending++;
          sum.Widest = Math.max(sum.Widest, one.frameWidth);
        }
      }
      for (const sender of pc.getSenders()) {
        const [encoding] = sender.getParameters().encodings;
        if (encoding?.active && sender.track?.kind === 'video') sum.Most = Math.max(sum.Most, encoding.maxBitrate ?? 0);
      }
    }
    return sum;
  };
})()`

// sent is what goes out of a page.
type sent struct {
	At      float64 // ms
	Bits    float64 // so far, with IP and UDP headers
	Sending int     // cameras on their way to someone
	Widest  int     // of the pictures, in pixels
	Most    int     // that a picture may have, bit/s
}

// browserSending has a page send to peers in Go, who say what they show.
func browserSending(t *testing.T, c *chromium) {
	s := startSite(t, "--limit-joins=1000:100000")
	mina := c.person(t, s, "Mina", look{})
	mina.prepares(sendingScript)
	mina.join("tea")
	hd := map[string]int{"width": 1280, "height": 720}
	var viewers []*viewer
	for i := range 5 {
		viewers = append(viewers, s.viewer(t, "tea", fmt.Sprintf("Viewer %d", i+1), hd))
	}
	mina.sendsWithin(5, uploadMost)

	first := viewers[0]
	first.shows(nil)
	first.getsNoPicture()
	first.shows(hd)
	first.getsPictureWithin(2 * time.Second)

	for _, viewer := range viewers[1:] {
		viewer.leave()
	}
	mina.sends("a large picture to the only other", func(now sent) bool {
		return now.Sending == 1 && now.Most > 1_000_000
	})
	first.shows(map[string]int{"width": 160, "height": 90})
	mina.sends("a small picture", func(now sent) bool { return now.Sending == 1 && now.Widest <= 320 && now.Most < 300_000 })
}

// sends waits until what goes out is as it should be.
func (p *person) sends(what string, ok func(sent) bool) {
	p.t.Helper()
	p.eventually("sends "+what, func(ctx context.Context) error {
		now, err := p.sent(ctx)
		if err == nil && !ok(now) {
			err = fmt.Errorf("sends %+v", now)
		}
		return err
	})
}

// sendsWithin waits until a picture goes to so many others, and checks how much
// goes out in all for a while from then on.
func (p *person) sendsWithin(others int, most float64) {
	p.t.Helper()
	p.sends(fmt.Sprintf("to %d", others), func(now sent) bool { return now.Sending == others })
	const while = 5_000 // ms
	var start, end sent
	p.eventually("sends for a while", func(ctx context.Context) (err error) {
		if end, err = p.sent(ctx); err != nil {
			return err
		}
		if start.At == 0 {
			start = end
		}
		if end.At-start.At < while {
			return errors.New("too early to tell")
		}
		return nil
	})
	rate := 1000 * (end.Bits - start.Bits) / (end.At - start.At)
	p.t.Logf("%.2f Mbit/s to %d others, pictures up to %d px wide", rate/1e6, others, end.Widest)
	if rate > most || rate < most/4 {
		p.t.Errorf("%.2f Mbit/s go out, want at most %.2f and not much less", rate/1e6, most/1e6)
	}
}

func (p *person) sent(ctx context.Context) (sent, error) {
	return chromedp.Run(ctx, chromedp.Evaluate[sent]("moimSending()", chromedp.EvalAwaitPromise))
}

// viewer is a peer in Go that receives, and says what it shows.
type viewer struct {
	t        *testing.T
	name     string
	leave    func()
	pictures atomic.Int64 // of the camera
	sounds   atomic.Int64 // packets of the voice
	came     chan struct{}

	mu       sync.Mutex // guards what follows
	view     string
	channels []*webrtc.DataChannel // that are open, to all others
}

// viewer joins a room as somebody who shows the camera of everyone in that size.
func (s *site) viewer(t *testing.T, room, name string, camera any) *viewer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	c, err := client.Dial(ctx, client.Config{URL: s.url, Room: room, Name: name, HTTPClient: &http.Client{}})
	if err != nil {
		t.Fatalf("%s joins: %v", name, err)
	}
	v := &viewer{t: t, name: name, came: make(chan struct{}, 1)}
	v.shows(camera)
	engine := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard}}
	mesh, err := client.NewMesh(c, client.MeshConfig{
		API:    webrtc.NewAPI(webrtc.WithSettingEngine(engine)),
		OnPeer: func(_ string, pc *webrtc.PeerConnection) { v.listen(pc) },
		OnTrack: func(_ string, kind client.Kind, track *webrtc.TrackRemote) {
			v.count(kind, track)
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for event := range c.Events() {
			mesh.Handle(event)
		}
	}()
	v.leave = sync.OnceFunc(func() {
		if err := c.Leave(context.WithoutCancel(ctx)); err != nil {
			t.Errorf("%s leaves: %v", name, err)
		}
		mesh.Close()
	})
	t.Cleanup(v.leave)
	return v
}

// listen makes the channel between two pages (docs/protocol.md).
func (v *viewer) listen(pc *webrtc.PeerConnection) {
	negotiated, id := true, uint16(0)
	channel, err := pc.CreateDataChannel("moim", &webrtc.DataChannelInit{Negotiated: &negotiated, ID: &id})
	if err != nil {
		v.t.Errorf("%s: make the channel: %v", v.name, err)
		return
	}
	channel.OnOpen(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		v.channels = append(v.channels, channel)
		v.tellLocked(channel)
	})
}

// shows says what size the camera is shown in; nil is not at all.
func (v *viewer) shows(camera any) {
	v.t.Helper()
	said, err := json.Marshal(map[string]any{"view": map[string]any{"camera": camera, "screen": nil}})
	if err != nil {
		v.t.Fatal(err)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.view = string(said)
	v.tellLocked(v.channels...)
}

func (v *viewer) tellLocked(channels ...*webrtc.DataChannel) {
	for _, channel := range channels {
		if channel.ReadyState() != webrtc.DataChannelStateOpen {
			continue // they left
		}
		if err := channel.SendText(v.view); err != nil {
			v.t.Errorf("%s: say what is shown: %v", v.name, err)
		}
	}
}

// count counts what comes. Packets that come again, as a page sends some to try
// how much fits, are not new.
func (v *viewer) count(kind client.Kind, track *webrtc.TrackRemote) {
	var newest uint32
	for {
		packet, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if stamp := packet.Timestamp; len(packet.Payload) > 0 && (newest == 0 || int32(stamp-newest) > 0) {
			newest = stamp
			switch kind {
			case client.Camera:
				v.pictures.Add(1)
			case client.Audio:
				v.sounds.Add(1)
			case client.Screen, client.ScreenAudio:
			}
		}
		select {
		case v.came <- struct{}{}:
		default:
		}
	}
}

// getsNoPicture waits until for a while, in which sound arrived, no picture has come.
func (v *viewer) getsNoPicture() {
	v.t.Helper()
	const while = 75 // packets of sound, 20 ms each
	pictures, since := v.pictures.Load(), v.sounds.Load()
	v.wait(patience, "still gets pictures", func() bool {
		if now := v.pictures.Load(); now != pictures {
			pictures, since = now, v.sounds.Load()
		}
		return v.sounds.Load()-since >= while
	})
}

// getsPictureWithin waits so long for a picture that is new.
func (v *viewer) getsPictureWithin(limit time.Duration) {
	v.t.Helper()
	before := v.pictures.Load()
	v.wait(limit, "gets no picture", func() bool { return v.pictures.Load() > before })
}

// wait waits until ok, which is asked with every packet.
func (v *viewer) wait(limit time.Duration, fault string, ok func() bool) {
	v.t.Helper()
	late := time.After(limit)
	for !ok() {
		select {
		case <-v.came:
		case <-late:
			v.t.Fatalf("%s %s for %v", v.name, fault, limit)
		}
	}
}
