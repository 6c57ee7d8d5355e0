/*
 * The bench: the adapters an agent has and the exports it offers of them.
 *
 * Built by bench_setup.c from the bench file or by local.c.  Adapters and
 * exports are counted objects: the bench has a reference to each, and so has
 * a session to the export it has open, and an export to its bus.  So a reload
 * (reload.c) can exchange the bench's contents under the sessions, and what is
 * in no bench any more goes with its last session.  What changes in an object
 * has its own lock: each bus (service_i2c.c), each lease, the simulated parts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_H
#define BENCHWIRE_HOST_AGENT_BENCH_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "host-agent/i2c_adapter.h"
#include "host-agent/lease.h"
#include "host-agent/stats.h"
#include "lib/status.h"
#include "lib/wire.h"

#define BW_BENCH_MAX_BUSES   16
#define BW_BENCH_MAX_EXPORTS 64

struct bw_fault_set;
struct bw_policy;
struct bw_sim;
struct bw_sim_chip;
struct bw_sim_usb;
struct bw_wire_description;

/* A session that waits for an adapter; on the stack of bw_bus_lock(). */
struct bw_bus_waiter {
    struct bw_bus_waiter *next; /* came later */
    bool granted;               /* the adapter is handed over */
};

/* One adapter and the lock around its transfers. */
struct bw_bus {
    atomic_uint refs;
    char name[BW_WIRE_MAX_TEXT + 1]; /* "/dev/i2c-1", "sim:desk" */
    struct bw_i2c_adapter *adapter;  /* owned */
    struct bw_sim *sim;              /* the adapter, if it is simulated */
    struct bw_sim_chip *chip;        /* its GPIO lines, owned, or NULL */
    struct bw_sim_usb *usb;          /* its USB devices, owned, or NULL */
    struct bw_fault_set *faults;     /* that may be set, or NULL */
    struct bw_lease_group leases;    /* of the exports */
    pthread_mutex_t mutex;           /* guards what follows */
    pthread_cond_t granted;          /* waits on CLOCK_MONOTONIC */
    bool in_use;                     /* a transfer is under way */
    struct bw_bus_waiter *first;     /* is next to use it */
};

/**
 * struct bw_export - what clients can open
 * @bus: a reference; NULL for a kind that has none
 * @group: of @lease where there is no bus
 * @close: undoes what a kind without a bus has made, or NULL; called once, by
 *         the thread that drops the last reference
 * @own: what such a kind has, for its service and @close
 * @describe: says what is behind it now, for DESCRIBE, without touching it; NULL
 *            for I2C and bench exports.  @out is zeroed.  Called in the thread
 *            of any session, also of one that has not opened the export
 */
struct bw_export {
    atomic_uint refs;
    atomic_bool retired; /* is offered no more: who has it must give it back */
    char name[BW_WIRE_MAX_NAME + 1];
    char text[BW_WIRE_MAX_TEXT + 1]; /* one line for people */
    enum bw_export_kind kind;
    uint16_t addr; /* the only address, or BW_ADDR_ANY */
    bool shared;   /* sessions may have it together, if they say so */
    struct bw_bus *bus;
    char *profile; /* of its part, owned; NULL: none */
    size_t profile_len;
    struct bw_lease_group group;
    struct bw_lease lease;
    struct bw_stats stats;
    void (*close)(struct bw_export *e);
    void (*describe)(struct bw_export *e, struct bw_wire_description *out);
    void *own;
};

struct bw_bench {
    pthread_mutex_t lock; /* guards what follows, once there are sessions */
    struct bw_bus *buses[BW_BENCH_MAX_BUSES];
    size_t bus_count;
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    size_t export_count;
    struct bw_policy *policy; /* owned; NULL: everybody may everything */
    char usb_name[BW_WIRE_MAX_NAME + 1]; /* see bw_bench_usb_name() */
};

void bw_bench_init(struct bw_bench *b);

/* Drop the bench's references: what no session uses is closed.  Cleared, the
 * bench is empty and can be filled again. */
