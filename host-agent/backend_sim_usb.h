/*
 * Simulated USB ports and the devices in them: "sim-usb:NAME" of a bench file.
 *
 * The twin of backend_usb.c, always compiled in; it needs usbredirparser, and
 * an agent that was built without says so.  The device models are those of
 * peripherals/parts/usb_*.c.  A bench export of the same adapter has a knob
 * for each device, which service_bench.c turns:
 *
 *   DEVICE.plugged     1: in its port, 0: pulled out
 *
 * and what else the models have.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SIM_USB_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SIM_USB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host-agent/usb_port.h"
#include "host-agent/usb_select.h"
#include "lib/wire.h"

#define BW_SIM_USB_MAX_DEVICES 16 /* of one adapter */

struct bw_sim_usb;

/* [usb NAME] of the bench file. */
struct bw_sim_usb_device {
    char name[BW_WIRE_MAX_NAME + 1];
    char model[32]; /* one that bw_sim_usb_has_model() knows */
    char serial[BW_USB_MAX_SERIAL + 1]; /* "": the model's */
    char port[BW_USB_MAX_PORT + 1];     /* "": the next free one of bus 1 */
    char file[BW_WIRE_MAX_TEXT + 1];    /* of a storage model; "": none */
    bool plugged;                       /* at first */
};

/* Is there such a model?  All of them, "serial, storage, keyboard"; needs no
 * library.  Does it want a file? */
bool bw_sim_usb_has_model(const char *model);
const char *bw_sim_usb_models(void);
bool bw_sim_usb_wants_file(const char *model);

/* Ports with nothing in them, or NULL without memory.  Freed after what was
 * opened of it has been closed; NULL is fine. */
struct bw_sim_usb *bw_sim_usb_new(void);
void bw_sim_usb_free(struct bw_sim_usb *u);

/**
 * bw_sim_usb_add: one more device; before anything is opened
 * @error: on failure, one sentence with cause and cure
 */
bool bw_sim_usb_add(struct bw_sim_usb *u, const struct bw_sim_usb_device *d,
                    char *error, size_t error_size);

/**
 * bw_sim_usb_open: a place for the devices that @select means
 *
 * Nothing needs to be plugged in.
 *
 * Returns: the port, or NULL with @error.
 */
struct bw_usb_port *bw_sim_usb_open(struct bw_sim_usb *u,
                                    const struct bw_usb_select *select,
                                    char *error, size_t error_size);

/* The knobs, numbered from 0; as those of sim_parts.h.  From any thread. */
size_t bw_sim_usb_value_count(const struct bw_sim_usb *u);
void bw_sim_usb_value_at(struct bw_sim_usb *u, size_t index,
                         struct bw_wire_value *v);
size_t bw_sim_usb_value_find(const struct bw_sim_usb *u, const char *name);
/* Returns: BW_OK; BW_DENIED for what can only be read; BW_INVALID for another
 * number; BW_NOT_FOUND. */
enum bw_status bw_sim_usb_value_set(struct bw_sim_usb *u, size_t index,
                                    int64_t micro);

#endif
