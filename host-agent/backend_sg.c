/*
 * The backend of a real SCSI device: Linux /dev/sgN.
 *
 * Called by service_scsi.c, in the worker thread of a lease.  A command is one
 * ioctl(SG_IO), which returns when the device has answered, however long that
 * takes; status, sense data and residue are passed on as they are.  Source:
 * Linux, the SCSI generic driver's interface version 3 (scsi/sg.h and the SCSI
 * Generic HOWTO).
 *
 * The device is open during a lease only, and then for nobody else: the sg node
 * with O_EXCL, and besides the node of the driver that is bound to the device
 * (st, sd, sr).  An open nst node keeps all others from the tape, because st
 * has one user at a time: closing the rewinding one would wind the tape back
 * under the session.  Opening it costs the device a TEST UNIT READY, READ BLOCK
 * LIMITS and MODE SENSE by st, which take a unit attention that is older than
 * the lease.  Where the agent may not open it, the log says so; a disk is then
 * refused, as it may be mounted.
 *
 * Not done: SG_IO version 4, direct I/O, several commands at once.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sg.h"

#include <errno.h>
#include <fcntl.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "host-agent/backend_sg_place.h"
#include "host-agent/log.h"
#include "lib/scsi_sense.h"

/* What the driver keeps for this file, so that it need not be found for each
 * command. */
#define RESERVED_BYTES (1 << 20)

/* Host status (DID_*) and driver status (DRIVER_*) of the kernel; those of a
 * command that the device has answered. */
#define HOST_OK         0x00
#define HOST_NO_CONNECT 0x01
#define HOST_ERROR      0x07
/* What Linux before 6.2 makes of the status and the sense data of a device that
 * has answered: DID_TARGET_FAILURE, DID_NEXUS_FAILURE (a RESERVATION CONFLICT),
 * DID_ALLOC_FAILURE, DID_MEDIUM_ERROR. */
#define HOST_ANSWER_FIRST 0x10
#define HOST_ANSWER_LAST  0x13
#define DRIVER_MASK       0x0f
#define DRIVER_OK         0x00
#define DRIVER_SENSE      0x08

/* Linux 4.0 and newer; not in every C library's header */
#ifndef SG_SCSI_RESET_NO_ESCALATE
#define SG_SCSI_RESET_NO_ESCALATE 0x100
#endif

struct sg {
    struct bw_scsi_unit unit; /* first: the ops are given its address */
    int fd;                   /* during a lease, else -1 */
    int other_fd;             /* of the other driver's node, or -1 */
    char path[];
};

static struct sg *sg_of(struct bw_scsi_unit *u)
{
    return (struct sg *)u;
}

/* --- the lease --- */

static enum bw_status explain(const struct sg *g, const char *node, int err,
                              const struct bw_sg_place *p,
                              char why[BW_WIRE_MAX_TEXT + 1])
{
    const size_t size = BW_WIRE_MAX_TEXT + 1;
    char user[64];

    switch (err) {
    case EBUSY:
        bw_sg_find_user(p, "/proc", user, sizeof(user));
        snprintf(why, size, "%.100s is in use by %s; end that, or unmount it",
                 node, user);
        return BW_BUSY;
    case EPERM:
        snprintf(why, size,
                 "%.80s cannot be opened: %s; if the agent is a service, add "
                 "the device to its DeviceAllow=, see bench.conf(5)",
                 node, strerror(err));
        return BW_DENIED;
    case EACCES:
        snprintf(why, size,
                 "%.80s cannot be opened: %s; the agent's user needs to read "
                 "and write it: add it to the group that 'ls -l' shows",
                 node, strerror(err));
        return BW_DENIED;
    case ENOENT:
    case ENODEV:
    case ENXIO:
        snprintf(why, size,
                 "there is no %.80s; switch the device on, load the module "
                 "sg, and see 'lsscsi -g'",
                 g->path);
        return BW_GONE;
    case ENOTTY:
        snprintf(why, size,
                 "%.80s is no SCSI device, or the module sg is not loaded; see "
                 "'lsscsi -g'",
                 g->path);
        return BW_INVALID;
    default:
        snprintf(why, size, "%.80s cannot be opened: %s", node, strerror(err));
        return BW_IO;
    }
}

