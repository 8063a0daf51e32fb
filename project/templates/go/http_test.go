package main

import (
	"testing"

	"github.com/capwire/capwire/sdks/go/capwiretest"
)

func TestThePathIsInTheGreeting(t *testing.T) {
	response, err := capwiretest.New(t).Request(actor, "GET", "/world")
	if err != nil || string(response.Body) != "Hello from {{name}}: /world\n" {
		t.Errorf("got %q and the error %v", response.Body, err)
	}
}
