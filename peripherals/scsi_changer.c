/*
 * A SCSI medium changer, with a folder of .tap files as its slots.
 *
 *   -device scsi-tape,id=d0 -device scsi-tape,id=d1
 *   -device scsi-changer,slots=/tapes,drives=d0:d1
 *
 * The changer itself is peripherals/parts/changer.h (SMC-3).  Each .tap file of
 * the folder is a cartridge, in the order of their names, and its name without
 * .tap is its bar code; the second partition of another (x.p1.tap) is none.
 * The folder is read once, when the device is made.
 *
 * A cartridge is moved as an operator would: blockdev-change-medium and eject,
 * on the drive's door, in a bottom half of the main loop.  One command runs at
 * a time.  What a drive holds is seen from the name of its file, so that it may
 * be changed by hand too.
 *
 * Not modelled: migration while a command runs, and a folder that changes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/main-loop.h"
#include "qemu/module.h"
#include "qapi/error.h"
#include "qapi/qapi-commands-block.h"
#include "block/block_int.h"
#include "hw/qdev-properties.h"
#include "hw/scsi/scsi.h"
#include "migration/vmstate.h"
#include "scsi/constants.h"
#include "system/block-backend.h"
#include "hw/benchwire/peripherals/parts/changer.h"
#include "hw/benchwire/peripherals/scsi_queue.h"

#define TYPE_SCSI_CHANGER "scsi-changer"
OBJECT_DECLARE_SIMPLE_TYPE(SCSIChangerState, SCSI_CHANGER)

#define TAPE_SUFFIX      ".tap"
#define PARTITION_SUFFIX ".p1.tap"
#define SLOTS_MIN        8

typedef struct SCSIChangerReq {
    SCSIRequest req;
    uint8_t *data;
    struct bw_tape_command command;
    bool sent;
    BwScsiPlace place;
} SCSIChangerReq;

struct SCSIChangerState {
    SCSIDevice qdev;

    /* properties */
    char *folder;
    char *drives;
    char *vendor;
    char *product;
    char *version;
    char *serial;
    uint32_t slots;

    struct bw_changer changer;
    struct bw_changer_host host;
    char *path[BW_CHANGER_SLOTS_MAX];
    char *barcode[BW_CHANGER_SLOTS_MAX];
    char **drive; /* their ids */
    const char *drive_serial[BW_CHANGER_DRIVES_MAX];

    BwScsiQueue queue;
    QEMUBH *bh;
    bool running;
};

/* --- drives --- */

static BlockBackend *backend_of(SCSIChangerState *s, unsigned drive)
{
    return blk_by_qdev_id(s->drive[drive], NULL);
}

static int changer_in_drive(void *opaque, unsigned drive)
{
    SCSIChangerState *s = opaque;
    BlockBackend *blk = backend_of(s, drive);
    BlockDriverState *bs = blk ? blk_bs(blk) : NULL;
    unsigned i;

    if (!bs) {
        return BW_CHANGER_EMPTY;
    }
    for (i = 0; i < BW_CHANGER_SLOTS_MAX; i++) {
        if (s->path[i] && !strcmp(s->path[i], bs->filename)) {
            return i;
        }
    }
    return BW_CHANGER_FOREIGN;
}

static enum bw_changer_result changer_load(void *opaque, unsigned drive,
                                           unsigned cartridge)
{
    SCSIChangerState *s = opaque;
    Error *err = NULL;

    qmp_blockdev_change_medium(NULL, s->drive[drive], s->path[cartridge],
                               "raw", false, false, false, 0, &err);
    if (err) {
        error_reportf_err(err, "scsi-changer: drive %s does not take %s: ",
                          s->drive[drive], s->path[cartridge]);
        return BW_CHANGER_FAILED;
    }
    return BW_CHANGER_DONE;
}

static enum bw_changer_result changer_unload(void *opaque, unsigned drive)
{
    SCSIChangerState *s = opaque;
    BlockBackend *blk = backend_of(s, drive);
    Error *err = NULL;

