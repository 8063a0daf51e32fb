package logging

import "context"

// The levels of lines.
const (
	LevelError uint32 = iota + 1
	LevelWarning
	LevelInfo
	LevelDebug
	LevelTrace
)

// Error writes a line about an error. A line that the host refuses is lost.
func Error(ctx context.Context, line string) { write(ctx, LevelError, line) }

// Warning writes a warning. A line that the host refuses is lost.
func Warning(ctx context.Context, line string) { write(ctx, LevelWarning, line) }

// Info writes a line of information. A line that the host refuses is lost.
func Info(ctx context.Context, line string) { write(ctx, LevelInfo, line) }

// Debug writes a line for debugging. A line that the host refuses is lost.
func Debug(ctx context.Context, line string) { write(ctx, LevelDebug, line) }

// Trace writes a line of a trace. A line that the host refuses is lost.
func Trace(ctx context.Context, line string) { write(ctx, LevelTrace, line) }

// Logging never fails a handler.
func write(ctx context.Context, level uint32, line string) {
	_ = Client{}.WriteLog(ctx, level, line)
}
