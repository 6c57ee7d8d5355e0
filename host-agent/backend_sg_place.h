/*
 * Where a SCSI device is, and what the kernel says of it; for backend_sg.c.
 *
 * Nothing here sends the device a command.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_HOST_AGENT_BACKEND_SG_PLACE_H
#define BENCHWIRE_HOST_AGENT_BACKEND_SG_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BW_SG_NAME 24 /* "sg12345", "nst12345" */

/**
 * struct bw_sg_place - one device
 * @sg: the node to use, "/dev/sg0"
 * @other: the node by which others use it, "/dev/nst0", "/dev/sda"; "": none
 * @is_block: ... is a block device
 * @type: of INQUIRY, BW_SCSI_TYPE_NONE if the kernel does not say
 * @name: "HPE Ultrium 5-SCSI", or ""
 */
struct bw_sg_place {
    char sg[PATH_MAX];
    char other[BW_SG_NAME + 8];
    bool is_block;
    uint8_t type;
    char name[64];
};

/**
 * bw_sg_find: look a device up
 * @path: any of its nodes
 * @sys: where the kernel tells of its devices: "/sys"
 *
 * Returns: 0, or -1 and errno: ENOENT, ENOTTY if it is no SCSI device.
 */
int bw_sg_find(const char *path, const char *sys, struct bw_sg_place *out);

/**
 * bw_sg_find_user: which process has a node open
 * @proc: where the kernel tells of processes: "/proc"
 * @out: receives "process 812 (tar)", or "another program" where that cannot
 *       be seen
 *
 * This process is not one.
 *
 * Returns: whether one was found.
 */
bool bw_sg_find_user(const struct bw_sg_place *p, const char *proc, char *out,
                     size_t size);

#endif
