/*
 * scsi-tape: the cartridge in the drive.
 *
 * The image is asked for with the right to write and to make it longer.  Where
 * that is refused (a fixed length, another user), the length it has is all that
 * there is; where writing is refused, the cartridge is write-protected.
 *
 * The drive has a door (QEMU calls it a tray): blockdev-change-medium, eject
 * and blockdev-open-tray, -remove-medium, -insert-medium and -close-tray work
 * as with a CD-ROM.  A cartridge that goes is committed and its index is saved.
 * A door that the guest has locked is opened by force only; without it the
 * guest is told that the operator wants the medium (5A/01).
 *
 * A tape that may become longer is not to be copied by QEMU meanwhile
 * (blockdev-backup, -mirror, -snapshot): they know the length it had.
 *
 * Not modelled: a guest's LOAD that takes in a cartridge which its UNLOAD has
 * ejected (eject=on); blockdev-close-tray does.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "block/block_int.h"
#include "system/block-backend.h"
#include "system/runstate.h"
#include "scsi_tape.h"
#include "hw/benchwire/trace.h"

#define ASC_OPERATOR_REMOVAL 0x5a01

/* --- what the image allows --- */

static bool take_permissions(SCSITapeState *s, bool *resizable, Error **errp)
{
    BlockBackend *blk = s->qdev.conf.blk;
    uint64_t shared = BLK_PERM_CONSISTENT_READ | BLK_PERM_WRITE_UNCHANGED;
    uint64_t perm = BLK_PERM_CONSISTENT_READ;

    s->read_only = s->write_protect || !blk_supports_write_perm(blk);
    *resizable = false;
    if (s->read_only) {
        return blk_set_perm(blk, perm, shared, errp) == 0;
    }
    perm |= BLK_PERM_WRITE;
    if (blk_set_perm(blk, perm | BLK_PERM_RESIZE, shared, NULL) == 0) {
        *resizable = true;
        return true;
    }
    return blk_set_perm(blk, perm, shared, errp) == 0;
}

static void drop_permissions(SCSITapeState *s)
{
    blk_set_perm(s->qdev.conf.blk, 0, BLK_PERM_ALL, &error_abort);
}

/*
 * A copy that is made while the tape becomes longer has no room for what comes
 * behind its end: a backup would abort, and an overlay lose it.
 */
static void keep_nodes(SCSITapeState *s)
{
    static const BlockOpType types[] = {
        BLOCK_OP_TYPE_EXTERNAL_SNAPSHOT, BLOCK_OP_TYPE_BACKUP_SOURCE,
        BLOCK_OP_TYPE_MIRROR_SOURCE,
    };
    BlockDriverState *bs;
    size_t i;

    GRAPH_RDLOCK_GUARD_MAINLOOP();
    error_setg(&s->kept_reason, "a tape drive has it, and makes it longer: "
               "eject it first, or copy its files while the machine is "
               "stopped");
    for (bs = blk_bs(s->qdev.conf.blk); bs; bs = bdrv_primary_bs(bs)) {
        bdrv_ref(bs);
        s->kept = g_slist_prepend(s->kept, bs);
        for (i = 0; i < ARRAY_SIZE(types); i++) {
            bdrv_op_block(bs, types[i], s->kept_reason);
        }
    }
}

static void free_nodes(SCSITapeState *s)
{
    GSList *node;

    for (node = s->kept; node; node = node->next) {
        bdrv_op_unblock_all(node->data, s->kept_reason);
        bdrv_unref(node->data);
    }
    g_clear_pointer(&s->kept, g_slist_free);
    error_free(s->kept_reason);
    s->kept_reason = NULL;
}

void scsi_tape_shutdown(Notifier *notifier, void *opaque)
{
    free_nodes(container_of(notifier, SCSITapeState, shutdown));
}

/* --- in --- */

typedef struct Opening {
    bool resizable;
    bool restore; /* the state came by migration */
    enum bw_tape_result result;
    struct bw_tape_verdict verdict;
} Opening;

static void coroutine_fn open_medium(SCSITapeState *s, void *opaque)
{
    Opening *opening = opaque;
    struct bw_tape_options options = {
        .read_only = s->read_only,
        .gather = s->gather,
        .capacity = s->capacity,
        .warning = s->early_warning,
    };

    scsi_tape_file_init(&s->file[BW_TAPE_FILE_DATA_0], s, s->qdev.conf.blk,
                        opening->resizable);
    s->path = scsi_tape_file_path(s->qdev.conf.blk);
    opening->result = bw_medium_open(&s->medium, &s->files, &options,
                                     &opening->verdict);
    if (opening->result != BW_TAPE_OK) {
        return;
    }
    if (!opening->restore) {
        bw_tape_insert(&s->drive, &s->medium);
        return;
    }
    s->drive.medium = &s->medium;
    if (bw_tape_restore(&s->drive) != BW_TAPE_OK) {
        warn_report("scsi-tape: the place on the tape was lost by migration: "
                    "the file is not the one that the source had");
    }
}