    if (blk && blk_dev_is_medium_locked(blk)) {
        return BW_CHANGER_PREVENTED;
    }
    qmp_eject(NULL, s->drive[drive], false, false, &err);
    if (err) {
        error_reportf_err(err, "scsi-changer: drive %s does not eject: ",
                          s->drive[drive]);
        return BW_CHANGER_FAILED;
    }
    return BW_CHANGER_DONE;
}

/* --- requests --- */

/* In the context of the request. */
static void deliver(SCSIRequest *req)
{
    SCSIChangerReq *r = DO_UPCAST(SCSIChangerReq, req, req);
    struct bw_tape_command *command = &r->command;

    if (command->status == BW_SCSI_GOOD && command->done && !r->sent) {
        r->sent = true;
        scsi_req_data(req, command->done);
        return;
    }
    if (command->status == BW_SCSI_CHECK) {
        req->sense_len = bw_sense_fixed(&command->sense, req->sense,
                                        sizeof(req->sense));
    }
    scsi_req_complete(req, command->status);
}

/* Moving a cartridge runs the main loop: what comes meanwhile waits. */
static void run_queue(void *opaque)
{
    SCSIChangerState *s = opaque;
    BwScsiPlace *place;

    if (s->running) {
        return;
    }
    s->running = true;
    while ((place = bw_scsi_queue_first(&s->queue))) {
        SCSIChangerReq *r = container_of(place, SCSIChangerReq, place);

        bw_scsi_queue_take(&s->queue, place);
        if (!r->req.io_canceled) {
            r->command.data = r->data;
            bw_changer_execute(&s->changer, &r->command);
        }
        bw_scsi_queue_answer(&s->queue, place);
    }
    s->running = false;
}

static void enqueue(SCSIChangerReq *r)
{
    SCSIChangerState *s = SCSI_CHANGER(r->req.dev);

    if (bw_scsi_queue_enter(&s->queue, &r->place, &r->req, r->command.size)) {
        qemu_bh_schedule(s->bh);
    } else {
        scsi_req_complete(&r->req, TASK_SET_FULL);
    }
}

static int32_t changer_send_command(SCSIRequest *req, uint8_t *buf)
{
    SCSIChangerReq *r = DO_UPCAST(SCSIChangerReq, req, req);

    memcpy(r->command.cdb, req->cmd.buf, req->cmd.len);
    r->command.cdb_length = req->cmd.len;
    if (req->cmd.mode == SCSI_XFER_TO_DEV) {
        /* none of its commands: refused with its opcode */
        scsi_req_build_sense(req, SENSE_CODE(INVALID_OPCODE));
        scsi_req_complete(req, CHECK_CONDITION);
        return 0;
    }
    r->command.size = MIN(req->cmd.xfer, BW_CHANGER_DATA_MAX);
    if (req->cmd.mode == SCSI_XFER_NONE) {
        enqueue(r);
        return 0;
    }
    r->data = g_malloc0(r->command.size);
    return r->command.size;
}

static void changer_read_data(SCSIRequest *req)
{
    SCSIChangerReq *r = DO_UPCAST(SCSIChangerReq, req, req);

    if (r->sent) {
        scsi_req_complete(&r->req, GOOD);
    } else {
        enqueue(r);
    }
}

static uint8_t *changer_get_buf(SCSIRequest *req)
{
    return DO_UPCAST(SCSIChangerReq, req, req)->data;
}

static void changer_free_req(SCSIRequest *req)
{
    g_free(DO_UPCAST(SCSIChangerReq, req, req)->data);
}

static const SCSIReqOps changer_req_ops = {
    .size = sizeof(SCSIChangerReq),
    .send_command = changer_send_command,
    .read_data = changer_read_data,
    .write_data = changer_read_data,
    .get_buf = changer_get_buf,
    .free_req = changer_free_req,
};

