/* A fake host for native tests of actors. It enforces no claims and no limits.
 *
 * One file of the test includes it. Answers are valid until the next call. */
#ifndef CAPWIRE_TESTING_H
#define CAPWIRE_TESTING_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../capwire.h"
#include "abi.h"

/* Ends the test if the condition is false. */
#define CW_CHECK(condition)                                                                      \
    do {                                                                                         \
        if (!(condition)) {                                                                      \
            fprintf(stderr, "%s:%d: %s is false; the actor's error is: %.*s\n", __FILE__, __LINE__, #condition, \
                    (int)cw_fake.error.size, (const char *)cw_fake.error.data);                  \
            exit(1);                                                                             \
        }                                                                                        \
    } while (0)

/* Bytes that the host owns. */
typedef struct cw_owned {
    char *data;
    size_t size;
} cw_owned;

typedef struct cw_fake_answer {
    char *name, *operation;
    bool is_refusal;
    cw_owned bytes;
} cw_fake_answer;

/* The state of the host. */
static struct {
    /* The number of host calls, and the parts of the last one. */
    size_t calls;
    cw_owned binding, name, operation, payload;
    /* The number of lines in the host's log, and the last one. */
    size_t lines;
    cw_owned line;
    /* The text of the last error of the actor. */
    cw_owned error;
    bool has_store;
    cw_entry store[64];
    size_t stored;
    cw_fake_answer answers[64];
    size_t answer_count;
    cw_owned called, sent, answer, response, refusal;
} cw_fake;

static void cw_own(cw_owned *owned, const void *data, size_t size) {
    char *copy = (char *)malloc(size + 1);
    if (copy == NULL) abort();
    if (size > 0) memcpy(copy, data, size);
    copy[size] = 0;
    free(owned->data);
    owned->data = copy;
    owned->size = size;
}

static char *cw_copied(const void *data, size_t size) {
    cw_owned owned = {NULL, 0};
    cw_own(&owned, data, size);
    return owned.data;
}

/* Begins a test: removes all answers and the store. */
static inline void cw_fake_reset(void) {
    cw_owned *all[] = {&cw_fake.binding, &cw_fake.name, &cw_fake.operation, &cw_fake.payload, &cw_fake.line, &cw_fake.error,
                       &cw_fake.called, &cw_fake.sent, &cw_fake.answer, &cw_fake.response, &cw_fake.refusal};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) free(all[i]->data);
    for (size_t i = 0; i < cw_fake.stored; i++) {
        free((void *)(uintptr_t)cw_fake.store[i].name.data);
        free((void *)(uintptr_t)cw_fake.store[i].value.data);
    }
    for (size_t i = 0; i < cw_fake.answer_count; i++) {
        free(cw_fake.answers[i].name);
        free(cw_fake.answers[i].operation);
        free(cw_fake.answers[i].bytes.data);
    }
    memset(&cw_fake, 0, sizeof(cw_fake));
}

static void cw_fake_add(const char *name, const char *operation, bool is_refusal, const void *data, size_t size) {
    if (cw_fake.answer_count == 64) abort();
    cw_fake_answer *answer = &cw_fake.answers[cw_fake.answer_count++];
    answer->name = cw_copied(name, strlen(name));
    answer->operation = cw_copied(operation, strlen(operation));
    answer->is_refusal = is_refusal;
    cw_own(&answer->bytes, data, size);
}

/* Answers the counters and values of `wascc:keyvalue` from memory. */
static inline void cw_fake_with_keyvalue(void) { cw_fake.has_store = true; }

/* Answers an operation with bytes. */
static inline void cw_fake_respond_raw(const char *name, const char *operation, cw_bytes bytes) {
    cw_fake_add(name, operation, false, bytes.data, bytes.size);
}

/* Answers an operation with a message. */
static inline void cw_fake_respond(const char *name, const char *operation, const cw_shape *shape, const void *message) {
    cw_call call = {{NULL, 0}, false};
    cw_bytes bytes;
    if (cw_encode(&call, shape, message, &bytes)) abort();
    cw_fake_respond_raw(name, operation, bytes);
}

/* Refuses an operation with the text of an error. */
static inline void cw_fake_refuse(const char *name, const char *operation, const char *text) {
    cw_fake_add(name, operation, true, text, strlen(text));
}

/* Calls an operation with bytes. After a failure, `cw_fake.error` is its text. */
static inline cw_status cw_fake_call_raw(const char *operation, cw_bytes payload, cw_bytes *answer) {
    cw_own(&cw_fake.called, operation, strlen(operation));
    cw_own(&cw_fake.sent, payload.data, payload.size);
    cw_own(&cw_fake.error, "", 0);
    if (cw_guest_call(cw_fake.called.size, cw_fake.sent.size) != 1) return CW_FAILED;
    answer->data = (const uint8_t *)cw_fake.answer.data;
    answer->size = cw_fake.answer.size;
    return CW_OK;
}

/* Calls an operation with a message. Without a shape of the response, the answer is ignored. */
static inline cw_status cw_fake_call(const char *operation, const cw_shape *shape, const void *message,
                                     const cw_shape *response_shape, void *response) {
    cw_call call = {{NULL, 0}, false};
    cw_bytes payload, answer;
    if (cw_encode(&call, shape, message, &payload)) return CW_FAILED;
    if (cw_fake_call_raw(operation, payload, &answer)) return CW_FAILED;
    if (response_shape == NULL || !cw_decode(&call, response_shape, answer, response)) return CW_OK;
    cw_own(&cw_fake.error, call.error.data, call.error.size);
    return CW_FAILED;
}

