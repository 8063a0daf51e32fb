package msgpack

import (
	"reflect"
	"time"
)

// Value is a value of a database: nil, a bool, an int64, a float64, a string, a []byte, a [time.Time], a
// [UUID] or a [JSON]. The encoder also takes numbers of other types, and keeps whole microseconds of times.
type Value any

// UUID is the text of a UUID, which is not a text if it is a [Value].
type UUID string

// JSON is a document in JSON, which is not a text if it is a [Value].
type JSON string

var valueType = reflect.TypeFor[Value]()

// appendAny encodes a value of a database. The types that MessagePack does not have are maps with one
// entry.
func appendAny(to []byte, value Value, depth int) ([]byte, error) {
	switch value := value.(type) {
	case nil:
		return append(to, 0xc0), nil
	case time.Time:
		return appendSigned(appendName(to, "timestamp"), value.UnixMicro()), nil
	case UUID:
		return appendText(appendName(to, "uuid"), string(value)), nil
	case JSON:
		return appendText(appendName(to, "json"), string(value)), nil
	}
	it := reflect.ValueOf(value)
	switch it.Kind() {
	case reflect.Pointer, reflect.Struct, reflect.Map:
		return nil, &Error{"a value of a database has the type " + it.Type().String(), -1}
	case reflect.Slice:
		if !isBytes(it.Type()) {
			return nil, &Error{"a value of a database has the type " + it.Type().String(), -1}
		}
	}
	return appendValue(to, it, depth)
}

func appendName(to []byte, name string) []byte {
	return appendText(append(to, 0x81), name)
}

// database decodes a value of a database.
func (r *reader) database() (Value, error) {
	format := r.peek()
	switch {
	case r.nil():
		return nil, nil
	case format == 0xc2 || format == 0xc3:
		return r.boolean()
	case format == 0xca || format == 0xcb:
		return r.float()
	case format >= 0xa0 && format <= 0xbf, format >= 0xd9 && format <= 0xdb:
		text, err := r.text()
		return string(text), err
	case format >= 0xc4 && format <= 0xc6, format >= 0x90 && format <= 0x9f, format == 0xdc, format == 0xdd:
		return r.bytes()
	case format >= 0x80 && format <= 0x8f, format == 0xde, format == 0xdf:
		return r.named()
	}
	return r.int64()
}

// named decodes a value of a type that MessagePack does not have.
func (r *reader) named() (Value, error) {
	entries, err := r.mapLength()
	if err == nil && entries != 1 {
		err = r.fail("expected one member in a value")
	}
	if err != nil {
		return nil, err
	}
	name, err := r.text()
	if err != nil {
		return nil, err
	}
	switch string(name) {
	case "timestamp":
		microseconds, err := r.int64()
		return time.UnixMicro(microseconds).UTC(), err
	case "uuid":
		text, err := r.text()
		return UUID(text), err
	case "json":
		text, err := r.text()
		return JSON(text), err
	}
	return nil, r.fail("expected `timestamp`, `uuid` or `json`")
}

func (r *reader) int64() (int64, error) {
	return r.signed(func(int64) bool { return false })
}
