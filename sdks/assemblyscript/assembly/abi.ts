// The guest's side of waPC: nine imports, and the functions that call them.

import { Result } from "./result";

@external("wapc", "__guest_request")
declare function guestRequest(operation: usize, payload: usize): void;
@external("wapc", "__guest_response")
declare function guestResponse(bytes: usize, length: usize): void;
@external("wapc", "__guest_error")
declare function guestErrorText(text: usize, length: usize): void;
@external("wapc", "__host_call")
declare function hostCallRaw(
  binding: usize, bindingLength: usize,
  namespace: usize, namespaceLength: usize,
  operation: usize, operationLength: usize,
  payload: usize, payloadLength: usize,
): i32;
@external("wapc", "__host_response_len")
declare function hostResponseLength(): usize;
@external("wapc", "__host_response")
declare function hostResponse(target: usize): void;
@external("wapc", "__host_error_len")
declare function hostErrorLength(): usize;
@external("wapc", "__host_error")
declare function hostError(target: usize): void;
@external("wapc", "__console_log")
declare function consoleLogText(text: usize, length: usize): void;

/** The operation and payload of the current call. */
export class Call {
  constructor(public operation: string, public payload: Uint8Array) {}
}

/** Returns the current call. The arguments are the lengths that the host passed. */
export function receive(operationLength: usize, payloadLength: usize): Call {
  const operation = new ArrayBuffer(operationLength as i32);
  const payload = new Uint8Array(payloadLength as i32);
  guestRequest(changetype<usize>(operation), payload.dataStart);
  return new Call(String.UTF8.decode(operation), payload);
}

/** Sets the answer of the current call. */
export function respond(answer: Uint8Array): void {
  guestResponse(answer.dataStart, answer.length);
}

/** Sets the error of the current call. */
export function fail(message: string): void {
  const text = String.UTF8.encode(message);
  guestErrorText(changetype<usize>(text), text.byteLength);
}

/** Writes a line to the host's log. It needs no capability. */
export function consoleLog(line: string): void {
  const text = String.UTF8.encode(line);
  consoleLogText(changetype<usize>(text), text.byteLength);
}

/**
 * Calls an operation of a capability or of another actor, and returns the answer, or the host's
 * error.
 *
 * @param binding the name of the binding; hosts ignore it for calls of actors
 * @param namespace the id of a contract, such as `wascc:keyvalue`, or the public key of an actor
 */
export function hostCall(
  binding: string, namespace: string, operation: string, payload: Uint8Array,
): Result<Uint8Array> {
  const b = String.UTF8.encode(binding);
  const n = String.UTF8.encode(namespace);
  const o = String.UTF8.encode(operation);
  const outcome = hostCallRaw(
    changetype<usize>(b), b.byteLength,
    changetype<usize>(n), n.byteLength,
    changetype<usize>(o), o.byteLength,
    payload.dataStart, payload.length,
  );
  if (outcome != 1) {
    const text = new ArrayBuffer(hostErrorLength() as i32);
    hostError(changetype<usize>(text));
    return Result.err<Uint8Array>(String.UTF8.decode(text));
  }
  const answer = new Uint8Array(hostResponseLength() as i32);
  hostResponse(answer.dataStart);
  return Result.ok<Uint8Array>(answer);
}
