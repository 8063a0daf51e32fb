/* A small reader and writer of MessagePack, for providers that are written in C.
 *
 * The reader never reads outside its bytes and allocates nothing. After the first fault, every function returns false, so
 * it is enough to test the last result, or `capwire_reader_ok`. */
#ifndef CAPWIRE_MSGPACK_H
#define CAPWIRE_MSGPACK_H

#include "capwire_provider.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct capwire_reader {
    const uint8_t *at;
    size_t left;
    bool failed;
};

static inline struct capwire_reader capwire_reader_of(struct capwire_bytes bytes) {
    struct capwire_reader reader = {bytes.data, bytes.size, false};
    return reader;
}

/* Returns true if everything was read, without a fault. */
static inline bool capwire_reader_ok(const struct capwire_reader *reader) {
    return !reader->failed && reader->left == 0;
}

/* Returns the next `size` bytes, or null if there are not so many. */
static inline const uint8_t *capwire_take(struct capwire_reader *reader, uint64_t size) {
    if (reader->failed || size > reader->left) {
        reader->failed = true;
        return NULL;
    }
    const uint8_t *bytes = reader->at;
    if (size > 0) reader->at += (size_t)size;
    reader->left -= (size_t)size;
    return bytes;
}

/* Reads a number of `size` bytes, the most significant one first. */
static inline uint64_t capwire_take_number(struct capwire_reader *reader, unsigned size) {
    const uint8_t *bytes = capwire_take(reader, size);
    uint64_t number = 0;
    for (unsigned i = 0; bytes != NULL && i < size; i++) number = number << 8 | bytes[i];
    return number;
}

static inline uint8_t capwire_take_format(struct capwire_reader *reader) {
    return (uint8_t)capwire_take_number(reader, 1);
}

static inline bool capwire_fail(struct capwire_reader *reader) {
    reader->failed = true;
    return false;
}

/* Reads the head of a map. */
static inline bool capwire_read_map(struct capwire_reader *reader, uint32_t *entries) {
    uint8_t format = capwire_take_format(reader);
    if (format >= 0x80 && format <= 0x8f) *entries = format & 0x0f;
    else if (format == 0xde) *entries = (uint32_t)capwire_take_number(reader, 2);
    else if (format == 0xdf) *entries = (uint32_t)capwire_take_number(reader, 4);
    else return capwire_fail(reader);
    return !reader->failed;
}

/* Reads a text. It stays where it is in the message. */
static inline bool capwire_read_text(struct capwire_reader *reader, struct capwire_bytes *text) {
    uint8_t format = capwire_take_format(reader);
    if (format >= 0xa0 && format <= 0xbf) text->size = format & 0x1f;
    else if (format >= 0xd9 && format <= 0xdb) text->size = (size_t)capwire_take_number(reader, 1u << (format - 0xd9));
    else return capwire_fail(reader);
    text->data = capwire_take(reader, text->size);
    return !reader->failed;
}

/* Reads an integer in the range of int64_t. */
static inline bool capwire_read_integer(struct capwire_reader *reader, int64_t *number) {
    uint8_t format = capwire_take_format(reader);
    if (format <= 0x7f) *number = format;
    else if (format >= 0xe0) *number = (int8_t)format;
    else if (format >= 0xcc && format <= 0xcf) {
        uint64_t magnitude = capwire_take_number(reader, 1u << (format - 0xcc));
        if (magnitude > INT64_MAX) return capwire_fail(reader);
        *number = (int64_t)magnitude;
    } else if (format == 0xd0) *number = (int8_t)capwire_take_number(reader, 1);
    else if (format == 0xd1) *number = (int16_t)capwire_take_number(reader, 2);
    else if (format == 0xd2) *number = (int32_t)capwire_take_number(reader, 4);
    else if (format == 0xd3) *number = (int64_t)capwire_take_number(reader, 8);
    else return capwire_fail(reader);
    return !reader->failed;
}

/* Reads nil, if it is next. */
static inline bool capwire_read_nil(struct capwire_reader *reader) {
    if (reader->failed || reader->left == 0 || *reader->at != 0xc0) return false;
    return capwire_take(reader, 1) != NULL;
}