/* Keep others away who come by another driver.  Returns 0, or -1 and errno if
 * one is there already. */
static int claim_other(struct sg *g, const struct bw_sg_place *p)
{
    g->other_fd = -1;
    if (!p->other[0]) {
        return 0;
    }
    g->other_fd = open(p->other, O_RDONLY | O_NONBLOCK | O_CLOEXEC |
                                     (p->is_block ? O_EXCL : 0));
    if (g->other_fd < 0 && (errno == EBUSY || p->is_block)) {
        return -1; /* a file system on it would be lost */
    }
    if (g->other_fd < 0) {
        bw_log(BW_LOG_INFO,
               "others can use %s meanwhile, as the agent cannot open it (%s); "
               "leave it alone",
               p->other, strerror(errno));
    }
    return 0;
}

static enum bw_status take(struct bw_scsi_unit *u,
                           char why[BW_WIRE_MAX_TEXT + 1])
{
    struct sg *g = sg_of(u);
    int reserved = RESERVED_BYTES;
    struct bw_sg_place p;
    enum bw_status status;

    if (bw_sg_find(g->path, "/sys", &p) < 0) {
        return explain(g, g->path, errno, &p, why);
    }
    g->fd = open(p.sg, O_RDWR | O_EXCL | O_NONBLOCK | O_CLOEXEC);
    if (g->fd < 0) {
        return explain(g, p.sg, errno, &p, why);
    }
    if (claim_other(g, &p) < 0) {
        status = explain(g, p.other, errno, &p, why);
        close(g->fd);
        g->fd = -1;
        return status;
    }
    fcntl(g->fd, F_SETFL, O_RDWR); /* it waits from here on */
    if (ioctl(g->fd, SG_SET_RESERVED_SIZE, &reserved) < 0) {
        bw_log(BW_LOG_DEBUG, "%s keeps no buffer: %s", p.sg, strerror(errno));
    }
    return BW_OK;
}

static void give_back(struct bw_scsi_unit *u)
{
    struct sg *g = sg_of(u);

    if (g->other_fd >= 0) {
        close(g->other_fd);
        g->other_fd = -1;
    }
    close(g->fd);
    g->fd = -1;
}

/* --- commands --- */

/* It never reached the device. */
static void not_sent(struct sg *g, struct bw_scsi_task *t, int err)
{
    static const struct bw_sense too_long = { .key = BW_SENSE_ILLEGAL,
                                              .asc = 0x2400 };
    struct bw_wire_scsi_result *r = &t->result;

    bw_log(BW_LOG_ERROR, "%s does not take command 0x%02x of %u bytes: %s%s",
           g->path, t->cmd.cdb[0], (unsigned)t->cmd.len, strerror(err),
           err == EINVAL || err == ENOMEM
               ? "; use smaller blocks, or an adapter that takes more at once"
               : "");
    r->moved = 0;
    r->flags = BW_SCSI_RESULT_REFUSED;
    if (err == EINVAL || err == ENOMEM) {
        r->status = BW_SCSI_CHECK;
        r->sense_len =
            (uint8_t)bw_sense_fixed(&too_long, r->sense, sizeof(r->sense));
    } else if (err == EAGAIN || err == EBUSY || err == EDOM) {
        r->status = BW_SCSI_BUSY;
    } else {
        r->flags = BW_SCSI_RESULT_NO_STATUS;
        r->host = err == ENODEV || err == ENXIO ? HOST_NO_CONNECT : HOST_ERROR;
    }
}

static bool has_answered(const sg_io_hdr_t *h)
{
    unsigned driver = h->driver_status & DRIVER_MASK;

    if (driver != DRIVER_OK && driver != DRIVER_SENSE) {
        return false;
    }
    return h->host_status == HOST_OK ||
           (h->status != BW_SCSI_GOOD && h->host_status >= HOST_ANSWER_FIRST &&
            h->host_status <= HOST_ANSWER_LAST);
}

