/** The maximum depth of values that the decoder skips. */
const DEEPEST: i32 = 64;

/**
 * A decoder of MessagePack. It never reads outside its bytes: after the first error, `error` is
 * set and every method returns an empty value.
 */
export class Reader {
  /** The first error. */
  error: string | null = null;
  private at: i32 = 0;

  constructor(private bytes: Uint8Array) {}

  /** True if there was no error. */
  get ok(): bool {
    return this.error === null;
  }

  /** Reports an error, unless there was one before. */
  fail(message: string): void {
    if (this.ok) this.error = message + " at byte " + this.at.toString();
  }

  /** Reports that the member `key` is missing, unless it is `present`. */
  need(present: bool, key: string): void {
    if (!present) this.fail("missing member `" + key + "`");
  }

  /** Reads nil if the next value is nil. Returns true if it was. */
  nil(): bool {
    const is = this.ok && this.at < this.bytes.length && this.peek() == 0xc0;
    if (is) this.at++;
    return is;
  }

  /** Returns the format of the next value, or a byte that begins none. */
  format(): u8 {
    return this.ok && this.at < this.bytes.length ? this.peek() : 0xc1;
  }

  /** Reads true or false. */
  bool(): bool {
    const format = this.byte();
    if (format != 0xc2 && format != 0xc3) this.fail("expected true or false");
    return this.ok && format == 0xc3;
  }

  /** Reads a signed number from `least` to `most`. */
  signed(least: i64, most: i64): i64 {
    const format = this.byte();
    let value: i64 = 0;
    if (format <= 0x7f || format >= 0xe0) value = format as i8;
    else if (format >= 0xcc && format <= 0xcf) {
      const unsigned = this.number(1 << (format - 0xcc));
      if (unsigned > (i64.MAX_VALUE as u64)) this.fail("a number is too large");
      value = unsigned as i64;
    }
    else if (format == 0xd0) value = this.number(1) as i8;
    else if (format == 0xd1) value = this.number(2) as i16;
    else if (format == 0xd2) value = this.number(4) as i32;
    else if (format == 0xd3) value = this.number(8) as i64;
    else this.fail("expected a number");
    if (value < least || value > most) this.fail("a number is out of range");
    return this.ok ? value : 0;
  }

  /** Reads an unsigned number up to `most`. */
  unsigned(most: u64): u64 {
    if (this.ok && this.at < this.bytes.length && this.peek() == 0xcf) {
      this.at++;
      const value = this.number(8);
      if (value > most) this.fail("a number is out of range");
      return this.ok ? value : 0;
    }
    const value = this.signed(0, i64.MAX_VALUE) as u64;
    if (value > most) this.fail("a number is out of range");
    return this.ok ? value : 0;
  }

  /** Reads a floating-point number. */
  float(): f64 {
    const format = this.byte();
    if (format == 0xca) return reinterpret<f32>(this.number(4) as u32);
    if (format == 0xcb) return reinterpret<f64>(this.number(8));
    this.fail("expected a floating-point number");
    return 0;
  }

  /** Reads a text. */
  text(): string {
    const format = this.byte();
    let length = 0;
    if (format >= 0xa0 && format <= 0xbf) length = format & 0x1f;
    else if (format >= 0xd9 && format <= 0xdb) length = this.length(1 << (format - 0xd9));
    else this.fail("expected a text");
    const start = this.take(length);
    return this.ok ? String.UTF8.decodeUnsafe(this.bytes.dataStart + start, length) : "";
  }

  /** Reads bytes: in the format for bytes, a text, or a list of numbers up to 255. */
  binary(): Uint8Array {
    const format = this.ok && this.at < this.bytes.length ? this.peek() : 0;
    if (format >= 0xc4 && format <= 0xc6) {
      this.at++;
      const length = this.length(1 << (format - 0xc4));
      const start = this.take(length);
      return this.ok ? this.bytes.slice(start, start + length) : new Uint8Array(0);
    }
    if ((format >= 0xa0 && format <= 0xbf) || (format >= 0xd9 && format <= 0xdb)) {
      return Uint8Array.wrap(String.UTF8.encode(this.text()));
    }
    const length = this.list();
    const value = new Uint8Array(length);
    for (let i = 0; i < length && this.ok; i++) value[i] = this.unsigned(255) as u8;
    return value;
  }

