/* The contract between a capwire host and a capability provider in a shared library, version 1.
 *
 * A library exports one object, `capwire_provider`, and carries an ELF note with the version of this contract, so that the
 * host can refuse a library before it runs any of its code. CAPWIRE_PROVIDER defines both:
 *
 *     static const struct capwire_operation operations[] = {{"Get", "Reads a value", CAPWIRE_TO_PROVIDER}};
 *     static const struct capwire_description description = {
 *         .contract = "wascc:keyvalue", .name = "Store in C", .version = "1.0.0", .revision = 1,
 *         .operations = operations, .operation_count = 1,
 *     };
 *     static const struct capwire_description *describe(void) { return &description; }
 *     CAPWIRE_PROVIDER(.describe = describe, .open = open_store, .close = close_store, .bind = bind, .unbind = unbind,
 *                      .call = call)
 *
 * Rules:
 *  - The host calls the functions of a provider from several threads at the same time, except `open` and `close`.
 *  - The bytes that a function gets are valid until it returns. They are not terminated by a zero.
 *  - Each request (`bind`, `unbind`, `call`, `drain`) is answered by one call of `host->answer` with its number, before or
 *    after the function returns, from any thread. The host copies the bytes. It ignores further answers, and answers to
 *    numbers that it does not know.
 *  - A function returns soon. Slow work belongs on threads of the provider's own, or the description says
 *    CAPWIRE_BLOCKING. The host charges the time until a function returns to the caller's CPU budget.
 *  - No exception and no panic leaves a function.
 *  - The messages of calls and their answers are MessagePack, as the contract says. */
#ifndef CAPWIRE_PROVIDER_H
#define CAPWIRE_PROVIDER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this contract. A host loads libraries of its own version only. */
#define CAPWIRE_PROVIDER_VERSION 1

/* `size` bytes at `data`, which may be null if there are none. */
struct capwire_bytes {
    const uint8_t *data;
    size_t size;
};

/* The outcome of a request. */
enum capwire_status {
    CAPWIRE_OK = 0,                /* the bytes are the answer */
    /* In the rest, the bytes are a text in UTF-8, which the actor sees. */
    CAPWIRE_BAD_CONFIGURATION = 1, /* "KEY: reason" */
    CAPWIRE_NOT_BOUND = 2,         /* no text */
    CAPWIRE_UNKNOWN_OPERATION = 3, /* no text */
    CAPWIRE_BAD_MESSAGE = 4,       /* the fault of the message */
    CAPWIRE_REFUSED = 5,           /* the reason */
    CAPWIRE_UNAVAILABLE = 6,       /* what is unavailable; a later attempt may succeed */
    CAPWIRE_BUSY = 7,              /* the reason; a later attempt may succeed */
    CAPWIRE_GIVEN_UP = 8,          /* no text; nobody waits for the answer any more */
    CAPWIRE_OVERSPENT = 9          /* no text; the call has used up its CPU budget */
};

/* The outcome of a call of an actor. */
enum capwire_actor_status {
    CAPWIRE_ACTOR_OK = 0,          /* the bytes are the answer */
    CAPWIRE_ACTOR_BUSY = 1,        /* the milliseconds after which to try again, in decimal digits */
    CAPWIRE_ACTOR_UNAVAILABLE = 2, /* the milliseconds, as above; the actor may have done a part of its work */
    CAPWIRE_ACTOR_TIMEOUT = 3,
    CAPWIRE_ACTOR_STOPPED = 4,
    CAPWIRE_ACTOR_TOO_LONG = 5,    /* the most bytes of a message, in decimal digits */
    CAPWIRE_ACTOR_UNREADABLE = 6,  /* a text for logs: the actor does not read this dialect */
    CAPWIRE_ACTOR_FAILED = 7       /* a text for logs */
};

enum capwire_level { CAPWIRE_ERROR = 1, CAPWIRE_WARN = 2, CAPWIRE_INFO = 3, CAPWIRE_DEBUG = 4, CAPWIRE_TRACE = 5 };

/* The functions of the host. `context` is their first argument. A call after `close` has returned does nothing. */
struct capwire_host {
    uint32_t version;
    uint32_t reserved;
    uintptr_t context;
    /* Answers a request; see enum capwire_status. The answer of `bind` is nothing, or a MessagePack array of the URLs at
     * which the binding listens. The answer of `unbind` is nothing. The answer of `drain` is nothing, or the number of
     * requests that were cut off, as a MessagePack integer. */
    void (*answer)(uintptr_t context, uint64_t request, uint32_t status, struct capwire_bytes message);
    /* Calls the actor of a binding. `number` is the provider's own; `answered` gets it. */
    void (*call_actor)(uintptr_t context, uint64_t number, uint64_t binding, struct capwire_bytes operation,
                       struct capwire_bytes message);
    /* Returns 1 if the caller of a call under way may use `operation` on `resource`, else 0. The host has checked the
     * operation and the message of the call itself. */
    uint32_t (*may_use)(uintptr_t context, uint64_t request, struct capwire_bytes operation,
                        struct capwire_bytes resource);
    /* Charges CPU time of the provider's own threads to the caller. Returns 1 if the work may go on, or 0 if the call is
     * given up or has used up its budget. */
    uint32_t (*charge)(uintptr_t context, uint64_t request, uint64_t nanoseconds);
    /* Writes a line to the host's log; see enum capwire_level. */
    void (*log)(uintptr_t context, uint32_t level, struct capwire_bytes text);
    /* Reports that the provider can serve no calls any more. The host closes it, and opens it again after a pause. */
    void (*broken)(uintptr_t context, struct capwire_bytes reason);
};

