//go:build !wasip1

package capwire

import (
	"fmt"
	"os"
)

// The host of a native program, such as a test, where the context names no other.
var own Host = noHost{}

type noHost struct{}

func (noHost) Call(call HostCall) ([]byte, error) {
	const reason = "no host: in a test, use a context of capwiretest"
	return nil, &HostError{call.Namespace, call.Operation, reason}
}

func (noHost) Console(line string) {
	fmt.Fprintln(os.Stderr, line)
}