  /** Reads the head of a list. Returns the number of items, each of which has a byte at least. */
  list(): i32 {
    const format = this.byte();
    let length = 0;
    if (format >= 0x90 && format <= 0x9f) length = format & 0x0f;
    else if (format == 0xdc || format == 0xdd) length = this.length(2 << (format - 0xdc));
    else this.fail("expected a list");
    if (length > this.bytes.length - this.at) this.fail("a list is longer than the message");
    return this.ok ? length : 0;
  }

  /** Reads the head of a map. Returns the number of entries. */
  map(): i32 {
    const format = this.byte();
    let length = 0;
    if (format >= 0x80 && format <= 0x8f) length = format & 0x0f;
    else if (format == 0xde || format == 0xdf) length = this.length(2 << (format - 0xde));
    else this.fail("expected a map");
    if (length > (this.bytes.length - this.at) / 2) this.fail("a map is longer than the message");
    return this.ok ? length : 0;
  }

  /** Reads a map of texts. */
  texts(): Map<string, string> {
    const length = this.map();
    const value = new Map<string, string>();
    for (let i = 0; i < length && this.ok; i++) {
      const key = this.text();
      value.set(key, this.text());
    }
    return value;
  }

  /** Reads any value and ignores it. */
  skip(): void {
    this.skipWithin(DEEPEST);
  }

  private skipWithin(depth: i32): void {
    if (depth == 0) this.fail("values are nested too deeply");
    if (!this.ok) return;
    const format = this.byte();
    let values = 0;
    if (format <= 0x7f || format >= 0xe0 || format == 0xc0 || format == 0xc2 || format == 0xc3) return;
    else if (format <= 0x8f) values = (format & 0x0f) * 2;
    else if (format <= 0x9f) values = format & 0x0f;
    else if (format <= 0xbf) this.take(format & 0x1f);
    else if (format == 0xc1) this.fail("expected a value");
    else if (format <= 0xc6) this.take(this.length(1 << (format - 0xc4)));
    else if (format <= 0xc9) {
      const length = this.length(1 << (format - 0xc7));
      this.take(1);
      this.take(length);
    }
    else if (format == 0xca) this.take(4);
    else if (format == 0xcb) this.take(8);
    else if (format <= 0xcf) this.take(1 << (format - 0xcc));
    else if (format <= 0xd3) this.take(1 << (format - 0xd0));
    else if (format <= 0xd8) this.take(1 + (1 << (format - 0xd4)));
    else if (format <= 0xdb) this.take(this.length(1 << (format - 0xd9)));
    else if (format <= 0xdd) values = this.length(2 << (format - 0xdc));
    else {
      // The number of bytes bounds the entries, so that twice their number does not overflow.
      const entries = this.length(2 << (format - 0xde));
      if (entries > this.bytes.length) this.fail("a map is longer than the message");
      values = this.ok ? entries * 2 : 0;
    }
    for (let i = 0; i < values && this.ok; i++) this.skipWithin(depth - 1);
  }

  /** Reads a length of `size` bytes, which is at most the length of the message. */
  private length(size: i32): i32 {
    const length = this.number(size);
    if (length > (this.bytes.length as u64)) this.fail("a value is longer than the message");
    return this.ok ? length as i32 : 0;
  }

  private number(size: i32): u64 {
    const start = this.take(size);
    let value: u64 = 0;
    for (let i = 0; i < size && this.ok; i++) {
      value = (value << 8) | load<u8>(this.bytes.dataStart + start + i);
    }
    return value;
  }

  private peek(): u8 {
    return load<u8>(this.bytes.dataStart + this.at);
  }

  private byte(): u8 {
    const start = this.take(1);
    return this.ok ? load<u8>(this.bytes.dataStart + start) : 0xc1;
  }

  /** Moves past `length` bytes, and returns the position of the first one. */
  private take(length: i32): i32 {
    if (length > this.bytes.length - this.at) this.fail("the message ends early");
    const start = this.at;
    if (this.ok) this.at += length;
    return start;
  }
}
