/* The types of the SDK, and the functions of a call. */
#ifndef CAPWIRE_TYPES_H
#define CAPWIRE_TYPES_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A text in UTF-8. It does not end with a zero. */
typedef struct cw_text {
    const char *data;
    size_t size;
} cw_text;

/* Bytes. */
typedef struct cw_bytes {
    const uint8_t *data;
    size_t size;
} cw_bytes;

/* A list of texts. */
typedef struct cw_text_array {
    const cw_text *items;
    size_t count;
} cw_text_array;

/* An entry of a map from texts to texts. */
typedef struct cw_entry {
    cw_text name;
    cw_text value;
} cw_entry;

/* A map from texts to texts. The last of several entries with one name counts. */
typedef struct cw_entries {
    const cw_entry *items;
    size_t count;
} cw_entries;

/* The types of values of databases. */
typedef enum cw_value_kind {
    CW_NULL_VALUE,
    CW_BOOLEAN_VALUE,   /* as.boolean */
    CW_INTEGER_VALUE,   /* as.integer */
    CW_FLOAT_VALUE,     /* as.floating */
    CW_TEXT_VALUE,      /* as.text */
    CW_BYTES_VALUE,     /* as.bytes */
    CW_TIMESTAMP_VALUE, /* as.integer, in microseconds since the Unix epoch */
    CW_UUID_VALUE,      /* as.text */
    CW_JSON_VALUE       /* as.text */
} cw_value_kind;

/* A value of a parameter or column of a database. */
typedef struct cw_value {
    cw_value_kind kind;
    union {
        bool boolean;
        int64_t integer;
        double floating;
        cw_text text;
        cw_bytes bytes;
    } as;
} cw_value;

/* A list of values. */
typedef struct cw_value_array {
    const cw_value *items;
    size_t count;
} cw_value_array;

/* The result of every function that can fail. The text of a failure is `call->error`. */
typedef enum cw_status { CW_OK = 0, CW_FAILED = 1 } cw_status;

/* The current call. */
typedef struct cw_call {
    /* The text of the last failure. */
    cw_text error;
    /* True after `cw_alloc` had no memory. The call then fails, even if its handler goes on. */
    bool is_out_of_memory;
} cw_call;

/* The kinds of a message's members. */
typedef enum cw_kind {
    CW_BOOL,   /* bool */
    CW_S32,    /* int32_t */
    CW_S64,    /* int64_t */
    CW_U32,    /* uint32_t */
    CW_U64,    /* uint64_t */
    CW_TEXT,   /* cw_text */
    CW_BYTES,  /* cw_bytes */
    CW_TEXTS,  /* cw_entries */
    CW_VALUE,  /* cw_value */
    CW_RECORD  /* a struct with a shape */
} cw_kind;

/* The properties of a message's members. They can be added with `|`. */
enum {
    CW_REQUIRED = 0, /* An absent member is an error. */
    CW_DEFAULT = 1,  /* An absent member is zero, and so is nil. */
    CW_OPTIONAL = 2, /* The member `has_NAME` before it is true if there is a value. */
    CW_OMITTED = 4,  /* The encoder leaves the member out if there is no value. */
    CW_LIST = 8      /* The member is a struct of `items` and `count`. */
};

/* A member of a message. CW_MEMBER writes it. */
typedef struct cw_member {
    const char *key;
    size_t offset;
    size_t has_offset;
    cw_kind kind;
    int properties;
    const struct cw_shape *shape;
} cw_member;

/* The members of a message, which say how it is encoded. CW_SHAPE writes it. */
typedef struct cw_shape {
    const cw_member *members;
    size_t count;
    size_t size;
} cw_shape;

/* Describes the member `name` of the struct `type`, which has the key `key` in MessagePack. */
#define CW_MEMBER(type, name, key, kind, properties) {key, offsetof(type, name), 0, kind, properties, NULL}

