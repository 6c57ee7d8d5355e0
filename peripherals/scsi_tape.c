/*
 * A SCSI tape drive, with an image file as its cartridge.
 *
 *   -drive if=none,id=t0,file=backup.tap,format=raw
 *   -device virtio-scsi-pci -device scsi-tape,drive=t0
 *
 * The drive itself is peripherals/parts/tape_drive.h (SSC-3, SPC-4), the tape
 * is lib/tape_store.h (a SIMH .tap file).  This is what makes them a device of
 * QEMU: one on any of its SCSI controllers, which follow a command from
 * scsi_tape_request.c on.  scsi_tape.h lists the files.
 *
 * This file has the properties and the life of the device.  The first reset is
 * power-on (29/01), later ones are told as 29/00; each drops the commands that
 * wait, lets the one that runs come to its end, and rewinds.
 *
 * Not modelled: several initiators on one bus (each controller is one), error
 * policies other than telling the guest (rerror, werror).  docs/fidelity.md
 * has the commands.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/module.h"
#include "qemu/units.h"
#include "qapi/error.h"
#include "block/block_int.h"
#include "hw/qdev-properties.h"
#include "hw/qdev-properties-system.h"
#include "migration/vmstate.h"
#include "scsi/constants.h"
#include "system/block-backend.h"
#include "system/runstate.h"
#include "scsi_tape.h"
#include "hw/benchwire/trace.h"

#define ASC_POWER_ON 0x2901
#define ASC_RESET    0x2900

#define VENDOR_LENGTH   8u
#define PRODUCT_LENGTH  16u
#define REVISION_LENGTH 4u
#define SERIAL_LENGTH   32u

/* --- properties --- */

static bool fits(const char *name, const char *value, size_t most, Error **errp)
{
    const char *c;

    if (!value) {
        return true;
    }
    if (strlen(value) > most) {
        error_setg(errp, "%s=%s is too long: %zu characters are the most", name,
                   value, most);
        return false;
    }
    for (c = value; *c; c++) {
        if (*c < 0x20 || *c > 0x7e) {
            error_setg(errp, "%s has a character that is not printable ASCII, "
                       "as SCSI wants it", name);
            return false;
        }
    }
    return true;
}

static const struct bw_tape_profile *find_profile(SCSITapeState *s,
                                                  Error **errp)
{
    const struct bw_tape_profile *profile;
    g_autoptr(GString) names = g_string_new(NULL);
    unsigned i;

    profile = bw_tape_profile(s->profile ? s->profile : "generic");
    if (!profile) {
        for (i = 0; (profile = bw_tape_profile_at(i)); i++) {
            g_string_append_printf(names, " %s", profile->name);
        }
        error_setg(errp, "there is no tape drive profile=%s; there are:%s",
                   s->profile, names->str);
    }
    return profile;
}

static bool sizes_are_right(SCSITapeState *s,
                            const struct bw_tape_profile *profile, Error **errp)
{
    if (s->capacity_mb && s->capacity) {
        error_setg(errp, "capacity and capacity-mb say the same: leave one "
                   "out");
        return false;
    }
    if (s->capacity_mb > INT64_MAX / MiB || s->capacity > INT64_MAX) {
        error_setg(errp, "the capacity is too large");
        return false;
    }
    s->capacity += s->capacity_mb * MiB;
    s->capacity_mb = 0;
    if (s->capacity && s->early_warning >= s->capacity) {
        error_setg(errp, "early-warning must be less than the capacity, it is "
                   "so many bytes before its end");
        return false;
    }
    if (s->block_size > profile->block_max) {
        error_setg(errp, "block-size=%" PRIu32 " is more than the %" PRIu32
                   " bytes of profile %s", s->block_size, profile->block_max,
                   profile->name);
        return false;
    }
    return true;
}

