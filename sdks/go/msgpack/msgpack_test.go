package msgpack_test

import (
	"encoding/hex"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/capwire/capwire/sdks/go/msgpack"
)

type tree struct {
	Children []tree `msgpack:"c,optional"`
}

type everything struct {
	Text    string
	Bytes   []byte
	List    []string
	Map     map[string]string
	Nested  map[string][]tree
	Float   float64
	Single  float32
	Pointer *int
	Small   int8
	Byte    uint8
	hidden  int
	Skipped int     `msgpack:"-"`
	Omitted *string `msgpack:"omitted,omitempty"`
}

func encoded(t *testing.T, message any) []byte {
	t.Helper()
	bytes, err := msgpack.Marshal(message)
	if err != nil {
		t.Fatal(err)
	}
	return bytes
}

func TestNumbersHaveTheSmallestFormat(t *testing.T) {
	signed := map[int64]string{
		math.MinInt64: "d38000000000000000", -2147483648: "d280000000", -129: "d1ff7f", -128: "d080", -32: "e0",
		127: "7f", 128: "d10080", 32768: "d200008000", 2147483648: "d30000000080000000",
	}
	for number, expected := range signed {
		bytes := encoded(t, number)
		var back int64
		if err := msgpack.Unmarshal(bytes, &back); hex.EncodeToString(bytes) != expected || back != number || err != nil {
			t.Errorf("%d: encoded as %x, decoded as %d: %v", number, bytes, back, err)
		}
	}
	unsigned := map[uint64]string{128: "cc80", 256: "cd0100", 65536: "ce00010000", 1 << 63: "cf8000000000000000"}
	for number, expected := range unsigned {
		bytes := encoded(t, number)
		var back uint64
		if err := msgpack.Unmarshal(bytes, &back); hex.EncodeToString(bytes) != expected || back != number || err != nil {
			t.Errorf("%d: encoded as %x, decoded as %d: %v", number, bytes, back, err)
		}
	}
}

func TestLongValuesComeBack(t *testing.T) {
	seven, text := 7, "some"
	for _, length := range []int{0, 15, 16, 31, 32, 255, 256, 65535, 65536} {
		message := everything{
			Text: strings.Repeat("x", length), Bytes: make([]byte, length), List: make([]string, length),
			Map: map[string]string{}, Nested: map[string][]tree{"a": {{Children: []tree{}}}, "b": {}},
			Float: 1.5, Single: -0.25, Pointer: &seven, Small: -128, Byte: 255, Omitted: &text,
		}
		for i := range length {
			message.Map[strings.Repeat("k", i%300)+string(rune(0x4e00+i%1000))] = "v"
		}
		var back everything
		if err := msgpack.Unmarshal(encoded(t, message), &back); err != nil || !reflect.DeepEqual(back, message) {
			t.Errorf("length %d: %v", length, err)
		}
	}
}

func TestNumbersOutOfRangeAreRefused(t *testing.T) {
	var small struct{ Small int8 }
	var byte struct{ Byte uint8 }
	var float struct{ Float float64 }
	for _, test := range []struct {
		message string
		into    any
		refused bool
	}{
		{"81a5536d616c6cd17fff", &small, true},
		{"81a5536d616c6cd0ff", &small, false},
		{"81a442797465ff", &byte, true},
		{"81a442797465cd0100", &byte, true},
		{"81a442797465d100ff", &byte, false},
		{"81a5466c6f6174ca3f800000", &float, false},
		{"81a5466c6f617403", &float, false},
		{"81a5466c6f6174a0", &float, true},
	} {
		bytes, _ := hex.DecodeString(test.message)
		if err := msgpack.Unmarshal(bytes, test.into); (err != nil) != test.refused {
			t.Errorf("%s: %v", test.message, err)
		}
	}
}

func TestErrorsSayWhatIsWrongAndWhere(t *testing.T) {
	var message struct {
		Key string `msgpack:"key"`
	}
	for text, expected := range map[string]string{
		"\x81\xa3key\xa1\xff": "cannot decode a message: a text is not UTF-8 at byte 7",
		"\x80":                "cannot decode a message: missing member `key` at byte 1",
		"":                    "cannot decode a message: the message ends early at byte 0",
	} {
		if err := msgpack.Unmarshal([]byte(text), &message); err == nil || err.Error() != expected {
			t.Errorf("%q: got %v, want %s", text, err, expected)
		}
	}
	if err := msgpack.Unmarshal([]byte{0x80}, message); err == nil {
		t.Error("a message was decoded into a copy")
	}
	values := []any{nil, func() {}, struct{ C chan int }{}, map[int]string{}, struct{ V msgpack.Value }{[]string{}}}
	for _, value := range values {
		if _, err := msgpack.Marshal(value); err == nil || !strings.HasPrefix(err.Error(), "cannot encode a message: ") {
			t.Errorf("%T: %v", value, err)
		}
	}
}

func TestValuesAreNestedAtMost64Times(t *testing.T) {
	nested := func(depth int) []byte {
		return []byte(strings.Repeat("\x81\xa1c\x91", depth) + "\x80")
	}
	var message tree
	if err := msgpack.Unmarshal(nested(30), &message); err != nil {
		t.Error(err)
	}
	err := msgpack.Unmarshal(nested(1000), &message)
	if err == nil || !strings.Contains(err.Error(), "values are nested too deeply") {
		t.Error(err)
	}
	deep := tree{}
	for range 100 {
		deep = tree{[]tree{deep}}
	}
	if _, err := msgpack.Marshal(deep); err == nil {
		t.Error("a deep message was encoded")
	}
}

// A message of a few bytes that claims a long list takes little memory.
func TestClaimedLengthsTakeNoMemory(t *testing.T) {
	message := append([]byte{0x81, 0xa1, 'c', 0xdd, 0, 0x0f, 0xff, 0xff}, make([]byte, 1<<20)...)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if err := msgpack.Unmarshal(message, new(tree)); err == nil {
		t.Error("numbers were decoded as messages")
	}
	claimed := append([]byte("\x81\xa5Bytes\xdd\xff\xff\xff\xff"), make([]byte, 100)...)
	if err := msgpack.Unmarshal(claimed, new(everything)); err == nil {
		t.Error("bytes were longer than the message")
	}
	runtime.ReadMemStats(&after)
	if taken := after.TotalAlloc - before.TotalAlloc; taken > 1<<16 {
		t.Errorf("%d bytes were taken", taken)
	}
}

func FuzzUnmarshal(f *testing.F) {
	f.Add([]byte("\x81\xa1c\x91\x80"))
	f.Add([]byte("\xdf\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var message everything
		_ = msgpack.Unmarshal(data, &message)
		_ = msgpack.Unmarshal(data, new(tree))
	})
}
