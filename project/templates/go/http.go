// An actor that answers HTTP requests.
package main

import (
	"context"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/http"
)

var actor = capwire.Export(http.OnRequest(greet))

func greet(ctx context.Context, request http.Request) (http.Response, error) {
	return http.Text("Hello from {{name}}: " + request.Path + "\n"), nil
}

// The host calls the handlers, and never main.
func main() {}
