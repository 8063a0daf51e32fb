package msgpack

import (
	"encoding/binary"
	"math"
	"reflect"
	"slices"
)

// Marshal returns the encoding of a message. Entries of maps are sorted by key.
func Marshal(message any) ([]byte, error) {
	return appendValue(nil, reflect.ValueOf(message), 0)
}

func appendValue(to []byte, value reflect.Value, depth int) ([]byte, error) {
	if depth > deepest {
		return nil, &Error{"values are nested too deeply", -1}
	}
	switch value.Kind() {
	case reflect.Bool:
		return appendBool(to, value.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return appendSigned(to, value.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return appendUnsigned(to, value.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return binary.BigEndian.AppendUint64(append(to, 0xcb), math.Float64bits(value.Float())), nil
	case reflect.String:
		return appendText(to, value.String()), nil
	case reflect.Pointer:
		if value.IsNil() {
			return append(to, 0xc0), nil
		}
		return appendValue(to, value.Elem(), depth+1)
	case reflect.Struct:
		return appendStruct(to, value, depth)
	case reflect.Map:
		return appendMap(to, value, depth)
	case reflect.Slice:
		return appendSlice(to, value, depth)
	case reflect.Interface:
		if value.Type() == valueType {
			return appendAny(to, value.Interface(), depth)
		}
	}
	kind := "nil"
	if value.IsValid() {
		kind = value.Type().String()
	}
	return nil, &Error{"it contains a value of the type " + kind, -1}
}

func appendStruct(to []byte, value reflect.Value, depth int) ([]byte, error) {
	fields := fieldsOf(value.Type())
	present := 0
	for _, field := range fields {
		if !field.omitEmpty || !value.Field(field.index).IsZero() {
			present++
		}
	}
	to = appendLength(to, present, 0x80, 15, 0xdd)
	for _, field := range fields {
		member := value.Field(field.index)
		if field.omitEmpty && member.IsZero() {
			continue
		}
		var err error
		if to, err = appendValue(appendText(to, field.key), member, depth+1); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func appendMap(to []byte, value reflect.Value, depth int) ([]byte, error) {
	if value.Type().Key().Kind() != reflect.String {
		return nil, &Error{"the keys of a map are no strings", -1}
	}
	keys := value.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	to = appendLength(to, len(keys), 0x80, 15, 0xdd)
	for _, key := range keys {
		var err error
		if to, err = appendValue(appendText(to, key.String()), value.MapIndex(key), depth+1); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func appendSlice(to []byte, value reflect.Value, depth int) ([]byte, error) {
	if isBytes(value.Type()) {
		return append(appendLength(to, value.Len(), 0, -1, 0xc4), value.Bytes()...), nil
	}
	to = appendLength(to, value.Len(), 0x90, 15, 0xdb)
	for i := range value.Len() {
		var err error
		if to, err = appendValue(to, value.Index(i), depth+1); err != nil {
			return nil, err
		}
	}
	return to, nil
}

func appendText(to []byte, text string) []byte {
	return append(appendLength(to, len(text), 0xa0, 31, 0xd9), text...)
}

func appendBool(to []byte, value bool) []byte {
	if value {
		return append(to, 0xc3)
	}
	return append(to, 0xc2)
}

func appendSigned(to []byte, value int64) []byte {
	switch {
	case value >= -32 && value <= 127:
		return append(to, byte(value))
	case value == int64(int8(value)):
		return append(to, 0xd0, byte(value))
	case value == int64(int16(value)):
		return binary.BigEndian.AppendUint16(append(to, 0xd1), uint16(value))
	case value == int64(int32(value)):
		return binary.BigEndian.AppendUint32(append(to, 0xd2), uint32(value))
	}
	return binary.BigEndian.AppendUint64(append(to, 0xd3), uint64(value))
}

func appendUnsigned(to []byte, value uint64) []byte {
	switch {
	case value <= 127:
		return append(to, byte(value))
	case value <= math.MaxUint8:
		return append(to, 0xcc, byte(value))
	case value <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, 0xcd), uint16(value))
	case value <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(to, 0xce), uint32(value))
	}
	return binary.BigEndian.AppendUint64(append(to, 0xcf), value)
}

// appendLength appends the head of a text, bytes, a list or a map. A length up to `small` is a part of
// the format `fixed`; others follow `long`, the format that has a length of one byte, whether or not
// it exists: lists and maps have none.
func appendLength(to []byte, length int, fixed byte, small int, long byte) []byte {
	hasByte := long == 0xd9 || long == 0xc4
	switch {
	case length <= small:
		return append(to, fixed|byte(length))
	case length <= math.MaxUint8 && hasByte:
		return append(to, long, byte(length))
	case length <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(to, long+1), uint16(length))
	}
	return binary.BigEndian.AppendUint32(append(to, long+2), uint32(length))
}
