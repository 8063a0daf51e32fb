/* The values of each actor: a list of entries under one lock, which is fast enough for an example. */
#ifndef STORE_H
#define STORE_H

#include "capwire_provider.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum store_outcome { STORE_OK, STORE_ABSENT, STORE_NOT_BOUND, STORE_NO_MEMORY, STORE_NOT_A_NUMBER };

struct store_entry {
    struct store_entry *next;
    struct capwire_bytes actor, key, value; /* all owned */
};

struct store_binding {
    struct store_binding *next;
    uint64_t number;
    struct capwire_bytes actor; /* owned */
};

struct store {
    pthread_mutex_t lock;
    struct store_entry *entries;
    struct store_binding *bindings;
};

static bool store_init(struct store *store) { return pthread_mutex_init(&store->lock, NULL) == 0; }

static bool store_copy(struct capwire_bytes from, struct capwire_bytes *to) {
    uint8_t *data = malloc(from.size + 1);
    if (data == NULL) return false;
    if (from.size > 0) memcpy(data, from.data, from.size);
    data[from.size] = 0;
    to->data = data;
    to->size = from.size;
    return true;
}

static void store_drop(struct capwire_bytes bytes) { free((void *)(uintptr_t)bytes.data); }

static bool store_equal(struct capwire_bytes one, struct capwire_bytes two) {
    return one.size == two.size && (one.size == 0 || memcmp(one.data, two.data, one.size) == 0);
}

static void store_drop_entry(struct store_entry *entry) {
    store_drop(entry->actor);
    store_drop(entry->key);
    store_drop(entry->value);
    free(entry);
}

static void store_free(struct store *store) {
    while (store->entries != NULL) {
        struct store_entry *next = store->entries->next;
        store_drop_entry(store->entries);
        store->entries = next;
    }
    while (store->bindings != NULL) {
        struct store_binding *next = store->bindings->next;
        store_drop(store->bindings->actor);
        free(store->bindings);
        store->bindings = next;
    }
    pthread_mutex_destroy(&store->lock);
}

static bool store_bind(struct store *store, uint64_t number, struct capwire_bytes actor) {
    struct store_binding *binding = calloc(1, sizeof *binding);
    if (binding == NULL || !store_copy(actor, &binding->actor)) {
        free(binding);
        return false;
    }
    binding->number = number;
    pthread_mutex_lock(&store->lock);
    binding->next = store->bindings;
    store->bindings = binding;
    pthread_mutex_unlock(&store->lock);
    return true;
}

static void store_unbind(struct store *store, uint64_t number) {
    pthread_mutex_lock(&store->lock);
    struct store_binding **link = &store->bindings;
    while (*link != NULL && (*link)->number != number) link = &(*link)->next;
    struct store_binding *found = *link;
    if (found != NULL) *link = found->next;
    pthread_mutex_unlock(&store->lock);
    if (found != NULL) store_drop(found->actor);
    free(found);
}

/* The functions with `locked` in their names want the lock. */
static const struct capwire_bytes *store_locked_actor(struct store *store, uint64_t number) {
    struct store_binding *binding = store->bindings;
    while (binding != NULL && binding->number != number) binding = binding->next;
    return binding == NULL ? NULL : &binding->actor;
}

static bool store_is_bound(struct store *store, uint64_t number) {
    pthread_mutex_lock(&store->lock);
    bool is_bound = store_locked_actor(store, number) != NULL;
    pthread_mutex_unlock(&store->lock);
    return is_bound;
}

static struct store_entry **store_locked_find(struct store *store, struct capwire_bytes actor, struct capwire_bytes key) {
    struct store_entry **link = &store->entries;
    while (*link != NULL && !(store_equal((*link)->key, key) && store_equal((*link)->actor, actor))) link = &(*link)->next;
    return link;
}

