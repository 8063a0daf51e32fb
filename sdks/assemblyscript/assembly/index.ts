// The SDK for capwire actors in AssemblyScript. README.md describes it.

export { consoleLog, hostCall } from "./abi";
export { abort } from "./abort";
export { __guest_call, done, handle, handleEvent, handleRaw } from "./actor";
export { Message, decode, encode } from "./message";
export { Reader } from "./reader";
export { Result } from "./result";
export { Target } from "./target";
export { Kind, Value } from "./value";
export { Writer } from "./writer";

import * as blobstore from "./contracts/blobstore";
import * as config from "./contracts/config";
import * as eventstreams from "./contracts/eventstreams";
import * as extras from "./contracts/extras";
import * as generate from "./generate";
import * as http from "./http";
import * as keyvalue from "./contracts/keyvalue";
import * as log from "./log";
import * as logging from "./contracts/logging";
import * as messaging from "./contracts/messaging";
import * as sql from "./contracts/sql";
import * as timer from "./contracts/timer";
export { blobstore, config, eventstreams, extras, generate, http, keyvalue, log, logging, messaging, sql, timer };
