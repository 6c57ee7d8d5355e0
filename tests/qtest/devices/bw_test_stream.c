/*
 * A SCSI device for tests/qtest/scsi-*-test.c; of no use to a guest.
 *
 *  bw-test-stream  a sequential-access device that knows no command: it tells
 *                  what QEMU made of the CDB, and answers as it is told
 *
 * Properties:
 *  "block-size"  of commands with FIXED set
 *  "last"        the last command but REQUEST SENSE: "none", "in LENGTH" or
 *                "out LENGTH"
 *  "answer"      bytes of data-in that come, bytes of 1 to 255 in turn
 *  "empty"       with no data, scsi_req_data() is called nonetheless
 *  "later"       answers come from a bottom half, and not at once
 *  "sense"       words; without any, the status is GOOD and not CHECK
 *                CONDITION: key=HEX asc=HEX (both codes) fm eom ili deferred
 *                info=DECIMAL specific=DECIMAL fru=HEX cdb=BYTE.BIT
 *                list=BYTE.BIT (the wrong field; no bit: "cdb=BYTE"); or
 *                raw=HEX, bytes that are sent as they are
 *
 * Sense data stay until the next command but REQUEST SENSE.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "block/aio.h"
#include "hw/qdev-properties.h"
#include "hw/scsi/scsi.h"
#include "migration/vmstate.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/cutils.h"
#include "qemu/main-loop.h"
#include "qemu/units.h"
#include "scsi/constants.h"

#define TYPE_BW_TEST_STREAM "bw-test-stream"
OBJECT_DECLARE_SIMPLE_TYPE(BwTestStream, BW_TEST_STREAM)

#define DATA_MAX (16 * MiB) /* more is told, but not transferred */

struct BwTestStream {
    SCSIDevice parent_obj;

    uint32_t answer;
    bool empty;
    bool later;
    char *sense;
    char *last;
};

typedef struct StreamReq {
    SCSIRequest req;
    uint8_t *buf;
    bool moved; /* the data have been transferred, or there are none */
} StreamReq;

/* --- sense data --- */

static void parse_field(SCSISenseData *data, bool in_cdb, const char *text)
{
    const char *end;
    unsigned long byte = 0, bit = 0;

    qemu_strtoul(text, &end, 10, &byte);
    if (*end == '.') {
        qemu_strtoul(end + 1, NULL, 10, &bit);
        scsi_sense_set_field(data, in_cdb, byte, bit);
    } else {
        scsi_sense_set_field(data, in_cdb, byte, -1);
    }
}

static void parse_number(SCSISenseData *data, const char *name,
                         const char *text)
{
    uint64_t hex = g_ascii_strtoull(text, NULL, 16);
    int64_t decimal = g_ascii_strtoll(text, NULL, 10);

    if (!strcmp(name, "key")) {
        data->sense.key = hex;
    } else if (!strcmp(name, "asc")) {
        data->sense.asc = hex >> 8;
        data->sense.ascq = hex;
    } else if (!strcmp(name, "info")) {
        data->info_valid = true;
        data->info = decimal;
    } else if (!strcmp(name, "specific")) {
        data->command_specific = decimal;
    } else if (!strcmp(name, "fru")) {
        data->fru = hex;
    }
}

static void parse_word(SCSISenseData *data, const char *word)
{
    const char *equals = strchr(word, '=');
    g_autofree char *name = NULL;

    if (!equals) {
        data->filemark |= !strcmp(word, "fm");
        data->eom |= !strcmp(word, "eom");
        data->ili |= !strcmp(word, "ili");
        data->deferred |= !strcmp(word, "deferred");
        return;
    }
    name = g_strndup(word, equals - word);
    if (!strcmp(name, "cdb") || !strcmp(name, "list")) {
        parse_field(data, name[0] == 'c', equals + 1);
    } else {
        parse_number(data, name, equals + 1);
    }
}

