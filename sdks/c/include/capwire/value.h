/* The values of databases. A part of the implementation. */
#ifndef CAPWIRE_VALUE_H
#define CAPWIRE_VALUE_H

#ifdef __cplusplus
extern "C" {
#endif

static cw_value cw_value_of(cw_value_kind kind) {
    cw_value value;
    __builtin_memset(&value, 0, sizeof(value));
    value.kind = kind;
    return value;
}

static cw_value cw_numbered(cw_value_kind kind, int64_t integer) {
    cw_value value = cw_value_of(kind);
    value.as.integer = integer;
    return value;
}

static cw_value cw_written(cw_value_kind kind, cw_text text) {
    cw_value value = cw_value_of(kind);
    value.as.text = text;
    return value;
}

cw_value cw_null(void) { return cw_value_of(CW_NULL_VALUE); }

cw_value cw_boolean(bool boolean) {
    cw_value value = cw_value_of(CW_BOOLEAN_VALUE);
    value.as.boolean = boolean;
    return value;
}

cw_value cw_integer(int64_t integer) { return cw_numbered(CW_INTEGER_VALUE, integer); }

cw_value cw_float(double number) {
    cw_value value = cw_value_of(CW_FLOAT_VALUE);
    value.as.floating = number;
    return value;
}

cw_value cw_of_text(cw_text text) { return cw_written(CW_TEXT_VALUE, text); }

cw_value cw_of_bytes(cw_bytes bytes) {
    cw_value value = cw_value_of(CW_BYTES_VALUE);
    value.as.bytes = bytes;
    return value;
}

cw_value cw_timestamp(int64_t microseconds) { return cw_numbered(CW_TIMESTAMP_VALUE, microseconds); }

cw_value cw_uuid(cw_text uuid) { return cw_written(CW_UUID_VALUE, uuid); }

cw_value cw_json(cw_text json) { return cw_written(CW_JSON_VALUE, json); }

static void cw_write_any(cw_writer *writer, const cw_value *value) {
    uint64_t bits = 0;
    switch (value->kind) {
        case CW_NULL_VALUE: cw_write_number(writer, 0xc0, 0, 0); break;
        case CW_BOOLEAN_VALUE: cw_write_number(writer, value->as.boolean ? 0xc3 : 0xc2, 0, 0); break;
        case CW_INTEGER_VALUE: cw_write_signed(writer, value->as.integer); break;
        case CW_FLOAT_VALUE:
            cw_copy(&bits, &value->as.floating, sizeof(bits));
            cw_write_number(writer, 0xcb, bits, 8);
            break;
        case CW_TEXT_VALUE: cw_write_text(writer, value->as.text); break;
        case CW_BYTES_VALUE: cw_write_bytes(writer, value->as.bytes); break;
        case CW_TIMESTAMP_VALUE:
            cw_write_map(writer, 1);
            cw_write_text(writer, cw_str("timestamp"));
            cw_write_signed(writer, value->as.integer);
            break;
        case CW_UUID_VALUE:
        case CW_JSON_VALUE:
            cw_write_map(writer, 1);
            cw_write_text(writer, cw_str(value->kind == CW_UUID_VALUE ? "uuid" : "json"));
            cw_write_text(writer, value->as.text);
            break;
    }
}

static double cw_read_float(cw_reader *reader) {
    double number = 0;
    if (cw_read_format(reader) == 0xcb) {
        const uint64_t bits = cw_read_number(reader, 8);
        cw_copy(&number, &bits, sizeof(number));
    } else {
        const uint32_t bits = (uint32_t)cw_read_number(reader, 4);
        float half = 0;
        cw_copy(&half, &bits, sizeof(half));
        number = (double)half;
    }
    return number;
}

/* Reads a map with one member, whose key names the type. */
static cw_value cw_read_named(cw_reader *reader) {
    if (cw_read_map(reader) != 1) cw_problem(reader, "expected one member in a value");
    const cw_text name = cw_read_text(reader);
    if (cw_is(name, "timestamp")) return cw_timestamp(cw_read_signed(reader, INT64_MIN, INT64_MAX));
    if (cw_is(name, "uuid")) return cw_uuid(cw_read_text(reader));
    if (cw_is(name, "json")) return cw_json(cw_read_text(reader));
    cw_problem(reader, "expected `timestamp`, `uuid` or `json`");
    return cw_null();
}

static cw_value cw_read_any(cw_reader *reader) {
    const uint8_t format = cw_peek(reader);
    const bool is_text = (format >= 0xa0 && format <= 0xbf) || (format >= 0xd9 && format <= 0xdb);
    const bool is_list = (format & 0xf0) == 0x90 || format == 0xdc || format == 0xdd;
    const bool is_map = (format & 0xf0) == 0x80 || format == 0xde || format == 0xdf;
    if (cw_read_nil(reader)) return cw_null();
    if (format == 0xc2 || format == 0xc3) return cw_boolean(cw_read_bool(reader));
    if (format == 0xca || format == 0xcb) return cw_float(cw_read_float(reader));
    if (is_text) return cw_of_text(cw_read_text(reader));
    if (is_list || (format >= 0xc4 && format <= 0xc6)) return cw_of_bytes(cw_read_bytes(reader));
    if (is_map) return cw_read_named(reader);
    return cw_integer(cw_read_signed(reader, INT64_MIN, INT64_MAX));
}

#ifdef __cplusplus
}
#endif

#endif
