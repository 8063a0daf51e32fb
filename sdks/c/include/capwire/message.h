/* The encoding of messages by their shapes. A part of the implementation. */
#ifndef CAPWIRE_MESSAGE_H
#define CAPWIRE_MESSAGE_H

#ifdef __cplusplus
extern "C" {
#endif

/* A list of any type. It is copied from and to the member. */
typedef struct cw_any_list {
    const void *items;
    size_t count;
} cw_any_list;

static size_t cw_size(cw_kind kind, const cw_shape *shape) {
    switch (kind) {
        case CW_BOOL: return sizeof(bool);
        case CW_S32: return sizeof(int32_t);
        case CW_S64: return sizeof(int64_t);
        case CW_U32: return sizeof(uint32_t);
        case CW_U64: return sizeof(uint64_t);
        case CW_TEXT: return sizeof(cw_text);
        case CW_BYTES: return sizeof(cw_bytes);
        case CW_TEXTS: return sizeof(cw_entries);
        case CW_VALUE: return sizeof(cw_value);
        case CW_RECORD: return shape->size;
    }
    return 0;
}

static void cw_write_message(cw_writer *writer, const cw_shape *shape, const char *message);

static void cw_write_value(cw_writer *writer, cw_kind kind, const cw_shape *shape, const char *value) {
    switch (kind) {
        case CW_BOOL: cw_write_number(writer, *(const bool *)value ? 0xc3 : 0xc2, 0, 0); break;
        case CW_S32: cw_write_signed(writer, *(const int32_t *)value); break;
        case CW_S64: cw_write_signed(writer, *(const int64_t *)value); break;
        case CW_U32: cw_write_unsigned(writer, *(const uint32_t *)value); break;
        case CW_U64: cw_write_unsigned(writer, *(const uint64_t *)value); break;
        case CW_TEXT: cw_write_text(writer, *(const cw_text *)value); break;
        case CW_BYTES: cw_write_bytes(writer, *(const cw_bytes *)value); break;
        case CW_TEXTS: {
            const cw_entries *entries = (const cw_entries *)value;
            cw_write_map(writer, entries->count);
            for (size_t i = 0; i < entries->count; i++) {
                cw_write_text(writer, entries->items[i].name);
                cw_write_text(writer, entries->items[i].value);
            }
            break;
        }
        case CW_VALUE: cw_write_any(writer, (const cw_value *)value); break;
        case CW_RECORD: cw_write_message(writer, shape, value); break;
    }
}

static bool cw_is_absent(const cw_member *member, const char *message) {
    return (member->properties & CW_OPTIONAL) != 0 && !*(const bool *)(message + member->has_offset);
}

static void cw_write_member(cw_writer *writer, const cw_member *member, const char *message) {
    const char *value = message + member->offset;
    cw_write_text(writer, cw_str(member->key));
    if (cw_is_absent(member, message)) {
        cw_write_number(writer, 0xc0, 0, 0);
    } else if ((member->properties & CW_LIST) != 0) {
        cw_any_list list;
        cw_copy(&list, value, sizeof(list));
        cw_write_list(writer, list.count);
        const size_t size = cw_size(member->kind, member->shape);
        for (size_t i = 0; i < list.count; i++) {
            cw_write_value(writer, member->kind, member->shape, (const char *)list.items + i * size);
        }
    } else cw_write_value(writer, member->kind, member->shape, value);
}

static void cw_write_message(cw_writer *writer, const cw_shape *shape, const char *message) {
    size_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 1) cw_write_map(writer, count);
        for (size_t i = 0; i < shape->count; i++) {
            const cw_member *member = &shape->members[i];
            if ((member->properties & CW_OMITTED) != 0 && cw_is_absent(member, message)) continue;
            if (pass == 0) count++;
            else cw_write_member(writer, member, message);
        }
    }
}

cw_status cw_encode(cw_call *call, const cw_shape *shape, const void *message, cw_bytes *encoded) {
    cw_writer writer = {NULL, 0};
    cw_write_message(&writer, shape, (const char *)message);
    writer.start = (uint8_t *)cw_alloc(call, writer.size);
    if (writer.start == NULL) return CW_FAILED;
    writer.size = 0;
    cw_write_message(&writer, shape, (const char *)message);
    encoded->data = writer.start;
    encoded->size = writer.size;
    return CW_OK;
}

/* Returns the least number of bytes that a value has. It bounds the memory for lists. */
static size_t cw_least(cw_kind kind, const cw_shape *shape) {
    size_t least = 1;
    for (size_t i = 0; kind == CW_RECORD && i < shape->count; i++) {
        if (shape->members[i].properties == CW_REQUIRED) least += cw_str(shape->members[i].key).size + 2;
    }
    return least;
}

