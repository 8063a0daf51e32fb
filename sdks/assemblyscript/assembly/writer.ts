/** An encoder of MessagePack. */
export class Writer {
  private buffer: Uint8Array = new Uint8Array(128);
  private length: i32 = 0;

  /** Returns a copy of the encoded bytes. */
  bytes(): Uint8Array {
    return this.buffer.slice(0, this.length);
  }

  /** Writes nil. */
  nil(): void {
    this.byte(0xc0);
  }

  /** Writes true or false. */
  bool(value: bool): void {
    this.byte(value ? 0xc3 : 0xc2);
  }

  /** Writes a signed number in the smallest signed format. */
  signed(value: i64): void {
    if (value >= -32 && value <= 127) this.byte(value as u8);
    else if (value >= i8.MIN_VALUE && value <= i8.MAX_VALUE) this.number(0xd0, value, 1);
    else if (value >= i16.MIN_VALUE && value <= i16.MAX_VALUE) this.number(0xd1, value, 2);
    else if (value >= i32.MIN_VALUE && value <= i32.MAX_VALUE) this.number(0xd2, value, 4);
    else this.number(0xd3, value, 8);
  }

  /** Writes an unsigned number in the smallest format. */
  unsigned(value: u64): void {
    if (value <= 127) this.byte(value as u8);
    else if (value <= u8.MAX_VALUE) this.number(0xcc, value, 1);
    else if (value <= u16.MAX_VALUE) this.number(0xcd, value, 2);
    else if (value <= u32.MAX_VALUE) this.number(0xce, value, 4);
    else this.number(0xcf, value, 8);
  }

  /** Writes a floating-point number of 64 bits. */
  float(value: f64): void {
    this.number(0xcb, reinterpret<u64>(value), 8);
  }

  /** Writes a text. */
  text(value: string): void {
    const length = String.UTF8.byteLength(value);
    if (length < 32) this.byte(0xa0 | (length as u8));
    else this.head(length, 0xd9, 0xda, 0xdb);
    this.reserve(length);
    const target = this.buffer.dataStart + this.length;
    String.UTF8.encodeUnsafe(changetype<usize>(value), value.length, target);
    this.length += length;
  }

  /** Writes bytes. */
  binary(value: Uint8Array): void {
    this.head(value.length, 0xc4, 0xc5, 0xc6);
    this.reserve(value.length);
    memory.copy(this.buffer.dataStart + this.length, value.dataStart, value.length);
    this.length += value.length;
  }

  /** Writes the head of a list with this number of items. */
  list(length: i32): void {
    if (length < 16) this.byte(0x90 | (length as u8));
    else this.head(length, 0, 0xdc, 0xdd);
  }

  /** Writes the head of a map with this number of entries. */
  map(length: i32): void {
    if (length < 16) this.byte(0x80 | (length as u8));
    else this.head(length, 0, 0xde, 0xdf);
  }

  /** Writes a map of texts. */
  texts(value: Map<string, string>): void {
    const keys = value.keys();
    this.map(keys.length);
    for (let i = 0; i < keys.length; i++) {
      this.text(keys[i]);
      this.text(value.get(keys[i]));
    }
  }

  /** Writes a length. `short` is 0 where no format has a length of one byte. */
  private head(length: i32, short: u8, medium: u8, long: u8): void {
    if (short != 0 && length <= 0xff) this.number(short, length, 1);
    else if (length <= 0xffff) this.number(medium, length, 2);
    else this.number(long, length, 4);
  }

  private number(format: u8, value: u64, size: i32): void {
    this.byte(format);
    for (let shift = (size - 1) * 8; shift >= 0; shift -= 8) this.byte((value >> shift) as u8);
  }

  private byte(value: u8): void {
    this.reserve(1);
    store<u8>(this.buffer.dataStart + this.length, value);
    this.length++;
  }

  private reserve(more: i32): void {
    const needed = this.length + more;
    if (needed <= this.buffer.length) return;
    const larger = new Uint8Array(max(needed, this.buffer.length * 2));
    memory.copy(larger.dataStart, this.buffer.dataStart, this.length);
    this.buffer = larger;
  }
}