static void put_result(const sg_io_hdr_t *h, struct bw_scsi_task *t)
{
    struct bw_wire_scsi_result *r = &t->result;
    unsigned residue = h->resid > 0 ? (unsigned)h->resid : 0;

    r->host = h->host_status;
    r->status = h->status;
    r->moved = residue < t->cmd.len ? t->cmd.len - residue : 0;
    r->sense_len =
        h->sb_len_wr < BW_SCSI_MAX_SENSE ? h->sb_len_wr : BW_SCSI_MAX_SENSE;
    if (!has_answered(h)) {
        r->flags |= BW_SCSI_RESULT_NO_STATUS;
        bw_log(BW_LOG_ERROR,
               "command 0x%02x has no status: host status 0x%02x, driver "
               "status 0x%02x after %u ms; see the kernel's log",
               t->cmd.cdb[0], h->host_status, h->driver_status, h->duration);
    }
}

static int direction_of(const struct bw_scsi_task *t)
{
    switch (t->cmd.direction) {
    case BW_SCSI_DATA_IN:
        return SG_DXFER_FROM_DEV;
    case BW_SCSI_DATA_OUT:
        return SG_DXFER_TO_DEV;
    default:
        return SG_DXFER_NONE;
    }
}

static void execute(struct bw_scsi_unit *u, struct bw_scsi_task *t)
{
    struct sg *g = sg_of(u);
    sg_io_hdr_t h = {
        .interface_id = 'S',
        .dxfer_direction = direction_of(t),
        .cmd_len = t->cmd.cdb_len,
        .mx_sb_len = BW_SCSI_MAX_SENSE,
        .dxfer_len = t->cmd.len,
        .dxferp = t->data,
        .cmdp = t->cmd.cdb,
        .sbp = t->result.sense,
        .timeout = t->timeout_ms,
    };

    if (ioctl(g->fd, SG_IO, &h) < 0) {
        not_sent(g, t, errno);
    } else {
        put_result(&h, t);
    }
}

static enum bw_status reset(struct bw_scsi_unit *u,
                            char why[BW_WIRE_MAX_TEXT + 1])
{
    struct sg *g = sg_of(u);
    int how = SG_SCSI_RESET_DEVICE | SG_SCSI_RESET_NO_ESCALATE;

    if (ioctl(g->fd, SG_SCSI_RESET, &how) == 0) {
        return BW_OK;
    }
    snprintf(why, BW_WIRE_MAX_TEXT + 1,
             "the agent's kernel does not reset %.60s: %s; what the session "
             "had reserved is released instead",
             g->path, strerror(errno));
    return errno == EACCES || errno == EPERM ? BW_DENIED : BW_UNSUPPORTED;
}

/* --- the rest --- */

static void about(struct bw_scsi_unit *u, bool in_full,
                  struct bw_scsi_about *out)
{
    const struct sg *g = sg_of(u);
    struct bw_sg_place p;
    char user[64];

    out->type = BW_SCSI_TYPE_NONE;
    if (bw_sg_find(g->path, "/sys", &p) < 0) {
        explain(g, g->path, errno, &p, out->cure);
        snprintf(out->what, sizeof(out->what), "%.200s", g->path);
        return;
    }
    out->present = true;
    out->type = p.type;
    snprintf(out->what, sizeof(out->what), "%s%s%.150s", p.name,
             p.name[0] ? " at " : "", p.sg);
    if (!in_full) {
        return;
    }
    if (access(p.sg, R_OK | W_OK) < 0) {
        explain(g, p.sg, errno, &p, out->cure);
    } else if (bw_sg_find_user(&p, "/proc", user, sizeof(user))) {
        explain(g, p.sg, EBUSY, &p, out->cure);
    } else {
        out->usable = true;
    }
}

static void free_unit(struct bw_scsi_unit *u)
{
    free(sg_of(u));
}

static const struct bw_scsi_unit_ops ops = {
    .take = take,
    .give_back = give_back,
    .execute = execute,
    .reset = reset,
    .about = about,
    .free = free_unit,
};

struct bw_scsi_unit *bw_sg_new(const char *path, char *error, size_t error_size)
{
    size_t size = strlen(path) + 1;
    struct sg *g = malloc(sizeof(*g) + size);

    if (!g) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    g->unit.ops = &ops;
    g->unit.max_len = BW_SCSI_MAX_LEN;
    g->unit.simulated = false;
    g->fd = -1;
    g->other_fd = -1;
    memcpy(g->path, path, size);
    return &g->unit;
}
