/* A key-value store in memory, as a shared library:
 *
 *     cc -std=c11 -O2 -fPIC -shared -I plugin/include -o keyvalue.so plugin/examples/c/keyvalue.c -pthread */
#include "capwire_msgpack.h"

#include "store.h"

struct state {
    struct capwire_host host;
    struct store store;
};

/* All operations of the contract, so that this store can take the place of another. It refuses those after the fifth. */
static const struct capwire_operation operations[] = {
    {"Add", "Adds to a counter and returns its new value", CAPWIRE_TO_PROVIDER},
    {"Del", "Removes a key", CAPWIRE_TO_PROVIDER},
    {"Get", "Reads the value of a key", CAPWIRE_TO_PROVIDER},
    {"KeyExists", "Tells whether a key exists", CAPWIRE_TO_PROVIDER},
    {"Set", "Writes the value of a key", CAPWIRE_TO_PROVIDER},
    {"Clear", NULL, CAPWIRE_TO_PROVIDER},
    {"ListItemDelete", NULL, CAPWIRE_TO_PROVIDER},
    {"Push", NULL, CAPWIRE_TO_PROVIDER},
    {"Range", NULL, CAPWIRE_TO_PROVIDER},
    {"SetAdd", NULL, CAPWIRE_TO_PROVIDER},
    {"SetIntersection", NULL, CAPWIRE_TO_PROVIDER},
    {"SetQuery", NULL, CAPWIRE_TO_PROVIDER},
    {"SetRemove", NULL, CAPWIRE_TO_PROVIDER},
    {"SetUnion", NULL, CAPWIRE_TO_PROVIDER},
};

static const struct capwire_description description = {
    .contract = "wascc:keyvalue",
    .name = "Store in C",
    .version = "1.0.0",
    .revision = 1,
    .operations = operations,
    .operation_count = sizeof operations / sizeof operations[0],
};

static const struct capwire_description *describe(void) { return &description; }

static void *open_store(const struct capwire_host *host) {
    struct state *state = calloc(1, sizeof *state);
    if (state == NULL || !store_init(&state->store)) {
        free(state);
        return NULL;
    }
    state->host = *host;
    return state;
}

static void close_store(void *opaque) {
    struct state *state = opaque;
    store_free(&state->store);
    free(state);
}

/* Answers a request, and frees the message. */
static void answer(struct state *state, uint64_t request, uint32_t status, struct capwire_writer *message) {
    struct capwire_bytes bytes = {message->data, message->size};
    if (message->failed) {
        bytes.size = 0;
        status = CAPWIRE_BUSY;
    }
    state->host.answer(state->host.context, request, status, bytes);
    free(message->data);
}

/* Makes `text` the message, and returns the status. */
static uint32_t refuse(struct capwire_writer *message, uint32_t status, const char *text) {
    capwire_write(message, text, strlen(text));
    return status;
}

/* Returns the status for an outcome other than STORE_OK. */
static uint32_t refuse_outcome(struct capwire_writer *message, enum store_outcome outcome) {
    switch (outcome) {
    case STORE_NOT_BOUND: return CAPWIRE_NOT_BOUND;
    case STORE_NO_MEMORY: return refuse(message, CAPWIRE_BUSY, "there is no memory");
    default: return refuse(message, CAPWIRE_REFUSED, "the value is not a number, or the sum would leave the range of 32 bits");
    }
}

static uint32_t check_values(struct capwire_bytes values, struct capwire_writer *message) {
    struct capwire_reader reader = capwire_reader_of(values);
    struct capwire_bytes key = {NULL, 0};
    uint32_t count = 0;
    if (!capwire_read_map(&reader, &count)) return refuse(message, CAPWIRE_REFUSED, "the values are not a map");
    if (count == 0) return CAPWIRE_OK;
    if (capwire_read_text(&reader, &key)) capwire_write(message, key.data, key.size);
    return refuse(message, CAPWIRE_BAD_CONFIGURATION, ": this store has no keys");
}

static void bind_actor(void *opaque, uint64_t request, const struct capwire_binding *binding) {
    struct state *state = opaque;
    struct capwire_writer message = {0};
    uint32_t status = check_values(binding->values, &message);
    if (status == CAPWIRE_OK && !store_bind(&state->store, binding->binding, binding->actor))
        status = refuse_outcome(&message, STORE_NO_MEMORY);
    answer(state, request, status, &message);
}

static void unbind_actor(void *opaque, uint64_t request, uint64_t binding) {
    struct state *state = opaque;
    struct capwire_writer message = {0};
    store_unbind(&state->store, binding);
    answer(state, request, CAPWIRE_OK, &message);
}

