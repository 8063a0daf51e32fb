import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeHost } from "@capwire/actor/testing";

test("the path is in the greeting", async () => {
  const host = await FakeHost.load("build/unsigned/{{name}}.wasm");
  assert.equal(host.http("GET", "/world").text, "Hello from {{name}}: /world\n");
});
