// MessagePack for tests: maps with text keys become objects, and bytes become `Uint8Array`s.

/** Returns the encoding of a value. Integers are written in the smallest format. */
export function encode(value) {
  const parts = [];
  write(parts, value);
  return Uint8Array.from(parts);
}

/** Returns the first value in `bytes`. Integers of 64 bits become `BigInt`s if they are large. */
export function decode(bytes) {
  const state = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  return read(state);
}

function write(out, value) {
  if (value === null || value === undefined) out.push(0xc0);
  else if (value === true) out.push(0xc3);
  else if (value === false) out.push(0xc2);
  else if (typeof value === "number" || typeof value === "bigint") writeInteger(out, BigInt(value));
  else if (typeof value === "string") {
    const text = new TextEncoder().encode(value);
    if (text.length < 32) out.push(0xa0 | text.length);
    else head(out, text.length, 0xd9, 0xda, 0xdb);
    append(out, text);
  } else if (value instanceof Uint8Array) {
    head(out, value.length, 0xc4, 0xc5, 0xc6);
    append(out, value);
  } else if (Array.isArray(value)) {
    if (value.length < 16) out.push(0x90 | value.length);
    else head(out, value.length, undefined, 0xdc, 0xdd);
    for (const item of value) write(out, item);
  } else {
    const entries = Object.entries(value);
    if (entries.length < 16) out.push(0x80 | entries.length);
    else head(out, entries.length, undefined, 0xde, 0xdf);
    for (const [key, item] of entries) {
      write(out, key);
      write(out, item);
    }
  }
}

function writeInteger(out, value) {
  if (value >= -32n && value <= 127n) out.push(Number(value & 0xffn));
  else if (value >= -(1n << 31n) && value < 1n << 31n) number(out, 0xd2, value, 4);
  else if (value >= 0n && value < 1n << 32n) number(out, 0xce, value, 4);
  else number(out, value < 0n ? 0xd3 : 0xcf, value, 8);
}

function head(out, length, short, medium, long) {
  if (short !== undefined && length < 1 << 8) number(out, short, BigInt(length), 1);
  else if (length < 1 << 16) number(out, medium, BigInt(length), 2);
  else number(out, long, BigInt(length), 4);
}

function number(out, format, value, size) {
  out.push(format);
  for (let shift = BigInt(size - 1) * 8n; shift >= 0n; shift -= 8n) {
    out.push(Number((value >> shift) & 0xffn));
  }
}

function append(out, bytes) {
  for (const byte of bytes) out.push(byte);
}

function read(state) {
  const format = state.view.getUint8(state.at++);
  if (format < 0x80) return format;
  if (format >= 0xe0) return format - 0x100;
  if (format < 0x90) return readMap(state, format & 0x0f);
  if (format < 0xa0) return readList(state, format & 0x0f);
  if (format < 0xc0) return readText(state, format & 0x1f);
  switch (format) {
    case 0xc0: return null;
    case 0xc2: return false;
    case 0xc3: return true;
    case 0xc4: case 0xc5: case 0xc6: return take(state, unsigned(state, 1 << (format - 0xc4)));
    case 0xcc: case 0xcd: case 0xce: case 0xcf: return unsigned(state, 1 << (format - 0xcc));
    case 0xd0: case 0xd1: case 0xd2: case 0xd3: return signed(state, 1 << (format - 0xd0));
    case 0xd9: case 0xda: case 0xdb: return readText(state, unsigned(state, 1 << (format - 0xd9)));
    case 0xdc: case 0xdd: return readList(state, unsigned(state, 2 << (format - 0xdc)));
    case 0xde: case 0xdf: return readMap(state, unsigned(state, 2 << (format - 0xde)));
    default: throw new Error(`no value begins with the byte ${format}`);
  }
}

function readMap(state, length) {
  const map = {};
  for (let i = 0; i < length; i++) {
    const key = read(state);
    map[key] = read(state);
  }
  return map;
}

function readList(state, length) {
  const list = [];
  for (let i = 0; i < length; i++) list.push(read(state));
  return list;
}

function readText(state, length) {
  return new TextDecoder().decode(take(state, length));
}

function take(state, length) {
  if (state.at + length > state.bytes.length) throw new Error("the message ends early");
  state.at += length;
  return state.bytes.slice(state.at - length, state.at);
}

function unsigned(state, size) {
  let value = 0n;
  for (const byte of take(state, size)) value = (value << 8n) | BigInt(byte);
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function signed(state, size) {
  const value = BigInt.asIntN(size * 8, BigInt(unsigned(state, size)));
  return value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value;
}
