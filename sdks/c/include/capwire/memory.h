/* Memory that is free again after each call, and texts in it. A part of the implementation. */
#ifndef CAPWIRE_MEMORY_H
#define CAPWIRE_MEMORY_H

#include "abi.h"

#ifdef __cplusplus
extern "C" {
#endif

static const char CW_NO_MEMORY[] = "the actor has not enough memory for the call";

static void cw_copy(void *target, const void *source, size_t size) {
    if (size > 0) __builtin_memcpy(target, source, size);
}

#ifdef __wasm__

/* The actor's own memory after all other data. It grows by pages, and stays for later calls. Another
 * allocator may grow the memory too, after which a new region begins. */
static uintptr_t cw_region, cw_region_next, cw_region_end;

static void cw_release_all(void) { cw_region_next = cw_region; }

static void *cw_take(size_t size) {
    const size_t page = 65536;
    const size_t rounded = (size + 15) & ~(size_t)15;
    if (rounded < size) return NULL;
    if (rounded > cw_region_end - cw_region_next) {
        size_t pages = (rounded - (cw_region_end - cw_region_next) + page - 1) / page;
        uintptr_t begin = __builtin_wasm_memory_size(0) * page;
        if (begin != cw_region_end) pages = rounded / page + 1;
        if (__builtin_wasm_memory_grow(0, pages) == (size_t)-1) return NULL;
        if (begin != cw_region_end) cw_region = cw_region_next = begin;
        cw_region_end = begin + pages * page;
    }
    void *taken = (void *)cw_region_next;
    cw_region_next += rounded;
    return taken;
}

#else

#include <stdlib.h>

/* In native tests, each piece of memory is an allocation of its own, which sanitizers check. */
typedef struct cw_piece {
    struct cw_piece *next;
    max_align_t start;
} cw_piece;

static cw_piece *cw_pieces;

static void cw_release_all(void) {
    while (cw_pieces != NULL) {
        cw_piece *next = cw_pieces->next;
        free(cw_pieces);
        cw_pieces = next;
    }
}

static void *cw_take(size_t size) {
    if (size > SIZE_MAX - sizeof(cw_piece)) return NULL;
    cw_piece *piece = (cw_piece *)malloc(offsetof(cw_piece, start) + size);
    if (piece == NULL) return NULL;
    piece->next = cw_pieces;
    cw_pieces = piece;
    return &piece->start;
}

#endif

void *cw_alloc(cw_call *call, size_t size) {
    void *taken = cw_take(size > 0 ? size : 1);
    if (taken == NULL) {
        call->error = cw_str(CW_NO_MEMORY);
        call->is_out_of_memory = true;
    }
    return taken;
}

cw_text cw_str(const char *characters) {
    cw_text text = {characters, 0};
    while (characters[text.size] != 0) text.size++;
    return text;
}

bool cw_is(cw_text text, const char *characters) {
    for (size_t i = 0; i < text.size; i++) {
        if (characters[i] == 0 || characters[i] != text.data[i]) return false;
    }
    return characters[text.size] == 0;
}

cw_text cw_replace(cw_call *call, cw_text text, char from, char to) {
    char *copy = (char *)cw_alloc(call, text.size);
    cw_text replaced = {copy, copy == NULL ? 0 : text.size};
    for (size_t i = 0; i < replaced.size; i++) copy[i] = text.data[i] == from ? to : text.data[i];
    return replaced;
}

/* The place for a formatted text. Without a start, only the size counts. */
typedef struct cw_output {
    char *start;
    size_t size;
} cw_output;

static void cw_put(cw_output *output, const char *data, size_t size) {
    if (output->start != NULL) cw_copy(output->start + output->size, data, size);
    output->size += size;
}

static void cw_put_number(cw_output *output, uint64_t value, bool is_negative) {
    char digits[21];
    size_t at = sizeof(digits);
    do digits[--at] = (char)('0' + value % 10);
    while ((value /= 10) > 0);
    if (is_negative) digits[--at] = '-';
    cw_put(output, digits + at, sizeof(digits) - at);
}

static void cw_put_signed(cw_output *output, int64_t value) {
    cw_put_number(output, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, value < 0);
}

/* Formats one conversion, and returns the rest of the format. */
static const char *cw_put_conversion(cw_output *output, const char *format, va_list *arguments) {
    int longs = 0, precision = -1;
    if (format[0] == '.' && format[1] == '*') {
        precision = va_arg(*arguments, int);
        format += 2;
    }
    for (; *format == 'l'; format++) longs++;
    if (*format == 'z') {
        longs = sizeof(size_t) > sizeof(long) ? 2 : 1;
        format++;
    }
    if (*format == 'd') {
        cw_put_signed(output, longs == 0 ? va_arg(*arguments, int)
                                         : longs == 1 ? va_arg(*arguments, long) : va_arg(*arguments, long long));
    } else if (*format == 'u') {
        cw_put_number(output, longs == 0 ? va_arg(*arguments, unsigned)
                              : longs == 1 ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned long long), false);
    } else if (*format == 's') {
        const char *text = va_arg(*arguments, const char *);
        cw_put(output, text, precision >= 0 ? (size_t)precision : cw_str(text).size);
    } else {
        char character = *format == 'c' ? (char)va_arg(*arguments, int) : '%';
        cw_put(output, &character, 1);
    }
    return *format == 0 ? format : format + 1;
}

static void cw_put_all(cw_output *output, const char *format, va_list *arguments) {
    while (*format != 0) {
        if (*format == '%') format = cw_put_conversion(output, format + 1, arguments);
        else cw_put(output, format++, 1);
    }
}

static cw_text cw_print_list(cw_call *call, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    cw_output output = {NULL, 0};
    cw_put_all(&output, format, &again);
    va_end(again);
    cw_text none = {NULL, 0};
    output.start = (char *)cw_alloc(call, output.size);
    if (output.start == NULL) return none;
    output.size = 0;
    va_copy(again, arguments);
    cw_put_all(&output, format, &again);
    va_end(again);
    cw_text text = {output.start, output.size};
    return text;
}

cw_text cw_print(cw_call *call, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    cw_text text = cw_print_list(call, format, arguments);
    va_end(arguments);
    return text;
}

cw_status cw_fail(cw_call *call, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    cw_text text = cw_print_list(call, format, arguments);
    va_end(arguments);
    if (text.data != NULL) call->error = text;
    return CW_FAILED;
}

void cw_console(cw_text line) { cw_wapc_console_log(line.data, line.size); }

void cw_panic(const char *text) {
    cw_wapc_guest_error(text, cw_str(text).size);
    cw_wapc_console_log(text, cw_str(text).size);
    __builtin_trap();
}

#ifdef __cplusplus
}
#endif

#endif
