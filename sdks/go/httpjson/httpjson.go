// Package httpjson has JSON in HTTP messages. It is a package of its own because encoding/json doubles
// the size of a module.
package httpjson

import (
	"encoding/json"

	"github.com/capwire/capwire/sdks/go/http"
)

// Response returns a response with the status 200 and the JSON of a value.
func Response(value any) (http.Response, error) {
	body, err := json.Marshal(value)
	if err != nil {
		return http.Response{}, err
	}
	return http.Content("application/json", body), nil
}

// Read reads the JSON in the body of a request or a response into the value that a pointer points to.
func Read(body []byte, value any) error {
	return json.Unmarshal(body, value)
}
