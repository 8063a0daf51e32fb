/* A decoder of MessagePack that never reads outside its bytes. A part of the implementation.
 *
 * After the first problem, every function returns an empty value. */
#ifndef CAPWIRE_READER_H
#define CAPWIRE_READER_H

/* The maximum depth of nested values. */
enum { CW_DEEPEST = 64 };

typedef struct cw_reader {
    cw_call *call;
    const uint8_t *data;
    size_t size;
    size_t at;
    int depth;
    /* The first problem, or NULL. */
    const char *problem;
    size_t problem_at;
    /* The key of a missing member, if that is the problem. */
    const char *key;
} cw_reader;

static void cw_problem(cw_reader *reader, const char *problem) {
    if (reader->problem != NULL) return;
    reader->problem = problem;
    reader->problem_at = reader->at;
}

static bool cw_enter(cw_reader *reader) {
    if (reader->depth == CW_DEEPEST) cw_problem(reader, "values are nested too deeply");
    if (reader->problem != NULL) return false;
    reader->depth++;
    return true;
}

static size_t cw_left(const cw_reader *reader) { return reader->problem == NULL ? reader->size - reader->at : 0; }

/* Moves past `size` bytes. Returns the first one, or NULL if they are not there. */
static const uint8_t *cw_read(cw_reader *reader, uint64_t size) {
    if (size > cw_left(reader)) cw_problem(reader, "the message ends early");
    if (reader->problem != NULL) return NULL;
    const uint8_t *start = reader->data + reader->at;
    reader->at += (size_t)size;
    return start;
}

/* Returns the next byte, or a byte that begins no value. */
static uint8_t cw_peek(const cw_reader *reader) { return cw_left(reader) > 0 ? reader->data[reader->at] : 0xc1; }

static uint8_t cw_read_format(cw_reader *reader) {
    const uint8_t *format = cw_read(reader, 1);
    return format == NULL ? 0xc1 : *format;
}

static uint64_t cw_read_number(cw_reader *reader, int size) {
    const uint8_t *digits = cw_read(reader, (uint64_t)size);
    uint64_t value = 0;
    for (int i = 0; i < size && digits != NULL; i++) value = value << 8 | digits[i];
    return value;
}

static bool cw_read_nil(cw_reader *reader) {
    bool is_nil = cw_peek(reader) == 0xc0;
    if (is_nil) reader->at++;
    return is_nil;
}

static bool cw_read_bool(cw_reader *reader) {
    uint8_t format = cw_read_format(reader);
    if (format != 0xc2 && format != 0xc3) cw_problem(reader, "expected true or false");
    return format == 0xc3;
}

static int64_t cw_read_signed(cw_reader *reader, int64_t least, int64_t most) {
    uint8_t format = cw_read_format(reader);
    int64_t value = 0;
    if (format <= 0x7f) value = format;
    else if (format >= 0xe0) value = (int64_t)format - 256;
    else if (format >= 0xcc && format <= 0xcf) {
        uint64_t number = cw_read_number(reader, 1 << (format - 0xcc));
        if (number > INT64_MAX) cw_problem(reader, "a number is out of range");
        else value = (int64_t)number;
    } else if (format >= 0xd0 && format <= 0xd3) {
        int size = 1 << (format - 0xd0);
        uint64_t sign = (uint64_t)1 << (size * 8 - 1);
        uint64_t bits = (cw_read_number(reader, size) ^ sign) - sign;
        value = bits > INT64_MAX ? -(int64_t)~bits - 1 : (int64_t)bits;
    } else cw_problem(reader, "expected a number");
    if (value < least || value > most) cw_problem(reader, "a number is out of range");
    return reader->problem == NULL ? value : 0;
}

static uint64_t cw_read_unsigned(cw_reader *reader, uint64_t most) {
    uint64_t value;
    if (cw_peek(reader) == 0xcf) {
        reader->at++;
        value = cw_read_number(reader, 8);
    } else value = (uint64_t)cw_read_signed(reader, 0, INT64_MAX);
    if (value > most) cw_problem(reader, "a number is out of range");
    return reader->problem == NULL ? value : 0;
}

/* Returns the size of the UTF-8 character at `data`, or 0 if it is malformed. */
static size_t cw_character(const uint8_t *data, size_t left) {
    uint8_t first = data[0];
    if (first < 0x80) return 1;
    size_t size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size == 0 || size > left) return 0;
    for (size_t i = 1; i < size; i++) {
        if ((data[i] & 0xc0) != 0x80) return 0;
    }
    /* Overlong forms, surrogates, and numbers above U+10FFFF. */
    bool is_wrong = (first == 0xe0 && data[1] < 0xa0) || (first == 0xed && data[1] > 0x9f) ||
                    (first == 0xf0 && data[1] < 0x90) || (first == 0xf4 && data[1] > 0x8f);
    return is_wrong ? 0 : size;
}