/* Who calls whom. */
enum capwire_direction { CAPWIRE_TO_ACTOR = 0, CAPWIRE_TO_PROVIDER = 1, CAPWIRE_BOTH = 2 };

/* A provider takes the place of another one only if it declares all operations that the other one has. It may refuse some
 * of them as unknown. */
struct capwire_operation {
    const char *name;
    const char *about;  /* for people; may be null */
    uint32_t direction; /* enum capwire_direction */
};

enum capwire_flags {
    CAPWIRE_EXCLUSIVE = 1, /* only one instance can be open: it owns a file or a port */
    CAPWIRE_BLOCKING = 2   /* functions may block: the host calls them on threads for such work */
};

/* Texts are UTF-8 and end with a zero. All stay valid while the library is loaded. */
struct capwire_description {
    const char *contract; /* such as "wascc:keyvalue" */
    const char *name;     /* for people */
    const char *version;  /* a semantic version */
    uint32_t revision;    /* grows with each release */
    uint32_t flags;       /* enum capwire_flags */
    const struct capwire_operation *operations;
    size_t operation_count;
};

struct capwire_binding {
    uint64_t binding;            /* the number by which calls name the binding */
    struct capwire_bytes actor;  /* the actor's public key */
    struct capwire_bytes name;   /* the binding's name */
    struct capwire_bytes values; /* the configuration: a MessagePack map of strings to strings */
    struct capwire_bytes claims; /* the actor's claims, from the host: such a map, whose keys begin with `__wascc_` */
    uint64_t max_message;        /* the most bytes of a message to the actor */
};

#define CAPWIRE_NO_DEADLINE UINT64_MAX

struct capwire_call {
    uint64_t request;
    uint64_t binding;
    uint64_t nanoseconds_left; /* until the deadline, or CAPWIRE_NO_DEADLINE */
    struct capwire_bytes operation;
    struct capwire_bytes message;
};

struct capwire_provider {
    uint32_t version;
    uint32_t size; /* of this structure */
    /* Returns the description. Languages without constant initialisers may build it here, once. */
    const struct capwire_description *(*describe)(void);
    /* Opens an instance, and returns its state; the library may be opened more than once. `host` is valid until `close`
     * has returned. Returns null if a resource is unavailable, after `host->broken` with the reason. */
    void *(*open)(const struct capwire_host *host);
    /* Frees the state. No request is under way. */
    void (*close)(void *state);
    void (*bind)(void *state, uint64_t request, const struct capwire_binding *binding);
    void (*unbind)(void *state, uint64_t request, uint64_t binding);
    void (*call)(void *state, const struct capwire_call *call);
    /* Nobody waits for the answer to this request any more. May be null. */
    void (*cancel)(void *state, uint64_t request);
    /* The outcome of a `call_actor`; see enum capwire_actor_status. May be null if the provider calls no actors. */
    void (*answered)(void *state, uint64_t number, uint32_t status, struct capwire_bytes message);
    /* Takes in no more work of its own and finishes the work in progress within `nanoseconds`. May be null. */
    void (*drain)(void *state, uint64_t request, uint64_t nanoseconds);
};

/* The note in which a host finds the version before it loads the library. */
struct capwire_note {
    uint32_t name_size;
    uint32_t content_size;
    uint32_t type;
    char name[8];
    uint32_t version;
};

#define CAPWIRE_NOTE_TYPE 1

#ifdef __cplusplus
#define CAPWIRE_EXTERN_C extern "C"
#else
#define CAPWIRE_EXTERN_C
#endif

/* Defines the provider of this library. The arguments are the initialisers of struct capwire_provider after `size`. */
#define CAPWIRE_PROVIDER(...)                                                                                          \
    __attribute__((section(".note.capwire"), used, aligned(4))) static const struct capwire_note capwire_note = {      \
        8, 4, CAPWIRE_NOTE_TYPE, "capwire", CAPWIRE_PROVIDER_VERSION};                                                 \
    CAPWIRE_EXTERN_C __attribute__((visibility("default"))) const struct capwire_provider capwire_provider = {         \
        .version = CAPWIRE_PROVIDER_VERSION, .size = sizeof(struct capwire_provider), __VA_ARGS__};

#ifdef __cplusplus
}
#endif

#endif
