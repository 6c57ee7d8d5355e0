/*
 * The bench: adapters and exports; see bench.h.
 *
 * The lock around the transfers of an adapter is in bus_lock.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-agent/backend_sim_lines.h"
#include "host-agent/backend_sim_usb.h"
#include "host-agent/clock.h"
#include "host-agent/filter_fault.h"
#include "host-agent/policy.h"

static void empty(struct bw_bench *b)
{
    b->bus_count = 0;
    b->export_count = 0;
    b->policy = NULL;
    b->usb_name[0] = '\0';
}

void bw_bench_init(struct bw_bench *b)
{
    pthread_mutex_init(&b->lock, NULL);
    empty(b);
}

void bw_bench_clear(struct bw_bench *b)
{
    size_t i;

    for (i = 0; i < b->export_count; i++) {
        bw_export_unref(b->exports[i]);
    }
    for (i = 0; i < b->bus_count; i++) {
        bw_bus_unref(b->buses[i]);
    }
    free(b->policy);
    empty(b);
}

void bw_bench_finish(struct bw_bench *b)
{
    bw_bench_clear(b);
    pthread_mutex_destroy(&b->lock);
}

void bw_bench_exchange(struct bw_bench *b, struct bw_bench *other)
{
    struct bw_bus *buses[BW_BENCH_MAX_BUSES];
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    char usb_name[sizeof(b->usb_name)];
    struct bw_policy *policy;
    size_t buses_of_b, exports_of_b;

    pthread_mutex_lock(&b->lock);
    memcpy(buses, b->buses, sizeof(buses));
    memcpy(exports, b->exports, sizeof(exports));
    buses_of_b = b->bus_count;
    exports_of_b = b->export_count;
    policy = b->policy;
    memcpy(usb_name, b->usb_name, sizeof(usb_name));
    memcpy(b->usb_name, other->usb_name, sizeof(usb_name));
    memcpy(b->buses, other->buses, sizeof(buses));
    memcpy(b->exports, other->exports, sizeof(exports));
    b->bus_count = other->bus_count;
    b->export_count = other->export_count;
    b->policy = other->policy;
    pthread_mutex_unlock(&b->lock);
    memcpy(other->buses, buses, sizeof(buses));
    memcpy(other->exports, exports, sizeof(exports));
    other->bus_count = buses_of_b;
    other->export_count = exports_of_b;
    other->policy = policy;
    memcpy(other->usb_name, usb_name, sizeof(usb_name));
}

/* Buses */

static struct bw_bus *bus_new(const char *name, struct bw_i2c_adapter *adapter,
                              struct bw_sim *sim)
{
    struct bw_bus *bus = calloc(1, sizeof(*bus));
    pthread_condattr_t attr;

    if (!bus) {
        return NULL;
    }
    atomic_init(&bus->refs, 1);
    snprintf(bus->name, sizeof(bus->name), "%s", name);
    bus->adapter = adapter;
    bus->sim = sim;
    bw_lease_group_init(&bus->leases);
    pthread_mutex_init(&bus->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&bus->granted, &attr);
    pthread_condattr_destroy(&attr);
    return bus;
}

void bw_bus_unref(struct bw_bus *bus)
{
    if (!bus || atomic_fetch_sub(&bus->refs, 1) != 1) {
        return;
    }
    bus->adapter->ops->close(bus->adapter);
    bw_sim_chip_free(bus->chip);
    bw_sim_usb_free(bus->usb);
    bw_lease_group_finish(&bus->leases);
    pthread_cond_destroy(&bus->granted);
    pthread_mutex_destroy(&bus->mutex);
    free(bus);
}

struct bw_bus *bw_bench_add_bus(struct bw_bench *b, const char *name,
                                struct bw_i2c_adapter *adapter,
                                struct bw_sim *sim)
{
    struct bw_bus *bus = NULL;

    if (b->bus_count < BW_BENCH_MAX_BUSES) {
        bus = bus_new(name, adapter, sim);
    }
    if (!bus) {
        adapter->ops->close(adapter);
        return NULL;
    }
    b->buses[b->bus_count++] = bus;
    return bus;
}

bool bw_bench_keep_bus(struct bw_bench *b, struct bw_bus *bus)
{
    if (bw_bench_find_bus(b, bus->name) == bus) {
        return true;
    }
    if (b->bus_count == BW_BENCH_MAX_BUSES) {
        return false;
    }
    atomic_fetch_add(&bus->refs, 1);
    b->buses[b->bus_count++] = bus;
    return true;
}

bool bw_bench_add_faults(struct bw_bus *bus)
{
    struct bw_filter_fault *filter;

    if (bus->faults) {
        return true;
    }
    filter = bw_filter_fault_new(bus->adapter, NULL);
    if (!filter) {
        return false;
    }
    bus->adapter = bw_filter_fault_adapter(filter);
    bus->faults = bw_filter_fault_set(filter);
    return true;
}

/* Exports */

static struct bw_export *export_new(const char *name, enum bw_export_kind kind,
                                    struct bw_bus *bus, uint16_t addr,
                                    const char *text)
{
    struct bw_export *e = calloc(1, sizeof(*e));

    if (!e) {
        return NULL;
    }
    atomic_init(&e->refs, 1);
    snprintf(e->name, sizeof(e->name), "%s", name);
    snprintf(e->text, sizeof(e->text), "%s", text);
    e->kind = kind;
    e->addr = addr;
    e->bus = bus;
    if (bus) {
        atomic_fetch_add(&bus->refs, 1);
    }
    bw_stats_init(&e->stats);
    bw_lease_group_init(&e->group);
    bw_lease_init(&e->lease, bus ? &bus->leases : &e->group,
                  kind == BW_EXPORT_I2C, addr);
    return e;
}

