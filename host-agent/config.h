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

#include "host-agent/address.h"
#include "host-agent/backend_sim_usb.h"
#include "host-agent/bench.h"
#include "host-agent/fault_set.h"
#include "host-agent/fault_text.h"
#include "host-agent/policy.h"
#include "host-agent/usb_select.h"
#include "lib/gpio.h"
#include "lib/scsi_command.h"
#include "lib/wire.h"
#include "peripherals/parts/part.h"

#define BW_CONFIG_MAX_PARTS   32
#define BW_CONFIG_MAX_PRESETS 16 /* of one part */
#define BW_CONFIG_MAX_LINES   256
#define BW_CONFIG_MAX_USB     32
#define BW_CONFIG_MAX_FAULTS  BW_FAULT_SET_MAX
#define BW_CONFIG_MAX_ERROR   512
#define BW_CONFIG_MAX_PATH    107 /* of a socket: sun_path without the NUL */

#define BW_CONFIG_SILENCE_MS     10000u /* if the file does not say */
#define BW_CONFIG_MIN_SILENCE_MS 100u
#define BW_CONFIG_MAX_SILENCE_MS 3600000u
#define BW_CONFIG_MAX_SESSIONS   64
#define BW_CONFIG_CREDENTIALS    "/etc/benchwire/tls"

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

/* [usb NAME]: a simulated USB device */
struct bw_config_usb {
    int line;                           /* of its section */
    char adapter[BW_WIRE_MAX_TEXT + 1]; /* "sim-usb:..." */
    struct bw_sim_usb_device device;
    bool has_plugged;
};

/* What type = scsi has besides; the device is in @adapter. */
struct bw_config_scsi {
    bool has_device;
    bool has_rules;
    struct bw_scsi_rules rules;
    uint32_t time_ms[BW_SCSI_TIMES]; /* 0: not given */
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
    struct bw_usb_select usb; /* which device; the next, which to refuse */
    char usb_filter[BW_WIRE_MAX_TEXT + 1];
    struct bw_config_scsi scsi;
};

#define BW_CONFIG_LINE_IN  1u
#define BW_CONFIG_LINE_OUT 2u
#define BW_CONFIG_LINE_ANY 0xffu /* drive, bias: the client may choose */

enum bw_config_safe {
    BW_CONFIG_SAFE_INPUT,
    BW_CONFIG_SAFE_LOW,
    BW_CONFIG_SAFE_HIGH,
    BW_CONFIG_SAFE_PULL_UP, /* an input with a pull, and the next */
    BW_CONFIG_SAFE_PULL_DOWN
};

/* Which keys of a line were given. */
enum bw_config_given {
    BW_CONFIG_GIVEN_DIRECTION = 1u << 0,
    BW_CONFIG_GIVEN_DRIVE = 1u << 1,
    BW_CONFIG_GIVEN_BIAS = 1u << 2,
    BW_CONFIG_GIVEN_DEBOUNCE = 1u << 3,
    BW_CONFIG_GIVEN_SAFE = 1u << 4,
    BW_CONFIG_GIVEN_BENCH = 1u << 5
};

/* [line NAME]: of a GPIO export */
struct bw_config_line {
    int line; /* of its section */
    char name[BW_WIRE_MAX_NAME + 1];
    char export[BW_WIRE_MAX_NAME + 1];
    char chip_line[BW_WIRE_MAX_NAME + 1]; /* number or name; "": simulated */
    uint8_t directions;                   /* BW_CONFIG_LINE_IN, _OUT */
    uint8_t drive; /* enum bw_gpio_drive, or BW_CONFIG_LINE_ANY */
    uint8_t bias;  /* enum bw_gpio_bias, or BW_CONFIG_LINE_ANY */
    uint8_t safe;  /* enum bw_config_safe */
    uint8_t knob;  /* 0, 1, or BW_CONFIG_LINE_ANY: nothing there */
    uint32_t debounce_us;
    unsigned given; /* enum bw_config_given */
};

struct bw_config_fault {
    int line; /* of its section */
    char name[BW_WIRE_MAX_NAME + 1];
    char adapter[BW_WIRE_MAX_TEXT + 1]; /* of an export */
    struct bw_fault_text text;
};

struct bw_config_address {
    int line; /* 0: none */
    char host[BW_ADDRESS_MAX_HOST + 1];
    uint16_t port; /* 0: any that is free */
};

/* What is not given has its default. */
struct bw_config_listen {
    int line;                               /* 0: no such section */
    char unix_path[BW_CONFIG_MAX_PATH + 1]; /* "": none */
    struct bw_config_address tcp;           /* unencrypted */
    struct bw_config_address tls;
    char credentials[BW_WIRE_MAX_TEXT + 1];    /* folder, for tls */
    char metrics_path[BW_CONFIG_MAX_PATH + 1]; /* of a unix socket; "": none */
    bool insecure;                             /* @tcp may be any address */
    bool has_insecure;
    bool sandbox;
    bool has_sandbox;
    bool has_silence;
    uint32_t silence_ms;            /* 0: clients may be silent for ever */
    unsigned sessions;              /* so many at a time */
    char usb[BW_WIRE_MAX_NAME + 1]; /* for usb-redir without HELLO, or "" */
};

struct bw_config {
    struct bw_config_listen listen;
    struct bw_config_adapter adapters[BW_BENCH_MAX_BUSES];
    size_t adapter_count;
    struct bw_config_part parts[BW_CONFIG_MAX_PARTS];
    size_t part_count;
    struct bw_config_export exports[BW_BENCH_MAX_EXPORTS];
    size_t export_count;
    struct bw_config_line lines[BW_CONFIG_MAX_LINES];
    size_t line_count;
    struct bw_config_usb usb[BW_CONFIG_MAX_USB];
    size_t usb_count;
    struct bw_config_fault faults[BW_CONFIG_MAX_FAULTS];
    size_t fault_count;
    struct bw_policy policy; /* [identity NAME] and the built-in ones */
    size_t identity_at;      /* the one being read */
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

/* Of simulated parts: "sim:...", "wires:..." and "sim-usb:...". */
bool bw_config_is_sim(const char *adapter);
bool bw_config_is_wires(const char *adapter);
bool bw_config_is_gpio(const char *adapter);
bool bw_config_is_sim_usb(const char *adapter);
bool bw_config_is_sim_tape(const char *device);

/**
 * bw_config_same_adapter: is an adapter the same in both files?
 *
 * With its section, parts, faults, and whether faults can be set there.
 */
bool bw_config_same_adapter(const struct bw_config *a,
                            const struct bw_config *b, const char *adapter);

/* Is the export, which may be in none, the same, its adapter included?  What
 * is in the profile's file is not looked at. */
bool bw_config_same_export(const struct bw_config *a, const struct bw_config *b,
                           const char *name);

const struct bw_config_export *bw_config_find_export(const struct bw_config *c,
                                                     const char *name);

/* Its section, or NULL. */
const struct bw_config_adapter *
bw_config_find_adapter(const struct bw_config *c, const char *name);

#endif
