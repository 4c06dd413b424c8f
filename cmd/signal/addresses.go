package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"syscall"
	"time"

	"moim/signaling/echo"
	"moim/signaling/turn"
)

// lookupTimeout is how long the start waits for a name server.
const lookupTimeout = 5 * time.Second

// publicAddresses are those of --public-ip. When there are none, those that the
// name of --domain stands for and this machine does not have itself: behind a
// NAT that leads here, nobody else can tell.
func publicAddresses(cfg config, log *slog.Logger) ([]turn.Mapping, error) {
	if len(cfg.PublicIP) > 0 || len(cfg.Domain) == 0 {
		return cfg.PublicIP, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", cfg.Domain[0])
	if err != nil {
		log.Warn("the name of this server stands for no address yet; if this machine is behind a NAT, start again when it does, or give --public-ip", "err", err)
		return nil, nil
	}
	own, err := ownAddresses()
	if err != nil {
		return nil, err
	}
	var public []turn.Mapping
	for _, addr := range found {
		if addr = addr.Unmap(); !own[addr] && addr.IsGlobalUnicast() {
			public = append(public, turn.Mapping{Public: addr})
		}
	}
	return public, nil
}

// ownAddresses are those of this machine's interfaces.
func ownAddresses() (map[netip.Addr]bool, error) {
	list, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	own := make(map[netip.Addr]bool)
	for _, addr := range list {
		if prefix, err := netip.ParsePrefix(addr.String()); err == nil {
			own[prefix.Addr()] = true
		}
	}
	return own, nil
}

// newTestCalls takes the first port of the relay's that is free for test calls.
func newTestCalls(ports turn.PortRange, public []turn.Mapping, log *slog.Logger) (*echo.Server, error) {
	var (
		addrs []netip.Addr
		err   error
	)
	for _, m := range public {
		addrs = append(addrs, m.Public)
	}
	for port := ports.First; ; port++ {
		var server *echo.Server
		if server, err = echo.New(echo.Config{Port: port, Public: addrs, Log: log}); err == nil {
			return server, nil
		}
		if !errors.Is(err, syscall.EADDRINUSE) || port == ports.Last {
			return nil, fmt.Errorf("no port of --relay-ports %s can be had for test calls; choose others: %w", ports, err)
		}
	}
}
