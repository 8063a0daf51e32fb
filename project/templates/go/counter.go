// An actor that counts the requests of each path.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/http"
	"github.com/capwire/capwire/sdks/go/keyvalue"
)

var actor = capwire.Export(http.OnRequest(count))

func count(ctx context.Context, request http.Request) (http.Response, error) {
	key := strings.ReplaceAll(request.Path, "/", ":")
	counter, err := keyvalue.Client{}.Add(ctx, key, 1)
	if err != nil {
		return http.Response{}, err
	}
	return http.JSON(fmt.Sprintf(`{"counter":%d}`, counter)), nil
}

// The host calls the handlers, and never main.
func main() {}
