/*
 * The bench: adapters and exports; see bench.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-agent/clock.h"
#include "host-agent/filter_fault.h"

void bw_bench_init(struct bw_bench *b)
{
    b->bus_count = 0;
    b->export_count = 0;
}

void bw_bench_finish(struct bw_bench *b)
{
    size_t i;

    for (i = 0; i < b->export_count; i++) {
        bw_stats_finish(&b->exports[i].stats);
    }
    for (i = 0; i < b->bus_count; i++) {
        struct bw_bus *bus = &b->buses[i];

        bus->adapter->ops->close(bus->adapter);
        bw_lease_group_finish(&bus->leases);
        pthread_cond_destroy(&bus->granted);
        pthread_mutex_destroy(&bus->mutex);
    }
    for (i = 0; i < b->export_count; i++) {
        free(b->exports[i].profile);
    }
    bw_bench_init(b);
}

struct bw_bus *bw_bench_add_bus(struct bw_bench *b, const char *name,
                                struct bw_i2c_adapter *adapter,
                                struct bw_sim *sim)
{
    pthread_condattr_t attr;
    struct bw_bus *bus;

    if (b->bus_count == BW_BENCH_MAX_BUSES) {
        adapter->ops->close(adapter);
        return NULL;
    }
    bus = &b->buses[b->bus_count++];
    snprintf(bus->name, sizeof(bus->name), "%s", name);
    bus->adapter = adapter;
    bus->sim = sim;
    bus->faults = NULL;
    bw_lease_group_init(&bus->leases);
    bus->in_use = false;
    bus->first = NULL;
    pthread_mutex_init(&bus->mutex, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&bus->granted, &attr);
    pthread_condattr_destroy(&attr);
    return bus;
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

struct bw_export *bw_bench_add_export(struct bw_bench *b, const char *name,
                                      enum bw_export_kind kind,
                                      struct bw_bus *bus, uint16_t addr,
                                      const char *text)
{
    struct bw_export *e;

    if (b->export_count == BW_BENCH_MAX_EXPORTS) {
        return NULL;
    }
    e = &b->exports[b->export_count++];
    snprintf(e->name, sizeof(e->name), "%s", name);
    snprintf(e->text, sizeof(e->text), "%s", text);
    e->kind = kind;
    e->addr = addr;
    e->bus = bus;
    e->shared = false;
    bw_stats_init(&e->stats);
    e->profile = NULL;
    e->profile_len = 0;
    bw_lease_init(&e->lease, &bus->leases, kind == BW_EXPORT_I2C, addr);
    return e;
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

struct bw_bus *bw_bench_find_bus(struct bw_bench *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->bus_count; i++) {
        if (strcmp(b->buses[i].name, name) == 0) {
            return &b->buses[i];
        }
    }
    return NULL;
}

struct bw_export *bw_bench_find_export(struct bw_bench *b, const char *name)
{
    size_t i;

    for (i = 0; i < b->export_count; i++) {
        if (strcmp(b->exports[i].name, name) == 0) {
            return &b->exports[i];
        }
    }
    return NULL;
}

/* The place of @w in the queue, or with NULL the end of it. */
static struct bw_bus_waiter **find_waiter(struct bw_bus *bus,
                                          const struct bw_bus_waiter *w)
{
    struct bw_bus_waiter **at = &bus->first;

    while (*at != w) {
        at = &(*at)->next;
    }
    return at;
}

enum bw_status bw_bus_lock(struct bw_bus *bus, uint64_t deadline_ns)
{
    struct timespec until = bw_clock_timespec(deadline_ns);
    struct bw_bus_waiter self = { .granted = false };
    int err = 0;

    pthread_mutex_lock(&bus->mutex);
    if (!bus->in_use) {
        bus->in_use = true;
        self.granted = true;
    } else {
        *find_waiter(bus, NULL) = &self;
    }
    while (!self.granted && err != ETIMEDOUT) {
        err = pthread_cond_timedwait(&bus->granted, &bus->mutex, &until);
    }
    if (!self.granted) {
        *find_waiter(bus, &self) = self.next;
    }
    pthread_mutex_unlock(&bus->mutex);
    return self.granted ? BW_OK : BW_TIMEOUT;
}

void bw_bus_unlock(struct bw_bus *bus)
{
    pthread_mutex_lock(&bus->mutex);
    if (bus->first) {
        bus->first->granted = true; /* @in_use stays */
        bus->first = bus->first->next;
        pthread_cond_broadcast(&bus->granted);
    } else {
        bus->in_use = false;
    }
    pthread_mutex_unlock(&bus->mutex);
}
