package capwire

import (
	"context"

	"github.com/capwire/capwire/sdks/go/msgpack"
)

// Target is a capability of a binding, or another actor.
type Target struct {
	// Namespace is the id of a contract, such as `wascc:keyvalue`, or the key or alias of an actor.
	Namespace string
	// Binding is the name of the binding; empty means `default`. Hosts ignore it for calls of actors.
	Binding string
}

// HostError is the error of a host call.
type HostError struct {
	// Namespace is that of the call.
	Namespace string
	// Operation is that of the call.
	Operation string
	// Reason is the host's text.
	Reason string
}

// Error returns the call and the host's text.
func (err *HostError) Error() string {
	return err.Namespace + " " + err.Operation + " failed: " + err.Reason
}

// Call sends a message, and returns the answer. The error is a [*HostError] if the host refuses the
// call, and a [*msgpack.Error] if the answer is malformed.
func Call[Answer any](ctx context.Context, target Target, operation string, message any) (Answer, error) {
	var answer Answer
	bytes, err := call(ctx, target, operation, message)
	if err == nil {
		err = msgpack.Unmarshal(bytes, &answer)
	}
	return answer, err
}

// Notify sends a message, and ignores the content of the answer.
func Notify(ctx context.Context, target Target, operation string, message any) error {
	_, err := call(ctx, target, operation, message)
	return err
}

// CallForBytes sends a message, and returns the answer's bytes.
func CallForBytes(ctx context.Context, target Target, operation string, message any) ([]byte, error) {
	return call(ctx, target, operation, message)
}

// CallRaw sends bytes, and returns the answer's bytes.
func CallRaw(ctx context.Context, target Target, operation string, payload []byte) ([]byte, error) {
	if target.Binding == "" {
		target.Binding = "default"
	}
	return hostOf(ctx).Call(HostCall{Target: target, Operation: operation, Payload: payload})
}

// Console writes a line to the host's log. It needs no capability.
func Console(ctx context.Context, line string) {
	hostOf(ctx).Console(line)
}

func call(ctx context.Context, target Target, operation string, message any) ([]byte, error) {
	payload, err := msgpack.Marshal(message)
	if err != nil {
		return nil, err
	}
	return CallRaw(ctx, target, operation, payload)
}
