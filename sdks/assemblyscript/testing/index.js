// A fake host for tests of actors: it runs an actor's module and answers its host calls.

import { readFile } from "node:fs/promises";
import { decode, encode } from "./msgpack.js";

export { decode, encode };

/** A host with one actor. */
export class FakeHost {
  /** The lines that the actor wrote to the host's log. */
  console = [];
  /** The host calls of the actor: `{ binding, namespace, operation, payload }`. */
  calls = [];
  #answers = new Map();
  #memory;
  #guestCall;
  #request;
  #response;
  #error;
  #hostResponse = new Uint8Array(0);
  #hostError = new Uint8Array(0);

  /** The size of the actor's memory in bytes. */
  get memoryBytes() {
    return this.#memory.buffer.byteLength;
  }

  /** Loads the module in the file `path`. */
  static async load(path) {
    const host = new FakeHost();
    const module = await WebAssembly.compile(await readFile(path));
    const instance = await WebAssembly.instantiate(module, { wapc: host.#imports() });
    host.#memory = instance.exports.memory;
    host.#guestCall = instance.exports.__guest_call;
    for (const start of ["_start", "_initialize", "wapc_init"]) instance.exports[start]?.();
    return host;
  }

  /**
   * Answers `operation` of `namespace` by `answer`, which takes the decoded message and returns a
   * value, or throws an error that becomes the host's.
   */
  on(namespace, operation, answer) {
    this.#answers.set(`${namespace} ${operation}`, (payload) => encode(answer(decode(payload))));
    return this;
  }

  /** Like `on`, with bytes in and out. */
  onRaw(namespace, operation, answer) {
    this.#answers.set(`${namespace} ${operation}`, answer);
    return this;
  }

  /** Answers the counters and values of `wascc:keyvalue` from memory. */
  withKeyValue() {
    const store = new Map();
    return this.on("wascc:keyvalue", "Add", ({ key, value }) => {
      const sum = Number(store.get(key) ?? 0) + value;
      store.set(key, String(sum));
      return { value: sum };
    })
      .on("wascc:keyvalue", "Get", ({ key }) => ({ value: store.get(key) ?? "", exists: store.has(key) }))
      .on("wascc:keyvalue", "Set", ({ key, value }) => {
        store.set(key, value);
        return { value };
      })
      .on("wascc:keyvalue", "Del", ({ key }) => {
        store.delete(key);
        return { key };
      })
      .on("wascc:keyvalue", "KeyExists", ({ key }) => ({ value: "", exists: store.has(key) }));
  }

  /** Calls `operation` with bytes. Returns the answer's bytes, or throws the actor's error. */
  callRaw(operation, payload) {
    this.#request = [new TextEncoder().encode(operation), payload];
    this.#response = this.#error = undefined;
    let done;
    try {
      done = this.#guestCall(this.#request[0].length, payload.length);
    } catch (trap) {
      throw new Error(this.#error ?? trap.message, { cause: trap });
    }
    if (done === 1) return this.#response;
    throw new Error(this.#error ?? "the actor set no error");
  }

  /** Calls `operation` with a value. Returns the decoded answer, or throws the actor's error. */
  call(operation, message) {
    return decode(this.callRaw(operation, encode(message)));
  }

  /** Sends an HTTP request. `target` is a path with an optional query. Returns the response. */
  http(method, target, body = "") {
    const [path, queryString = ""] = target.split("?", 2);
    const bytes = new TextEncoder().encode(body);
    const response = this.call("HandleRequest", { method, path, queryString, header: {}, body: bytes });
    return { ...response, text: new TextDecoder().decode(response.body) };
  }

  #imports() {
    return {
      __guest_request: (operation, payload) => {
        this.#put(payload, this.#request[1]);
        this.#put(operation, this.#request[0]);
      },
      __guest_response: (at, length) => (this.#response = this.#bytes(at, length)),
      __guest_error: (at, length) => (this.#error = this.#text(at, length)),
      __host_call: (b, bl, n, nl, o, ol, p, pl) =>
        this.#hostCall(this.#text(b, bl), this.#text(n, nl), this.#text(o, ol), this.#bytes(p, pl)),
      __host_response_len: () => this.#hostResponse.length,
      __host_response: (at) => this.#put(at, this.#hostResponse),
      __host_error_len: () => this.#hostError.length,
      __host_error: (at) => this.#put(at, this.#hostError),
      __console_log: (at, length) => this.console.push(this.#text(at, length)),
    };
  }

  #hostCall(binding, namespace, operation, payload) {
    this.calls.push({ binding, namespace, operation, payload });
    this.#hostResponse = this.#hostError = new Uint8Array(0);
    const answer = this.#answers.get(`${namespace} ${operation}`);
    try {
      if (answer === undefined) throw new Error(`the test answers no ${namespace} ${operation}`);
      this.#hostResponse = answer(payload);
      return 1;
    } catch (error) {
      this.#hostError = new TextEncoder().encode(error.message);
      return 0;
    }
  }

  #bytes(at, length) {
    return new Uint8Array(this.#memory.buffer, at, length).slice();
  }

  #text(at, length) {
    return new TextDecoder().decode(this.#bytes(at, length));
  }

  #put(at, bytes) {
    new Uint8Array(this.#memory.buffer).set(bytes, at);
  }
}
