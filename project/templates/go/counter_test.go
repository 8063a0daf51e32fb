package main

import (
	"fmt"
	"testing"

	"github.com/capwire/capwire/sdks/go/capwiretest"
)

func TestEachPathCountsForItself(t *testing.T) {
	host := capwiretest.New(t).WithKeyValue()
	for _, step := range []struct {
		path    string
		counter int
	}{{"/hits", 1}, {"/hits", 2}, {"/other", 1}} {
		response, err := host.Request(actor, "GET", step.path)
		if want := fmt.Sprintf(`{"counter":%d}`, step.counter); err != nil || string(response.Body) != want {
			t.Errorf("%s: got %q and the error %v, want %s", step.path, response.Body, err, want)
		}
	}
}
