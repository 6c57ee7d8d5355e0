/*
 * scsi-tape: the files of a cartridge on QEMU's block layer.
 *
 * What lib/tape_store.h asks of its host (lib/tape_io.h), as coroutines.  A
 * plain file of the host has a length in bytes, which the block layer rounds up
 * to 512: it is asked of the protocol's node once, and then counted.  Any other
 * image (qcow2, a device, a file on the network) is a disk of whole sectors; it
 * is made longer in steps where that is allowed.
 *
 * The side files (lib/tape_name.h) lie beside a plain local file, are opened as
 * nodes of their own with locks, and are not there for any other image.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/iov.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "qobject/qdict.h"
#include "block/block_int.h"
#include "system/block-backend.h"
#include "scsi_tape.h"
#include "hw/benchwire/lib/tape_name.h"
#include "hw/benchwire/trace.h"

#define GROWTH_STEP (1 * MiB) /* of an image that is a virtual disk */

QEMU_BUILD_BUG_ON(sizeof(struct bw_tape_piece) != sizeof(struct iovec));
QEMU_BUILD_BUG_ON(offsetof(struct bw_tape_piece, length) !=
                  offsetof(struct iovec, iov_len));

static enum bw_tape_result result_of(int ret)
{
    switch (-ret) {
    case 0:
        return BW_TAPE_OK;
    case ENOSPC:
    case EFBIG:
    case EDQUOT:
        return BW_TAPE_FULL;
    case EROFS:
    case EPERM:
    case EACCES:
        return BW_TAPE_READ_ONLY;
    case ENOMEM:
        return BW_TAPE_NO_MEMORY;
    case ENOENT:
        return BW_TAPE_NOT_FOUND;
    case ENOTSUP:
        return BW_TAPE_UNSUPPORTED;
    default:
        return ret < 0 ? BW_TAPE_IO : BW_TAPE_OK;
    }
}

static enum bw_tape_result failed(SCSITapeFile *file, const char *what, int ret)
{
    if (ret < 0) {
        trace_bw_scsi_tape_file_error(file->tape, what, strerror(-ret));
    }
    return result_of(ret);
}

static enum bw_tape_result file_size(void *opaque, uint64_t *bytes)
{
    SCSITapeFile *file = opaque;

    *bytes = file->length;
    return BW_TAPE_OK;
}

static enum bw_tape_result coroutine_fn file_read(void *opaque, uint64_t offset,
                                                  const struct bw_tape_piece *p,
                                                  unsigned count)
{
    SCSITapeFile *file = opaque;
    QEMUIOVector qiov;

    qemu_iovec_init_external(&qiov, (struct iovec *)p, count);
    trace_bw_scsi_tape_read(file->tape, offset, qiov.size);
    return failed(file, "read", blk_co_preadv(file->blk, offset, qiov.size,
                                              &qiov, 0));
}

/* Make room for @end bytes. */
static int coroutine_fn grow(SCSITapeFile *file, uint64_t end)
{
    uint64_t length = ROUND_UP(end, GROWTH_STEP);
    int ret;

    if (end <= file->length) {
        return 0;
    }
    if (!file->resizable) {
        return -ENOSPC;
    }
    if (file->exact) {
        return 0; /* the write does it */
    }
    ret = blk_co_truncate(file->blk, length, false, PREALLOC_MODE_OFF, 0, NULL);
    if (ret < 0) {
        return ret == -ENOTSUP ? -ENOSPC : ret;
    }
    file->length = length;
    return 0;
}

static enum bw_tape_result coroutine_fn
file_write(void *opaque, uint64_t offset, const struct bw_tape_piece *p,
           unsigned count)
{
    SCSITapeFile *file = opaque;
    QEMUIOVector qiov;
    int ret;

    qemu_iovec_init_external(&qiov, (struct iovec *)p, count);
    trace_bw_scsi_tape_write(file->tape, offset, qiov.size);
    ret = grow(file, offset + qiov.size);
    if (ret == 0) {
        ret = blk_co_pwritev(file->blk, offset, qiov.size, &qiov, 0);
    }
    if (ret == 0) {
        file->length = MAX(file->length, offset + qiov.size);
    }
    return failed(file, "write", ret);
}

static enum bw_tape_result coroutine_fn file_flush(void *opaque)
{
    SCSITapeFile *file = opaque;

    trace_bw_scsi_tape_flush(file->tape);
    return failed(file, "flush", blk_co_flush(file->blk));
}

static enum bw_tape_result coroutine_fn file_truncate(void *opaque,
                                                      uint64_t bytes)
{
    SCSITapeFile *file = opaque;
    int ret;

    if (!file->exact || !file->resizable) {
        return BW_TAPE_UNSUPPORTED;
    }
    trace_bw_scsi_tape_truncate(file->tape, bytes);
    ret = blk_co_truncate(file->blk, bytes, true, PREALLOC_MODE_OFF, 0, NULL);
    if (ret == 0) {
        file->length = bytes;
    }
    return failed(file, "truncate", ret);
}

static void *file_memory(void *opaque, void *memory, size_t bytes)
{
    if (!bytes) {
        g_free(memory);
        return NULL;
    }
    return g_try_realloc(memory, bytes);
}

static bool file_stop(void *opaque)
{
    SCSITapeFile *file = opaque;

    return scsi_tape_stopped(file->tape);
}

/*
 * The node of the host's file: below filters, and below "raw" where that passes
 * the whole file on.  NULL: none, or something else.
 */