static cw_text cw_read_text(cw_reader *reader) {
    uint8_t format = cw_read_format(reader);
    uint64_t size = 0;
    if (format >= 0xa0 && format <= 0xbf) size = format & 0x1f;
    else if (format >= 0xd9 && format <= 0xdb) size = cw_read_number(reader, 1 << (format - 0xd9));
    else cw_problem(reader, "expected a text");
    const uint8_t *data = cw_read(reader, size);
    cw_text text = {(const char *)data, data == NULL ? 0 : (size_t)size};
    for (size_t i = 0; i < text.size;) {
        size_t character = cw_character(data + i, text.size - i);
        if (character == 0) {
            cw_problem(reader, "a text is not UTF-8");
            text.size = 0;
        }
        i += character;
    }
    return text;
}

/* Reads the head of a list or map, which has `few` for up to 15 items and `format` for two bytes of
 * length. Each item has `least` bytes at least. */
static size_t cw_read_count(cw_reader *reader, uint8_t few, uint8_t format, size_t least, const char *expected) {
    uint8_t found = cw_read_format(reader);
    uint64_t count = 0;
    if ((found & 0xf0) == few) count = found & 0x0f;
    else if (found == format || found == format + 1) count = cw_read_number(reader, 2 << (found - format));
    else cw_problem(reader, expected);
    if (count > cw_left(reader) / least) cw_problem(reader, "a list or map is longer than the message");
    return reader->problem == NULL ? (size_t)count : 0;
}

static size_t cw_read_list(cw_reader *reader, size_t least) {
    return cw_read_count(reader, 0x90, 0xdc, least, "expected a list");
}

static size_t cw_read_map(cw_reader *reader) { return cw_read_count(reader, 0x80, 0xde, 2, "expected a map"); }

/* Reads bytes: in the format for bytes, a text, or a list of numbers up to 255. */
static cw_bytes cw_read_bytes(cw_reader *reader) {
    uint8_t format = cw_peek(reader);
    cw_bytes bytes = {NULL, 0};
    if (format >= 0xc4 && format <= 0xc6) {
        reader->at++;
        uint64_t size = cw_read_number(reader, 1 << (format - 0xc4));
        bytes.data = cw_read(reader, size);
        bytes.size = bytes.data == NULL ? 0 : (size_t)size;
    } else if ((format >= 0xa0 && format <= 0xbf) || (format >= 0xd9 && format <= 0xdb)) {
        cw_text text = cw_read_text(reader);
        bytes.data = (const uint8_t *)text.data;
        bytes.size = text.size;
    } else {
        size_t count = cw_read_list(reader, 1);
        uint8_t *copy = (uint8_t *)cw_alloc(reader->call, count);
        if (copy == NULL) cw_problem(reader, CW_NO_MEMORY);
        for (size_t i = 0; i < count && copy != NULL; i++) copy[i] = (uint8_t)cw_read_unsigned(reader, 255);
        bytes.data = copy;
        bytes.size = copy == NULL ? 0 : count;
    }
    return bytes;
}

/* Returns the number of bytes after `format` in a value that contains no others. */
static uint64_t cw_read_size(cw_reader *reader, uint8_t format) {
    if (format <= 0x7f || format >= 0xe0 || format == 0xc0 || format == 0xc2 || format == 0xc3) return 0;
    if (format >= 0xa0 && format <= 0xbf) return format & 0x1f;
    if (format >= 0xc4 && format <= 0xc6) return cw_read_number(reader, 1 << (format - 0xc4));
    if (format >= 0xc7 && format <= 0xc9) return 1 + cw_read_number(reader, 1 << (format - 0xc7));
    if (format == 0xca || format == 0xcb) return format == 0xca ? 4 : 8;
    if (format >= 0xcc && format <= 0xcf) return (uint64_t)1 << (format - 0xcc);
    if (format >= 0xd0 && format <= 0xd3) return (uint64_t)1 << (format - 0xd0);
    if (format >= 0xd4 && format <= 0xd8) return 1 + ((uint64_t)1 << (format - 0xd4));
    if (format >= 0xd9 && format <= 0xdb) return cw_read_number(reader, 1 << (format - 0xd9));
    cw_problem(reader, "expected a value");
    return 0;
}

/* Reads any value and ignores it. */
static void cw_skip(cw_reader *reader) {
    uint8_t format = cw_peek(reader);
    bool is_map = (format & 0xf0) == 0x80 || format == 0xde || format == 0xdf;
    bool is_list = (format & 0xf0) == 0x90 || format == 0xdc || format == 0xdd;
    if (!is_map && !is_list) {
        cw_read(reader, 1);
        cw_read(reader, cw_read_size(reader, format));
        return;
    }
    size_t items = is_map ? 2 * cw_read_map(reader) : cw_read_list(reader, 1);
    if (!cw_enter(reader)) return;
    for (size_t i = 0; i < items && reader->problem == NULL; i++) cw_skip(reader);
    reader->depth--;
}

#endif
