package extras

import (
	"context"
	"errors"
)

// GUID returns a new UUID of version 4.
func GUID(ctx context.Context) (string, error) {
	answer, err := Client{}.RequestGUID(ctx, GeneratorRequest{GUID: true})
	if err != nil {
		return "", err
	}
	if answer.GUID == nil {
		return "", errors.New("the answer contains no GUID")
	}
	return *answer.GUID, nil
}

// Random returns a random number from min to max, without max.
func Random(ctx context.Context, min, max uint32) (uint32, error) {
	answer, err := Client{}.RequestRandom(ctx, GeneratorRequest{Random: true, Min: min, Max: max})
	return answer.RandomNumber, err
}

// Sequence returns the next number of the actor's sequence, which begins with 0.
func Sequence(ctx context.Context) (uint64, error) {
	answer, err := Client{}.RequestSequence(ctx, GeneratorRequest{Sequence: true})
	return answer.SequenceNumber, err
}
