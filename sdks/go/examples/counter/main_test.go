package main

import (
	"testing"

	"github.com/capwire/capwire/sdks/go/capwiretest"
)

func TestEachPathCountsForItself(t *testing.T) {
	host := capwiretest.New(t).WithKeyValue()
	for _, step := range []struct{ target, body string }{
		{"/a/b", `{"counter":1}`},
		{"/a/b?x=1", `{"counter":2}`},
		{"/", `{"counter":1}`},
	} {
		response, err := host.Request(actor, "GET", step.target)
		if err != nil || string(response.Body) != step.body {
			t.Errorf("%s: got %q and %v, want %q", step.target, response.Body, err, step.body)
		}
		if kind := response.Header["content-type"]; kind != "application/json" {
			t.Errorf("%s: the content type is %q", step.target, kind)
		}
	}
}

func TestAStoreThatFailsIsTheErrorOfTheCall(t *testing.T) {
	host := capwiretest.New(t)
	host.Refuse("wascc:keyvalue", "Add", "out of reach")
	_, err := host.Request(actor, "GET", "/")
	if err == nil || err.Error() != "wascc:keyvalue Add failed: out of reach" {
		t.Errorf("got the error %v", err)
	}
}
