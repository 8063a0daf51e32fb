package msgpack

import (
	"bytes"
	"math"
	"unicode/utf8"
)

// A reader takes values from data, and never reads outside it.
type reader struct {
	data  []byte
	at    int
	depth int
}

func (r *reader) fail(problem string) error {
	return &Error{problem, r.at}
}

func (r *reader) left() int {
	return len(r.data) - r.at
}

// peek returns the next byte, or a byte that begins no value.
func (r *reader) peek() byte {
	if r.left() == 0 {
		return 0xc1
	}
	return r.data[r.at]
}

func (r *reader) take(count uint64) ([]byte, error) {
	if count > uint64(r.left()) {
		return nil, r.fail("the message ends early")
	}
	start := r.at
	r.at += int(count)
	return r.data[start:r.at], nil
}

func (r *reader) byte() (byte, error) {
	taken, err := r.take(1)
	if err != nil {
		return 0, err
	}
	return taken[0], nil
}

// number reads a number of some bytes.
func (r *reader) number(size uint64) (uint64, error) {
	taken, err := r.take(size)
	var value uint64
	for _, digit := range taken {
		value = value<<8 | uint64(digit)
	}
	return value, err
}

// nil reads nil if the next value is nil.
func (r *reader) nil() bool {
	is := r.peek() == 0xc0
	if is {
		r.at++
	}
	return is
}

func (r *reader) boolean() (bool, error) {
	format, err := r.byte()
	if err == nil && format != 0xc2 && format != 0xc3 {
		err = r.fail("expected true or false")
	}
	return format == 0xc3, err
}

// integer reads a number as 64 bits, which are signed if the number is negative.
func (r *reader) integer() (value uint64, negative bool, err error) {
	format, err := r.byte()
	switch {
	case err != nil:
		return 0, false, err
	case format <= 0x7f:
		return uint64(format), false, nil
	case format >= 0xe0:
		return uint64(int8(format)), true, nil
	case format >= 0xcc && format <= 0xcf:
		value, err = r.number(1 << (format - 0xcc))
		return value, false, err
	case format >= 0xd0 && format <= 0xd3:
		size := uint64(1) << (format - 0xd0)
		value, err = r.number(size)
		shift := 64 - 8*size
		value = uint64(int64(value<<shift) >> shift)
		return value, int64(value) < 0, err
	}
	return 0, false, r.fail("expected a number")
}

func (r *reader) signed(overflows func(int64) bool) (int64, error) {
	value, negative, err := r.integer()
	if err == nil && (!negative && value > math.MaxInt64 || overflows(int64(value))) {
		err = r.fail("a number is out of range")
	}
	return int64(value), err
}

func (r *reader) unsigned(overflows func(uint64) bool) (uint64, error) {
	value, negative, err := r.integer()
	if err == nil && (negative || overflows(value)) {
		err = r.fail("a number is out of range")
	}
	return value, err
}

// float reads a number of any format.
func (r *reader) float() (float64, error) {
	switch r.peek() {
	case 0xca:
		r.at++
		bits, err := r.number(4)
		return float64(math.Float32frombits(uint32(bits))), err
	case 0xcb:
		r.at++
		bits, err := r.number(8)
		return math.Float64frombits(bits), err
	}
	value, negative, err := r.integer()
	if negative {
		return float64(int64(value)), err
	}
	return float64(value), err
}

// text reads a text, which is a part of the data.
func (r *reader) text() ([]byte, error) {
	format, err := r.byte()
	var length uint64
	switch {
	case err != nil:
	case format >= 0xa0 && format <= 0xbf:
		length = uint64(format & 0x1f)
	case format >= 0xd9 && format <= 0xdb:
		length, err = r.number(1 << (format - 0xd9))
	default:
		err = r.fail("expected a text")
	}
	if err != nil {
		return nil, err
	}
	value, err := r.take(length)
	if err == nil && !utf8.Valid(value) {
		err = r.fail("a text is not UTF-8")
	}
	return value, err
}

// bytes reads bytes: in the format for bytes, a text, or a list of numbers up to 255.
func (r *reader) bytes() ([]byte, error) {
	format := r.peek()
	switch {
	case format >= 0xc4 && format <= 0xc6:
		r.at++
		length, err := r.number(1 << (format - 0xc4))
		if err != nil {
			return nil, err
		}
		value, err := r.take(length)
		return bytes.Clone(value), err
	case format >= 0xa0 && format <= 0xbf, format >= 0xd9 && format <= 0xdb:
		value, err := r.text()
		return bytes.Clone(value), err
	}
	length, err := r.listLength()
	if err != nil {
		return nil, err
	}
	value := make([]byte, length)
	for i := range value {
		item, err := r.unsigned(func(item uint64) bool { return item > math.MaxUint8 })
		if err != nil {
			return nil, err
		}
		value[i] = byte(item)
	}
	return value, nil
}

// listLength reads the head of a list. Each item has a byte at least.
func (r *reader) listLength() (int, error) {
	format, err := r.byte()
	var length uint64
	switch {
	case err != nil:
	case format >= 0x90 && format <= 0x9f:
		length = uint64(format & 0x0f)
	case format == 0xdc || format == 0xdd:
		length, err = r.number(2 << (format - 0xdc))
	default:
		err = r.fail("expected a list")
	}
	if err == nil && length > uint64(r.left()) {
		err = r.fail("a list is longer than the message")
	}
	return int(length), err
}

// mapLength reads the head of a map. Each entry has two bytes at least.
func (r *reader) mapLength() (int, error) {
	format, err := r.byte()
	var length uint64
	switch {
	case err != nil:
	case format >= 0x80 && format <= 0x8f:
		length = uint64(format & 0x0f)
	case format == 0xde || format == 0xdf:
		length, err = r.number(2 << (format - 0xde))
	default:
		err = r.fail("expected a map")
	}
	if err == nil && length > uint64(r.left()/2) {
		err = r.fail("a map is longer than the message")
	}
	return int(length), err
}
