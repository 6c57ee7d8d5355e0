/*
 * A real SCSI device, a tape drive above all, on a guest's SCSI bus.
 *
 *   -chardev socket,id=pi,host=...,port=...,reconnect-ms=1000
 *   -device virtio-scsi-pci -device tape-passthrough,chardev=pi,export=tape
 *
 *   -device tape-passthrough,device=/dev/sg0
 *
 * The agent runs the guest's commands on the device, one at a time and in
 * order (SG_IO, host-agent/backend_sg.c); status, sense data and residue come
 * back as they are.  tape_passthrough.h lists the files; this one has the
 * properties, the life and the reset of the device.
 *
 * Source: SAM-4, SPC-4 and SSC-3, as far as the device here has to know of
 * commands (lib/scsi_nexus.h); docs/protocol.md, "SCSI".
 *
 * Choices: the first reset is the guest's power-on, and leaves the drive alone;
 * later ones reset the logical unit at the agent, which then reports a unit
 * attention itself.  The type of device that the guest sees is that of the
 * agent's, or until the agent has told of it, a tape's.
 *
 * Not modelled: commands of more than 16 bytes, which QEMU's SCSI bus does not
 * carry; sense data in descriptor format, which it gives guests in fixed
 * format; several commands at the device.  The other end is not part of a
 * snapshot: a machine with this device cannot be saved or migrated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "scsi/constants.h"
#include "system/block-backend.h"
#include "system/runstate.h"
#include "tape_passthrough.h"
#include "hw/benchwire/host-agent/local.h"

#define MIN_TIMEOUT_MS 10
#define MAX_TIMEOUT_MS 60000
#define MAX_WAIT_MS    3600000

/* --- properties --- */

static const struct {
    const char *name;
    uint8_t type;
} types[] = {
    { "disk", BW_SCSI_TYPE_DISK },
    { "tape", BW_SCSI_TYPE_TAPE },
    { "rom", BW_SCSI_TYPE_ROM },
    { "changer", BW_SCSI_TYPE_CHANGER },
};

static bool find_type(TapePassthrough *s, uint8_t *type, Error **errp)
{
    *type = BW_SCSI_TYPE_TAPE;
    if (!s->type_name) {
        return true;
    }
    s->type_given = true;
    for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
        if (!strcmp(types[i].name, s->type_name)) {
            *type = types[i].type;
            return true;
        }
    }
    error_setg(errp, "tape-passthrough: there is no scsi-type=%s; give disk, "
               "tape, rom or changer, or leave it out: the agent tells it",
               s->type_name);
    return false;
}

static bool check_place(TapePassthrough *s, Error **errp)
{
    bool has_chr = qemu_chr_fe_backend_connected(&s->chr);

    if (has_chr == (s->device != NULL)) {
        error_setg(errp, "tape-passthrough: %s; give chardev=ID for a device "
                   "of an agent or device=/dev/sgN for one of this machine",
                   has_chr ? "chardev= and device= exclude each other" :
                   "neither chardev= nor device= says where it is");
        return false;
    }
    if (s->device && s->export) {
        error_setg(errp, "tape-passthrough: export= names an export of an "
                   "agent, and device= uses none; leave it out");
        return false;
    }
    if (s->device) {
        return true;
    }
    if (!s->export || !*s->export) {
        error_setg(errp, "tape-passthrough: the agent's export is not named; "
                   "give export=NAME ('benchwire list' shows the names)");
        return false;
    }
    if (strlen(s->export) > BW_WIRE_MAX_NAME) {
        error_setg(errp, "tape-passthrough: export= is longer than an "
                   "export's name can be; use at most %d bytes",
                   BW_WIRE_MAX_NAME);
        return false;
    }
    return true;
}

static bool check_times(TapePassthrough *s, Error **errp)
{
    if (s->timeout_ms < MIN_TIMEOUT_MS || s->timeout_ms > MAX_TIMEOUT_MS) {
        error_setg(errp, "tape-passthrough: timeout-ms %" PRIu32 " is out of "
                   "range; give %d to %d", s->timeout_ms, MIN_TIMEOUT_MS,
                   MAX_TIMEOUT_MS);
        return false;
    }
    if (s->wait_ms > MAX_WAIT_MS) {
        error_setg(errp, "tape-passthrough: wait-ms %" PRIu32 " is out of "
                   "range; give up to %d", s->wait_ms, MAX_WAIT_MS);
        return false;
    }
    return true;
}

