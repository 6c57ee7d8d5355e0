/*
 * The agent's session code inside another process: passthrough devices with
 * device= or chip= serve themselves through it, over one end of a socketpair, so that
 * the local and the remote form are one implementation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_LOCAL_H
#define BENCHWIRE_HOST_AGENT_LOCAL_H

#include <stddef.h>
#include <stdint.h>

#define BW_LOCAL_GPIO_EXPORT "gpio"
#define BW_LOCAL_SCSI_EXPORT "scsi"

struct bw_local;

/**
 * bw_local_start: serve one I2C adapter on @fd, in a thread of its own
 * @adapter: "/dev/i2c-N", or "sim" for the built-in simulated bench
 *           (a tmp102 at 0x48, a 24c02 at 0x50, a ds3231 at 0x68)
 * @addr: the only address to be offered, 7 bits, or BW_ADDR_ANY
 * @fd: one end of a stream socketpair; taken over, also on failure
 * @error: receives one sentence on failure
 * @error_size: bytes in @error
 *
 * The adapter's only export is named "i2c"; the simulated bench's values are
 * the export "bench".
 *
 * Returns: a handle, or NULL with @error filled in.
 */
struct bw_local *bw_local_start(const char *adapter, uint16_t addr, int fd,
                                char *error, size_t error_size);

/**
 * bw_local_start_gpio: the same for one line of a GPIO chip
 * @chip: "gpiochip0" or a path; or "sim": a simulated line, to which nothing
 *        is connected
 * @line: its number or name
 *
 * The only export is BW_LOCAL_GPIO_EXPORT, with this line.
 */
struct bw_local *bw_local_start_gpio(const char *chip, const char *line, int fd,
                                     char *error, size_t error_size);

/**
 * bw_local_start_scsi: the same for one SCSI device
 * @device: "/dev/sgN" or another node of it; or "sim-tape:FILE.tap"
 *
 * The only export is BW_LOCAL_SCSI_EXPORT, with the commands that are harmless
 * (lib/scsi_command.h).
 */
struct bw_local *bw_local_start_scsi(const char *device, int fd, char *error,
                                     size_t error_size);

/* End the session (the peer sees end of file) and wait for the thread; a
 * transfer that the kernel has not returned from is waited for.  NULL is
 * fine. */
void bw_local_stop(struct bw_local *local);

#endif
