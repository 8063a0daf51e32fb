package capwire

import (
	"context"
	"unsafe"
)

// The host of the module, if the context names no other.
var own Host = wapcHost{}

//go:wasmimport wapc __guest_request
func guestRequest(operation, payload *byte)

//go:wasmimport wapc __guest_response
func guestResponse(bytes *byte, length uint32)

//go:wasmimport wapc __guest_error
func guestError(text string)

//go:wasmimport wapc __host_call
func hostCall(binding, namespace, operation string, payload *byte, length uint32) uint32

//go:wasmimport wapc __host_response_len
func hostResponseLen() uint32

//go:wasmimport wapc __host_response
func hostResponse(target *byte)

//go:wasmimport wapc __host_error_len
func hostErrorLen() uint32

//go:wasmimport wapc __host_error
func hostError(target *byte)

//go:wasmimport wapc __console_log
func consoleLog(text string)

// guestCall answers a call of the host. A panic is the error of the call with its text. Then it
// ends the module, because nothing is known about its state, and the runtime writes the stacks of
// all goroutines to the host's log.
//
//go:wasmexport __guest_call
func guestCall(operationLength, payloadLength uint32) uint32 {
	defer func() {
		if failure := recover(); failure != nil {
			guestError(textOf(failure))
			panic(failure)
		}
	}()
	operation, payload := buffer(operationLength), buffer(payloadLength)
	guestRequest(unsafe.SliceData(operation), unsafe.SliceData(payload))
	if exported == nil {
		guestError("the module has no actor: it calls capwire.Export in no package variable")
		return 0
	}
	answer, err := exported.Answer(context.Background(), string(operation), payload)
	if err != nil {
		guestError(err.Error())
		return 0
	}
	guestResponse(unsafe.SliceData(answer), uint32(len(answer)))
	return 1
}

type wapcHost struct{}

func (wapcHost) Call(call HostCall) ([]byte, error) {
	payload := unsafe.SliceData(call.Payload)
	if hostCall(call.Binding, call.Namespace, call.Operation, payload, uint32(len(call.Payload))) == 1 {
		response := buffer(hostResponseLen())
		hostResponse(unsafe.SliceData(response))
		return response, nil
	}
	reason := buffer(hostErrorLen())
	hostError(unsafe.SliceData(reason))
	return nil, &HostError{call.Namespace, call.Operation, string(reason)}
}

func (wapcHost) Console(line string) {
	consoleLog(line)
}

// buffer returns memory for bytes of the host.
func buffer(length uint32) []byte {
	return make([]byte, length)
}

func textOf(failure any) string {
	switch failure := failure.(type) {
	case error:
		return "panic: " + failure.Error()
	case interface{ String() string }:
		return "panic: " + failure.String()
	case string:
		return "panic: " + failure
	default:
		return "panic"
	}
}
