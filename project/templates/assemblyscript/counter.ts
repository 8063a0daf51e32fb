// An actor that counts the requests of each path.

import { Result, http, keyvalue } from "@capwire/actor/assembly";

export { __guest_call } from "@capwire/actor/assembly";

http.onRequest((request) => {
  const key = request.path.replaceAll("/", ":");
  const counter = new keyvalue.Client().add(key, 1);
  if (counter.isErr) return counter.forward<http.Response>();
  return Result.ok(http.Response.json(`{"counter":${counter.value}}`));
});
