// Package capwireslog writes the records of log/slog to `wascc:logging`. It is a package of its own
// because log/slog doubles the size of a module; the package logging writes plain lines.
package capwireslog

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/capwire/capwire/sdks/go/logging"
)

// NewHandler returns a handler for [slog.New]. A line is the record's message, followed by its attributes
// as [slog.TextHandler] writes them. The options may be nil.
//
// Use [slog.InfoContext] and its like with the context of the call. Without it, a module still writes to
// its host, but the fake host of a test does not see the line. A line that the host refuses is lost,
// because logging never fails an actor.
func NewHandler(options *slog.HandlerOptions) slog.Handler {
	if options == nil {
		options = &slog.HandlerOptions{}
	}
	changed := *options
	changed.ReplaceAttr = func(groups []string, attr slog.Attr) slog.Attr {
		_, isLevel := attr.Value.Any().(slog.Level)
		isMessage := attr.Key == slog.MessageKey && attr.Value.String() == ""
		if len(groups) == 0 && (isMessage || isLevel && attr.Key == slog.LevelKey) {
			return slog.Attr{}
		}
		if options.ReplaceAttr != nil {
			return options.ReplaceAttr(groups, attr)
		}
		return attr
	}
	text := &attributes{}
	return handler{text, slog.NewTextHandler(&text.buffer, &changed)}
}

// The text of the attributes of one record at a time.
type attributes struct {
	mutex  sync.Mutex
	buffer bytes.Buffer
}

type handler struct {
	text  *attributes
	inner slog.Handler
}

func (h handler) Enabled(ctx context.Context, level slog.Level) bool {
	return h.inner.Enabled(ctx, level)
}

func (h handler) Handle(ctx context.Context, record slog.Record) error {
	// The host adds the time, and knows the level.
	rest := slog.NewRecord(time.Time{}, record.Level, "", record.PC)
	record.Attrs(func(attr slog.Attr) bool {
		rest.AddAttrs(attr)
		return true
	})
	h.text.mutex.Lock()
	defer h.text.mutex.Unlock()
	h.text.buffer.Reset()
	if err := h.inner.Handle(ctx, rest); err != nil {
		return err
	}
	line := strings.TrimSpace(record.Message + " " + h.text.buffer.String())
	_ = logging.Client{}.WriteLog(ctx, number(record.Level), line)
	return nil
}

func (h handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return handler{h.text, h.inner.WithAttrs(attrs)}
}

func (h handler) WithGroup(name string) slog.Handler {
	return handler{h.text, h.inner.WithGroup(name)}
}

func number(level slog.Level) uint32 {
	switch {
	case level >= slog.LevelError:
		return logging.LevelError
	case level >= slog.LevelWarn:
		return logging.LevelWarning
	case level >= slog.LevelInfo:
		return logging.LevelInfo
	case level >= slog.LevelDebug:
		return logging.LevelDebug
	}
	return logging.LevelTrace
}