static SCSIRequest *changer_alloc_req(SCSIDevice *dev, uint32_t tag,
                                      uint32_t lun, uint8_t *buf,
                                      void *hba_private)
{
    return scsi_req_alloc(&changer_req_ops, dev, tag, lun, hba_private);
}

/* --- the folder --- */

static gint by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static GPtrArray *read_folder(SCSIChangerState *s, Error **errp)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    GDir *dir = g_dir_open(s->folder, 0, NULL);
    const char *name;

    if (!dir) {
        error_setg(errp, "slots=%s is no folder that can be read", s->folder);
        g_ptr_array_unref(names);
        return NULL;
    }
    while ((name = g_dir_read_name(dir))) {
        if (g_str_has_suffix(name, TAPE_SUFFIX) &&
            !g_str_has_suffix(name, PARTITION_SUFFIX) && name[0] != '.') {
            g_ptr_array_add(names, g_strdup(name));
        }
    }
    g_dir_close(dir);
    g_ptr_array_sort(names, by_name);
    return names;
}

static bool fill_slots(SCSIChangerState *s, Error **errp)
{
    g_autoptr(GPtrArray) names = read_folder(s, errp);
    unsigned i;

    if (!names) {
        return false;
    }
    if (!s->slots) {
        s->slots = MIN(MAX(names->len, SLOTS_MIN), BW_CHANGER_SLOTS_MAX);
    }
    if (names->len > s->slots || s->slots > BW_CHANGER_SLOTS_MAX) {
        error_setg(errp, "slots=%s has %u tapes, and there are %" PRIu32
                   " slots: set slot-count, of at most %u, or move some away",
                   s->folder, names->len, s->slots, BW_CHANGER_SLOTS_MAX);
        return false;
    }
    for (i = 0; i < names->len; i++) {
        const char *name = names->pdata[i];
        size_t length = strlen(name) - strlen(TAPE_SUFFIX);

        s->path[i] = g_build_filename(s->folder, name, NULL);
        s->barcode[i] = g_strndup(name, MIN(length, BW_CHANGER_BARCODE));
    }
    return true;
}

/* --- the device --- */

static bool find_drives(SCSIChangerState *s, Error **errp)
{
    unsigned count;

    s->drive = g_strsplit(s->drives ? s->drives : "", ":", 0);
    count = g_strv_length(s->drive);
    if (!count || count > BW_CHANGER_DRIVES_MAX) {
        error_setg(errp, "drives names %u tape drives: give the ids of 1 to %u "
                   "-device scsi-tape, with a colon in between", count,
                   BW_CHANGER_DRIVES_MAX);
        return false;
    }
    for (unsigned i = 0; i < count; i++) {
        DeviceState *dev = qdev_find_recursive(sysbus_get_default(),
                                               s->drive[i]);

        if (!dev || !object_dynamic_cast(OBJECT(dev), "scsi-tape")) {
            error_setg(errp, "drives names %s, which is no scsi-tape: give it "
                       "that id, in front of the changer", s->drive[i]);
            return false;
        }
    }
    return true;
}

static void changer_realize(SCSIDevice *dev, Error **errp)
{
    SCSIChangerState *s = SCSI_CHANGER(dev);
    struct bw_changer_config config = {
        .vendor = s->vendor ? s->vendor : "BNCHWIRE",
        .product = s->product ? s->product : "CHANGER",
        .revision = s->version ? s->version : "0001",
        .serial = s->serial ? s->serial : "0000000000",
        .barcodes = (const char *const *)s->barcode,
        .drive_serials = s->drive_serial,
    };

    if (!s->folder) {
        error_setg(errp, "slots is missing: name a folder of .tap files");
        return;
    }
    if (!find_drives(s, errp) || !fill_slots(s, errp)) {
        return;
    }
    /* qdev lets go of it on unplug; there is nothing in it */
    dev->conf.blk = blk_new(qemu_get_aio_context(), 0, BLK_PERM_ALL);
    blk_attach_dev(dev->conf.blk, DEVICE(dev));
    dev->type = TYPE_MEDIUM_CHANGER;
    config.slots = s->slots;
    config.drives = g_strv_length(s->drive);
    s->host = (struct bw_changer_host) {
        .opaque = s,
        .in_drive = changer_in_drive,
        .load = changer_load,
        .unload = changer_unload,
    };
    bw_changer_init(&s->changer, &config, &s->host);
    s->bh = qemu_bh_new(run_queue, s);
}

