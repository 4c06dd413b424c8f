package client

import (
	"context"

	"moim/signaling/protocol"
)

// Settings of a room; what is nil stays as it is.
type Settings struct {
	Public   *bool   `json:"public,omitempty"`
	Locked   *bool   `json:"locked,omitempty"`   // nobody new gets in
	Lobby    *bool   `json:"lobby,omitempty"`    // a host lets people in, one by one
	Password *string `json:"password,omitempty"` // "" takes it away
	Topic    *string `json:"topic,omitempty"`
}

// SetRoom changes settings of the room; only hosts may. As they stand then they
// come as a RoomChanged event.
func (c *Client) SetRoom(ctx context.Context, settings Settings) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			Settings
		}{h, settings}
	}, protocol.TypeSetRoom)
	return err
}

// Kick removes a guest from the room, with ban for as long as that lives; only
// hosts may.
func (c *Client) Kick(ctx context.Context, peer string, ban bool) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			Peer string `json:"peer"`
			Ban  bool   `json:"ban,omitempty"`
		}{h, peer, ban}
	}, protocol.TypeKick)
	return err
}

// Mute asks the client of a peer to mute itself; only hosts may.
func (c *Client) Mute(ctx context.Context, peer string) error {
	return c.askOf(ctx, peer, protocol.TypeMute)
}

// Admit lets somebody in who knocks; only hosts may.
func (c *Client) Admit(ctx context.Context, peer string) error {
	return c.askOf(ctx, peer, protocol.TypeAdmit)
}

// Reject turns somebody down who knocks; only hosts may.
func (c *Client) Reject(ctx context.Context, peer string) error {
	return c.askOf(ctx, peer, protocol.TypeReject)
}

func (c *Client) askOf(ctx context.Context, peer string, t protocol.Type) error {
	_, err := c.ask(ctx, &request{}, func(h head) any {
		return struct {
			head
			Peer string `json:"peer"`
		}{h, peer}
	}, t)
	return err
}