/* Returns memory for items, or NULL after a problem. */
static void *cw_read_items(cw_reader *reader, size_t count, size_t size) {
    void *items = reader->problem != NULL || count > SIZE_MAX / size ? NULL : cw_alloc(reader->call, count * size);
    if (items == NULL) cw_problem(reader, CW_NO_MEMORY);
    return items;
}

static cw_entries cw_read_entries(cw_reader *reader) {
    cw_entries entries = {NULL, cw_read_map(reader)};
    cw_entry *items = (cw_entry *)cw_read_items(reader, entries.count, sizeof(cw_entry));
    for (size_t i = 0; i < entries.count && reader->problem == NULL; i++) {
        items[i].name = cw_read_text(reader);
        items[i].value = cw_read_text(reader);
    }
    entries.items = items;
    return entries;
}

static void cw_read_message(cw_reader *reader, const cw_shape *shape, char *message);

static void cw_read_value(cw_reader *reader, cw_kind kind, const cw_shape *shape, char *value) {
    switch (kind) {
        case CW_BOOL: *(bool *)value = cw_read_bool(reader); break;
        case CW_S32: *(int32_t *)value = (int32_t)cw_read_signed(reader, INT32_MIN, INT32_MAX); break;
        case CW_S64: *(int64_t *)value = cw_read_signed(reader, INT64_MIN, INT64_MAX); break;
        case CW_U32: *(uint32_t *)value = (uint32_t)cw_read_unsigned(reader, UINT32_MAX); break;
        case CW_U64: *(uint64_t *)value = cw_read_unsigned(reader, UINT64_MAX); break;
        case CW_TEXT: *(cw_text *)value = cw_read_text(reader); break;
        case CW_BYTES: *(cw_bytes *)value = cw_read_bytes(reader); break;
        case CW_TEXTS: *(cw_entries *)value = cw_read_entries(reader); break;
        case CW_VALUE: *(cw_value *)value = cw_read_any(reader); break;
        case CW_RECORD: cw_read_message(reader, shape, value); break;
    }
}

static void cw_read_member(cw_reader *reader, const cw_member *member, char *message) {
    if ((member->properties & CW_OPTIONAL) != 0) {
        *(bool *)(message + member->has_offset) = !cw_read_nil(reader);
        if (cw_is_absent(member, message)) return;
    }
    if ((member->properties & CW_LIST) == 0) {
        cw_read_value(reader, member->kind, member->shape, message + member->offset);
        return;
    }
    const size_t size = cw_size(member->kind, member->shape);
    cw_any_list list = {NULL, cw_read_list(reader, cw_least(member->kind, member->shape))};
    char *items = (char *)cw_read_items(reader, list.count, size);
    if (!cw_enter(reader)) return;
    for (size_t i = 0; i < list.count && reader->problem == NULL; i++) {
        cw_read_value(reader, member->kind, member->shape, items + i * size);
    }
    reader->depth--;
    list.items = items;
    cw_copy(message + member->offset, &list, sizeof(list));
}

/* Reads a message, which is zero where members are absent. The first of several members with one
 * key counts, and unknown keys do not. */
static void cw_read_message(cw_reader *reader, const cw_shape *shape, char *message) {
    __builtin_memset(message, 0, shape->size);
    uint32_t seen = 0;
    size_t entries = cw_read_map(reader);
    if (!cw_enter(reader)) return;
    for (; entries > 0 && reader->problem == NULL; entries--) {
        cw_text key = cw_read_text(reader);
        size_t i = 0;
        while (i < shape->count && ((seen >> i & 1) != 0 || !cw_is(key, shape->members[i].key))) i++;
        if (i == shape->count || reader->problem != NULL) cw_skip(reader);
        else if ((shape->members[i].properties & CW_DEFAULT) == 0 || !cw_read_nil(reader)) {
            cw_read_member(reader, &shape->members[i], message);
            seen |= (uint32_t)1 << i;
        }
    }
    reader->depth--;
    for (size_t i = 0; i < shape->count && reader->problem == NULL; i++) {
        if ((shape->members[i].properties & CW_DEFAULT) != 0 || (seen >> i & 1) != 0) continue;
        cw_problem(reader, "missing member");
        reader->key = shape->members[i].key;
    }
}

cw_status cw_decode(cw_call *call, const cw_shape *shape, cw_bytes bytes, void *message) {
    cw_reader reader = {call, bytes.data, bytes.size, 0, 0, NULL, 0, NULL};
    cw_read_message(&reader, shape, (char *)message);
    if (reader.problem == NULL) return CW_OK;
    const bool has_key = reader.key != NULL;
    return cw_fail(call, "cannot decode a message: %s%s%s%s at byte %zu", reader.problem, has_key ? " `" : "",
                   has_key ? reader.key : "", has_key ? "`" : "", reader.problem_at);
}

#ifdef __cplusplus
}
#endif

#endif