static BlockDriverState *coroutine_fn GRAPH_RDLOCK
protocol_node(BlockBackend *blk, int64_t *length)
{
    BlockDriverState *bs = bdrv_skip_filters(blk_bs(blk));

    if (bs && bs->drv && !strcmp(bs->drv->format_name, "raw") && bs->file) {
        bs = bdrv_skip_filters(bs->file->bs);
    }
    if (!bs || !bs->drv || strcmp(bs->drv->format_name, "file") ||
        !bs->drv->bdrv_co_getlength) {
        return NULL;
    }
    *length = bs->drv->bdrv_co_getlength(bs);
    if (*length < 0 || ROUND_UP(*length, BDRV_SECTOR_SIZE) !=
        bdrv_co_getlength(blk_bs(blk))) {
        return NULL; /* "raw" with an offset or a size */
    }
    return bs;
}

char *coroutine_fn scsi_tape_file_path(BlockBackend *blk)
{
    BlockDriverState *bs;
    int64_t length;

    GRAPH_RDLOCK_GUARD();
    bs = protocol_node(blk, &length);
    /* a descriptor that was handed over has no folder */
    if (!bs || !bs->exact_filename[0] ||
        g_str_has_prefix(bs->exact_filename, "/dev/fd")) {
        return NULL;
    }
    /* -daemonize goes to another folder */
    return g_canonicalize_filename(bs->exact_filename, NULL);
}

void coroutine_fn scsi_tape_file_init(SCSITapeFile *file, SCSITapeState *s,
                                      BlockBackend *blk, bool resizable)
{
    int64_t length = 0;

    *file = (SCSITapeFile) {
        .io = {
            .opaque = file,
            .size = file_size,
            .read = file_read,
            .write = file_write,
            .flush = file_flush,
            .truncate = file_truncate,
            .memory = file_memory,
            .stop = file_stop,
        },
        .tape = s,
        .blk = blk,
        .resizable = resizable,
    };
    bdrv_graph_co_rdlock();
    file->exact = protocol_node(blk, &length);
    if (!file->exact) {
        length = bdrv_co_getlength(blk_bs(blk));
    }
    bdrv_graph_co_rdunlock();
    file->length = MAX(length, 0);
    blk_set_allow_write_beyond_eof(blk, file->exact && resizable);
    /* a command that has begun ends in a drained section, too */
    blk_set_disable_request_queuing(blk, true);
}

/* --- the files beside it --- */

static bool create_empty(const char *path, Error **errp)
{
    int fd = qemu_create(path, O_RDWR, 0666, errp);

    if (fd < 0) {
        return false;
    }
    close(fd);
    return true;
}

static enum bw_tape_result coroutine_fn
open_beside(SCSITapeState *s, SCSITapeFile *file, const char *path)
{
    int flags = s->read_only ? 0 : BDRV_O_RDWR | BDRV_O_RESIZE;
    QDict *options = qdict_new();
    g_autoptr(Error) err = NULL;
    BlockBackend *blk;

    qdict_put_str(options, "driver", "file");
    qdict_put_str(options, "filename", path);
    blk = blk_co_new_open(NULL, NULL, options, flags | BDRV_O_NO_SHARE, &err);
    if (!blk) {
        trace_bw_scsi_tape_file_error(s, path, error_get_pretty(err));
        return BW_TAPE_IO;
    }
    blk_set_force_allow_inactivate(blk);
    blk_set_enable_write_cache(blk, true);
    scsi_tape_file_init(file, s, blk, flags & BDRV_O_RESIZE);
    return BW_TAPE_OK;
}

static enum bw_tape_result coroutine_fn
file_open(void *opaque, enum bw_tape_file which, bool create,
          const struct bw_tape_io **io)
{
    SCSITapeState *s = opaque;
    SCSITapeFile *file = &s->file[which];
    g_autofree char *path = NULL;
    enum bw_tape_result result = BW_TAPE_OK;
    size_t room;

    *io = &file->io;
    if (file->blk) {
        return BW_TAPE_OK;
    }
    if (!s->path) {
        return BW_TAPE_UNSUPPORTED;
    }
    room = strlen(s->path) + BW_TAPE_NAME_MORE + 1;
    path = g_malloc(room);
    if (!bw_tape_name(s->path, which, path, room)) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (access(path, F_OK) < 0) {
        if (!create) {
            return BW_TAPE_NOT_FOUND;
        }
        if (s->read_only || !create_empty(path, NULL)) {
            return BW_TAPE_READ_ONLY;
        }
    }
    result = open_beside(s, file, path);
    trace_bw_scsi_tape_side_file(s, path, bw_tape_result_name(result));
    return result;
}

static enum bw_tape_result coroutine_fn file_remove(void *opaque,
                                                    enum bw_tape_file which)
{
    SCSITapeState *s = opaque;
    SCSITapeFile *file = &s->file[which];
    g_autofree char *path = NULL;
    size_t room;

    if (which == BW_TAPE_FILE_DATA_0 || !s->path) {
        return BW_TAPE_UNSUPPORTED;
    }
    if (file->blk) {
        blk_co_unref(file->blk);
        file->blk = NULL;
    }
    room = strlen(s->path) + BW_TAPE_NAME_MORE + 1;
    path = g_malloc(room);
    if (!bw_tape_name(s->path, which, path, room)) {
        return BW_TAPE_UNSUPPORTED;
    }
    return unlink(path) < 0 && errno != ENOENT ? BW_TAPE_IO : BW_TAPE_OK;
}

const struct bw_tape_files scsi_tape_files = {
    .open = file_open,
    .remove = file_remove,
};
