//go:build browser

package main

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/pion/logging"
	"github.com/pion/webrtc/v4"

	"moim/signaling/client"
)

// TestBrowserParticipant has a participant in Go send back the picture and the
// sound it gets from the page, with either of them making the offer.
func TestBrowserParticipant(t *testing.T) {
	c := startChromium(t, nil)
	for name, impolite := range map[string]bool{"page offers": false, "participant offers": true} {
		t.Run(name, func(t *testing.T) {
			s := startSite(t, "--limit-joins=1000:100000") // Echo may have to join often, see echo
			mina := c.person(t, s, "Mina", look{})
			mina.join("tea")
			echo := s.echo(t, "tea", mina.name, impolite)
			mina.receives(&person{name: "Echo"})
			mina.connects(1)
			mina.clicks("button", "Turn camera off")
			mina.clicks("button", "Turn camera on")
			mina.receives(&person{name: "Echo"})
			if err := echo.Leave(t.Context()); err != nil {
				t.Error(err)
			}
			mina.connects(0)
		})
	}
}

// echo joins as Echo, with an id that makes it impolite towards somebody or not.
func (s *site) echo(t *testing.T, room, towards string, impolite bool) *client.Client {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	cfg := client.Config{
		URL: s.url, Room: room, Name: "Echo", HTTPClient: &http.Client{},
		Media: client.Media{Mic: true, Camera: true},
	}
	for {
		c, err := client.Dial(ctx, cfg)
		if err != nil {
			t.Fatalf("Echo joins: %v", err)
		}
		for _, peer := range c.Joined().Peers {
			if peer.Name == towards && (c.You() < peer.ID) == impolite {
				sendBack(t, c)
				return c
			}
		}
		if err := c.Leave(ctx); err != nil {
			t.Fatalf("Echo leaves: %v", err)
		}
	}
}

// sendBack sends what comes to whom it came from, the only other peer.
func sendBack(t *testing.T, c *client.Client) {
	t.Helper()
	tracks := map[client.Kind]webrtc.TrackLocal{}
	for kind, codec := range map[client.Kind]webrtc.RTPCodecCapability{
		client.Audio:  {MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2},
		client.Camera: {MimeType: webrtc.MimeTypeVP8, ClockRate: 90000},
	} {
		track, err := webrtc.NewTrackLocalStaticRTP(codec, string(kind), "echo")
		if err != nil {
			t.Fatal(err)
		}
		tracks[kind] = track
	}
	engine := webrtc.SettingEngine{LoggerFactory: &logging.DefaultLoggerFactory{Writer: io.Discard}}
	mesh, err := client.NewMesh(c, client.MeshConfig{
		API: webrtc.NewAPI(webrtc.WithSettingEngine(engine)), Tracks: tracks,
		OnTrack: func(_ string, kind client.Kind, track *webrtc.TrackRemote) {
			for {
				packet, _, err := track.ReadRTP()
				if err != nil {
					return
				}
				packet.Extension, packet.Extensions = false, nil // numbered for the other way
				if to, ok := tracks[kind].(*webrtc.TrackLocalStaticRTP); ok {
					to.WriteRTP(packet)
				}
			}
		},
		OnError: func(_ string, err error) { t.Errorf("Echo: %v", err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for event := range c.Events() {
			mesh.Handle(event)
		}
	}()
	t.Cleanup(func() { c.Close(); mesh.Close() })
}
