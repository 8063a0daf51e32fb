import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { FakeHost } from "../testing/index.js";
import { build, sdk } from "./build.js";

test("the example counts the requests of each path", async () => {
  const folder = join(sdk, "examples", "counter");
  await build(folder, "release");
  const host = (await FakeHost.load(join(folder, "build", "counter.wasm"))).withKeyValue();
  const [first, second, other] = ["/a/b", "/a/b?x=1", "/"].map((target) => host.http("GET", target));
  assert.equal(first.header["content-type"], "application/json");
  assert.deepEqual([first.text, second.text, other.text], ['{"counter":1}', '{"counter":2}', '{"counter":1}']);
  host.on("wascc:keyvalue", "Add", () => {
    throw new Error("out of reach");
  });
  assert.throws(() => host.http("GET", "/"), /wascc:keyvalue Add failed: out of reach/);
});
