package sql

import "github.com/capwire/capwire/sdks/go/msgpack"

// Value is a value of a parameter or column: nil, a bool, an int64, a float64, a string, a []byte, a
// [time.Time] in whole microseconds, a [UUID] or a [JSON]. Parameters can be numbers of other types, too.
type Value = msgpack.Value

// UUID is a UUID, such as "67e55044-10b1-426f-9247-bb680e5fe0c8".
type UUID = msgpack.UUID

// JSON is a document in JSON.
type JSON = msgpack.JSON
