// An actor that answers HTTP requests with what the next actor of the chain counts.

import { Message, Reader, Result, Target, Writer, decode, http } from "@capwire/actor/assembly";

export { __guest_call } from "@capwire/actor/assembly";

/** The path to count. */
class Visit extends Message {
  path: string = "";

  write(writer: Writer): void {
    writer.map(1);
    writer.text("path");
    writer.text(this.path);
  }

  read(reader: Reader): void {
    const entries = reader.map();
    for (let i = 0; i < entries && reader.ok; i++) {
      if (reader.text() == "path") this.path = reader.text();
      else reader.skip();
    }
  }
}

/** The number of visits. */
class Visits extends Message {
  key: string = "";
  count: i32 = 0;

  write(writer: Writer): void {
    writer.map(2);
    writer.text("key");
    writer.text(this.key);
    writer.text("count");
    writer.signed(this.count);
  }

  read(reader: Reader): void {
    const entries = reader.map();
    for (let i = 0; i < entries && reader.ok; i++) {
      const key = reader.text();
      if (key == "key") this.key = reader.text();
      else if (key == "count") this.count = reader.signed(i32.MIN_VALUE, i32.MAX_VALUE) as i32;
      else reader.skip();
    }
  }
}

http.onRequest((request) => {
  const visit = new Visit();
  visit.path = request.path;
  const answer = new Target("middle").call("Count", visit);
  if (answer.isErr) return answer.forward<http.Response>();
  const visits = decode<Visits>(answer.value);
  if (visits.isErr) return visits.forward<http.Response>();
  return Result.ok(http.Response.text(`${visits.value.key}: ${visits.value.count}\n`));
});