static void build_raw_sense(SCSIRequest *req, const char *hex)
{
    unsigned i;

    for (i = 0; i < sizeof(req->sense) && hex[2 * i] && hex[2 * i + 1]; i++) {
        req->sense[i] = g_ascii_xdigit_value(hex[2 * i]) << 4 |
                        g_ascii_xdigit_value(hex[2 * i + 1]);
    }
    req->sense_len = i;
}

static void build_sense(SCSIRequest *req, const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", 0);
    SCSISenseData data = { };

    if (g_str_has_prefix(text, "raw=")) {
        build_raw_sense(req, text + strlen("raw="));
        return;
    }
    for (char **word = words; *word; word++) {
        parse_word(&data, *word);
    }
    scsi_req_build_sense_data(req, &data);
}

/* --- requests --- */

static void stream_finish(StreamReq *r)
{
    BwTestStream *s = BW_TEST_STREAM(r->req.dev);

    if (s->sense && s->sense[0]) {
        build_sense(&r->req, s->sense);
        scsi_req_complete(&r->req, CHECK_CONDITION);
    } else {
        scsi_req_complete(&r->req, GOOD);
    }
}

/* What the request waits for is over. */
static void stream_proceed(StreamReq *r)
{
    BwTestStream *s = BW_TEST_STREAM(r->req.dev);
    size_t xfer = r->req.cmd.xfer;
    size_t answer = MIN(s->answer, xfer);

    if (r->moved) {
        stream_finish(r);
        return;
    }
    r->moved = true;
    if (r->req.cmd.mode == SCSI_XFER_TO_DEV) {
        scsi_req_data(&r->req, xfer);
    } else if (r->req.cmd.mode == SCSI_XFER_FROM_DEV && (answer || s->empty)) {
        scsi_req_data(&r->req, answer);
    } else {
        stream_finish(r);
    }
}

static void stream_bottom_half(void *opaque)
{
    StreamReq *r = opaque;

    if (!r->req.io_canceled) {
        stream_proceed(r);
    }
    scsi_req_unref(&r->req);
}

/* An HBA asks for what a device has when it is ready, not before. */
static void stream_step(SCSIRequest *req)
{
    StreamReq *r = DO_UPCAST(StreamReq, req, req);
    bool asks = req->cmd.mode == SCSI_XFER_TO_DEV && !r->moved;

    if (BW_TEST_STREAM(req->dev)->later && !asks) {
        scsi_req_ref(req);
        aio_bh_schedule_oneshot(qemu_get_aio_context(), stream_bottom_half, r);
    } else {
        stream_proceed(r);
    }
}

static void stream_tell(BwTestStream *s, const SCSICommand *cmd)
{
    g_free(s->last);
    if (cmd->mode == SCSI_XFER_NONE) {
        s->last = g_strdup("none");
    } else {
        s->last = g_strdup_printf("%s %zu", cmd->mode == SCSI_XFER_TO_DEV ?
                                  "out" : "in", cmd->xfer);
    }
}

static int32_t stream_send_command(SCSIRequest *req, uint8_t *cdb)
{
    StreamReq *r = DO_UPCAST(StreamReq, req, req);
    size_t xfer = req->cmd.xfer;

    stream_tell(BW_TEST_STREAM(req->dev), &req->cmd);
    if (req->cmd.mode == SCSI_XFER_NONE) {
        r->moved = true;
        stream_step(req);
        return 0;
    }
    if (xfer > DATA_MAX) {
        scsi_req_build_sense(req, SENSE_CODE(INVALID_FIELD));
        scsi_req_complete(req, CHECK_CONDITION);
        return 0;
    }
    r->buf = g_malloc(xfer);
    for (size_t i = 0; i < xfer; i++) {
        r->buf[i] = 1 + i % 255;
    }
    return req->cmd.mode == SCSI_XFER_TO_DEV ? -xfer : xfer;
}

static uint8_t *stream_get_buf(SCSIRequest *req)
{
    return DO_UPCAST(StreamReq, req, req)->buf;
}

static void stream_free_req(SCSIRequest *req)
{
    g_free(DO_UPCAST(StreamReq, req, req)->buf);
}

