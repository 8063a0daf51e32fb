/* A library that does not keep the rules. Options of the compiler say which ones. */
#define _POSIX_C_SOURCE 200809L
#include "capwire_msgpack.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

extern char **environ;

/* The host of an instance that was closed. */
static struct capwire_host ghost;
static uint64_t ghost_request;

static const struct capwire_operation operations[] = {{"Twice", NULL, CAPWIRE_TO_PROVIDER}};
static const struct capwire_description description = {
    .contract = "acme:misbehaving", .name = "Misbehaving in C", .version = "1.0.0", .operations = operations, .operation_count = 1};

static const struct capwire_description *describe(void) {
#ifdef NO_DESCRIPTION
    return sizeof description == 0 ? &description : NULL;
#else
    return &description;
#endif
}

static void *open_it(const struct capwire_host *host) {
#ifdef NO_STATE
    struct capwire_bytes reason = {(const uint8_t *)"there is no disk", 16};
    host->broken(host->context, reason);
    return NULL;
#else
    struct capwire_host *copy = malloc(sizeof *copy);
    if (copy != NULL) *copy = *host;
    return copy;
#endif
}

static void close_it(void *state) {
    ghost = *(struct capwire_host *)state;
    free(state);
}

static void answer(const struct capwire_host *host, uint64_t request, uint32_t status, const char *text) {
    struct capwire_bytes bytes = {(const uint8_t *)text, strlen(text)};
    host->answer(host->context, request, status, bytes);
}

static void bind_it(void *state, uint64_t request, const struct capwire_binding *binding) {
    (void)binding;
    answer(state, request, CAPWIRE_OK, "");
}

static void unbind_it(void *state, uint64_t request, uint64_t binding) {
    (void)binding;
    answer(state, request, CAPWIRE_OK, "");
}

static void crash(void) {
    volatile int *volatile nowhere = NULL;
    *nowhere = 1;
}

/* Answers with the number of the process, of its variables, and with the files that it has open. */
static void tell(const struct capwire_host *host, uint64_t request) {
    static char text[1 << 16];
    char name[300], target[300];
    int variables = 0;
    while (environ[variables] != NULL) variables++;
    size_t size = (size_t)snprintf(text, sizeof text, "%ld %d", (long)getpid(), variables);
    DIR *files = opendir("/proc/self/fd");
    for (struct dirent *file; files != NULL && (file = readdir(files)) != NULL;) {
        snprintf(name, sizeof name, "/proc/self/fd/%s", file->d_name);
        ssize_t length = readlink(name, target, sizeof target - 1);
        if (length < 0 || size + (size_t)length + 2 > sizeof text) continue;
        target[length] = 0;
        size += (size_t)snprintf(text + size, sizeof text - size, "\n%s", target);
    }
    if (files != NULL) closedir(files);
    answer(host, request, CAPWIRE_OK, text);
}

/* Takes all memory that there is. */
static void eat(const struct capwire_host *host, uint64_t request) {
    size_t piece = 256u << 20, pieces = 0;
    while (pieces < 64 && malloc(piece) != NULL) pieces++;
    answer(host, request, pieces < 64 ? CAPWIRE_OK : CAPWIRE_REFUSED, "");
}

static void call(void *state, const struct capwire_call *call) {
    const struct capwire_host *host = state;
    struct capwire_bytes null = {NULL, 5};
    if (capwire_is(call->operation, "Twice")) {
        answer(host, call->request, CAPWIRE_OK, "first");
        answer(host, call->request, CAPWIRE_REFUSED, "second");
        answer(host, call->request + 1000, CAPWIRE_OK, "a request that nobody made");
    } else if (capwire_is(call->operation, "Status")) answer(host, call->request, 4711, "what?");
    else if (capwire_is(call->operation, "NotText")) answer(host, call->request, CAPWIRE_REFUSED, "\xff\xfe");
    else if (capwire_is(call->operation, "Null")) host->answer(host->context, call->request, CAPWIRE_OK, null);
    else if (capwire_is(call->operation, "Stranger")) {
        host->call_actor(host->context, 7, 4711, null, null);
        answer(host, call->request, host->charge(host->context, 4711, 1) == 0 ? CAPWIRE_OK : CAPWIRE_REFUSED, "");
    } else if (capwire_is(call->operation, "Haunt")) {
        if (ghost.answer != NULL) {
            answer(&ghost, ghost_request, CAPWIRE_OK, "late");
            ghost.call_actor(ghost.context, 1, 1, null, null);
            ghost.broken(ghost.context, null);
            ghost.log(ghost.context, CAPWIRE_ERROR, null);
        }
        answer(host, call->request, ghost.answer != NULL ? CAPWIRE_OK : CAPWIRE_REFUSED, "");
    } else if (capwire_is(call->operation, "Tell")) tell(host, call->request);
    else if (capwire_is(call->operation, "Eat")) eat(host, call->request);
    else if (capwire_is(call->operation, "Crash")) crash();
    else if (capwire_is(call->operation, "Spin")) {
        for (volatile uint32_t i = 0; i < 50000000; i++) continue;
        answer(host, call->request, CAPWIRE_OK, "");
    } else if (capwire_is(call->operation, "Flood")) {
        for (uint64_t i = 0; i < 100000; i++) host->call_actor(host->context, i, 1, call->operation, call->message);
        answer(host, call->request, CAPWIRE_OK, "");
    }
    else if (capwire_is(call->operation, "Exit")) _exit(3);
    else if (capwire_is(call->operation, "Write")) {
        /* Nonsense on each descriptor, one of which is the socket to the host. */
        for (int file = 0; file < 16; file++)
            if (write(file, "\xff\xff\xff\xff nonsense nonsense", 22) < 0) continue;
    } else if (capwire_is(call->operation, "Hang")) ghost_request = call->request;
}

#ifdef INCOMPLETE
#define CALL (0 ? call : NULL)
#else
#define CALL call
#endif

CAPWIRE_PROVIDER(.describe = describe, .open = open_it, .close = close_it, .bind = bind_it, .unbind = unbind_it, .call = CALL)
