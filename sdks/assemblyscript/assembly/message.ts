import { Reader } from "./reader";
import { Result } from "./result";
import { Writer } from "./writer";

/** A message: a class that encodes and decodes itself as a map. */
export abstract class Message {
  /** Writes the message. */
  abstract write(writer: Writer): void;
  /** Reads the message. Errors are in the reader. */
  abstract read(reader: Reader): void;
}

/** Returns the encoding of a message. */
export function encode(message: Message): Uint8Array {
  const writer = new Writer();
  message.write(writer);
  return writer.bytes();
}

/** Returns the message in `bytes`, or an error if there is none. Bytes after it are ignored. */
export function decode<M extends Message>(bytes: Uint8Array): Result<M> {
  const reader = new Reader(bytes);
  const message = instantiate<M>();
  message.read(reader);
  const error = reader.error;
  if (error !== null) return Result.err<M>("cannot decode " + nameof<M>() + ": " + error);
  return Result.ok<M>(message);
}
