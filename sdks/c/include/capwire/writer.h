/* An encoder of MessagePack. A part of the implementation. */
#ifndef CAPWIRE_WRITER_H
#define CAPWIRE_WRITER_H

/* Without a start, the writer only counts the bytes. */
typedef struct cw_writer {
    uint8_t *start;
    size_t size;
} cw_writer;

static void cw_write(cw_writer *writer, const void *data, size_t size) {
    if (writer->start != NULL) cw_copy(writer->start + writer->size, data, size);
    writer->size += size;
}

static void cw_write_number(cw_writer *writer, uint8_t format, uint64_t value, int size) {
    uint8_t bytes[9] = {format};
    for (int i = size; i > 0; i--, value >>= 8) bytes[i] = (uint8_t)value;
    cw_write(writer, bytes, 1 + (size_t)size);
}

static void cw_write_signed(cw_writer *writer, int64_t value) {
    if (value >= -32 && value <= 127) cw_write_number(writer, (uint8_t)value, 0, 0);
    else if (value >= INT8_MIN && value <= INT8_MAX) cw_write_number(writer, 0xd0, (uint64_t)value, 1);
    else if (value >= INT16_MIN && value <= INT16_MAX) cw_write_number(writer, 0xd1, (uint64_t)value, 2);
    else if (value >= INT32_MIN && value <= INT32_MAX) cw_write_number(writer, 0xd2, (uint64_t)value, 4);
    else cw_write_number(writer, 0xd3, (uint64_t)value, 8);
}

static void cw_write_unsigned(cw_writer *writer, uint64_t value) {
    if (value <= 0x7f) cw_write_number(writer, (uint8_t)value, 0, 0);
    else if (value <= UINT8_MAX) cw_write_number(writer, 0xcc, value, 1);
    else if (value <= UINT16_MAX) cw_write_number(writer, 0xcd, value, 2);
    else if (value <= UINT32_MAX) cw_write_number(writer, 0xce, value, 4);
    else cw_write_number(writer, 0xcf, value, 8);
}

/* Writes the head of a value with a length. `few` is the format for lengths up to `most_few`, and
 * `format` that for two bytes. `has_byte` says that there is a format for one byte before it. */
static void cw_write_head(cw_writer *writer, size_t length, size_t most_few, uint8_t few, uint8_t format, bool has_byte) {
    if (length <= most_few) cw_write_number(writer, (uint8_t)(few | length), 0, 0);
    else if (has_byte && length <= UINT8_MAX) cw_write_number(writer, (uint8_t)(format - 1), length, 1);
    else if (length <= UINT16_MAX) cw_write_number(writer, format, length, 2);
    else cw_write_number(writer, (uint8_t)(format + 1), length, 4);
}

static void cw_write_text(cw_writer *writer, cw_text value) {
    cw_write_head(writer, value.size, 31, 0xa0, 0xda, true);
    cw_write(writer, value.data, value.size);
}

static void cw_write_bytes(cw_writer *writer, cw_bytes value) {
    if (value.size <= UINT8_MAX) cw_write_number(writer, 0xc4, value.size, 1);
    else cw_write_head(writer, value.size, 0, 0, 0xc5, true);
    cw_write(writer, value.data, value.size);
}

static void cw_write_list(cw_writer *writer, size_t count) { cw_write_head(writer, count, 15, 0x90, 0xdc, false); }

static void cw_write_map(cw_writer *writer, size_t count) { cw_write_head(writer, count, 15, 0x80, 0xde, false); }

#endif
