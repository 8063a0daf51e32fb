// An actor that uses large packages of the library, waits, and fails in the ways of Go.
package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/capwireslog"
	"github.com/capwire/capwire/sdks/go/http"
	"github.com/capwire/capwire/sdks/go/httpjson"
)

var actor = capwire.Export(
	http.OnRequest(greet),
	capwire.HandleRaw("Wait", wait),
	capwire.HandleRaw("Panic", func(context.Context, []byte) ([]byte, error) { panic("too bad") }),
	capwire.HandleRaw("Nil", func(context.Context, []byte) ([]byte, error) { return nil, missing.fail() }),
	capwire.HandleRaw("Deadlock", func(context.Context, []byte) ([]byte, error) { select {} }),
)

func init() {
	slog.SetDefault(slog.New(capwireslog.NewHandler(nil)))
}

func greet(ctx context.Context, request http.Request) (http.Response, error) {
	var body struct{ Name string }
	if err := httpjson.Read(request.Body, &body); err != nil {
		return http.Status(400), nil
	}
	slog.InfoContext(ctx, "greeting", "name", body.Name)
	return httpjson.Response(map[string]string{"greeting": "Hello " + body.Name})
}

// wait returns letters that goroutines write after a while.
func wait(context.Context, []byte) ([]byte, error) {
	var group sync.WaitGroup
	letters := make([]string, 10)
	for i := range letters {
		group.Add(1)
		go func() {
			defer group.Done()
			time.Sleep(time.Millisecond)
			letters[i] = string(rune('a' + i))
		}()
	}
	group.Wait()
	return []byte(strings.Join(letters, "")), nil
}

type failure struct{ err error }

var missing *failure

func (f *failure) fail() error { return f.err }

func main() {}