/* The members that the messages of this contract have. */
struct request {
    struct capwire_bytes key, text;
    int64_t number, expires;
    bool has_key, has_text, has_number;
};

static bool read_request(struct capwire_bytes message, struct request *request) {
    struct capwire_reader reader = capwire_reader_of(message);
    uint32_t entries = 0;
    if (!capwire_read_map(&reader, &entries)) return false;
    for (uint32_t i = 0; i < entries && !reader.failed; i++) {
        struct capwire_bytes name;
        if (!capwire_read_text(&reader, &name)) return false;
        if (capwire_is(name, "key")) request->has_key = capwire_read_text(&reader, &request->key);
        else if (capwire_is(name, "expires")) {
            if (!capwire_read_nil(&reader)) capwire_read_integer(&reader, &request->expires);
        } else if (capwire_is(name, "value")) {
            struct capwire_reader again = reader;
            request->has_text = capwire_read_text(&reader, &request->text);
            if (!request->has_text) {
                reader = again;
                request->has_number = capwire_read_integer(&reader, &request->number);
            }
        } else capwire_skip(&reader);
    }
    return capwire_reader_ok(&reader) && request->has_key;
}

static void write_text(struct capwire_writer *message, const char *name, struct capwire_bytes text) {
    capwire_write_map(message, 1);
    capwire_write_word(message, name);
    capwire_write_text(message, text);
}

static uint32_t add(struct store *store, uint64_t binding, const struct request *request, struct capwire_writer *message) {
    int32_t sum = 0;
    enum store_outcome outcome = store_add(store, binding, request->key, (int32_t)request->number, &sum);
    if (outcome != STORE_OK) return refuse_outcome(message, outcome);
    capwire_write_map(message, 1);
    capwire_write_word(message, "value");
    capwire_write_integer(message, sum);
    return CAPWIRE_OK;
}

static uint32_t get(struct store *store, uint64_t binding, const struct request *request, bool with_value,
                    struct capwire_writer *message) {
    struct capwire_bytes value = {NULL, 0}, none = {NULL, 0};
    enum store_outcome outcome = store_get(store, binding, request->key, &value);
    if (outcome != STORE_OK && outcome != STORE_ABSENT) return refuse_outcome(message, outcome);
    capwire_write_map(message, 2);
    capwire_write_word(message, "value");
    capwire_write_text(message, with_value ? value : none);
    capwire_write_word(message, "exists");
    capwire_write_bool(message, outcome == STORE_OK);
    store_drop(value);
    return CAPWIRE_OK;
}

static uint32_t set(struct store *store, uint64_t binding, const struct request *request, struct capwire_writer *message) {
    if (request->expires != 0) return refuse(message, CAPWIRE_REFUSED, "values of this store do not expire");
    enum store_outcome outcome = store_set(store, binding, request->key, request->text);
    if (outcome != STORE_OK) return refuse_outcome(message, outcome);
    write_text(message, "value", request->text);
    return CAPWIRE_OK;
}

static uint32_t serve(struct store *store, const struct capwire_call *call, struct capwire_writer *message) {
    struct capwire_bytes name = call->operation;
    bool adds = capwire_is(name, "Add"), sets = capwire_is(name, "Set"), removes = capwire_is(name, "Del");
    bool gets = capwire_is(name, "Get"), tests = capwire_is(name, "KeyExists");
    if (!store_is_bound(store, call->binding)) return CAPWIRE_NOT_BOUND;
    if (!adds && !sets && !removes && !gets && !tests) return CAPWIRE_UNKNOWN_OPERATION;
    struct request request = {0};
    bool read = read_request(call->message, &request);
    bool in_range = request.number >= INT32_MIN && request.number <= INT32_MAX;
    if (!read || (adds && (!request.has_number || !in_range)) || (sets && !request.has_text))
        return refuse(message, CAPWIRE_BAD_MESSAGE, "expected a map with the members of the contract");
    if (adds) return add(store, call->binding, &request, message);
    if (sets) return set(store, call->binding, &request, message);
    if (gets || tests) return get(store, call->binding, &request, gets, message);
    store_remove(store, call->binding, request.key);
    write_text(message, "key", request.key);
    return CAPWIRE_OK;
}

static void call(void *opaque, const struct capwire_call *call) {
    struct state *state = opaque;
    struct capwire_writer message = {0};
    uint32_t status = serve(&state->store, call, &message);
    answer(state, call->request, status, &message);
}

CAPWIRE_PROVIDER(.describe = describe, .open = open_store, .close = close_store, .bind = bind_actor,
                 .unbind = unbind_actor, .call = call)
