// Log lines with levels, through `wascc:logging`. A line that the host refuses is lost, because
// logging never fails a handler.

import { Client } from "./contracts/logging";

/** Writes a line with the level `error`. */
export function error(line: string): void {
  new Client().writeLog(1, line);
}

/** Writes a line with the level `warn`. */
export function warn(line: string): void {
  new Client().writeLog(2, line);
}

/** Writes a line with the level `info`. */
export function info(line: string): void {
  new Client().writeLog(3, line);
}

/** Writes a line with the level `debug`. */
export function debug(line: string): void {
  new Client().writeLog(4, line);
}

/** Writes a line with the level `trace`. */
export function trace(line: string): void {
  new Client().writeLog(5, line);
}
