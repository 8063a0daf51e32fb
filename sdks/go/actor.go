// Package capwire is the SDK for capwire actors in Go. README.md describes it.
package capwire

import (
	"context"
	"errors"
	"strings"

	"github.com/capwire/capwire/sdks/go/msgpack"
)

// The operation that is answered even if the actor does not handle it.
const health = "HealthRequest"

// The encoding of an answer without content.
var nothing = []byte{0xc0}

// Handler answers one operation.
type Handler struct {
	// Operation is the name of the operation.
	Operation string
	// Answer returns the answer's bytes for the request's bytes.
	Answer func(ctx context.Context, payload []byte) ([]byte, error)
}

// Handle returns a handler whose request and answer are messages.
func Handle[Request, Answer any](operation string, handler func(context.Context, Request) (Answer, error)) Handler {
	return HandleRaw(operation, func(ctx context.Context, payload []byte) ([]byte, error) {
		var request Request
		if err := msgpack.Unmarshal(payload, &request); err != nil {
			return nil, err
		}
		answer, err := handler(ctx, request)
		if err != nil {
			return nil, err
		}
		return msgpack.Marshal(answer)
	})
}

// HandleEvent returns a handler whose request is a message, and whose answer has no content.
func HandleEvent[Request any](operation string, handler func(context.Context, Request) error) Handler {
	return HandleRaw(operation, func(ctx context.Context, payload []byte) ([]byte, error) {
		var request Request
		if err := msgpack.Unmarshal(payload, &request); err != nil {
			return nil, err
		}
		return nothing, handler(ctx, request)
	})
}

// HandleRaw returns a handler with bytes in and out.
func HandleRaw(operation string, handler func(context.Context, []byte) ([]byte, error)) Handler {
	return Handler{Operation: operation, Answer: handler}
}

// Actor is a list of handlers.
type Actor struct {
	handlers []Handler
}

// The actor that the host calls.
var exported *Actor

// Export returns an actor with the handlers, and makes it the actor that the host calls. A program
// has one actor, which is the value of a package variable, because the host never calls main. Export
// panics if two handlers have one operation.
func Export(handlers ...Handler) *Actor {
	for i, handler := range handlers {
		for _, earlier := range handlers[:i] {
			if earlier.Operation == handler.Operation {
				panic("capwire: two handlers for operation `" + handler.Operation + "`")
			}
		}
	}
	exported = &Actor{handlers}
	return exported
}

// Answer answers a call as the host makes it.
func (actor *Actor) Answer(ctx context.Context, operation string, payload []byte) ([]byte, error) {
	names := make([]string, 0, len(actor.handlers))
	for _, handler := range actor.handlers {
		if handler.Operation == operation {
			return handler.Answer(ctx, payload)
		}
		names = append(names, handler.Operation)
	}
	if operation == health {
		return nothing, nil
	}
	known := strings.Join(names, ", ")
	return nil, errors.New("no handler for operation `" + operation + "`; this actor handles " + known)
}
