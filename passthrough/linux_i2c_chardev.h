/*
 * An I2C adapter of this machine as a chardev:
 *
 *   -chardev linux-i2c,id=ID,device=/dev/i2c-N,address=0x48
 *
 * What comes out of it is the agent's protocol (docs/protocol.md): the agent's
 * own session code runs in a thread of this process and serves the adapter
 * over a socketpair (host-agent/local.h).  A link (link.c) therefore sees no
 * difference to an agent elsewhere, but that the export has no name to be
 * given.  A passthrough device with device= makes itself such a chardev.
 *
 * The chardev has a connection while somebody uses it, and comes back by
 * itself after one was lost, with a new session.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_PASSTHROUGH_LINUX_I2C_CHARDEV_H
#define BENCHWIRE_PASSTHROUGH_LINUX_I2C_CHARDEV_H

#include "chardev/char-fe.h"
#include "hw/benchwire/lib/wire.h"

#define TYPE_CHARDEV_LINUX_I2C "chardev-linux-i2c"

/* The name of its only I2C export. */
#define BW_LINUX_I2C_EXPORT "i2c"

/**
 * bw_linux_i2c_chardev_new: one that belongs to a device
 * @kind: of what it serves: I2C, GPIO or SCSI
 * @device: what bw_local_start() takes: "/dev/i2c-N", "sim"; or
 *          bw_local_start_gpio(), a GPIO chip; or bw_local_start_scsi()
 * @line: number or name of the chip's line, or NULL
 * @name: of the owner, for logs
 *
 * It serves the adapter's whole bus and is not in "info chardev".
 *
 * Returns: a chardev for qemu_chr_fe_init(), whose qemu_chr_fe_deinit() frees
 * it, or NULL with @errp set if the adapter cannot be used.
 */
Chardev *bw_linux_i2c_chardev_new(enum bw_export_kind kind,
                                  const char *device, const char *line,
                                  const char *name, Error **errp);

/* Is that a linux-i2c chardev?  @chr may be NULL. */
bool bw_is_linux_i2c_chardev(Chardev *chr);

/* The only address that this linux-i2c chardev serves, or BW_ADDR_ANY. */
uint16_t bw_linux_i2c_chardev_addr(Chardev *chr);

#endif