static bool make_drive(SCSITapeState *s, Error **errp)
{
    struct bw_tape_config config = {
        .vendor = s->vendor,
        .product = s->product,
        .revision = s->version,
        .serial = s->serial,
        .wwn = s->qdev.wwn,
        .capacity = s->capacity,
        .early_warning = s->early_warning,
        .write_protect = s->write_protect,
        .gather = s->gather,
        .eject = s->eject,
    };

    config.profile = find_profile(s, errp);
    if (!config.profile || !sizes_are_right(s, config.profile, errp) ||
        !fits("vendor", s->vendor, VENDOR_LENGTH, errp) ||
        !fits("product", s->product, PRODUCT_LENGTH, errp) ||
        !fits("ver", s->version, REVISION_LENGTH, errp) ||
        !fits("serial", s->serial, SERIAL_LENGTH, errp)) {
        return false;
    }
    config.capacity = s->capacity;
    config.block_size = s->block_size ? s->block_size
                                      : config.profile->default_block;
    bw_tape_init(&s->drive, &config, &s->host);
    return true;
}

/* --- life --- */

static bool has_backend(SCSITapeState *s, Error **errp)
{
    SCSIDevice *dev = &s->qdev;

    if (!dev->conf.blk) {
        /* an empty drive: qdev lets go of it on unplug */
        dev->conf.blk = blk_new(qemu_get_aio_context(), 0, BLK_PERM_ALL);
        blk_attach_dev(dev->conf.blk, DEVICE(dev));
        /* what comes is writable, unless blockdev-change-medium says not */
        blk_get_root_state(dev->conf.blk)->open_flags = BDRV_O_RDWR;
    }
    if (blk_get_aio_context(dev->conf.blk) != qemu_get_aio_context() &&
        !dev->hba_supports_iothread) {
        error_setg(errp, "the SCSI controller does not support I/O threads");
        return false;
    }
    if (blk_is_sg(dev->conf.blk)) {
        error_setg(errp, "drive is a SCSI device of the host: use "
                   "-device scsi-generic, or a .tap file");
        return false;
    }
    return true;
}

static void scsi_tape_realize(SCSIDevice *dev, Error **errp)
{
    SCSITapeState *s = SCSI_TAPE(dev);

    dev->type = TYPE_TAPE;
    if (!has_backend(s, errp) || !make_drive(s, errp)) {
        return;
    }
    dev->blocksize = s->drive.state.block_size;
    if (runstate_check(RUN_STATE_INMIGRATE)) {
        s->restore = true; /* the file is still another's */
    } else if (blk_is_inserted(dev->conf.blk) && !scsi_tape_insert(s, errp)) {
        return;
    }
    scsi_tape_request_start(s);
    blk_set_dev_ops(dev->conf.blk, &scsi_tape_block_ops, s);
    s->shutdown.notify = scsi_tape_shutdown;
    qemu_register_shutdown_notifier(&s->shutdown);
    s->change = qdev_add_vm_change_state_handler(DEVICE(dev),
                                                 scsi_tape_vm_change, s);
    /* an adapter takes in what the guest has left when it stops */
    s->change_last = qemu_add_vm_change_state_handler_prio(scsi_tape_vm_change,
                                                           s, -1);
}

static void scsi_tape_unrealize(SCSIDevice *dev)
{
    SCSITapeState *s = SCSI_TAPE(dev);

    notifier_remove(&s->shutdown);
    qemu_del_vm_change_state_handler(s->change_last);
    qemu_del_vm_change_state_handler(s->change);
    scsi_tape_remove(s); /* drains, which starts the queue again */
    blk_set_dev_ops(dev->conf.blk, NULL, NULL);
    scsi_tape_request_stop(s);
}

static void coroutine_fn reset_drive(SCSITapeState *s, void *opaque)
{
    bw_tape_reset(&s->drive, s->powered ? ASC_RESET : ASC_POWER_ON);
}

static void scsi_tape_reset(DeviceState *dev)
{
    SCSITapeState *s = SCSI_TAPE(dev);

    scsi_device_purge_requests(&s->qdev, SENSE_CODE(NO_SENSE));
    scsi_tape_hold(s);
    scsi_tape_run(s, reset_drive, NULL);
    s->qdev.blocksize = s->drive.state.block_size;
    s->locked = false;
    s->powered = true;
    scsi_tape_release(s);
}

static void scsi_tape_instance_init(Object *obj)
{
    SCSITapeState *s = SCSI_TAPE(obj);

    scsi_tape_request_init(s);
    scsi_tape_medium_init(s);
}

