package capwire_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/capwire/capwire/sdks/go/blobstore"
	"github.com/capwire/capwire/sdks/go/core"
	"github.com/capwire/capwire/sdks/go/eventstreams"
	"github.com/capwire/capwire/sdks/go/extras"
	"github.com/capwire/capwire/sdks/go/http"
	"github.com/capwire/capwire/sdks/go/keyvalue"
	"github.com/capwire/capwire/sdks/go/logging"
	"github.com/capwire/capwire/sdks/go/messaging"
	"github.com/capwire/capwire/sdks/go/msgpack"
	"github.com/capwire/capwire/sdks/go/sql"
)

var header = map[string]string{"k": "v"}

// The message of each kind in sdks/vectors.txt.
var examples = map[string]any{
	"http.Request": http.Request{
		Method: "GET", Path: "/foo", QueryString: "a=1", Header: header, Body: []byte{1, 2, 3},
	},
	"http.Response":            http.Response{StatusCode: 200, Status: "OK", Header: header, Body: []byte{1, 2, 3}},
	"keyvalue.AddRequest":      keyvalue.AddRequest{Key: "k", Value: 1},
	"keyvalue.AddResponse":     keyvalue.AddResponse{Value: -2},
	"keyvalue.SetRequest":      keyvalue.SetRequest{Key: "counter1", Value: "12", Expires: 100},
	"keyvalue.GetResponse":     keyvalue.GetResponse{Value: "v", Exists: true},
	"keyvalue.RangeRequest":    keyvalue.RangeRequest{Key: "k", Start: 0, Stop: -1},
	"keyvalue.CountResponse":   keyvalue.CountResponse{NewCount: 1},
	"messaging.BrokerMessage":  messaging.BrokerMessage{Subject: "s", Body: []byte{1}},
	"messaging.RequestMessage": messaging.RequestMessage{Subject: "user.profile.175", Body: []byte("raw query bytes"), Timeout: 100},
	"logging.WriteLogRequest":  logging.WriteLogRequest{Level: 4, Body: "This is a debug message"},
	"blobstore.FileChunk": blobstore.FileChunk{
		SequenceNo: 5, Container: "container", ID: "blob", TotalBytes: 53400, ChunkSize: 1024, ChunkBytes: []byte{1, 2, 3, 4, 5},
	},
	"blobstore.StreamRequest": blobstore.StreamRequest{ID: "i", Container: "c", ChunkSize: 100},
	"eventstreams.Event":      eventstreams.Event{EventID: "", Stream: "s", Values: header},
	"eventstreams.StreamQuery": eventstreams.StreamQuery{
		StreamID: "stream1", Range: &eventstreams.TimeRange{MinTime: 0, MaxTime: 1000}, Count: 42,
	},
	"sql.Request": sql.Request{SQL: "SELECT $1", Parameters: []sql.Value{
		nil, true, int64(-5), 1.5, "t", []byte{1, 2}, time.UnixMicro(1_700_000_000_000_000).UTC(),
		sql.UUID("67e55044-10b1-426f-9247-bb680e5fe0c8"), sql.JSON("[1]"),
	}},
	"sql.TransactionRequest": sql.TransactionRequest{
		Statements: []sql.Statement{{SQL: "x", Parameters: []sql.Value{}, RequiredChanges: 1}},
	},
	"sql.Outcome": sql.Outcome{
		Columns: []string{"a"}, Rows: []sql.Row{{Values: []sql.Value{int64(1)}}}, Changes: 3,
	},
	"extras.GeneratorRequest": extras.GeneratorRequest{GUID: true},
	"core.HealthRequest":      core.HealthRequest{},
}

type vector struct {
	name  string
	bytes []byte
}

// vectors returns the vectors of a kind.
func vectors(t *testing.T, kind string) []vector {
	t.Helper()
	text, err := os.ReadFile("../vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	var found []vector
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if words[0] != kind {
			continue
		}
		encoded, err := hex.DecodeString(strings.TrimPrefix(words[2], "."))
		if err != nil || examples[words[1]] == nil {
			t.Fatalf("%s: %v", line, err)
		}
		found = append(found, vector{words[1], encoded})
	}
	if len(found) == 0 {
		t.Fatalf("no vector of the kind %s", kind)
	}
	return found
}

// decoded decodes the bytes as the message that the vector names.
func decoded(v vector) (any, error) {
	into := reflect.New(reflect.TypeOf(examples[v.name]))
	err := msgpack.Unmarshal(v.bytes, into.Interface())
	return into.Elem().Interface(), err
}

// refused returns true for the error of a malformed message.
func refused(err error) bool {
	var malformed *msgpack.Error
	return errors.As(err, &malformed) && malformed.Problem != "" && malformed.At >= 0
}

func TestMessagesHaveTheRecordedBytes(t *testing.T) {
	exact := vectors(t, "exact")
	if len(exact) != len(examples) {
		t.Errorf("%d vectors for %d examples", len(exact), len(examples))
	}
	for _, v := range exact {
		encoded, err := msgpack.Marshal(examples[v.name])
		if err != nil || !bytes.Equal(encoded, v.bytes) {
			t.Errorf("%s: encoded as %x, want %x: %v", v.name, encoded, v.bytes, err)
		}
		message, err := decoded(v)
		if err != nil || !reflect.DeepEqual(message, examples[v.name]) {
			t.Errorf("%s: decoded as %+v: %v", v.name, message, err)
		}
	}
}

func TestOtherEncodingsOfAMessageAreAccepted(t *testing.T) {
	for _, v := range vectors(t, "accepted") {
		message, err := decoded(v)
		if err != nil || !reflect.DeepEqual(message, examples[v.name]) {
			t.Errorf("%s %x: decoded as %+v: %v", v.name, v.bytes, message, err)
		}
	}
}

func TestMalformedMessagesAreErrors(t *testing.T) {
	for _, v := range vectors(t, "malformed") {
		if message, err := decoded(v); !refused(err) {
			t.Errorf("%s %x: decoded as %+v: %v", v.name, v.bytes, message, err)
		}
	}
}

func TestEveryPartOfAMessageIsRefused(t *testing.T) {
	for _, v := range vectors(t, "exact") {
		for end := range v.bytes {
			if message, err := decoded(vector{v.name, v.bytes[:end]}); !refused(err) {
				t.Errorf("%s %x: decoded as %+v: %v", v.name, v.bytes[:end], message, err)
			}
		}
	}
}

func TestChangedMessagesAreDecodedOrRefused(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 7))
	for _, v := range vectors(t, "exact") {
		for range 2000 {
			changed := bytes.Clone(v.bytes)
			for range 3 {
				changed[random.IntN(len(changed))] = byte(random.Uint32())
			}
			if _, err := decoded(vector{v.name, changed}); err != nil && !refused(err) {
				t.Fatalf("%s %x: %v", v.name, changed, err)
			}
		}
	}
}