/* A reference to some export was dropped that was not the last one. */
static pthread_mutex_t unref_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t unref_done = PTHREAD_COND_INITIALIZER;

bool bw_export_wait_only(struct bw_export *e, uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    bool only;
    int err = 0;

    pthread_mutex_lock(&unref_lock);
    while (atomic_load(&e->refs) != 1 && err != ETIMEDOUT) {
        err = pthread_cond_clockwait(&unref_done, &unref_lock, CLOCK_MONOTONIC,
                                     &until);
    }
    only = atomic_load(&e->refs) == 1;
    pthread_mutex_unlock(&unref_lock);
    return only;
}

void bw_export_unref(struct bw_export *e)
{
    if (!e) {
        return;
    }
    if (atomic_fetch_sub(&e->refs, 1) != 1) {
        pthread_mutex_lock(&unref_lock);
        pthread_cond_broadcast(&unref_done);
        pthread_mutex_unlock(&unref_lock);
        return;
    }
    if (e->close) {
        e->close(e);
    }
    bw_lease_finish(&e->lease);
    bw_lease_group_finish(&e->group);
    bw_stats_finish(&e->stats);
    bw_bus_unref(e->bus);
    free(e->profile);
    free(e);
}

static bool put_export(struct bw_bench *b, struct bw_export *e)
{
    if (b->export_count == BW_BENCH_MAX_EXPORTS) {
        bw_export_unref(e);
        return false;
    }
    b->exports[b->export_count++] = e;
    return true;
}

struct bw_export *bw_bench_add_export(struct bw_bench *b, const char *name,
                                      enum bw_export_kind kind,
                                      struct bw_bus *bus, uint16_t addr,
                                      const char *text)
{
    struct bw_export *e = export_new(name, kind, bus, addr, text);

    return e && put_export(b, e) ? e : NULL;
}

bool bw_bench_keep_export(struct bw_bench *b, struct bw_export *e)
{
    atomic_fetch_add(&e->refs, 1);
    return put_export(b, e);
}

bool bw_bench_set_profile(struct bw_export *e, const char *text, size_t len)
{
    char *copy = malloc(len);

    if (!copy) {
        return false;
    }
    memcpy(copy, text, len);
    free(e->profile);
    e->profile = copy;
    e->profile_len = len;
    return true;
}

/* Finding them */

struct bw_bus *bw_bench_find_bus(struct bw_bench *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->bus_count; i++) {
        if (strcmp(b->buses[i]->name, name) == 0) {
            return b->buses[i];
        }
    }
    return NULL;
}

struct bw_export *bw_bench_find_export(struct bw_bench *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->export_count; i++) {
        if (strcmp(b->exports[i]->name, name) == 0) {
            return b->exports[i];
        }
    }
    return NULL;
}

struct bw_export *bw_bench_get_export(struct bw_bench *b, const char *name)
{
    struct bw_export *e;

    pthread_mutex_lock(&b->lock);
    e = bw_bench_find_export(b, name);
    if (e) {
        atomic_fetch_add(&e->refs, 1);
    }
    pthread_mutex_unlock(&b->lock);
    return e;
}

void bw_bench_usb_name(struct bw_bench *b, char name[BW_WIRE_MAX_NAME + 1])
{
    pthread_mutex_lock(&b->lock);
    memcpy(name, b->usb_name, sizeof(b->usb_name));
    pthread_mutex_unlock(&b->lock);
}

size_t bw_bench_get_exports(struct bw_bench *b,
                            struct bw_export *out[BW_BENCH_MAX_EXPORTS])
{
    size_t count, i;

    pthread_mutex_lock(&b->lock);
    count = b->export_count;
    for (i = 0; i < count; i++) {
        out[i] = b->exports[i];
        atomic_fetch_add(&out[i]->refs, 1);
    }
    pthread_mutex_unlock(&b->lock);
    return count;
}

void bw_bench_put_exports(struct bw_export *const *exports, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++) {
        bw_export_unref(exports[i]);
    }
}

/* The policy */

bool bw_bench_knows(struct bw_bench *b, const char *identity)
{
    bool known;

    pthread_mutex_lock(&b->lock);
    known = !b->policy || bw_policy_find(b->policy, identity);
    pthread_mutex_unlock(&b->lock);
    return known;
}

bool bw_bench_may_open(struct bw_bench *b, const char *identity,
                       const char *export_name)
{
    bool may;

    pthread_mutex_lock(&b->lock);
    may = !b->policy || bw_policy_may_open(b->policy, identity, export_name);
    pthread_mutex_unlock(&b->lock);
    return may;
}

bool bw_bench_is_admin(struct bw_bench *b, const char *identity)
{
    bool is;

    pthread_mutex_lock(&b->lock);
    is = !b->policy || bw_policy_is_admin(b->policy, identity);
    pthread_mutex_unlock(&b->lock);
    return is;
}

void bw_bench_name_user(struct bw_bench *b, uid_t uid,
                        char identity[BW_WIRE_MAX_NAME + 1])
{
    const char *name = BW_IDENTITY_LOCAL;

    pthread_mutex_lock(&b->lock);
    if (b->policy) {
        name = bw_policy_name_user(b->policy, uid);
    }
    snprintf(identity, BW_WIRE_MAX_NAME + 1, "%s", name);
    pthread_mutex_unlock(&b->lock);
}