/* Skips one value, with what is in it. */
static inline bool capwire_skip(struct capwire_reader *reader) {
    uint64_t values = 1;
    while (values > 0 && !reader->failed) {
        uint8_t format = capwire_take_format(reader);
        values--;
        if (format <= 0x7f || format >= 0xe0 || format == 0xc0 || format == 0xc2 || format == 0xc3) continue;
        if (format <= 0x8f) values += 2 * (uint64_t)(format & 0x0f);
        else if (format <= 0x9f) values += format & 0x0f;
        else if (format <= 0xbf) capwire_take(reader, format & 0x1f);
        else if (format >= 0xc4 && format <= 0xc6) capwire_take(reader, capwire_take_number(reader, 1u << (format - 0xc4)));
        else if (format >= 0xc7 && format <= 0xc9) capwire_take(reader, 1 + capwire_take_number(reader, 1u << (format - 0xc7)));
        else if (format == 0xca || format == 0xcb) capwire_take(reader, format == 0xca ? 4 : 8);
        else if (format >= 0xcc && format <= 0xcf) capwire_take(reader, 1u << (format - 0xcc));
        else if (format >= 0xd0 && format <= 0xd3) capwire_take(reader, 1u << (format - 0xd0));
        else if (format >= 0xd4 && format <= 0xd8) capwire_take(reader, 1 + (1u << (format - 0xd4)));
        else if (format >= 0xd9 && format <= 0xdb) capwire_take(reader, capwire_take_number(reader, 1u << (format - 0xd9)));
        else if (format == 0xdc || format == 0xdd) values += capwire_take_number(reader, format == 0xdc ? 2 : 4);
        else if (format == 0xde || format == 0xdf) values += 2 * capwire_take_number(reader, format == 0xde ? 2 : 4);
        else return capwire_fail(reader);
        /* Each value has one byte at least. */
        if (values > reader->left) return capwire_fail(reader);
    }
    return !reader->failed;
}

/* Returns true if the bytes are this text. */
static inline bool capwire_is(struct capwire_bytes bytes, const char *text) {
    return bytes.size == strlen(text) && (bytes.size == 0 || memcmp(bytes.data, text, bytes.size) == 0);
}

/* A message that grows. Free `data` when you have sent it. */
struct capwire_writer {
    uint8_t *data;
    size_t size;
    size_t capacity;
    bool failed; /* true if there was no memory */
};

static inline void capwire_write(struct capwire_writer *writer, const void *bytes, size_t size) {
    if (writer->failed || size == 0) return;
    if (size > SIZE_MAX / 2 - writer->size) {
        writer->failed = true;
        return;
    }
    if (writer->size + size > writer->capacity) {
        size_t capacity = 2 * (writer->size + size);
        uint8_t *data = realloc(writer->data, capacity);
        if (data == NULL) {
            writer->failed = true;
            return;
        }
        writer->data = data;
        writer->capacity = capacity;
    }
    memcpy(writer->data + writer->size, bytes, size);
    writer->size += size;
}

static inline void capwire_write_number(struct capwire_writer *writer, uint8_t format, uint64_t number, unsigned size) {
    uint8_t bytes[9] = {format};
    for (unsigned i = 0; i < size; i++) bytes[1 + i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    capwire_write(writer, bytes, 1 + size);
}

static inline void capwire_write_map(struct capwire_writer *writer, uint32_t entries) {
    if (entries <= 15) capwire_write_number(writer, (uint8_t)(0x80 | entries), 0, 0);
    else capwire_write_number(writer, 0xdf, entries, 4);
}

static inline void capwire_write_text(struct capwire_writer *writer, struct capwire_bytes text) {
    if (text.size > UINT32_MAX) writer->failed = true;
    else if (text.size <= 31) capwire_write_number(writer, (uint8_t)(0xa0 | text.size), 0, 0);
    else if (text.size <= UINT8_MAX) capwire_write_number(writer, 0xd9, text.size, 1);
    else if (text.size <= UINT16_MAX) capwire_write_number(writer, 0xda, text.size, 2);
    else capwire_write_number(writer, 0xdb, text.size, 4);
    capwire_write(writer, text.data, text.size);
}

static inline void capwire_write_word(struct capwire_writer *writer, const char *word) {
    struct capwire_bytes text = {(const uint8_t *)word, strlen(word)};
    capwire_write_text(writer, text);
}

static inline void capwire_write_integer(struct capwire_writer *writer, int64_t number) {
    if (number >= -32 && number <= 127) capwire_write_number(writer, (uint8_t)number, 0, 0);
    else if (number >= 0 && number <= UINT8_MAX) capwire_write_number(writer, 0xcc, (uint64_t)number, 1);
    else if (number >= 0 && number <= UINT16_MAX) capwire_write_number(writer, 0xcd, (uint64_t)number, 2);
    else if (number >= 0 && number <= UINT32_MAX) capwire_write_number(writer, 0xce, (uint64_t)number, 4);
    else if (number >= INT32_MIN && number <= INT32_MAX) capwire_write_number(writer, 0xd2, (uint64_t)number, 4);
    else capwire_write_number(writer, 0xd3, (uint64_t)number, 8);
}

static inline void capwire_write_bool(struct capwire_writer *writer, bool value) {
    capwire_write_number(writer, value ? 0xc3 : 0xc2, 0, 0);
}

#endif
