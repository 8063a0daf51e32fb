import { Call, fail, receive, respond } from "./abi";
import { Message, decode, encode } from "./message";
import { Result } from "./result";

/** A handler of an operation. */
abstract class Handler {
  abstract call(payload: Uint8Array): Result<Uint8Array>;
}

class Raw extends Handler {
  constructor(private handler: (payload: Uint8Array) => Result<Uint8Array>) {
    super();
  }

  call(payload: Uint8Array): Result<Uint8Array> {
    return this.handler(payload);
  }
}

class Typed<Q extends Message, A extends Message> extends Handler {
  constructor(private handler: (request: Q) => Result<A>) {
    super();
  }

  call(payload: Uint8Array): Result<Uint8Array> {
    const request = decode<Q>(payload);
    if (request.isErr) return request.forward<Uint8Array>();
    const answer = this.handler(request.value);
    if (answer.isErr) return answer.forward<Uint8Array>();
    return Result.ok<Uint8Array>(encode(answer.value));
  }
}

class Event<Q extends Message> extends Handler {
  constructor(private handler: (request: Q) => Result<bool>) {
    super();
  }

  call(payload: Uint8Array): Result<Uint8Array> {
    const request = decode<Q>(payload);
    if (request.isErr) return request.forward<Uint8Array>();
    const answer = this.handler(request.value);
    return answer.isErr ? answer.forward<Uint8Array>() : Result.ok<Uint8Array>(nil());
  }
}

/** Answers health requests unless the actor handles them itself. */
const HEALTH: string = "HealthRequest";
const handlers = new Map<string, Handler>();

/** Handles `operation` with bytes in and out. A later handler replaces an earlier one. */
export function handleRaw(
  operation: string, handler: (payload: Uint8Array) => Result<Uint8Array>,
): void {
  handlers.set(operation, new Raw(handler));
}

/** Handles `operation`, which has a message as its answer. */
export function handle<Q extends Message, A extends Message>(
  operation: string, handler: (request: Q) => Result<A>,
): void {
  handlers.set(operation, new Typed<Q, A>(handler));
}

/** Handles `operation`, whose answer the caller ignores. The handler returns `done()`. */
export function handleEvent<Q extends Message>(
  operation: string, handler: (request: Q) => Result<bool>,
): void {
  handlers.set(operation, new Event<Q>(handler));
}

/** Returns the result of a handler that has no answer. */
export function done(): Result<bool> {
  return Result.ok<bool>(true);
}

/** The export that a host calls: `export { __guest_call } from "@capwire/actor/assembly"`. */
export function __guest_call(operationLength: usize, payloadLength: usize): bool {
  // The runtime `minimal` (1) collects only when told, and needs an empty stack, as there is now.
  if (ASC_RUNTIME == 1) __collect();
  const call = receive(operationLength, payloadLength);
  const answer = answerTo(call);
  if (answer.isErr) {
    fail(answer.error);
    return false;
  }
  respond(answer.value);
  return true;
}

function answerTo(call: Call): Result<Uint8Array> {
  const operation = call.operation;
  if (handlers.has(operation)) return handlers.get(operation).call(call.payload);
  if (operation == HEALTH) return Result.ok<Uint8Array>(nil());
  const known = handlers.keys().join(", ");
  return Result.err<Uint8Array>(
    "no handler for operation `" + operation + "`; this actor handles " + known,
  );
}

function nil(): Uint8Array {
  const bytes = new Uint8Array(1);
  bytes[0] = 0xc0;
  return bytes;
}
