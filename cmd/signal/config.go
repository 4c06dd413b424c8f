package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/adrg/xdg"
	"github.com/alecthomas/kong"

	"golang.org/x/net/idna"

	"moim/chat"
	"moim/signaling"
	"moim/signaling/turn"
)

// config is what flags and environment say.
type config struct {
	Listen    string         `env:"MOIM_LISTEN" placeholder:"HOST:PORT" help:"Address to serve HTTP on; :8080 is every address of this machine. With --tls it leads there (default localhost:8080; :80 with --domain or --cert; :8080 with --self-signed; ${env})."`
	Data      string         `default:"${data}" env:"MOIM_DATA" placeholder:"FOLDER" help:"Folder for what must last; made if missing, ${default} if not given (${env})."`
	Retention chat.Retention `default:"365d:100000" env:"MOIM_RETENTION" placeholder:"AGE:LINES" help:"How long chat is kept on disk, and how many lines of a room, such as 30d:10000, 36h:all or all:all; 0 keeps nothing on disk (default ${default}, ${env})."`
	Grace     time.Duration  `default:"20s" env:"MOIM_GRACE" placeholder:"TIME" help:"How long somebody who lost the connection stays in the room and may come back unnoticed; at most 10m, 0 for not at all (default ${default}, ${env})."`
	Origin    []string       `env:"MOIM_ORIGIN" placeholder:"HOST" help:"Other hosts whose pages may connect, such as app.example.org or *.example.org (${env})."`

	APIKey       string     `name:"api-key" env:"MOIM_API_KEY" placeholder:"FILE" group:"doors" help:"File with a key of 16 characters at least, with which programs make and erase any room (${env})."`
	TokenKey     []tokenKey `name:"token-key" env:"MOIM_TOKEN_KEY" placeholder:"KID=FILE" group:"doors" help:"Key to read tokens with that let people into rooms: a secret of 32 bytes at least, or an Ed25519 key in PEM (docs/tokens.md, ${env})."`
	RequireToken bool       `name:"require-token" env:"MOIM_REQUIRE_TOKEN" group:"doors" help:"Take nobody without a token (${env})."`
	OpenRooms    string     `default:"on" enum:"on,off" env:"MOIM_OPEN_ROOMS" placeholder:"on|off" group:"doors" help:"off: rooms are made with the API key alone, not by who joins first (default ${default}, ${env})."`

	TrustedProxy []subnet `env:"MOIM_TRUSTED_PROXY" placeholder:"PREFIX" group:"doors" help:"Networks of reverse proxies in front of this server, such as 127.0.0.1/32: their X-Forwarded-For says whom a request comes from (${env})."`

	TLS        string   `name:"tls" env:"MOIM_TLS" placeholder:"HOST:PORT" group:"https" help:"Address to serve HTTPS and TURN over TLS on (default :443 with --domain or --cert, :8443 with --self-signed; ${env})."`
	Domain     []string `env:"MOIM_DOMAIN" placeholder:"NAME" group:"https" help:"Name of this server, such as call.example.org: its certificate is got and renewed from Let's Encrypt by itself, whose terms are accepted by this. Ports 443 and 80 must be open (${env})."`
	Cert       string   `env:"MOIM_CERT" placeholder:"FILE" group:"https" and:"pair" help:"Certificate chain (PEM); read again when it changes (${env})."`
	Key        string   `env:"MOIM_KEY" placeholder:"FILE" group:"https" and:"pair" help:"Private key of --cert (PEM; ${env})."`
	SelfSigned bool     `env:"MOIM_SELF_SIGNED" group:"https" help:"Make a certificate for the names and addresses of this machine, for a local network: browsers warn once (${env})."`
	ACME       acme     `embed:"" prefix:"acme-" group:"https"`

	Turn       string         `default:"auto" env:"MOIM_TURN" placeholder:"HOST:PORT" group:"relay" help:"Address to serve STUN and TURN on, by UDP and TCP; off for no relay; auto is :3478, or no relay while that is taken (default ${default}, ${env})."`
	PublicIP   []turn.Mapping `name:"public-ip" env:"MOIM_PUBLIC_IP" placeholder:"IP[/LOCAL]" group:"relay" help:"Addresses under which others reach this machine, if it cannot know: behind a NAT, in a container. 203.0.113.5/10.0.0.5 says which of its own addresses one leads to (${env})."`
	RelayPorts turn.PortRange `default:"49160-49559" env:"MOIM_RELAY_PORTS" placeholder:"FIRST-LAST" group:"relay" help:"UDP ports of the relay; the first is for test calls (default ${default}, ${env})."`
	TurnAllow  []subnet       `env:"MOIM_TURN_ALLOW" placeholder:"PREFIX" group:"relay" help:"Networks that the relay may send to although they are private, such as 10.1.0.0/16 (${env})."`
	ICEServer  []iceServer    `name:"ice-server" env:"MOIM_ICE_SERVER" placeholder:"URL" group:"relay" help:"STUN or TURN server of your own to use too, such as turn:turn.example.org:3478?transport=udp (${env})."`
	ICESecret  string         `name:"ice-secret-file" env:"MOIM_ICE_SECRET_FILE" placeholder:"FILE" group:"relay" help:"File with the secret of the TURN servers of --ice-server (TURN REST; static-auth-secret of coturn; ${env})."`

	LimitRelay       int `default:"20" env:"MOIM_LIMIT_RELAY" placeholder:"MBIT" group:"limits" help:"Megabits a second that the relay passes on of one person, each way (default ${default}, ${env})."`
	LimitAllocations int `default:"100" env:"MOIM_LIMIT_ALLOCATIONS" placeholder:"N" group:"limits" help:"Relay ports of one person at once (default ${default}, ${env})."`

	LimitSignals               signaling.Rate `default:"200:400" env:"MOIM_LIMIT_SIGNALS" placeholder:"RATE:BURST" group:"limits" help:"Offers, answers, candidates and data of one person: per second, and at once (default ${default}, ${env})."`
	LimitChats                 signaling.Rate `default:"10:40" env:"MOIM_LIMIT_CHATS" placeholder:"RATE:BURST" group:"limits" help:"Chat lines of one person (default ${default}, ${env})."`
	LimitChatsNear             signaling.Rate `name:"limit-chats-per-address" default:"20:600" env:"MOIM_LIMIT_CHATS_PER_ADDRESS" placeholder:"RATE:BURST" group:"limits" help:"Chat lines of all people of one address; an IPv6 address counts with its /48 (default ${default}, ${env})."`
	LimitUpdates               signaling.Rate `default:"20:60" env:"MOIM_LIMIT_UPDATES" placeholder:"RATE:BURST" group:"limits" help:"Everything else one person sends (default ${default}, ${env})."`
	LimitJoins                 signaling.Rate `default:"20:200" env:"MOIM_LIMIT_JOINS" placeholder:"RATE:BURST" group:"limits" help:"Joins, and rooms made, from one address (default ${default}, ${env})."`
	LimitPeers                 int            `default:"100" env:"MOIM_LIMIT_PEERS" placeholder:"N" group:"limits" help:"People in one room (default ${default}, ${env})."`
	LimitCrowd                 int            `name:"limit-peers-per-address" default:"1000" env:"MOIM_LIMIT_PEERS_PER_ADDRESS" placeholder:"N" group:"limits" help:"People connected from one address; an IPv6 address counts with its /64 (default ${default}, ${env})."`
	LimitSockets               int            `default:"20000" env:"MOIM_LIMIT_SOCKETS" placeholder:"N" group:"limits" help:"WebSockets at once, so people in all rooms (default ${default}, ${env})."`
	LimitConnections           int            `default:"20000" env:"MOIM_LIMIT_CONNECTIONS" placeholder:"N" group:"limits" help:"HTTP connections at once that are no WebSockets (default ${default}, ${env})."`
	LimitConnectionsPerAddress int            `default:"1000" env:"MOIM_LIMIT_CONNECTIONS_PER_ADDRESS" placeholder:"N" group:"limits" help:"Of them from one address that is no trusted proxy (default ${default}, ${env})."`
	LimitRequests              int            `default:"0" env:"MOIM_LIMIT_REQUESTS" placeholder:"N" group:"limits" help:"Requests over HTTP that begin in a second, of all addresses; a WebSocket, TLS and what changes something count as four. More wait, and addresses take turns. 0 is 2500 for each processor (default ${default}, ${env})."`
	LimitRooms                 int            `default:"10000" env:"MOIM_LIMIT_ROOMS" placeholder:"N" group:"limits" help:"Rooms at once, those that somebody is in and those that were made (default ${default}, ${env})."`
	LimitRoomsNear             int            `name:"limit-rooms-per-address" default:"500" env:"MOIM_LIMIT_ROOMS_PER_ADDRESS" placeholder:"N" group:"limits" help:"Of them made from one address without the API key; an IPv6 address counts with its /48 (default ${default}, ${env})."`

	Debug    string   `env:"MOIM_DEBUG" placeholder:"HOST:PORT" group:"operation" help:"Address to serve Go's profiles on (net/http/pprof); keep it private (${env})."`
	LogLevel logLevel `default:"info" env:"MOIM_LOG_LEVEL" placeholder:"LEVEL" group:"operation" help:"Least level to log: debug, info, warn or error (default ${default}, ${env})."`

	Version kong.VersionFlag `help:"Print the version and exit."`
}

