package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/adrg/xdg"
	"github.com/alecthomas/kong"

	"moim/chat"
	"moim/signaling"
)

// config is what flags and environment say.
type config struct {
	Listen    string         `default:"localhost:8080" env:"MOIM_LISTEN" placeholder:"HOST:PORT" help:"Address to serve HTTP on; :8080 is every address of this machine (${env})."`
	Data      string         `default:"${data}" env:"MOIM_DATA" placeholder:"FOLDER" help:"Folder for what must last; made if missing, ${default} if not given (${env})."`
	Retention chat.Retention `default:"365d:100000" env:"MOIM_RETENTION" placeholder:"AGE:LINES" help:"How long chat is kept on disk, and how many lines of a room, such as 30d:10000, 36h:all or all:all; 0 keeps nothing on disk (default ${default}, ${env})."`
	Grace     time.Duration  `default:"20s" env:"MOIM_GRACE" placeholder:"TIME" help:"How long somebody who lost the connection stays in the room and may come back unnoticed; at most 10m, 0 for not at all (default ${default}, ${env})."`
	Origin    []string       `env:"MOIM_ORIGIN" placeholder:"HOST" help:"Other hosts whose pages may connect, such as app.example.org or *.example.org (${env})."`

	LimitSignals signaling.Rate `default:"200:400" env:"MOIM_LIMIT_SIGNALS" placeholder:"RATE:BURST" group:"limits" help:"Offers, answers, candidates and data of one person: per second, and at once (default ${default}, ${env})."`
	LimitChats   signaling.Rate `default:"10:40" env:"MOIM_LIMIT_CHATS" placeholder:"RATE:BURST" group:"limits" help:"Chat lines of one person (default ${default}, ${env})."`
	LimitUpdates signaling.Rate `default:"20:60" env:"MOIM_LIMIT_UPDATES" placeholder:"RATE:BURST" group:"limits" help:"Everything else one person sends (default ${default}, ${env})."`
	LimitJoins   signaling.Rate `default:"20:200" env:"MOIM_LIMIT_JOINS" placeholder:"RATE:BURST" group:"limits" help:"Joins, and rooms made, from one address (default ${default}, ${env})."`
	LimitPeers   int            `default:"100" env:"MOIM_LIMIT_PEERS" placeholder:"N" group:"limits" help:"People in one room (default ${default}, ${env})."`

	Debug    string   `env:"MOIM_DEBUG" placeholder:"HOST:PORT" group:"operation" help:"Address to serve Go's profiles on (net/http/pprof); keep it private (${env})."`
	LogLevel logLevel `default:"info" env:"MOIM_LOG_LEVEL" placeholder:"LEVEL" group:"operation" help:"Least level to log: debug, info, warn or error (default ${default}, ${env})."`

	Version kong.VersionFlag `help:"Print the version and exit."`
}

func (c *config) limits() signaling.Limits {
	return signaling.Limits{
		Signals: c.LimitSignals, Chats: c.LimitChats, Updates: c.LimitUpdates,
		Joins: c.LimitJoins, Peers: c.LimitPeers, Grace: c.Grace,
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
