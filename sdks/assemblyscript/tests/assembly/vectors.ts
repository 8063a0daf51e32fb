// A guest for tests: one operation per message of vectors.txt. With a payload, it decodes and
// encodes the message; without, it encodes the message of the vector.

import {
  Message, Result, Value, blobstore, consoleLog, decode, encode, eventstreams, extras, generate, handleRaw, http, keyvalue,
  log, logging, messaging, sql,
} from "@capwire/actor/assembly";
import { HealthRequest } from "@capwire/actor/assembly/contracts/core";

export { __guest_call } from "@capwire/actor/assembly";

function answer<M extends Message>(payload: Uint8Array, message: M): Result<Uint8Array> {
  if (payload.length == 1 && payload[0] == 0xc1) return Result.ok(encode(message));
  const decoded = decode<M>(payload);
  if (decoded.isErr) return decoded.forward<Uint8Array>();
  return Result.ok(encode(decoded.value));
}

function bytes(values: StaticArray<u8>): Uint8Array {
  const array = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) array[i] = values[i];
  return array;
}

handleRaw("http.Request", (payload) => {
  const message = http.request("GET", "/foo").withHeader("K", "v");
  message.queryString = "a=1";
  message.body = bytes([1, 2, 3]);
  return answer(payload, message);
});

handleRaw("http.Response", (payload) => {
  const message = http.Response.status(200).withHeader("K", "v");
  message.body = bytes([1, 2, 3]);
  return answer(payload, message);
});

handleRaw("keyvalue.AddRequest", (payload) => {
  const message = new keyvalue.AddRequest();
  message.key = "k";
  message.value = 1;
  return answer(payload, message);
});

handleRaw("keyvalue.AddResponse", (payload) => {
  const message = new keyvalue.AddResponse();
  message.value = -2;
  return answer(payload, message);
});

handleRaw("keyvalue.SetRequest", (payload) => {
  const message = new keyvalue.SetRequest();
  message.key = "counter1";
  message.value = "12";
  message.expires = 100;
  return answer(payload, message);
});

handleRaw("keyvalue.GetResponse", (payload) => {
  const message = new keyvalue.GetResponse();
  message.value = "v";
  message.exists = true;
  return answer(payload, message);
});

handleRaw("keyvalue.RangeRequest", (payload) => {
  const message = new keyvalue.RangeRequest();
  message.key = "k";
  message.stop = -1;
  return answer(payload, message);
});

handleRaw("keyvalue.CountResponse", (payload) => {
  const message = new keyvalue.CountResponse();
  message.newCount = 1;
  return answer(payload, message);
});

handleRaw("messaging.BrokerMessage", (payload) => {
  const message = new messaging.BrokerMessage();
  message.subject = "s";
  message.body = bytes([1]);
  return answer(payload, message);
});

handleRaw("messaging.RequestMessage", (payload) => {
  const message = new messaging.RequestMessage();
  message.subject = "user.profile.175";
  message.body = Uint8Array.wrap(String.UTF8.encode("raw query bytes"));
  message.timeout = 100;
  return answer(payload, message);
});

handleRaw("logging.WriteLogRequest", (payload) => {
  const message = new logging.WriteLogRequest();
  message.level = 4;
  message.body = "This is a debug message";
  return answer(payload, message);
});

handleRaw("blobstore.FileChunk", (payload) => {
  const message = new blobstore.FileChunk();
  message.sequenceNo = 5;
  message.container = "container";
  message.id = "blob";
  message.totalBytes = 53400;
  message.chunkSize = 1024;
  message.chunkBytes = bytes([1, 2, 3, 4, 5]);
  return answer(payload, message);
});

handleRaw("blobstore.StreamRequest", (payload) => {
  const message = new blobstore.StreamRequest();
  message.id = "i";
  message.container = "c";
  message.chunkSize = 100;
  return answer(payload, message);
});

handleRaw("eventstreams.Event", (payload) => {
  const message = new eventstreams.Event();
  message.stream = "s";
  message.values.set("k", "v");
  return answer(payload, message);
});

handleRaw("eventstreams.StreamQuery", (payload) => {
  const message = new eventstreams.StreamQuery();
  message.streamId = "stream1";
  const range = new eventstreams.TimeRange();
  range.maxTime = 1000;
  message.range = range;
  message.count = 42;
  return answer(payload, message);
});

handleRaw("extras.GeneratorRequest", (payload) => {
  const message = new extras.GeneratorRequest();
  message.guid = true;
  return answer(payload, message);
});

handleRaw("sql.Request", (payload) => {
  const message = new sql.Request();
  message.sql = "SELECT $1";
  message.parameters = [
    Value.nil(),
    Value.ofBoolean(true),
    Value.ofInteger(-5),
    Value.ofFloat(1.5),
    Value.ofText("t"),
    Value.ofBytes(bytes([1, 2])),
    Value.ofTimestamp(1700000000000000),
    Value.ofUuid("67e55044-10b1-426f-9247-bb680e5fe0c8"),
    Value.ofJson("[1]"),
  ];
  return answer(payload, message);
});

handleRaw("sql.TransactionRequest", (payload) => {
  const message = new sql.TransactionRequest();
  const statement = new sql.Statement();
  statement.sql = "x";
  statement.requiredChanges = 1;
  message.statements = [statement];
  return answer(payload, message);
});

handleRaw("sql.Outcome", (payload) => {
  const message = new sql.Outcome();
  message.columns = ["a"];
  const row = new sql.Row();
  row.values = [Value.ofInteger(1)];
  message.rows = [row];
  message.changes = 3;
  return answer(payload, message);
});

handleRaw("core.HealthRequest", (payload) => answer(payload, new HealthRequest()));

// Numbers in every format.
handleRaw("numbers", (payload) => {
  const message = new keyvalue.AddResponse();
  message.value = I32.parseInt(String.UTF8.decode(payload.buffer));
  return Result.ok(encode(message));
});

// Functions of the SDK that the messages above do not reach.

handleRaw("aborts", (_) => {
  throw new Error("on purpose");
});

handleRaw("helpers", (_) => {
  log.info("a line");
  consoleLog("to the console");
  const guid = generate.guid();
  if (guid.isErr) return guid.forward<Uint8Array>();
  const random = generate.random(1, 7);
  const next = generate.sequence();
  const site = http.get("https://example.com/");
  if (site.isErr) return site.forward<Uint8Array>();
  const type = site.value.headerValue("CONTENT-type");
  const text = `${guid.value} ${random.value} ${next.value} ${type!} ${site.value.bodyText()}`;
  return Result.ok(Uint8Array.wrap(String.UTF8.encode(text)));
});

handleRaw("store", (_) => {
  const store = new keyvalue.Client("other");
  if (store.set("a", "b", 0).isErr) return Result.err<Uint8Array>("set");
  const value = store.get("a");
  if (value.isErr || !value.value.exists) return Result.err<Uint8Array>("get");
  const items = store.setUnion(["x", "y"]);
  if (items.isErr) return items.forward<Uint8Array>();
  return Result.ok(Uint8Array.wrap(String.UTF8.encode(items.value.join(","))));
});

messaging.onDeliverMessage((message) => {
  const reply = new messaging.Client().publish(message.replyTo, "", message.body);
  return reply;
});
