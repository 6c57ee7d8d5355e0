/*
 * The bench file: what bench.conf(5) describes, as a struct.
 *
 * Reading it checks everything that can be checked without touching an
 * adapter; bench_setup.c then builds the bench of it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_CONFIG_H
#define BENCHWIRE_HOST_AGENT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "host-agent/bench.h"
#include "host-agent/fault_set.h"
#include "host-agent/fault_text.h"
#include "lib/wire.h"
#include "peripherals/parts/part.h"

#define BW_CONFIG_MAX_PARTS   32
#define BW_CONFIG_MAX_PRESETS 16 /* of one part */
#define BW_CONFIG_MAX_FAULTS  BW_FAULT_SET_MAX
#define BW_CONFIG_MAX_ERROR   512
#define BW_CONFIG_MAX_PATH    107 /* of a socket: sun_path without the NUL */

struct bw_config_preset {
    int line;
    size_t index; /* of the value in the model */
    int64_t micro;
    char key[BW_WIRE_MAX_NAME + 1];
    char text[BW_WIRE_MAX_NAME + 1]; /* as written */
};

/* [adapter NAME]: one that drives lines, "wires:..." or "gpio:..." */
struct bw_config_adapter {
    int line; /* of its section */
    char name[BW_WIRE_MAX_TEXT + 1];
    uint32_t scl_hz; /* 0: not given */
    char chip[BW_WIRE_MAX_TEXT + 1];
    char scl[BW_WIRE_MAX_NAME + 1]; /* number or name of the line */
    char sda[BW_WIRE_MAX_NAME + 1];
};

struct bw_config_part {
    int line; /* of its section */
    char name[BW_WIRE_MAX_NAME + 1];
    const struct bw_part_model *model;
    char adapter[BW_WIRE_MAX_TEXT + 1]; /* "sim:..." */
    uint16_t addr;                      /* 7 bits, 10 with @ten_bit */
    bool has_addr;
    bool ten_bit;
    struct bw_config_preset presets[BW_CONFIG_MAX_PRESETS];
    size_t preset_count;
};

struct bw_config_export {
    int line; /* of its section */
    char name[BW_WIRE_MAX_NAME + 1];
    char text[BW_WIRE_MAX_TEXT + 1];
    char adapter[BW_WIRE_MAX_TEXT + 1]; /* "sim:...", "/dev/i2c-N", ... */
    enum bw_export_kind kind;           /* BW_EXPORT_ANY: not given */
    char profile[BW_WIRE_MAX_TEXT + 1]; /* NAME, FILE, "none"; "": as fits */
    uint16_t addr;
    bool has_addr;
    bool shared;
    bool has_shared;
};

struct bw_config_fault {
    int line; /* of its section */
    char name[BW_WIRE_MAX_NAME + 1];
    char adapter[BW_WIRE_MAX_TEXT + 1]; /* of an export */
    struct bw_fault_text text;
};

struct bw_config_listen {
    int line;                               /* 0: no such section */
    char unix_path[BW_CONFIG_MAX_PATH + 1]; /* "": none */
    char tcp_host[64];                      /* "": none; an address, no name */
    uint16_t tcp_port;
};

struct bw_config {
    struct bw_config_listen listen;
    struct bw_config_adapter adapters[BW_BENCH_MAX_BUSES];
    size_t adapter_count;
    struct bw_config_part parts[BW_CONFIG_MAX_PARTS];
    size_t part_count;
    struct bw_config_export exports[BW_BENCH_MAX_EXPORTS];
    size_t export_count;
    struct bw_config_fault faults[BW_CONFIG_MAX_FAULTS];
    size_t fault_count;
};

/**
 * bw_config_read: read and check a bench file
 * @file: its text
 * @name: its name, for errors
 * @error: receives "FILE:LINE: cause; cure" on failure
 *
 * Returns: true, or false with @error.
 */
bool bw_config_read(struct bw_config *c, FILE *file, const char *name,
                    char error[BW_CONFIG_MAX_ERROR]);

/* The same for a file not yet open. */
bool bw_config_load(struct bw_config *c, const char *path,
                    char error[BW_CONFIG_MAX_ERROR]);

/**
 * bw_config_parse_tcp: "127.0.0.1:7420", "[::1]:7420", "localhost:7420"
 *
 * Returns: NULL, or why that may not be listened on, with the cure.
 */
const char *bw_config_parse_tcp(struct bw_config_listen *l, const char *text);

/* Of simulated parts: "sim:..." and "wires:...". */
bool bw_config_is_sim(const char *adapter);
bool bw_config_is_wires(const char *adapter);
bool bw_config_is_gpio(const char *adapter);

/* Its section, or NULL. */
const struct bw_config_adapter *
bw_config_find_adapter(const struct bw_config *c, const char *name);

#endif
