import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { FakeHost } from "../testing/index.js";
import { build, sdk } from "./build.js";

const folder = join(sdk, "tests");
/** An invalid payload, which asks the guest for the message of the vector. */
const EXAMPLE = Uint8Array.of(0xc1);
let host;

before(async () => {
  await build(folder, "test");
  host = await FakeHost.load(join(folder, "build", "vectors.wasm"));
});

function vectors(wanted) {
  const text = readFileSync(join(sdk, "..", "vectors.txt"), "utf8");
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const all = lines.map((line) => line.split(" "));
  const bytes = (hex) => new Uint8Array(Buffer.from(hex.replace(".", ""), "hex"));
  return all.filter(([kind]) => kind === wanted).map(([, name, hex]) => [name, bytes(hex)]);
}

const hex = (bytes) => Buffer.from(bytes).toString("hex");

test("messages have the recorded bytes", () => {
  for (const [name, bytes] of vectors("exact")) {
    assert.equal(hex(host.callRaw(name, EXAMPLE)), hex(bytes), name);
    assert.equal(hex(host.callRaw(name, bytes)), hex(bytes), name);
  }
});

test("other encodings of a message are accepted", () => {
  const exact = new Map(vectors("exact"));
  for (const [name, bytes] of vectors("accepted")) {
    assert.equal(hex(host.callRaw(name, bytes)), hex(exact.get(name)), `${name} ${hex(bytes)}`);
  }
});

test("malformed messages are errors, after which the actor goes on", () => {
  for (const [name, bytes] of vectors("malformed")) {
    if (hex(bytes) === hex(EXAMPLE)) continue;
    assert.throws(() => host.callRaw(name, bytes), /cannot decode|at byte/, `${name} ${hex(bytes)}`);
  }
});

test("signed numbers have the smallest signed format", () => {
  for (const [value, bytes] of [
    [-2147483648, "d280000000"], [-129, "d1ff7f"], [-128, "d080"], [-32, "e0"], [127, "7f"],
    [128, "d10080"], [32767, "d17fff"], [32768, "d200008000"], [2147483647, "d27fffffff"],
  ]) {
    const answer = host.callRaw("numbers", new TextEncoder().encode(String(value)));
    assert.equal(hex(answer), `81a576616c7565${bytes}`);
  }
});

test("an actor is healthy, and names its operations", () => {
  assert.equal(host.call("HealthRequest", { placeholder: false }), null);
  assert.throws(() => host.callRaw("Nothing", EXAMPLE), /no handler for operation `Nothing`; .* DeliverMessage/);
});

test("a thrown error becomes the error of the call", async () => {
  const other = await FakeHost.load(join(folder, "build", "vectors.wasm"));
  assert.throws(() => other.callRaw("aborts", EXAMPLE), /^Error: on purpose, assembly/);
  assert.match(other.console[0], /on purpose, assembly\/vectors.ts:\d+/);
});

test("clients send requests and return answers", () => {
  host.on("wascc:extras", "RequestGuid", ({ guid }) => ({ guid: guid ? "some-guid" : null, sequenceNumber: 0, randomNumber: 0 }));
  host.on("wascc:extras", "RequestRandom", ({ min, max }) => ({ guid: null, sequenceNumber: 0, randomNumber: min + max }));
  host.on("wascc:extras", "RequestSequence", () => ({ sequenceNumber: 2n ** 63n }));
  host.on("wascc:http_client", "PerformRequest", ({ path }) => ({
    statusCode: 200, status: "OK", header: { "Content-Type": "text/x" }, body: new TextEncoder().encode(path),
  }));
  let logged;
  host.on("wascc:logging", "WriteLog", (line) => (logged = line) && null);
  const text = new TextDecoder().decode(host.callRaw("helpers", EXAMPLE));
  assert.equal(text, "some-guid 8 9223372036854775808 text/x https://example.com/");
  assert.deepEqual(logged, { level: 3, body: "a line" });
  assert.deepEqual(host.console, ["to the console"]);
});

test("a refused call is an error with the host's text", () => {
  host.on("wascc:extras", "RequestGuid", () => {
    throw new Error("out of reach");
  });
  assert.throws(() => host.callRaw("helpers", EXAMPLE), /wascc:extras RequestGuid failed: out of reach/);
});

test("a client uses the binding that it was made for", () => {
  host.withKeyValue().on("wascc:keyvalue", "SetUnion", ({ keys }) => ({ values: keys }));
  assert.equal(new TextDecoder().decode(host.callRaw("store", EXAMPLE)), "x,y");
  assert.equal(host.calls.at(-1).binding, "other");
});

test("an event is handled without an answer", () => {
  const published = [];
  host.on("wascc:messaging", "Publish", (message) => published.push(message) && null);
  const message = { subject: "s", replyTo: "r", body: Uint8Array.of(9) };
  assert.equal(host.call("DeliverMessage", message), null);
  assert.deepEqual(published, [{ subject: "r", replyTo: "", body: Uint8Array.of(9) }]);
});

test("memory does not grow with the number of calls", () => {
  const [name, bytes] = vectors("exact")[0];
  for (let i = 0; i < 2000; i++) host.callRaw(name, bytes);
  const before = host.memoryBytes;
  for (let i = 0; i < 20000; i++) host.callRaw(name, bytes);
  assert.equal(host.memoryBytes, before);
});
