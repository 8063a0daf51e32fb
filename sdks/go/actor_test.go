package capwire_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/capwireslog"
	"github.com/capwire/capwire/sdks/go/capwiretest"
	"github.com/capwire/capwire/sdks/go/extras"
	"github.com/capwire/capwire/sdks/go/http"
	"github.com/capwire/capwire/sdks/go/httpjson"
	"github.com/capwire/capwire/sdks/go/keyvalue"
	"github.com/capwire/capwire/sdks/go/logging"
	"github.com/capwire/capwire/sdks/go/messaging"
)

type greeting struct {
	Name string `msgpack:"name"`
}

var actor = capwire.Export(
	capwire.Handle("Greet", greet),
	capwire.HandleRaw("Echo", echo),
	capwire.HandleRaw("Helpers", helpers),
	capwire.HandleRaw("Store", store),
	capwire.HandleRaw("Log", log),
	messaging.OnDeliverMessage(deliver),
	http.OnRequest(answer),
)

func greet(_ context.Context, request greeting) (greeting, error) {
	if request.Name == "" {
		return greeting{}, errors.New("no name")
	}
	return greeting{"hello " + request.Name}, nil
}

func echo(ctx context.Context, payload []byte) ([]byte, error) {
	capwire.Console(ctx, "to the console")
	return payload, nil
}

func helpers(ctx context.Context, _ []byte) ([]byte, error) {
	guid, err := extras.GUID(ctx)
	if err != nil {
		return nil, err
	}
	number, err := extras.Random(ctx, 1, 7)
	if err != nil {
		return nil, err
	}
	next, err := extras.Sequence(ctx)
	if err != nil {
		return nil, err
	}
	site, err := http.Get(ctx, "https://example.com/")
	if err != nil {
		return nil, err
	}
	kind := http.HeaderValue(site.Header, "CONTENT-type")
	return fmt.Appendf(nil, "%s %d %d %s %s", guid, number, next, kind, site.Body), nil
}

func store(ctx context.Context, _ []byte) ([]byte, error) {
	client := keyvalue.Client{Binding: "other"}
	if _, err := client.Set(ctx, "a", "b", 0); err != nil {
		return nil, err
	}
	value, err := client.Get(ctx, "a")
	if err != nil || !value.Exists {
		return nil, fmt.Errorf("not there: %w", err)
	}
	if _, err := client.Del(ctx, "a"); err != nil {
		return nil, err
	}
	if value, err = client.KeyExists(ctx, "a"); err != nil || value.Exists {
		return nil, fmt.Errorf("still there: %w", err)
	}
	union, err := client.SetUnion(ctx, []string{"x", "y"})
	return []byte(strings.Join(union, ",")), err
}

func log(ctx context.Context, _ []byte) ([]byte, error) {
	logger := slog.New(capwireslog.NewHandler(&slog.HandlerOptions{Level: slog.LevelDebug}))
	logger = logger.With("actor", 1).WithGroup("g")
	logger.WarnContext(ctx, "a line", "n", 7, "text", "a b")
	logger.DebugContext(ctx, "details")
	slog.New(capwireslog.NewHandler(nil)).DebugContext(ctx, "hidden")
	logging.Info(ctx, "plain")
	return nil, nil
}

func deliver(ctx context.Context, message messaging.BrokerMessage) error {
	return messaging.Client{}.Publish(ctx, message.ReplyTo, "", message.Body)
}

func answer(_ context.Context, request http.Request) (http.Response, error) {
	switch request.Path {
	case "/text":
		return http.Text("a text"), nil
	case "/json":
		return httpjson.Response(map[string]int{"a": 1})
	}
	return http.Status(404), nil
}

func equal(t *testing.T, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %#v, want %#v", got, want)
	}
}

func fails(t *testing.T, err error, text string) {
	t.Helper()
	if err == nil || err.Error() != text {
		t.Errorf("got the error %v, want %s", err, text)
	}
}

func TestAnAnswerAndAnErrorReachTheHost(t *testing.T) {
	host := capwiretest.New(t)
	var answer greeting
	equal(t, host.Invoke(actor, "Greet", greeting{"you"}, &answer), nil)
	equal(t, answer.Name, "hello you")
	fails(t, host.Invoke(actor, "Greet", greeting{}, nil), "no name")
	_, err := host.InvokeRaw(actor, "Greet", []byte{0x80})
	fails(t, err, "cannot decode a message: missing member `name` at byte 1")
	_, err = host.InvokeRaw(actor, "DeliverMessage", nil)
	fails(t, err, "cannot decode a message: the message ends early at byte 0")
	bytes, err := host.InvokeRaw(actor, "Echo", []byte{0, 255})
	equal(t, string(bytes), "\x00\xff")
	equal(t, err, nil)
	equal(t, host.Lines(), []string{"to the console"})
}

