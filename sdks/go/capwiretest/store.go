package capwiretest

import (
	"errors"
	"math"
	"strconv"

	"github.com/capwire/capwire/sdks/go"
	"github.com/capwire/capwire/sdks/go/keyvalue"
	"github.com/capwire/capwire/sdks/go/msgpack"
)

// A key-value store in memory, for counters and values.
type store map[string]string

// answer returns the answer to a host call, or nil if the store does not know the operation.
func (s store) answer(call capwire.HostCall) ([]byte, error) {
	if call.Namespace != keyvalue.Namespace {
		return nil, nil
	}
	switch call.Operation {
	case "Add":
		return answered(call, s.add)
	case "Get":
		return answered(call, func(request keyvalue.KeyRequest) (keyvalue.GetResponse, error) {
			value, exists := s[request.Key]
			return keyvalue.GetResponse{Value: value, Exists: exists}, nil
		})
	case "KeyExists":
		return answered(call, func(request keyvalue.KeyRequest) (keyvalue.GetResponse, error) {
			_, exists := s[request.Key]
			return keyvalue.GetResponse{Exists: exists}, nil
		})
	case "Set":
		return answered(call, func(request keyvalue.SetRequest) (keyvalue.SetResponse, error) {
			s[request.Key] = request.Value
			return keyvalue.SetResponse{Value: request.Value}, nil
		})
	case "Del":
		return answered(call, func(request keyvalue.KeyRequest) (keyvalue.KeyResponse, error) {
			delete(s, request.Key)
			return keyvalue.KeyResponse{Key: request.Key}, nil
		})
	}
	return nil, nil
}

func (s store) add(request keyvalue.AddRequest) (keyvalue.AddResponse, error) {
	old, _ := strconv.ParseInt(s[request.Key], 10, 32)
	sum := old + int64(request.Value)
	if sum < math.MinInt32 || sum > math.MaxInt32 {
		return keyvalue.AddResponse{}, errors.New("the counter overflows")
	}
	s[request.Key] = strconv.FormatInt(sum, 10)
	return keyvalue.AddResponse{Value: int32(sum)}, nil
}

func answered[Request, Answer any](call capwire.HostCall, handler func(Request) (Answer, error)) ([]byte, error) {
	var request Request
	if err := msgpack.Unmarshal(call.Payload, &request); err != nil {
		return nil, err
	}
	answer, err := handler(request)
	if err != nil {
		return nil, err
	}
	return msgpack.Marshal(answer)
}