// acme is whom certificates are got from.
type acme struct {
	Email     string `env:"MOIM_ACME_EMAIL" placeholder:"ADDRESS" help:"Whom the authority may write to about certificates that end (${env})."`
	Directory string `env:"MOIM_ACME_DIRECTORY" placeholder:"URL" help:"Another authority than Let's Encrypt (RFC 8555, section 7.1.1; ${env})."`
	Roots     string `env:"MOIM_ACME_ROOTS" placeholder:"FILE" help:"Certificates that the authority's own HTTPS is trusted by, besides the system's (PEM; ${env})."`
}

// settle fills in what depends on other flags, and refuses what does not go
// together.
func (c *config) settle() error {
	c.Domain = slices.DeleteFunc(c.Domain, func(name string) bool { return name == "" })
	for i, name := range c.Domain {
		ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(name, "."))
		if err != nil || ascii == "" {
			return fmt.Errorf("--domain: %q is no name such as call.example.org", name)
		}
		if _, err := netip.ParseAddr(ascii); err == nil {
			return fmt.Errorf("--domain: %s is an address; a name is wanted, such as call.example.org, or --self-signed for a local network", ascii)
		}
		c.Domain[i] = ascii
	}
	if at, err := url.Parse(c.ACME.Directory); c.ACME.Directory != "" && (err != nil || at.Scheme != "https" || at.Host == "") {
		return fmt.Errorf("--acme-directory: %q is no URL such as https://acme.example.org/directory", c.ACME.Directory)
	}
	sources := 0
	for _, given := range []bool{len(c.Domain) > 0, c.Cert != "", c.SelfSigned} {
		if given {
			sources++
		}
	}
	secure := sources > 0
	switch {
	case sources > 1:
		return errors.New("--domain, --cert and --self-signed are three ways to a certificate; give one of them")
	case c.TLS != "" && !secure:
		return errors.New("--tls needs a certificate: --domain, --cert with --key, or --self-signed")
	case c.TLS == "" && c.SelfSigned:
		c.TLS = ":8443"
	case c.TLS == "" && secure:
		c.TLS = ":443"
	}
	switch {
	case c.Listen != "":
	case c.SelfSigned:
		c.Listen = ":8080"
	case secure:
		c.Listen = ":80"
	default:
		c.Listen = "localhost:8080"
	}
	switch {
	case c.OpenRooms == "off" && c.APIKey == "":
		return errors.New("--open-rooms=off needs --api-key, with which rooms are made")
	case c.RequireToken && len(c.TokenKey) == 0:
		return errors.New("--require-token needs --token-key, to read tokens with")
	case c.LimitConnections < 1 || c.LimitConnectionsPerAddress < 1:
		return errors.New("--limit-connections and --limit-connections-per-address are at least 1")
	case c.LimitRequests < 0:
		return errors.New("--limit-requests is at least 1, or 0 for what the processors stand")
	case c.LimitRelay < 1 || c.LimitAllocations < 1:
		return errors.New("--limit-relay and --limit-allocations are at least 1; --turn=off is for no relay")
	case c.RelayPorts.Last-c.RelayPorts.First < 1:
		return errors.New("--relay-ports has at least two ports")
	case c.ICESecret == "" && slices.ContainsFunc(c.ICEServer, iceServer.relays):
		return errors.New("--ice-server with a TURN server needs its secret: --ice-secret-file")
	}
	return nil
}

func (c *config) limits() signaling.Limits {
	return signaling.Limits{
		Signals: c.LimitSignals, Chats: c.LimitChats, Updates: c.LimitUpdates, ChatsPerAddress: c.LimitChatsNear,
		Joins: c.LimitJoins, Peers: c.LimitPeers, PeersPerAddress: c.LimitCrowd, Rooms: c.LimitRooms, RoomsPerAddress: c.LimitRoomsNear, Sockets: c.LimitSockets, Grace: c.Grace,
	}
}

// logLevel is a slog.Level with a plain error.
type logLevel slog.Level

// Level implements slog.Leveler.
func (l logLevel) Level() slog.Level { return slog.Level(l) }

// UnmarshalText implements encoding.TextUnmarshaler.
func (l *logLevel) UnmarshalText(b []byte) error {
	if err := (*slog.Level)(l).UnmarshalText(b); err != nil {
		return fmt.Errorf("%q is not debug, info, warn or error", b)
	}
	return nil
}

// defaultData is the folder for moim in the user's data folder.
func defaultData() string { return filepath.Join(xdg.DataHome, "moim") }
