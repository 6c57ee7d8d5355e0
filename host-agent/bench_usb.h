/*
 * From the bench file to a bench: USB exports and simulated USB devices.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BENCH_USB_H
#define BENCHWIRE_HOST_AGENT_BENCH_USB_H

#include <stdbool.h>
#include <stddef.h>

#include "host-agent/bench.h"
#include "host-agent/config.h"

/* Give a simulated bus the devices that the file has for it.  Returns false
 * with @error. */
bool bw_bench_place_usb(struct bw_bus *bus, const struct bw_config *c,
                        char *error, size_t error_size);

/**
 * bw_bench_add_usb: offer a USB device, or the place for it
 * @bus: the simulated one it is on, or NULL for a real device
 * @error: receives one sentence on failure
 *
 * Returns: the export, or NULL with @error.
 */
struct bw_export *bw_bench_add_usb(struct bw_bench *b,
                                   const struct bw_config_export *x,
                                   struct bw_bus *bus, char *error,
                                   size_t error_size);

#endif