static const SCSIReqOps stream_req_ops = {
    .size = sizeof(StreamReq),
    .send_command = stream_send_command,
    .read_data = stream_step,
    .write_data = stream_step,
    .get_buf = stream_get_buf,
    .free_req = stream_free_req,
};

static SCSIRequest *stream_alloc_req(SCSIDevice *dev, uint32_t tag,
                                     uint32_t lun, uint8_t *buf,
                                     void *hba_private)
{
    return scsi_req_alloc(&stream_req_ops, dev, tag, lun, hba_private);
}

/* --- the device --- */

static void stream_realize(SCSIDevice *dev, Error **errp)
{
    dev->type = TYPE_TAPE;
}

static char *stream_get_last(Object *obj, Error **errp)
{
    BwTestStream *s = BW_TEST_STREAM(obj);

    return g_strdup(s->last ? s->last : "");
}

static char *stream_get_sense(Object *obj, Error **errp)
{
    BwTestStream *s = BW_TEST_STREAM(obj);

    return g_strdup(s->sense ? s->sense : "");
}

static void stream_set_sense(Object *obj, const char *value, Error **errp)
{
    BwTestStream *s = BW_TEST_STREAM(obj);

    g_free(s->sense);
    s->sense = g_strdup(value);
}

static bool stream_get_empty(Object *obj, Error **errp)
{
    return BW_TEST_STREAM(obj)->empty;
}

static void stream_set_empty(Object *obj, bool value, Error **errp)
{
    BW_TEST_STREAM(obj)->empty = value;
}

static bool stream_get_later(Object *obj, Error **errp)
{
    return BW_TEST_STREAM(obj)->later;
}

static void stream_set_later(Object *obj, bool value, Error **errp)
{
    BW_TEST_STREAM(obj)->later = value;
}

static void stream_get_block_size(Object *obj, Visitor *v, const char *name,
                                  void *opaque, Error **errp)
{
    uint32_t value = SCSI_DEVICE(obj)->blocksize;

    visit_type_uint32(v, name, &value, errp);
}

static void stream_set_block_size(Object *obj, Visitor *v, const char *name,
                                  void *opaque, Error **errp)
{
    uint32_t value;

    if (visit_type_uint32(v, name, &value, errp)) {
        SCSI_DEVICE(obj)->blocksize = value;
    }
}

static void stream_finalize(Object *obj)
{
    BwTestStream *s = BW_TEST_STREAM(obj);

    g_free(s->last);
    g_free(s->sense);
}

static void stream_init(Object *obj)
{
    BwTestStream *s = BW_TEST_STREAM(obj);

    object_property_add_uint32_ptr(obj, "answer", &s->answer,
                                   OBJ_PROP_FLAG_READWRITE);
}

static const VMStateDescription stream_vmstate = {
    .name = TYPE_BW_TEST_STREAM,
    .unmigratable = 1,
};

static void stream_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SCSIDeviceClass *sc = SCSI_DEVICE_CLASS(klass);

    dc->desc = "SCSI device that tests tell what to answer";
    dc->vmsd = &stream_vmstate;
    sc->realize = stream_realize;
    sc->alloc_req = stream_alloc_req;
    object_class_property_add_str(klass, "last", stream_get_last, NULL);
    object_class_property_add_str(klass, "sense", stream_get_sense,
                                  stream_set_sense);
    object_class_property_add_bool(klass, "empty", stream_get_empty,
                                   stream_set_empty);
    object_class_property_add_bool(klass, "later", stream_get_later,
                                   stream_set_later);
    object_class_property_add(klass, "block-size", "uint32",
                              stream_get_block_size, stream_set_block_size,
                              NULL, NULL);
}

static const TypeInfo stream_types[] = {
    {
        .name = TYPE_BW_TEST_STREAM,
        .parent = TYPE_SCSI_DEVICE,
        .instance_size = sizeof(BwTestStream),
        .instance_init = stream_init,
        .instance_finalize = stream_finalize,
        .class_init = stream_class_init,
    },
};

DEFINE_TYPES(stream_types)
