import { Reader } from "./reader";
import { Writer } from "./writer";

/** The type of a value. */
export enum Kind {
  Null,
  Boolean,
  Integer,
  Float,
  Text,
  Bytes,
  Timestamp,
  Uuid,
  Json,
}

/** A value of a parameter or column of a database. `kind` says which of the other members it has. */
export class Value {
  /** The boolean. */
  boolean: bool = false;
  /** The integer, or the point in time in microseconds since the Unix epoch. */
  integer: i64 = 0;
  /** The floating-point number. */
  float: f64 = 0;
  /** The text, the UUID, or the document in JSON. */
  text: string = "";
  private binary: Uint8Array | null = null;

  constructor(public kind: Kind) {}

  /** The bytes. */
  get bytes(): Uint8Array {
    const binary = this.binary;
    return binary === null ? new Uint8Array(0) : binary;
  }

  /** True if the value is NULL. */
  get isNull(): bool {
    return this.kind == Kind.Null;
  }

  /** Returns NULL. */
  static nil(): Value {
    return new Value(Kind.Null);
  }

  /** Returns a boolean. */
  static ofBoolean(boolean: bool): Value {
    const value = new Value(Kind.Boolean);
    value.boolean = boolean;
    return value;
  }

  /** Returns an integer. */
  static ofInteger(integer: i64): Value {
    const value = new Value(Kind.Integer);
    value.integer = integer;
    return value;
  }

  /** Returns a floating-point number. */
  static ofFloat(float: f64): Value {
    const value = new Value(Kind.Float);
    value.float = float;
    return value;
  }

  /** Returns a text. */
  static ofText(text: string): Value {
    return Value.written(Kind.Text, text);
  }

  /** Returns bytes. */
  static ofBytes(bytes: Uint8Array): Value {
    const value = new Value(Kind.Bytes);
    value.binary = bytes;
    return value;
  }

  /** Returns a point in time, in microseconds since the Unix epoch. */
  static ofTimestamp(microseconds: i64): Value {
    const value = new Value(Kind.Timestamp);
    value.integer = microseconds;
    return value;
  }

  /** Returns a UUID, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`. */
  static ofUuid(uuid: string): Value {
    return Value.written(Kind.Uuid, uuid);
  }

  /** Returns a document in JSON. */
  static ofJson(json: string): Value {
    return Value.written(Kind.Json, json);
  }

  private static written(kind: Kind, text: string): Value {
    const value = new Value(kind);
    value.text = text;
    return value;
  }

  /** Reads a value. Errors are in the reader. */
  static read(reader: Reader): Value {
    const format = reader.format();
    if (reader.nil()) return Value.nil();
    if (format == 0xc2 || format == 0xc3) return Value.ofBoolean(reader.bool());
    if (format == 0xca || format == 0xcb) return Value.ofFloat(reader.float());
    if ((format >= 0xa0 && format <= 0xbf) || (format >= 0xd9 && format <= 0xdb)) return Value.ofText(reader.text());
    const isList = (format & 0xf0) == 0x90 || format == 0xdc || format == 0xdd;
    if (isList || (format >= 0xc4 && format <= 0xc6)) return Value.ofBytes(reader.binary());
    if ((format & 0xf0) == 0x80 || format == 0xde || format == 0xdf) return Value.readNamed(reader);
    return Value.ofInteger(reader.signed(i64.MIN_VALUE, i64.MAX_VALUE));
  }

  private static readNamed(reader: Reader): Value {
    if (reader.map() != 1) reader.fail("expected one member in a value");
    const name = reader.text();
    if (name == "timestamp") return Value.ofTimestamp(reader.signed(i64.MIN_VALUE, i64.MAX_VALUE));
    if (name == "uuid") return Value.ofUuid(reader.text());
    if (name == "json") return Value.ofJson(reader.text());
    reader.fail("expected `timestamp`, `uuid` or `json`");
    return Value.nil();
  }

  /** Writes the value. */
  write(writer: Writer): void {
    const kind = this.kind;
    if (kind == Kind.Null) writer.nil();
    else if (kind == Kind.Boolean) writer.bool(this.boolean);
    else if (kind == Kind.Integer) writer.signed(this.integer);
    else if (kind == Kind.Float) writer.float(this.float);
    else if (kind == Kind.Text) writer.text(this.text);
    else if (kind == Kind.Bytes) writer.binary(this.bytes);
    else this.writeNamed(writer);
  }

  private writeNamed(writer: Writer): void {
    writer.map(1);
    if (this.kind == Kind.Timestamp) {
      writer.text("timestamp");
      writer.signed(this.integer);
    } else {
      writer.text(this.kind == Kind.Uuid ? "uuid" : "json");
      writer.text(this.text);
    }
  }
}
