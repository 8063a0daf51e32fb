// Package capwiretest has a fake host for tests of actors, which run natively. It enforces no claims and
// no limits.
package capwiretest

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/http"
	"github.com/capwire/capwire/sdks/go/msgpack"
)

// Host is a host that answers the host calls of an actor.
type Host struct {
	t       testing.TB
	mutex   sync.Mutex
	answers map[operation]answer
	store   store
	calls   []capwire.HostCall
	console []string
}

type operation struct{ namespace, name string }

// An answer is bytes, or the text of a refusal.
type answer struct {
	bytes   []byte
	refusal string
}

// New returns a host that answers no host calls.
func New(t testing.TB) *Host {
	return &Host{t: t, answers: map[operation]answer{}}
}

// WithKeyValue answers the counters and values of `wascc:keyvalue` from memory. It returns the host.
func (host *Host) WithKeyValue() *Host {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	host.store = store{}
	return host
}

// Respond answers an operation with a message. A later answer replaces an earlier one.
func (host *Host) Respond(namespace, operation string, message any) {
	host.t.Helper()
	bytes, err := msgpack.Marshal(message)
	if err != nil {
		host.t.Fatal(err)
	}
	host.RespondRaw(namespace, operation, bytes)
}

// RespondRaw answers an operation with bytes.
func (host *Host) RespondRaw(namespace, operation string, bytes []byte) {
	host.set(namespace, operation, answer{bytes: bytes})
}

// Refuse refuses an operation with the text of an error.
func (host *Host) Refuse(namespace, operation, text string) {
	host.set(namespace, operation, answer{refusal: text})
}

// Context returns a context of this host, for tests of functions that need one.
func (host *Host) Context() context.Context {
	return capwire.WithHost(host.t.Context(), host)
}

// Calls returns the host calls of the actor.
func (host *Host) Calls() []capwire.HostCall {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	return append([]capwire.HostCall(nil), host.calls...)
}

// Lines returns the lines that the actor wrote to the host's log.
func (host *Host) Lines() []string {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	return append([]string(nil), host.console...)
}

// InvokeRaw calls an operation of the actor with bytes.
func (host *Host) InvokeRaw(actor *capwire.Actor, operation string, payload []byte) ([]byte, error) {
	return actor.Answer(host.Context(), operation, payload)
}

// Invoke calls an operation of the actor with a message, and decodes the answer into the value that a
// pointer points to. A nil pointer ignores the answer.
func (host *Host) Invoke(actor *capwire.Actor, operation string, message, answer any) error {
	payload, err := msgpack.Marshal(message)
	if err != nil {
		return err
	}
	bytes, err := host.InvokeRaw(actor, operation, payload)
	if err != nil || answer == nil {
		return err
	}
	return msgpack.Unmarshal(bytes, answer)
}

// Request sends an HTTP request to the actor. The target is a path with an optional query.
func (host *Host) Request(actor *capwire.Actor, method, target string) (http.Response, error) {
	path, query, _ := strings.Cut(target, "?")
	var response http.Response
	request := http.Request{Method: method, Path: path, QueryString: query}
	err := host.Invoke(actor, "HandleRequest", request, &response)
	return response, err
}

// Call answers a host call. Actors use it through their context.
func (host *Host) Call(call capwire.HostCall) ([]byte, error) {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	host.calls = append(host.calls, call)
	refused := func(text string) ([]byte, error) {
		return nil, &capwire.HostError{Namespace: call.Namespace, Operation: call.Operation, Reason: text}
	}
	answer, ok := host.answers[operation{call.Namespace, call.Operation}]
	switch {
	case ok && answer.refusal != "":
		return refused(answer.refusal)
	case ok:
		return answer.bytes, nil
	case host.store != nil:
		if bytes, err := host.store.answer(call); err != nil {
			return refused(err.Error())
		} else if bytes != nil {
			return bytes, nil
		}
	}
	return refused("the test answers no " + call.Namespace + " " + call.Operation)
}

// Console writes a line to the log. Actors use it through their context.
func (host *Host) Console(line string) {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	host.console = append(host.console, line)
}

func (host *Host) set(namespace, name string, answer answer) {
	host.mutex.Lock()
	defer host.mutex.Unlock()
	host.answers[operation{namespace, name}] = answer
}