/* Describes an optional member. */
#define CW_OPTIONAL_MEMBER(type, name, key, kind, properties, shape) \
    {key, offsetof(type, name), offsetof(type, has_##name), kind, (properties) | CW_OPTIONAL, shape}

/* Describes a member that is a message, or a list of messages. */
#define CW_RECORD_MEMBER(type, name, key, properties, shape) \
    {key, offsetof(type, name), 0, CW_RECORD, properties, shape}

/* Defines the shape of the struct `type`, which has at most 32 members. */
#define CW_SHAPE(type, ...)                                \
    static const cw_member type##_members[] = {__VA_ARGS__}; \
    const cw_shape type##_shape = {type##_members, sizeof(type##_members) / sizeof(cw_member), sizeof(type)};

/* A capability of a binding, or another actor. */
typedef struct cw_target {
    /* The id of a contract, such as `wascc:keyvalue`, or the key or alias of an actor. */
    const char *name;
    /* The name of the binding. NULL is `default`. */
    const char *binding;
} cw_target;

/* A handler of one operation. CW_HANDLER, CW_EVENT and CW_RAW write it. */
typedef struct cw_handler {
    const char *operation;
    /* The shape of the request, or NULL for bytes. */
    const cw_shape *request;
    /* The shape of the response, or NULL if there is none. */
    const cw_shape *response;
    cw_status (*run)(cw_call *call, const void *request, void *response);
} cw_handler;

/* Begins the handler `name` of an operation with an answer. In its body, `call`, `request` and
 * `response` are pointers. The response is zero at first. */
#define CW_HANDLER(name, operation, request_type, response_type)                                     \
    static cw_status name##_typed(cw_call *call, const request_type *request, response_type *response); \
    static cw_status name##_run(cw_call *call, const void *request, void *response) {                  \
        return name##_typed(call, (const request_type *)request, (response_type *)response);           \
    }                                                                                                \
    static const cw_handler name = {operation, &request_type##_shape, &response_type##_shape, name##_run}; \
    static cw_status name##_typed(cw_call *call, const request_type *request, response_type *response)

/* Begins the handler `name` of an operation whose answer the caller ignores. */
#define CW_EVENT(name, operation, request_type)                                               \
    static cw_status name##_typed(cw_call *call, const request_type *request);                \
    static cw_status name##_run(cw_call *call, const void *request, void *response) {         \
        (void)response;                                                                       \
        return name##_typed(call, (const request_type *)request);                             \
    }                                                                                         \
    static const cw_handler name = {operation, &request_type##_shape, NULL, name##_run};      \
    static cw_status name##_typed(cw_call *call, const request_type *request)

/* Begins the handler `name` of an operation with bytes in and out. */
#define CW_RAW(name, operation)                                                               \
    static cw_status name##_typed(cw_call *call, const cw_bytes *request, cw_bytes *response); \
    static cw_status name##_run(cw_call *call, const void *request, void *response) {         \
        return name##_typed(call, (const cw_bytes *)request, (cw_bytes *)response);           \
    }                                                                                         \
    static const cw_handler name = {operation, NULL, NULL, name##_run};                       \
    static cw_status name##_typed(cw_call *call, const cw_bytes *request, cw_bytes *response)

/* Defines the actor by its handlers: `CW_ACTOR(&count, &received)`. */
#define CW_ACTOR(...)                                               \
    const cw_handler *const cw_actor_handlers[] = {__VA_ARGS__, NULL};

extern const cw_handler *const cw_actor_handlers[];

#if defined(__GNUC__)
#define CW_PRINTF(at) __attribute__((format(printf, at, at + 1)))
#else
#define CW_PRINTF(at)
#endif

/* Returns memory that is free again after the call. NULL means that there is none left, and sets
 * the text of the failure. */
void *cw_alloc(cw_call *call, size_t size);

/* Returns a text with the characters of a C string, which it does not copy. */
cw_text cw_str(const char *characters);

/* Returns true if the text has the characters of a C string. */
bool cw_is(cw_text text, const char *characters);

/* Returns a formatted text. The conversions are %s, %.*s, %c, %d, %u, %ld, %lu, %lld, %llu, %zu and
 * %%, without width. A text without data means that there is no memory left. */
cw_text cw_print(cw_call *call, const char *format, ...) CW_PRINTF(2);

/* Returns a copy of a text with each character `from` replaced. */
cw_text cw_replace(cw_call *call, cw_text text, char from, char to);

/* Returns a value. Its parts are not copied. */
cw_value cw_null(void);
cw_value cw_boolean(bool boolean);
cw_value cw_integer(int64_t integer);
cw_value cw_float(double number);
cw_value cw_of_text(cw_text text);
cw_value cw_of_bytes(cw_bytes bytes);
cw_value cw_timestamp(int64_t microseconds);
cw_value cw_uuid(cw_text uuid);
cw_value cw_json(cw_text json);

/* Sets the text of the failure, and returns CW_FAILED: `return cw_fail(call, "no key %s", key)`. */
cw_status cw_fail(cw_call *call, const char *format, ...) CW_PRINTF(2);

/* Writes a line to the host's log. It needs no capability. */
void cw_console(cw_text line);

/* Encodes a message. */
cw_status cw_encode(cw_call *call, const cw_shape *shape, const void *message, cw_bytes *encoded);

/* Decodes a message, which contains parts of `bytes`. */
cw_status cw_decode(cw_call *call, const cw_shape *shape, cw_bytes bytes, void *message);

/* Sends bytes, and gives the answer's bytes. */
cw_status cw_send_raw(cw_call *call, cw_target target, const char *operation, cw_bytes payload, cw_bytes *answer);

/* Sends a message, and gives the answer. Without a shape of the answer, the answer is ignored. */
cw_status cw_send(cw_call *call, cw_target target, const char *operation, const cw_shape *shape,
                  const void *message, const cw_shape *answer_shape, void *answer);

/* Stops the actor: the host gets the text as the error of the call and as a line of its log. */
void cw_panic(const char *text);

#ifdef __cplusplus
}
#endif

#endif
