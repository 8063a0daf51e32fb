import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeHost } from "@capwire/actor/testing";

test("each path counts for itself", async () => {
  const host = (await FakeHost.load("build/unsigned/{{name}}.wasm")).withKeyValue();
  const answers = ["/hits", "/hits", "/other"].map((path) => host.http("GET", path).text);
  assert.deepEqual(answers, ['{"counter":1}', '{"counter":2}', '{"counter":1}']);
});
