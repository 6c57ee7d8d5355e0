/*
 * What a simulated USB disk keeps its blocks in: a file, or memory.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_SIM_USB_STORE_H
#define BENCHWIRE_HOST_AGENT_SIM_USB_STORE_H

#include "peripherals/parts/usb_device.h"

#define BW_SIM_USB_MEMORY (64u << 20) /* bytes of a disk in memory */

/**
 * bw_sim_usb_store_open: open the disk
 * @path: a file of whole blocks of 512 bytes, which is written if it may be;
 *        "": zeros in memory, gone with the agent
 * @error: on failure, cause and cure
 *
 * Returns: NULL with @error.
 */
struct bw_usb_store *bw_sim_usb_store_open(const char *path, char *error,
                                           size_t error_size);
void bw_sim_usb_store_close(struct bw_usb_store *store); /* NULL is fine */

#endif
