package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"moim/signaling"
	"moim/signaling/client"
	"moim/signaling/protocol"
)

// The table "Limits" of docs/protocol.md, the flags' defaults and
// signaling.DefaultLimits are one.
func TestLimitsAreAsWritten(t *testing.T) {
	cfg, _, err := parse(nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.limits(); got != signaling.DefaultLimits() {
		t.Errorf("the flags' defaults are %+v, those of signaling %+v", got, signaling.DefaultLimits())
	}
	text, err := os.ReadFile("../../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(text), "\n## Limits\n")
	section, _, _ = strings.Cut(section, "\n## ")
	row := regexp.MustCompile("(?m)^\\| .* \\| `--(limit-[a-z-]+)=(\\S+)` \\| (\\S+) \\| (\\S*) ?\\|$")
	rate := func(r signaling.Rate) [3]string {
		return [3]string{fmt.Sprintf("%g:%d", r.PerSecond, r.Burst), fmt.Sprintf("%g/s", r.PerSecond), fmt.Sprint(r.Burst)}
	}
	count := func(n int) [3]string { return [3]string{fmt.Sprint(n), fmt.Sprint(n), ""} }
	limits := cfg.limits()
	want := map[string][3]string{
		"limit-signals": rate(limits.Signals), "limit-chats": rate(limits.Chats), "limit-chats-per-address": rate(limits.ChatsPerAddress), "limit-updates": rate(limits.Updates),
		"limit-joins": rate(limits.Joins), "limit-peers": count(limits.Peers),
		"limit-peers-per-address": count(limits.PeersPerAddress), "limit-rooms": count(limits.Rooms), "limit-rooms-per-address": count(limits.RoomsPerAddress), "limit-sockets": count(limits.Sockets),
	}
	rows := row.FindAllStringSubmatch(section, -1)
	if lines := strings.Count(section, "\n|"); len(rows) != len(want) || lines != len(want)+2 {
		t.Errorf("%d of %d lines of the table are limits, want %d", len(rows), lines, len(want))
	}
	for _, r := range rows {
		if got := [3]string(r[2:]); got != want[r[1]] {
			t.Errorf("--%s: the table has %q, the program %q", r[1], got, want[r[1]])
		}
	}
}

func TestLimitsAreApplied(t *testing.T) {
	const few = "0.0001:2"
	send := map[string]func(ctx context.Context, c *client.Client) error{
		"signals": func(ctx context.Context, c *client.Client) error { return c.SendData(ctx, "", 1) },
		"chats":   func(ctx context.Context, c *client.Client) error { _, err := c.Say(ctx, "x"); return err },
		"updates": func(ctx context.Context, c *client.Client) error { return c.Update(ctx, client.Presence{}) },
	}
	for limited := range send {
		p := boot(t, "--limit-"+limited+"="+few)
		c := p.join("tea", "Mina")
		for kind, frame := range send {
			for i := range 4 {
				err := frame(p.ctx, c)
				if wantErr := kind == limited && i >= 2; wantErr != isCode(err, protocol.CodeRateLimited) || !wantErr && err != nil {
					t.Errorf("with --limit-%s=%s, frame %d of %s: %v", limited, few, i, kind, err)
				}
			}
		}
	}

	p := boot(t, "--limit-joins="+few)
	for i := range 4 {
		_, err := p.dial(client.Config{Room: "tea"})
		if wantErr := i >= 2; wantErr != isCode(err, protocol.CodeRateLimited) || !wantErr && err != nil {
			t.Errorf("with --limit-joins=%s, join %d: %v", few, i, err)
		}
	}

	p = boot(t, "--limit-peers=2")
	for i := range 3 {
		_, err := p.dial(client.Config{Room: "tea"})
		if wantErr := i >= 2; wantErr != isCode(err, protocol.CodeRoomFull) || !wantErr && err != nil {
			t.Errorf("with --limit-peers=2, join %d: %v", i, err)
		}
	}
	p.join("another", "Mina")
}

func isCode(err error, code protocol.Code) bool {
	var refused *protocol.Error
	return errors.As(err, &refused) && refused.Code == code
}
