// Identifiers, random numbers and sequences, through `wascc:extras`.

import { Client, GeneratorRequest } from "./contracts/extras";
import { Result } from "./result";

/** Returns a new UUID of version 4. */
export function guid(): Result<string> {
  const request = new GeneratorRequest();
  request.guid = true;
  const answer = new Client().requestGuid(request);
  if (answer.isErr) return answer.forward<string>();
  const guid = answer.value.guid;
  if (guid === null) return Result.err<string>("the answer contains no GUID");
  return Result.ok<string>(guid);
}

/** Returns a random number from `min` to `max`, without `max`. */
export function random(min: u32, max: u32): Result<u32> {
  const request = new GeneratorRequest();
  request.random = true;
  request.min = min;
  request.max = max;
  const answer = new Client().requestRandom(request);
  return answer.isErr ? answer.forward<u32>() : Result.ok<u32>(answer.value.randomNumber);
}

/** Returns the next number of the actor's sequence, which begins with 0. */
export function sequence(): Result<u64> {
  const request = new GeneratorRequest();
  request.sequence = true;
  const answer = new Client().requestSequence(request);
  return answer.isErr ? answer.forward<u64>() : Result.ok<u64>(answer.value.sequenceNumber);
}