void bw_bench_clear(struct bw_bench *b);
void bw_bench_finish(struct bw_bench *b);

/**
 * bw_bench_exchange: give @b what @other has, and @other what @b had
 *
 * Sessions may use @b meanwhile.
 */
void bw_bench_exchange(struct bw_bench *b, struct bw_bench *other);

/**
 * bw_bench_add_bus: give the bench an adapter
 * @adapter: taken over, also on failure
 * @sim: the same adapter if it is a simulated one, or NULL
 *
 * Returns: the bus, whose reference is the bench's, or NULL if there are
 * BW_BENCH_MAX_BUSES already or there is no memory.
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

/**
 * bw_bench_add_export: offer something of the bench
 * @bus: gets a reference more; NULL for a kind that has none
 *
 * Returns: the export, not shared, whose reference is the bench's, or NULL if
 * there are BW_BENCH_MAX_EXPORTS already or there is no memory.
 */
struct bw_export *bw_bench_add_export(struct bw_bench *b, const char *name,
                                      enum bw_export_kind kind,
                                      struct bw_bus *bus, uint16_t addr,
                                      const char *text);

/* Take over a bus or export of another bench, with a reference more.  Returns
 * whether there was room; a bus that is there already is none more. */
bool bw_bench_keep_bus(struct bw_bench *b, struct bw_bus *bus);
bool bw_bench_keep_export(struct bw_bench *b, struct bw_export *e);

/**
 * bw_bench_set_profile: give an export the profile of its part
 * @text: @len bytes, copied
 *
 * Returns: whether there was memory.
 */
bool bw_bench_set_profile(struct bw_export *e, const char *text, size_t len);

/* Returns NULL if there is none of that name.  For when nobody exchanges the
 * bench; the reference remains the bench's. */
struct bw_bus *bw_bench_find_bus(struct bw_bench *b, const char *name);
struct bw_export *bw_bench_find_export(struct bw_bench *b, const char *name);

/* The same for sessions: with a reference more, for bw_export_unref(). */
struct bw_export *bw_bench_get_export(struct bw_bench *b, const char *name);

/* The export for clients that speak usbredir and name none; "": the file says
 * nothing of it. */
void bw_bench_usb_name(struct bw_bench *b, char name[BW_WIRE_MAX_NAME + 1]);

/**
 * bw_bench_get_exports: all of them, in the order of the bench file
 * @out: receives a reference to each
 *
 * Returns: how many, for bw_bench_put_exports().
 */
size_t bw_bench_get_exports(struct bw_bench *b,
                            struct bw_export *out[BW_BENCH_MAX_EXPORTS]);
void bw_bench_put_exports(struct bw_export *const *exports, size_t count);

/**
 * bw_export_wait_only: wait until the caller has the only reference
 *
 * The caller's is one that nobody can take another of.
 *
 * Returns: whether that is so before the deadline, CLOCK_MONOTONIC.
 */
bool bw_export_wait_only(struct bw_export *e, uint64_t deadline_ns);

/* The last reference closes.  NULL is fine. */
void bw_export_unref(struct bw_export *e);
void bw_bus_unref(struct bw_bus *bus);

/* What the bench's policy says of an identity; see policy.h. */
bool bw_bench_knows(struct bw_bench *b, const char *identity);
bool bw_bench_may_open(struct bw_bench *b, const char *identity,
                       const char *export_name);
bool bw_bench_is_admin(struct bw_bench *b, const char *identity);
void bw_bench_name_user(struct bw_bench *b, uid_t uid,
                        char identity[BW_WIRE_MAX_NAME + 1]);

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

/**
 * bw_bus_give_up_by: let the waits of the calling thread end early
 * @flag: they do when it is true and bw_bus_wake() was called after it became
 *        so, with BW_TIMEOUT; it must outlive the thread's waits.  NULL: not
 */
void bw_bus_give_up_by(const atomic_bool *flag);
void bw_bus_wake(struct bw_bus *bus);

#endif
