import { hostCall } from "./abi";
import { Message, encode } from "./message";
import { Result } from "./result";

/** A capability of a binding, or another actor. */
export class Target {
  /**
   * @param namespace the id of a contract, such as `wascc:keyvalue`, or the public key of an actor
   * @param binding the name of the binding
   */
  constructor(public namespace: string, public binding: string = "default") {}

  /** Sends bytes, and returns the answer's bytes. */
  callRaw(operation: string, payload: Uint8Array): Result<Uint8Array> {
    const answer = hostCall(this.binding, this.namespace, operation, payload);
    if (answer.isOk) return answer;
    const at = this.namespace + " " + operation;
    return Result.err<Uint8Array>(at + " failed: " + answer.error);
  }

  /** Sends a message, and returns the answer's bytes. */
  call(operation: string, request: Message): Result<Uint8Array> {
    return this.callRaw(operation, encode(request));
  }
}