static void close_files(SCSITapeState *s)
{
    int i;

    free_nodes(s);
    for (i = 0; i < BW_TAPE_FILE_COUNT; i++) {
        if (s->file[i].blk && i != BW_TAPE_FILE_DATA_0) {
            blk_unref(s->file[i].blk);
        }
        s->file[i].blk = NULL;
    }
    g_clear_pointer(&s->path, g_free);
}

bool scsi_tape_insert(SCSITapeState *s, Error **errp)
{
    Opening opening = { .restore = s->restore };

    s->restore = false;
    if (!take_permissions(s, &opening.resizable, errp)) {
        return false;
    }
    scsi_tape_run(s, open_medium, &opening);
    trace_bw_scsi_tape_insert(s, s->path ? s->path : "",
                              bw_tape_result_name(opening.result),
                              s->file[BW_TAPE_FILE_DATA_0].length,
                              opening.resizable);
    if (opening.result != BW_TAPE_OK) {
        error_setg(errp, "%s is no tape: %s", s->path ? s->path : "the image",
                   opening.verdict.text[0] ? opening.verdict.text :
                   bw_tape_result_text(opening.result));
        close_files(s);
        drop_permissions(s);
        return false;
    }
    if (opening.verdict.text[0]) {
        warn_report("scsi-tape: %s", opening.verdict.text);
    }
    s->opened = true;
    if (opening.resizable) {
        keep_nodes(s);
    }
    return true;
}

/* --- out --- */

static void coroutine_fn close_medium(SCSITapeState *s, void *opaque)
{
    enum bw_tape_result *result = opaque;

    *result = bw_tape_remove(&s->drive);
    bw_medium_close(&s->medium);
}

void scsi_tape_remove(SCSITapeState *s)
{
    enum bw_tape_result result = BW_TAPE_OK;

    if (!s->opened) {
        return;
    }
    scsi_tape_run(s, close_medium, &result);
    trace_bw_scsi_tape_remove(s, bw_tape_result_name(result));
    if (result != BW_TAPE_OK) {
        error_report("scsi-tape: not all of the tape could be written: %s",
                     bw_tape_result_text(result));
    }
    s->opened = false;
    close_files(s);
    drop_permissions(s);
}

void scsi_tape_forget(SCSITapeState *s)
{
    if (s->opened) {
        s->drive.medium = NULL;
        bw_medium_close(&s->medium);
        s->opened = false;
        close_files(s);
    }
}

/* --- the door --- */

static void change_media(void *opaque, bool load, Error **errp)
{
    SCSITapeState *s = opaque;

    s->stop = true;
    scsi_tape_hold(s);
    s->stop = false;
    s->restore = false;
    scsi_tape_remove(s);
    s->tray_open = !load;
    if (load && blk_is_inserted(s->qdev.conf.blk)) {
        s->tray_open = !scsi_tape_insert(s, errp);
    }
    scsi_tape_release(s);
}

static void eject_request(void *opaque, bool force)
{
    SCSITapeState *s = opaque;

    if (force) {
        s->drive.state.prevent = 0;
        s->locked = false;
    } else {
        bw_tape_attention(&s->drive, ASC_OPERATOR_REMOVAL);
    }
}

static bool is_tray_open(void *opaque)
{
    return ((SCSITapeState *)opaque)->tray_open;
}

static bool is_medium_locked(void *opaque)
{
    return ((SCSITapeState *)opaque)->locked;
}

static void drained_begin(void *opaque)
{
    scsi_tape_drained(opaque, true);
}

static void drained_end(void *opaque)
{
    scsi_tape_drained(opaque, false);
}

const BlockDevOps scsi_tape_block_ops = {
    .change_media_cb = change_media,
    .eject_request_cb = eject_request,
    .is_tray_open = is_tray_open,
    .is_medium_locked = is_medium_locked,
    .drained_begin = drained_begin,
    .drained_end = drained_end,
};

void scsi_tape_eject_pending(SCSITapeState *s)
{
    s->eject_pending = false;
    if (!s->tray_open) {
        /* tells the monitor, and calls change_media() */
        blk_dev_change_media_cb(s->qdev.conf.blk, false, &error_abort);
    }
}

/* --- what the drive asks --- */

static uint64_t now_ms(void *opaque)
{
    return qemu_clock_get_ms(QEMU_CLOCK_HOST);
}

static void lock_door(void *opaque, bool locked)
{
    ((SCSITapeState *)opaque)->locked = locked;
}

static bool load_cartridge(void *opaque, bool in)
{
    SCSITapeState *s = opaque;

    if (!in) {
        s->eject_pending = true;
        return true;
    }
    return s->opened && !s->eject_pending;
}

void scsi_tape_medium_init(SCSITapeState *s)
{
    s->files = scsi_tape_files;
    s->files.opaque = s;
    s->host = (struct bw_tape_host) {
        .opaque = s,
        .now_ms = now_ms,
        .lock = lock_door,
        .load = load_cartridge,
    };
}
