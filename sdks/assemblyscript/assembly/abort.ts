// Reports a failed assertion or a `throw`, which AssemblyScript compiles to `abort`.

import { consoleLog, fail } from "./abi";

/**
 * Reports the message as the call's error and as a line of the host's log, and traps. Name it in
 * asconfig.json: `"use": "abort=~lib/@capwire/actor/assembly/abort/abort"`.
 */
export function abort(
  message: string | null, file: string | null, line: u32, column: u32,
): void {
  const at = file === null ? "" : ", " + file + ":" + line.toString() + ":" + column.toString();
  const text = (message === null ? "the actor aborted" : message) + at;
  fail(text);
  consoleLog(text);
  unreachable();
}