static enum store_outcome store_locked_set(struct store *store, struct capwire_bytes actor, struct capwire_bytes key,
                                           struct capwire_bytes value) {
    struct store_entry *entry = *store_locked_find(store, actor, key);
    struct capwire_bytes copy = {NULL, 0};
    if (!store_copy(value, &copy)) return STORE_NO_MEMORY;
    if (entry != NULL) {
        store_drop(entry->value);
        entry->value = copy;
        return STORE_OK;
    }
    entry = calloc(1, sizeof *entry);
    if (entry == NULL || !store_copy(actor, &entry->actor) || !store_copy(key, &entry->key)) {
        if (entry != NULL) store_drop_entry(entry);
        store_drop(copy);
        return STORE_NO_MEMORY;
    }
    entry->value = copy;
    entry->next = store->entries;
    store->entries = entry;
    return STORE_OK;
}

static enum store_outcome store_set(struct store *store, uint64_t binding, struct capwire_bytes key,
                                    struct capwire_bytes value) {
    pthread_mutex_lock(&store->lock);
    const struct capwire_bytes *actor = store_locked_actor(store, binding);
    enum store_outcome outcome = actor == NULL ? STORE_NOT_BOUND : store_locked_set(store, *actor, key, value);
    pthread_mutex_unlock(&store->lock);
    return outcome;
}

/* Copies the value, which the caller frees. */
static enum store_outcome store_get(struct store *store, uint64_t binding, struct capwire_bytes key,
                                    struct capwire_bytes *value) {
    pthread_mutex_lock(&store->lock);
    const struct capwire_bytes *actor = store_locked_actor(store, binding);
    const struct store_entry *entry = actor == NULL ? NULL : *store_locked_find(store, *actor, key);
    enum store_outcome outcome = actor == NULL ? STORE_NOT_BOUND : STORE_ABSENT;
    if (entry != NULL) outcome = store_copy(entry->value, value) ? STORE_OK : STORE_NO_MEMORY;
    pthread_mutex_unlock(&store->lock);
    return outcome;
}

static void store_remove(struct store *store, uint64_t binding, struct capwire_bytes key) {
    pthread_mutex_lock(&store->lock);
    const struct capwire_bytes *actor = store_locked_actor(store, binding);
    if (actor != NULL) {
        struct store_entry **link = store_locked_find(store, *actor, key);
        struct store_entry *found = *link;
        if (found != NULL) {
            *link = found->next;
            store_drop_entry(found);
        }
    }
    pthread_mutex_unlock(&store->lock);
}

/* Reads a number as it is written by this store, and no other text. */
static bool store_number(struct capwire_bytes text, int64_t *number) {
    char again[32];
    char *end = NULL;
    if (text.size == 0 || text.size > 11) return false;
    *number = strtoll((const char *)text.data, &end, 10);
    snprintf(again, sizeof again, "%lld", (long long)*number);
    return strlen(again) == text.size && memcmp(again, text.data, text.size) == 0;
}

static enum store_outcome store_add(struct store *store, uint64_t binding, struct capwire_bytes key, int32_t value,
                                    int32_t *sum) {
    enum store_outcome outcome = STORE_NOT_A_NUMBER;
    int64_t number = 0;
    pthread_mutex_lock(&store->lock);
    const struct capwire_bytes *actor = store_locked_actor(store, binding);
    const struct store_entry *entry = actor == NULL ? NULL : *store_locked_find(store, *actor, key);
    if (actor == NULL) outcome = STORE_NOT_BOUND;
    else if ((entry == NULL || store_number(entry->value, &number)) && number >= INT32_MIN && number <= INT32_MAX &&
             number + value >= INT32_MIN && number + value <= INT32_MAX) {
        char text[32];
        *sum = (int32_t)(number + value);
        snprintf(text, sizeof text, "%d", (int)*sum);
        struct capwire_bytes bytes = {(const uint8_t *)text, strlen(text)};
        outcome = store_locked_set(store, *actor, key, bytes);
    }
    pthread_mutex_unlock(&store->lock);
    return outcome;
}

#endif
