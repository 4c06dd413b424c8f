package client_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/pion/webrtc/v4"

	"moim/signaling/client"
)

// A bot that answers whoever greets it.
func ExampleDial() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	c, err := client.Dial(ctx, client.Config{URL: "http://localhost:8080", Room: "tea", Name: "Greeter"})
	if err != nil {
		log.Fatal(err)
	}
	context.AfterFunc(ctx, c.Close)
	for event := range c.Events() {
		if e, ok := event.(client.Chat); ok && e.Message.From != c.You() && e.Message.Text == "hello" {
			if _, err := c.Say(ctx, "Hello, "+e.Message.Name); err != nil {
				log.Print(err)
			}
		}
	}
	if err := c.Err(); err != nil {
		log.Fatal(err)
	}
}

// A listener that counts the sound it gets from everyone.
func ExampleNewMesh() {
	c, err := client.Dial(context.Background(), client.Config{URL: "http://localhost:8080", Room: "tea", Name: "Listener"})
	if err != nil {
		log.Fatal(err)
	}
	mesh, err := client.NewMesh(c, client.MeshConfig{
		OnTrack: func(peer string, kind client.Kind, track *webrtc.TrackRemote) {
			packets := 0
			for {
				if _, _, err := track.ReadRTP(); err != nil {
					fmt.Println(peer, kind, packets)
					return
				}
				packets++
			}
		},
	})
	if err != nil {
		log.Fatal(err)
	}
	defer mesh.Close()
	for event := range c.Events() {
		mesh.Handle(event)
	}
}
