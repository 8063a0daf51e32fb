package msgpack

import "reflect"

// Unmarshal decodes the message at the start of the data into the value that a pointer points to.
// The error is a [*Error]; then the value may be decoded in part. Nothing in the value refers to the data.
// The memory for it is in proportion to the data.
func Unmarshal(data []byte, message any) error {
	value := reflect.ValueOf(message)
	if value.Kind() != reflect.Pointer || value.IsNil() {
		return &Error{"a message is decoded into a pointer that is not nil", 0}
	}
	reader := reader{data: data}
	return reader.value(value.Elem())
}

// value decodes any value.
func (r *reader) value(into reflect.Value) error {
	switch into.Kind() {
	case reflect.Bool:
		value, err := r.boolean()
		into.SetBool(value)
		return err
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		value, err := r.signed(into.OverflowInt)
		if err == nil {
			into.SetInt(value)
		}
		return err
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		value, err := r.unsigned(into.OverflowUint)
		if err == nil {
			into.SetUint(value)
		}
		return err
	case reflect.Float32, reflect.Float64:
		value, err := r.float()
		into.SetFloat(value)
		return err
	case reflect.String:
		value, err := r.text()
		into.SetString(string(value))
		return err
	}
	return r.nested(into)
}

// nested decodes a value that can contain others.
func (r *reader) nested(into reflect.Value) error {
	if r.depth == deepest {
		return r.fail("values are nested too deeply")
	}
	r.depth++
	defer func() { r.depth-- }()
	switch into.Kind() {
	case reflect.Pointer:
		if r.nil() {
			into.SetZero()
			return nil
		}
		value := reflect.New(into.Type().Elem())
		into.Set(value)
		return r.value(value.Elem())
	case reflect.Struct:
		return r.message(into)
	case reflect.Map:
		return r.entries(into)
	case reflect.Slice:
		if isBytes(into.Type()) {
			value, err := r.bytes()
			into.SetBytes(value)
			return err
		}
		return r.items(into)
	case reflect.Interface:
		if into.Type() == valueType {
			value, err := r.database()
			if err == nil && value != nil {
				into.Set(reflect.ValueOf(value))
			}
			return err
		}
	}
	return r.fail("no value can be decoded into the type " + into.Type().String())
}

func (r *reader) message(into reflect.Value) error {
	fields := fieldsOf(into.Type())
	seen := make([]bool, len(fields))
	entries, err := r.mapLength()
	if err != nil {
		return err
	}
	for range entries {
		if err := r.member(into, fields, seen); err != nil {
			return err
		}
	}
	for i, field := range fields {
		if field.required && !seen[i] {
			return r.fail("missing member `" + field.key + "`")
		}
	}
	return nil
}

// member decodes one entry of a message. Members that were seen already are ignored.
func (r *reader) member(into reflect.Value, fields []field, seen []bool) error {
	key, err := r.text()
	if err != nil {
		return err
	}
	for i, field := range fields {
		if seen[i] || field.key != string(key) {
			continue
		}
		if !field.required && r.nil() {
			return nil
		}
		seen[i] = true
		return r.value(into.Field(field.index))
	}
	return r.skip()
}

func (r *reader) entries(into reflect.Value) error {
	kind := into.Type()
	if kind.Key().Kind() != reflect.String {
		return r.fail("the keys of a map are no strings")
	}
	length, err := r.mapLength()
	if err != nil {
		return err
	}
	into.Set(reflect.MakeMap(kind))
	key, value := reflect.New(kind.Key()).Elem(), reflect.New(kind.Elem()).Elem()
	for range length {
		text, err := r.text()
		if err != nil {
			return err
		}
		key.SetString(string(text))
		value.SetZero()
		if err := r.value(value); err != nil {
			return err
		}
		into.SetMapIndex(key, value)
	}
	return nil
}

// items decodes a list. It grows with the items that are there, and not with the length that is claimed.
func (r *reader) items(into reflect.Value) error {
	length, err := r.listLength()
	if err != nil {
		return err
	}
	items := reflect.MakeSlice(into.Type(), 0, min(length, 16))
	for range length {
		item := reflect.New(into.Type().Elem()).Elem()
		if err := r.value(item); err != nil {
			return err
		}
		items = reflect.Append(items, item)
	}
	into.Set(items)
	return nil
}
