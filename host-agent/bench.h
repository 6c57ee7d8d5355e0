/*
 * The bench: the adapters an agent has and the exports it offers of them.
 *
 * Built once, by bench_setup.c from the bench file or by local.c, then only
 * read: sessions share it without a lock of its own.  What changes has its
 * own lock: each bus (service_i2c.c), each lease, the simulated parts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_H
#define BENCHWIRE_HOST_AGENT_BENCH_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/i2c_adapter.h"
#include "host-agent/lease.h"
#include "host-agent/stats.h"
#include "lib/status.h"
#include "lib/wire.h"

#define BW_BENCH_MAX_BUSES   16
#define BW_BENCH_MAX_EXPORTS 64

struct bw_fault_set;
struct bw_sim;

/* A session that waits for an adapter; on the stack of bw_bus_lock(). */
struct bw_bus_waiter {
    struct bw_bus_waiter *next; /* came later */
    bool granted;               /* the adapter is handed over */
};

/* One adapter and the lock around its transfers. */
struct bw_bus {
    char name[BW_WIRE_MAX_TEXT + 1]; /* "/dev/i2c-1", "sim:desk" */
    struct bw_i2c_adapter *adapter;  /* owned */
    struct bw_sim *sim;              /* the adapter, if it is simulated */
    struct bw_fault_set *faults;     /* that may be set, or NULL */
    struct bw_lease_group leases;    /* of the exports */
    pthread_mutex_t mutex;           /* guards what follows */
    pthread_cond_t granted;          /* waits on CLOCK_MONOTONIC */
    bool in_use;                     /* a transfer is under way */
    struct bw_bus_waiter *first;     /* is next to use it */
};

struct bw_export {
    char name[BW_WIRE_MAX_NAME + 1];
    char text[BW_WIRE_MAX_TEXT + 1]; /* one line for people */
    enum bw_export_kind kind;
    uint16_t addr; /* the only address, or BW_ADDR_ANY */
    bool shared;   /* sessions may have it together, if they say so */
    struct bw_bus *bus;
    char *profile; /* of its part, owned; NULL: none */
    size_t profile_len;
    struct bw_lease lease;
    struct bw_stats stats;
};

struct bw_bench {
    struct bw_bus buses[BW_BENCH_MAX_BUSES];
    size_t bus_count;
    struct bw_export exports[BW_BENCH_MAX_EXPORTS];
    size_t export_count;
};

void bw_bench_init(struct bw_bench *b);

/* Close the adapters.  No session may be left. */
void bw_bench_finish(struct bw_bench *b);

/**
 * bw_bench_add_bus: give the bench an adapter
 * @adapter: taken over, also on failure
 * @sim: the same adapter if it is a simulated one, or NULL
 *
 * Returns: the bus, or NULL if there are BW_BENCH_MAX_BUSES already.
 */
struct bw_bus *bw_bench_add_bus(struct bw_bench *b, const char *name,
                                struct bw_i2c_adapter *adapter,
                                struct bw_sim *sim);

/**
 * bw_bench_add_faults: let faults be set on a bus; before any session
 *
 * Returns: whether there was memory.
 */
bool bw_bench_add_faults(struct bw_bus *bus);

/* Returns: the export, not shared, or NULL if there are BW_BENCH_MAX_EXPORTS
 * already. */
struct bw_export *bw_bench_add_export(struct bw_bench *b, const char *name,
                                      enum bw_export_kind kind,
                                      struct bw_bus *bus, uint16_t addr,
                                      const char *text);

/**
 * bw_bench_set_profile: give an export the profile of its part
 * @text: @len bytes, copied
 *
 * Returns: whether there was memory.
 */
bool bw_bench_set_profile(struct bw_export *e, const char *text, size_t len);

/* Returns NULL if there is none of that name. */
struct bw_bus *bw_bench_find_bus(struct bw_bench *b, const char *name);
struct bw_export *bw_bench_find_export(struct bw_bench *b, const char *name);

/**
 * bw_bus_lock: become the only user of the adapter
 * @deadline_ns: when to give up, CLOCK_MONOTONIC
 *
 * First come, first served, so that a session which always has a next request
 * at hand cannot keep the others out until their deadlines.
 *
 * Returns: BW_OK, or BW_TIMEOUT without the lock.
 */
enum bw_status bw_bus_lock(struct bw_bus *bus, uint64_t deadline_ns);
void bw_bus_unlock(struct bw_bus *bus);

#endif
