package msgpack

import (
	"reflect"
	"strings"
	"sync"
)

// A field of a message.
type field struct {
	key       string
	index     int
	required  bool
	omitEmpty bool
}

// The fields of the messages so far, by type.
var known sync.Map

// fieldsOf returns the fields of a type of struct.
func fieldsOf(message reflect.Type) []field {
	if fields, ok := known.Load(message); ok {
		return fields.([]field)
	}
	var fields []field
	for i := range message.NumField() {
		it := message.Field(i)
		tag := it.Tag.Get("msgpack")
		if !it.IsExported() || tag == "-" {
			continue
		}
		key, option, _ := strings.Cut(tag, ",")
		if key == "" {
			key = it.Name
		}
		fields = append(fields, field{key, i, option == "", option == "omitempty"})
	}
	known.Store(message, fields)
	return fields
}

func isBytes(kind reflect.Type) bool {
	return kind.Kind() == reflect.Slice && kind.Elem().Kind() == reflect.Uint8
}
