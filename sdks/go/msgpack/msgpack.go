// Package msgpack encodes and decodes the messages of capwire actors: structs that are maps in
// MessagePack.
//
// A message consists of exported fields. The key of a field is its name, or that of its tag:
//
//	type Greeting struct {
//		Name    string `msgpack:"name"`
//		ReplyTo string `msgpack:"replyTo,optional"`
//		Context *string `msgpack:"context,omitempty"`
//		cache   int
//	}
//
// A field is required unless its tag has an option. An `optional` field keeps its zero value if it is
// absent or nil. An `omitempty` field also is left out by the encoder if it is zero. The tag "-"
// excludes a field.
//
// Fields are booleans, numbers, strings, []byte, messages, and pointers, slices and maps of these.
// The keys of a map are strings. A field of the type [Value] is a value of a database. A nil pointer is nil. []byte is the format for bytes; the decoder also
// takes a text or a list of numbers. Unknown keys are ignored; the first of several equal keys counts.
package msgpack

import "strconv"

// The maximum depth of nested values.
const deepest = 64

// Error is the error of a malformed message, or of a value that is no message.
type Error struct {
	// Problem says what is wrong.
	Problem string
	// At is the number of bytes before the fault, or -1 if the encoder found it.
	At int
}

// Error returns the problem and its place.
func (err *Error) Error() string {
	if err.At < 0 {
		return "cannot encode a message: " + err.Problem
	}
	return "cannot decode a message: " + err.Problem + " at byte " + strconv.Itoa(err.At)
}
