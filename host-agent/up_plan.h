/*
 * What of a bench goes to which place of an emulated machine; for tool_up.c.
 *
 * Pure: exports, their descriptions and the user's wishes in, a plan and the
 * options of QEMU out.  What a machine can take is a table in up_plan.c; the
 * devices are those of docs/devices.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_UP_PLAN_H
#define BENCHWIRE_HOST_AGENT_UP_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/bench.h"
#include "host-agent/up_options.h"
#include "lib/wire.h"
#include "lib/wire_describe.h"

#define BW_UP_MAX_WISHES 64
#define BW_UP_MAX_NOTE   400

/* "thermometer=0x49", "lines.led=P1": of --map and --pin. */
struct bw_up_wish {
    const char *text;
    size_t export;                   /* which one, found by bw_up_plan() */
    char line[BW_WIRE_MAX_NAME + 1]; /* of a GPIO export; "": its only one */
    char place[32];                  /* "0x49", "P1" */
};

/* One export and what becomes of it. */
struct bw_up_export {
    struct bw_wire_export is;
    struct bw_wire_description now;
    bool attached;
    uint16_t addr;                 /* an I2C part's, or BW_ADDR_ANY */
    char place[64];                /* where it is in the machine, for people */
    char note[BW_UP_MAX_NOTE];     /* why it is not there, and what to do; "" */
    char id[BW_WIRE_MAX_NAME + 1]; /* for QEMU */
};

/**
 * struct bw_up - all that up knows
 * @only, @without: names of exports
 * @firmware: a file, or NULL
 * @address: of the agent, as QEMU is to reach it: "unix:PATH" ...
 * @tls_dir, @tls_identity: for tls:; an identity means a key, NULL means
 *                          certificates
 */
struct bw_up {
    const struct bw_up_machine *machine;
    const char *only[BW_UP_MAX_WISHES];
    size_t only_count;
    const char *without[BW_UP_MAX_WISHES];
    size_t without_count;
    struct bw_up_wish wishes[BW_UP_MAX_WISHES];
    size_t wish_count;
    const char *firmware;
    const char *address;
    const char *tls_dir;
    const char *tls_identity;
    struct bw_up_export exports[BW_BENCH_MAX_EXPORTS];
    size_t export_count;
};

/* NULL: up does not know how to connect things to it. */
const struct bw_up_machine *bw_up_machine_find(const char *name);
const char *bw_up_machine_name(const struct bw_up_machine *m);
/* All of them, "microbit, virt or raspi2b". */
const char *bw_up_machine_names(void);

/* "i2c", "gpio" ... */
const char *bw_up_kind_name(unsigned kind);

/**
 * bw_up_plan: decide what is attached where
 * @why: @size bytes, receives one sentence on failure
 *
 * Returns: whether all that was wished for by name can be had.  What nobody
 * named and cannot be attached has a note and is no failure.
 */
bool bw_up_plan(struct bw_up *up, char *why, size_t size);

/* How many exports are attached. */
size_t bw_up_attached(const struct bw_up *up);

/* The machine and its devices; the plan was made. */
void bw_up_build(const struct bw_up *up, struct bw_up_options *out);

/* The words that a file for -readconfig cannot have, NULL at the end. */
const char *const *bw_up_console(const struct bw_up *up);

/* The device of QEMU that an export of @kind needs; NULL: none. */
const char *bw_up_device(unsigned kind);

#endif