static void changer_unrealize(SCSIDevice *dev)
{
    SCSIChangerState *s = SCSI_CHANGER(dev);

    run_queue(s);
    bw_scsi_queue_settle(&s->queue);
    qemu_bh_delete(s->bh);
}

static void changer_reset(DeviceState *dev)
{
    SCSIChangerState *s = SCSI_CHANGER(dev);

    scsi_device_purge_requests(&s->qdev, SENSE_CODE(RESET));
    s->changer.state.prevent = 0;
}

static void changer_init(Object *obj)
{
    SCSIChangerState *s = SCSI_CHANGER(obj);

    bw_scsi_queue_init(&s->queue, deliver);
}

static void changer_finalize(Object *obj)
{
    SCSIChangerState *s = SCSI_CHANGER(obj);

    bw_scsi_queue_finish(&s->queue);
    for (unsigned i = 0; i < BW_CHANGER_SLOTS_MAX; i++) {
        g_free(s->path[i]);
        g_free(s->barcode[i]);
    }
    g_strfreev(s->drive);
}

static const VMStateDescription changer_vmstate = {
    .name = TYPE_SCSI_CHANGER,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_SCSI_DEVICE(qdev, SCSIChangerState),
        VMSTATE_UINT16_ARRAY(changer.state.slot, SCSIChangerState,
                             BW_CHANGER_SLOTS_MAX),
        VMSTATE_UINT8(changer.state.prevent, SCSIChangerState),
        VMSTATE_END_OF_LIST()
    },
};

static const Property changer_properties[] = {
    DEFINE_PROP_STRING("slots", SCSIChangerState, folder),
    DEFINE_PROP_STRING("drives", SCSIChangerState, drives),
    DEFINE_PROP_UINT32("slot-count", SCSIChangerState, slots, 0),
    DEFINE_PROP_STRING("vendor", SCSIChangerState, vendor),
    DEFINE_PROP_STRING("product", SCSIChangerState, product),
    DEFINE_PROP_STRING("ver", SCSIChangerState, version),
    DEFINE_PROP_STRING("serial", SCSIChangerState, serial),
};

static void changer_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SCSIDeviceClass *sc = SCSI_DEVICE_CLASS(klass);

    dc->desc = "SCSI medium changer with a folder of .tap files as its slots";
    dc->vmsd = &changer_vmstate;
    device_class_set_legacy_reset(dc, changer_reset);
    device_class_set_props(dc, changer_properties);
    object_class_property_set_description(klass, "slots",
        "the folder; each of its .tap files is a cartridge, in the order of "
        "their names, which are the bar codes too");
    object_class_property_set_description(klass, "drives",
        "the ids of its drives (-device scsi-tape,id=), as d0:d1");
    object_class_property_set_description(klass, "slot-count",
        "slots, up to 256; 0 (default): as many as tapes, and at least 8");
    sc->realize = changer_realize;
    sc->unrealize = changer_unrealize;
    sc->alloc_req = changer_alloc_req;
}

static const TypeInfo changer_info = {
    .name = TYPE_SCSI_CHANGER,
    .parent = TYPE_SCSI_DEVICE,
    .instance_size = sizeof(SCSIChangerState),
    .instance_init = changer_init,
    .instance_finalize = changer_finalize,
    .class_init = changer_class_init,
};

static void changer_register_types(void)
{
    type_register_static(&changer_info);
}

type_init(changer_register_types)