func TestAnActorIsHealthyAndNamesItsOperations(t *testing.T) {
	host := capwiretest.New(t)
	bytes, err := host.InvokeRaw(actor, "HealthRequest", []byte{0x80})
	equal(t, bytes, []byte{0xc0})
	equal(t, err, nil)
	_, err = host.InvokeRaw(actor, "Nothing", nil)
	fails(t, err, "no handler for operation `Nothing`; this actor handles Greet, Echo, Helpers, Store, Log, DeliverMessage, HandleRequest")
}

func TestTwoHandlersOfOneOperationAreAFaultOfTheProgram(t *testing.T) {
	defer func() {
		equal(t, recover(), "capwire: two handlers for operation `Echo`")
	}()
	capwire.Export(capwire.HandleRaw("Echo", echo), capwire.HandleRaw("Echo", store))
}

func TestClientsSendRequestsAndReturnAnswers(t *testing.T) {
	host := capwiretest.New(t)
	guid := "some-guid"
	host.Respond("wascc:extras", "RequestGuid", extras.GeneratorResult{GUID: &guid})
	host.Respond("wascc:extras", "RequestRandom", extras.GeneratorResult{RandomNumber: 4})
	host.Respond("wascc:extras", "RequestSequence", extras.GeneratorResult{SequenceNumber: 1 << 63})
	site := http.Content("text/x", []byte("a site"))
	site.Header = map[string]string{"Content-Type": "text/x"}
	host.Respond("wascc:http_client", "PerformRequest", site)
	text, err := host.InvokeRaw(actor, "Helpers", nil)
	equal(t, string(text), "some-guid 4 9223372036854775808 text/x a site")
	equal(t, err, nil)
	host.Refuse("wascc:extras", "RequestGuid", "out of reach")
	_, err = host.InvokeRaw(actor, "Helpers", nil)
	fails(t, err, "wascc:extras RequestGuid failed: out of reach")
	host.Respond("wascc:extras", "RequestGuid", extras.GeneratorResult{})
	_, err = host.InvokeRaw(actor, "Helpers", nil)
	fails(t, err, "the answer contains no GUID")
	host.RespondRaw("wascc:extras", "RequestGuid", []byte{0xc0})
	_, err = host.InvokeRaw(actor, "Helpers", nil)
	fails(t, err, "cannot decode a message: expected a map at byte 1")
}

func TestAClientUsesItsBinding(t *testing.T) {
	host := capwiretest.New(t).WithKeyValue()
	host.Respond("wascc:keyvalue", "SetUnion", keyvalue.ValuesResponse{Values: []string{"x", "y"}})
	text, err := host.InvokeRaw(actor, "Store", nil)
	equal(t, string(text), "x,y")
	equal(t, err, nil)
	for _, call := range host.Calls() {
		equal(t, call.Binding, "other")
	}
	_, err = keyvalue.Client{}.Get(host.Context(), "a")
	equal(t, err, nil)
	equal(t, host.Calls()[5].Binding, "default")
	_, err = keyvalue.Client{}.Get(t.Context(), "a")
	fails(t, err, "wascc:keyvalue Get failed: no host: in a test, use a context of capwiretest")
}

func TestAnEventIsHandledWithoutAnAnswer(t *testing.T) {
	host := capwiretest.New(t)
	host.RespondRaw("wascc:messaging", "Publish", nil)
	message := messaging.BrokerMessage{Subject: "s", ReplyTo: "r", Body: []byte{9}}
	equal(t, host.Invoke(actor, "DeliverMessage", message, nil), nil)
	equal(t, string(host.Calls()[0].Payload), "\x83\xa7subject\xa1r\xa7replyTo\xa0\xa4body\xc4\x01\x09")
}

func TestRecordsOfTheLogAreLinesWithLevels(t *testing.T) {
	host := capwiretest.New(t)
	host.Refuse("wascc:logging", "WriteLog", "lost")
	_, err := host.InvokeRaw(actor, "Log", nil)
	equal(t, err, nil)
	var lines []string
	for _, call := range host.Calls() {
		lines = append(lines, string(call.Payload))
	}
	equal(t, lines, []string{
		"\x82\xa5level\x02\xa4body\xd9!a line actor=1 g.n=7 g.text=\"a b\"",
		"\x82\xa5level\x04\xa4body\xafdetails actor=1",
		"\x82\xa5level\x03\xa4body\xa5plain",
	})
}

func TestResponsesHaveTheirContent(t *testing.T) {
	host := capwiretest.New(t)
	for target, expected := range map[string]http.Response{
		"/text?a=b": http.Content("text/plain; charset=utf-8", []byte("a text")),
		"/json":     http.JSON(`{"a":1}`),
		"/":         {StatusCode: 404, Status: "Not Found", Header: map[string]string{}, Body: []byte{}},
	} {
		response, err := host.Request(actor, "GET", target)
		equal(t, response, expected)
		equal(t, err, nil)
	}
	var body struct{ A int }
	equal(t, httpjson.Read([]byte(`{"a":1}`), &body), nil)
	equal(t, body.A, 1)
}