/* Sends an HTTP request. `target` is a path with an optional query. */
static inline cw_status cw_fake_http(const char *method, const char *target, cw_http_response *response) {
    const char *query = strchr(target, '?');
    cw_http_request request;
    memset(&request, 0, sizeof(request));
    request.method = cw_str(method);
    request.path = cw_str(target);
    if (query != NULL) {
        request.path.size = (size_t)(query - target);
        request.query_string = cw_str(query + 1);
    }
    return cw_fake_call("HandleRequest", &cw_http_request_shape, &request, &cw_http_response_shape, response);
}

static cw_text *cw_fake_find(cw_text key) {
    for (size_t i = 0; i < cw_fake.stored; i++) {
        const cw_text name = cw_fake.store[i].name;
        if (name.size == key.size && memcmp(name.data, key.data, key.size) == 0) return &cw_fake.store[i].value;
    }
    return NULL;
}

static void cw_fake_put(cw_text key, cw_text value) {
    cw_text *found = cw_fake_find(key);
    if (found == NULL) {
        if (cw_fake.stored == 64) abort();
        cw_entry *entry = &cw_fake.store[cw_fake.stored++];
        entry->name.data = cw_copied(key.data, key.size);
        entry->name.size = key.size;
        found = &entry->value;
    } else free((void *)(uintptr_t)found->data);
    found->data = cw_copied(value.data, value.size);
    found->size = value.size;
}

/* Answers a call of the store. Returns false if it does not know the operation. */
static bool cw_fake_store(cw_bytes *answer) {
    cw_call call = {{NULL, 0}, false};
    const cw_bytes payload = {(const uint8_t *)cw_fake.payload.data, cw_fake.payload.size};
    const char *operation = cw_fake.operation.data;
    if (strcmp(operation, "Add") == 0) {
        cw_keyvalue_add_request addition;
        if (cw_decode(&call, &cw_keyvalue_add_request_shape, payload, &addition)) abort();
        const cw_text *old = cw_fake_find(addition.key);
        const int64_t sum = addition.value + (old == NULL ? 0 : strtoll(old->data, NULL, 10));
        const cw_keyvalue_add_response added = {(int32_t)sum};
        cw_fake_put(addition.key, cw_print(&call, "%lld", (long long)added.value));
        return cw_encode(&call, &cw_keyvalue_add_response_shape, &added, answer) == CW_OK;
    }
    if (strcmp(operation, "Set") == 0) {
        cw_keyvalue_set_request write;
        if (cw_decode(&call, &cw_keyvalue_set_request_shape, payload, &write)) abort();
        cw_fake_put(write.key, write.value);
        const cw_keyvalue_set_response written = {write.value};
        return cw_encode(&call, &cw_keyvalue_set_response_shape, &written, answer) == CW_OK;
    }
    if (strcmp(operation, "Get") == 0 || strcmp(operation, "KeyExists") == 0) {
        cw_keyvalue_key_request wanted;
        if (cw_decode(&call, &cw_keyvalue_key_request_shape, payload, &wanted)) abort();
        const cw_text *found = cw_fake_find(wanted.key);
        const bool has_value = found != NULL && operation[0] == 'G';
        const cw_keyvalue_get_response got = {has_value ? *found : cw_str(""), found != NULL};
        return cw_encode(&call, &cw_keyvalue_get_response_shape, &got, answer) == CW_OK;
    }
    return false;
}

/* The imports of the guest. */

void cw_wapc_guest_request(void *operation, void *payload) {
    memcpy(operation, cw_fake.called.data, cw_fake.called.size);
    memcpy(payload, cw_fake.sent.data, cw_fake.sent.size);
}

void cw_wapc_guest_response(const void *bytes, size_t size) { cw_own(&cw_fake.answer, bytes, size); }

void cw_wapc_guest_error(const void *text, size_t size) { cw_own(&cw_fake.error, text, size); }

int32_t cw_wapc_host_call(const void *binding, size_t binding_size, const void *name, size_t name_size,
                          const void *operation, size_t operation_size, const void *payload, size_t payload_size) {
    cw_fake.calls++;
    cw_own(&cw_fake.binding, binding, binding_size);
    cw_own(&cw_fake.name, name, name_size);
    cw_own(&cw_fake.operation, operation, operation_size);
    cw_own(&cw_fake.payload, payload, payload_size);
    /* A later answer replaces an earlier one. */
    for (size_t i = cw_fake.answer_count; i-- > 0;) {
        const cw_fake_answer *it = &cw_fake.answers[i];
        if (strcmp(it->name, cw_fake.name.data) != 0 || strcmp(it->operation, cw_fake.operation.data) != 0) continue;
        cw_own(it->is_refusal ? &cw_fake.refusal : &cw_fake.response, it->bytes.data, it->bytes.size);
        return it->is_refusal ? 0 : 1;
    }
    cw_bytes answer;
    if (cw_fake.has_store && strcmp(cw_fake.name.data, "wascc:keyvalue") == 0 && cw_fake_store(&answer)) {
        cw_own(&cw_fake.response, answer.data, answer.size);
        return 1;
    }
    cw_own(&cw_fake.refusal, "the test does not answer this call", 34);
    return 0;
}

size_t cw_wapc_host_response_len(void) { return cw_fake.response.size; }

void cw_wapc_host_response(void *target) { memcpy(target, cw_fake.response.data, cw_fake.response.size); }

size_t cw_wapc_host_error_len(void) { return cw_fake.refusal.size; }

void cw_wapc_host_error(void *target) { memcpy(target, cw_fake.refusal.data, cw_fake.refusal.size); }

void cw_wapc_console_log(const void *text, size_t size) {
    cw_fake.lines++;
    cw_own(&cw_fake.line, text, size);
}

#endif
