// Package http has the requests that an actor answers, and the requests that it sends.
package http

import (
	"context"
	"strings"

	"github.com/capwire/capwire/sdks/go"
)

// OnRequest returns a handler of the requests of `wascc:http_server`.
func OnRequest(handler func(context.Context, Request) (Response, error)) capwire.Handler {
	return OnHandleRequest(handler)
}

// Status returns a response without headers or body.
func Status(code uint32) Response {
	return Response{StatusCode: code, Status: reasons[code]}
}

// Text returns a response with the status 200 and plain text.
func Text(body string) Response {
	return Content("text/plain; charset=utf-8", []byte(body))
}

// JSON returns a response with the status 200 and JSON, which is already a text. The package httpjson
// encodes values.
func JSON(body string) Response {
	return Content("application/json", []byte(body))
}

// Content returns a response with the status 200 and a body.
func Content(contentType string, body []byte) Response {
	response := Status(200)
	response.Header = map[string]string{"content-type": contentType}
	response.Body = body
	return response
}

// Get sends a request with the method GET through `wascc:http_client`. Every status is a response.
func Get(ctx context.Context, url string) (Response, error) {
	return Client{}.PerformRequest(ctx, Request{Method: "GET", Path: url})
}

// HeaderValue returns the value of a header, whose name is compared without regard to case. It is empty if
// there is none.
func HeaderValue(header map[string]string, name string) string {
	if value, ok := header[strings.ToLower(name)]; ok {
		return value
	}
	for key, value := range header {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return ""
}

var reasons = map[uint32]string{
	200: "OK",
	201: "Created",
	204: "No Content",
	400: "Bad Request",
	401: "Unauthorized",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	500: "Internal Server Error",
	502: "Bad Gateway",
}