static void scsi_tape_instance_finalize(Object *obj)
{
    scsi_tape_request_finish(SCSI_TAPE(obj));
}

static const Property scsi_tape_properties[] = {
    DEFINE_PROP_DRIVE_IOTHREAD("drive", SCSITapeState, qdev.conf.blk),
    DEFINE_PROP_STRING("vendor", SCSITapeState, vendor),
    DEFINE_PROP_STRING("product", SCSITapeState, product),
    DEFINE_PROP_STRING("ver", SCSITapeState, version),
    DEFINE_PROP_STRING("serial", SCSITapeState, serial),
    DEFINE_PROP_UINT64("wwn", SCSITapeState, qdev.wwn, 0),
    DEFINE_PROP_STRING("profile", SCSITapeState, profile),
    DEFINE_PROP_UINT32("block-size", SCSITapeState, block_size, 0),
    DEFINE_PROP_SIZE("capacity", SCSITapeState, capacity, 0),
    DEFINE_PROP_UINT64("capacity-mb", SCSITapeState, capacity_mb, 0),
    DEFINE_PROP_SIZE("early-warning", SCSITapeState, early_warning, 0),
    DEFINE_PROP_BOOL("write-protect", SCSITapeState, write_protect, false),
    DEFINE_PROP_BOOL("gather", SCSITapeState, gather, true),
    DEFINE_PROP_BOOL("eject", SCSITapeState, eject, false),
};

static const struct {
    const char *name;
    const char *text;
} property_texts[] = {
    { "drive", "the cartridge: a -drive or -blockdev; none: an empty drive" },
    { "vendor", "INQUIRY vendor, up to 8 characters (default: the profile's)" },
    { "product", "INQUIRY product, up to 16 characters" },
    { "ver", "INQUIRY revision, up to 4 characters" },
    { "serial", "serial number, up to 32 characters" },
    { "wwn", "world wide name, for VPD page 83h" },
    { "profile", "which drive it is: generic, dds3, lto5, lto8" },
    { "block-size", "block length at power-on; 0 (default): variable" },
    { "capacity", "bytes that go on a tape which names no capacity itself, "
                  "with k, M, G, T; 0 (default): as many as the host takes" },
    { "capacity-mb", "the same in MiB" },
    { "early-warning", "bytes before the end at which writes are warned; "
                       "0 (default): a 64th of the capacity" },
    { "write-protect", "as if the tab of each cartridge were set" },
    { "gather", "keep small records of buffered writes until there is 1 MiB "
                "of them, or a command that waits for them (default on)" },
    { "eject", "UNLOAD ejects, which opens the tray (default off: the "
               "cartridge stays in, for LOAD)" },
};

static void scsi_tape_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    SCSIDeviceClass *sc = SCSI_DEVICE_CLASS(klass);
    size_t i;

    dc->desc = "SCSI tape drive with a .tap file as its cartridge";
    dc->fw_name = "tape";
    dc->vmsd = &vmstate_scsi_tape;
    device_class_set_legacy_reset(dc, scsi_tape_reset);
    device_class_set_props(dc, scsi_tape_properties);
    for (i = 0; i < ARRAY_SIZE(property_texts); i++) {
        object_class_property_set_description(klass, property_texts[i].name,
                                              property_texts[i].text);
    }
    sc->realize = scsi_tape_realize;
    sc->unrealize = scsi_tape_unrealize;
    sc->parse_cdb = scsi_tape_parse_cdb;
    sc->alloc_req = scsi_tape_new_request;
    scsi_tape_state_class_init(klass);
}

static const TypeInfo scsi_tape_info = {
    .name = TYPE_SCSI_TAPE,
    .parent = TYPE_SCSI_DEVICE,
    .instance_size = sizeof(SCSITapeState),
    .instance_init = scsi_tape_instance_init,
    .instance_finalize = scsi_tape_instance_finalize,
    .class_init = scsi_tape_class_init,
};

static void scsi_tape_register_types(void)
{
    type_register_static(&scsi_tape_info);
}

type_init(scsi_tape_register_types)