/* --- life --- */

static void vm_change(void *opaque, bool running, RunState state)
{
    TapePassthrough *s = opaque;

    s->running = running;
    if (running) {
        tape_passthrough_kick(s);
    }
}

static char *name_it(TapePassthrough *s)
{
    const char *id = DEVICE(s)->id;

    return g_strdup_printf("tape-passthrough %s%sscsi-id %u", id ?: "",
                           id ? " at " : "", s->qdev.id);
}

static bool start_link(TapePassthrough *s, Error **errp)
{
    BwLinkConfig config = {
        .name = g_strdup(s->name),
        .export = s->device ? BW_LOCAL_SCSI_EXPORT : s->export,
        .kind = BW_EXPORT_SCSI,
        .caps = BW_CAP_SCSI,
        .timeout_ms = s->timeout_ms,
        .ops = &tape_passthrough_link_ops,
        .opaque = s,
    };

    return bw_link_start(&s->link, &config, &s->chr, s->device, errp);
}

static void tape_passthrough_realize(SCSIDevice *dev, Error **errp)
{
    TapePassthrough *s = TAPE_PASSTHROUGH(dev);
    uint8_t type;

    if (!check_place(s, errp) || !check_times(s, errp) ||
        !find_type(s, &type, errp)) {
        return;
    }
    bw_scsi_nexus_init(&s->nexus, type);
    dev->type = type;
    dev->blocksize = s->nexus.block_len;
    dev->default_scsi_version = -1;
    s->name = name_it(s);
    s->running = runstate_is_running();
    tape_passthrough_request_start(s);
    if (!start_link(s, errp)) {
        tape_passthrough_request_stop(s);
        g_clear_pointer(&s->name, g_free);
        return;
    }
    s->change = qdev_add_vm_change_state_handler(DEVICE(dev), vm_change, s);
}

static void tape_passthrough_unrealize(SCSIDevice *dev)
{
    TapePassthrough *s = TAPE_PASSTHROUGH(dev);

    qemu_del_vm_change_state_handler(s->change);
    bw_link_stop(&s->link);
    tape_passthrough_request_stop(s);
    g_clear_pointer(&s->name, g_free);
}

static void tape_passthrough_reset(DeviceState *dev)
{
    TapePassthrough *s = TAPE_PASSTHROUGH(dev);

    scsi_device_purge_requests(&s->qdev, SENSE_CODE(NO_SENSE));
    s->reset_due = s->powered && s->ready;
    s->powered = true;
    tape_passthrough_kick(s);
}

/* The SCSI core waits for the requests of a device by its block backend. */
static void tape_passthrough_instance_init(Object *obj)
{
    TapePassthrough *s = TAPE_PASSTHROUGH(obj);

    tape_passthrough_request_init(s);
    s->qdev.conf.blk = blk_new(qemu_get_aio_context(), 0, BLK_PERM_ALL);
}

static void tape_passthrough_instance_finalize(Object *obj)
{
    TapePassthrough *s = TAPE_PASSTHROUGH(obj);

    tape_passthrough_request_finish(s);
    blk_unref(s->qdev.conf.blk);
}

static const VMStateDescription vmstate_tape_passthrough = {
    .name = TYPE_TAPE_PASSTHROUGH,
    .unmigratable = 1,
};

/* --- read-only properties --- */

static const struct {
    const char *name;
    size_t offset;
    const char *description;
} counters[] = {
    { "commands", offsetof(TapePassthrough, commands),
      "commands that the agent was given" },
    { "lost", offsetof(TapePassthrough, lost),
      "commands that ended because the link was lost" },
    { "refused", offsetof(TapePassthrough, refused),
      "commands not sent, as the position on the tape was unknown" },
    { "no-agent", offsetof(TapePassthrough, no_agent),
      "commands not sent, as there was no link within wait-ms" },
    { "timeouts", offsetof(TapePassthrough, link.timeouts),
      "connections given up because of a deadline" },
    { "reconnects", offsetof(TapePassthrough, link.reconnects),
      "times the link was ready again" },
};

