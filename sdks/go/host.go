package capwire

import "context"

// HostCall is a call of an actor to its host.
type HostCall struct {
	Target
	// Operation is the name of the operation.
	Operation string
	// Payload is the request's bytes.
	Payload []byte
}

// Host answers the calls of an actor. A module has a host; capwiretest has one for tests.
type Host interface {
	// Call returns the answer's bytes, or a [*HostError].
	Call(call HostCall) ([]byte, error)
	// Console writes a line to the log.
	Console(line string)
}

type hostKey struct{}

// WithHost returns a context whose host is not that of the module.
func WithHost(ctx context.Context, host Host) context.Context {
	return context.WithValue(ctx, hostKey{}, host)
}

func hostOf(ctx context.Context) Host {
	if host, ok := ctx.Value(hostKey{}).(Host); ok {
		return host
	}
	return own
}
