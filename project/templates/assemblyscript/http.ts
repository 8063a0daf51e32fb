// An actor that answers HTTP requests.

import { Result, http } from "@capwire/actor/assembly";

export { __guest_call } from "@capwire/actor/assembly";

http.onRequest((request) => Result.ok(http.Response.text(`Hello from {{name}}: ${request.path}\n`)));