static void get_counter(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    uint64_t n = *(uint64_t *)((char *)TAPE_PASSTHROUGH(obj) +
                               counters[(uintptr_t)opaque].offset);

    visit_type_uint64(v, name, &n, errp);
}

static char *get_link_state(Object *obj, Error **errp)
{
    return g_strdup(bw_link_state_name(&TAPE_PASSTHROUGH(obj)->link));
}

static bool get_position_unknown(Object *obj, Error **errp)
{
    return TAPE_PASSTHROUGH(obj)->nexus.position_unknown;
}

/* -1: not known */
static void get_block_length(Object *obj, Visitor *v, const char *name,
                             void *opaque, Error **errp)
{
    const struct bw_scsi_nexus *n = &TAPE_PASSTHROUGH(obj)->nexus;
    int64_t length = n->block_known ? (int64_t)n->block_len : -1;

    visit_type_int64(v, name, &length, errp);
}

static void get_device_type(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    uint8_t type = TAPE_PASSTHROUGH(obj)->nexus.type;

    visit_type_uint8(v, name, &type, errp);
}

static const Property tape_passthrough_properties[] = {
    DEFINE_PROP_CHR("chardev", TapePassthrough, chr),
    DEFINE_PROP_STRING("export", TapePassthrough, export),
    DEFINE_PROP_STRING("device", TapePassthrough, device),
    DEFINE_PROP_UINT32("timeout-ms", TapePassthrough, timeout_ms, 10000),
    DEFINE_PROP_UINT32("wait-ms", TapePassthrough, wait_ms, 5000),
    DEFINE_PROP_STRING("scsi-type", TapePassthrough, type_name),
};

static const struct {
    const char *name;
    const char *text;
} property_texts[] = {
    { "chardev", "the connection to the agent" },
    { "export", "the agent's export" },
    { "device", "in place of both: /dev/sgN of this machine, or "
                "sim-tape:FILE.tap" },
    { "timeout-ms", "how long the agent may say nothing while it is asked" },
    { "wait-ms", "how long a command waits for a link that is not there" },
    { "scsi-type", "disk, tape, rom or changer; without it the agent's word" },
};

static void add_read_only(ObjectClass *klass)
{
    for (uintptr_t i = 0; i < ARRAY_SIZE(counters); i++) {
        object_class_property_add(klass, counters[i].name, "uint64",
                                  get_counter, NULL, NULL, (void *)i);
        object_class_property_set_description(klass, counters[i].name,
                                              counters[i].description);
    }
    object_class_property_add_str(klass, "link-state", get_link_state, NULL);
    object_class_property_add_bool(klass, "position-unknown",
                                   get_position_unknown, NULL);
    object_class_property_add(klass, "block-length", "int64",
                              get_block_length, NULL, NULL, NULL);
    object_class_property_add(klass, "device-type", "uint8", get_device_type,
                              NULL, NULL, NULL);
}

static void tape_passthrough_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SCSIDeviceClass *sc = SCSI_DEVICE_CLASS(klass);

    dc->desc = "a SCSI device of an agent: tape drive, changer, disk";
    dc->fw_name = "tape";
    dc->vmsd = &vmstate_tape_passthrough;
    device_class_set_legacy_reset(dc, tape_passthrough_reset);
    device_class_set_props(dc, tape_passthrough_properties);
    for (size_t i = 0; i < ARRAY_SIZE(property_texts); i++) {
        object_class_property_set_description(klass, property_texts[i].name,
                                              property_texts[i].text);
    }
    add_read_only(klass);
    sc->realize = tape_passthrough_realize;
    sc->unrealize = tape_passthrough_unrealize;
    sc->parse_cdb = tape_passthrough_parse_cdb;
    sc->alloc_req = tape_passthrough_new_request;
}

static const TypeInfo tape_passthrough_types[] = {
    {
        .name = TYPE_TAPE_PASSTHROUGH,
        .parent = TYPE_SCSI_DEVICE,
        .instance_size = sizeof(TapePassthrough),
        .instance_init = tape_passthrough_instance_init,
        .instance_finalize = tape_passthrough_instance_finalize,
        .class_init = tape_passthrough_class_init,
    },
};

DEFINE_TYPES(tape_passthrough_types)
