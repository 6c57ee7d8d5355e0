/*
 * Drivers of this machine's kernel that USB devices have lost to the agent,
 * written down in a file, so that the next agent gives them back if this one
 * is killed.
 *
 * One file for the process: backend_usb.c notes and forgets devices,
 * benchwired_main.c opens the file and gives back.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_USB_DETACHED_H
#define BENCHWIRE_HOST_AGENT_USB_DETACHED_H

struct bw_usb_found;

/**
 * bw_usb_detached_open: take the file, before the sandbox forbids to make one
 * @path: NULL: "usb-detached" in systemd's RuntimeDirectory, or in
 *        /run/benchwire
 *
 * Without it everything else works, and nothing is written down.
 *
 * Returns: 0, or -1 and errno: EWOULDBLOCK if another agent has it.
 */
int bw_usb_detached_open(const char *path);

/* What a former agent wrote down gets its drivers again, where it is still
 * there without.  @sysfs and @dev: BW_USB_SYSFS, BW_USB_DEV. */
void bw_usb_detached_give_back(const char *sysfs, const char *dev);

/* Its drivers are about to be detached. */
void bw_usb_detached_note(const char *sysfs, const struct bw_usb_found *f);

/* They have been given back, or the device is gone. */
void bw_usb_detached_forget(const struct bw_usb_found *f);

/* The file stays. */
void bw_usb_detached_close(void);

#endif
