package certs

import (
	"context"
	"log/slog"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// passed are the fields of certmagic's log that are passed on. Others may hold
// secrets or addresses of people.
var passed = map[string]bool{
	"identifier": true, "identifiers": true, "subject": true, "subjects": true, "error": true, "problem": true,
	"issuer": true, "ca": true, "challenge_type": true, "attempt": true, "attempts": true, "retrying_in": true,
	"remaining": true, "status_code": true,
}

// zapCore writes to slog, at Debug: what matters is in the State, in plain words.
type zapCore struct {
	log    *slog.Logger
	fields []zapcore.Field
}

func newZap(log *slog.Logger) *zap.Logger { return zap.New(zapCore{log: log}) }

// Enabled implements zapcore.LevelEnabler.
func (c zapCore) Enabled(zapcore.Level) bool {
	return c.log.Enabled(context.Background(), slog.LevelDebug)
}

// With implements zapcore.Core.
func (c zapCore) With(fields []zapcore.Field) zapcore.Core {
	return zapCore{c.log, append(slices.Clip(c.fields), fields...)}
}

// Check implements zapcore.Core.
func (c zapCore) Check(entry zapcore.Entry, checked *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if c.Enabled(entry.Level) {
		return checked.AddCore(entry, c)
	}
	return checked
}

// Write implements zapcore.Core.
func (c zapCore) Write(entry zapcore.Entry, fields []zapcore.Field) error {
	encoder := zapcore.NewMapObjectEncoder()
	for _, list := range [][]zapcore.Field{c.fields, fields} {
		for _, field := range list {
			if passed[field.Key] {
				field.AddTo(encoder)
			}
		}
	}
	args := []any{"says", entry.Message}
	for key, value := range encoder.Fields {
		args = append(args, key, value)
	}
	c.log.Debug("certmagic", args...)
	return nil
}

// Sync implements zapcore.Core.
func (c zapCore) Sync() error { return nil }
