/*
 * scsi-tape: when the machine stops, when it moves, and what QMP can ask.
 *
 * When the machine stops (also for the end of QEMU and for migration) the
 * queue is worked off, all that was answered GOOD is committed, and the index
 * is saved.  What migrates is the state of the drive; the tape itself is on
 * storage that both sides see, or is copied by the block layer.  The other side
 * opens it when the machine runs there, and puts the head where it was.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "migration/vmstate.h"
#include "system/block-backend.h"
#include "system/runstate.h"
#include "scsi_tape.h"
#include "hw/benchwire/trace.h"

/* --- stop and go --- */

static void coroutine_fn commit(SCSITapeState *s, void *opaque)
{
    enum bw_tape_result *result = opaque;

    *result = bw_tape_sync(&s->drive);
    if (*result == BW_TAPE_OK) {
        *result = bw_medium_save(&s->medium);
    }
}

static void stopped(SCSITapeState *s)
{
    enum bw_tape_result result = BW_TAPE_OK;

    scsi_tape_settle(s);
    if (!s->opened || !s->touched) {
        return;
    }
    s->touched = false;
    scsi_tape_hold(s);
    scsi_tape_run(s, commit, &result);
    scsi_tape_release(s);
    trace_bw_scsi_tape_commit(s, bw_tape_result_name(result));
    if (result != BW_TAPE_OK) {
        error_report("scsi-tape: not all of the tape could be written: %s",
                     bw_tape_result_text(result));
    }
}

/* The state came with the migration; the file is ours from now on. */
static void arrived(SCSITapeState *s)
{
    Error *err = NULL;

    s->restore = false;
    if (!blk_is_inserted(s->qdev.conf.blk) || !s->drive.state.present) {
        return;
    }
    scsi_tape_hold(s);
    scsi_tape_forget(s); /* of a snapshot: it is another tape now */
    s->restore = true;
    if (!scsi_tape_insert(s, &err)) {
        error_report_err(err);
        s->drive.state.present = 0;
        s->drive.state.loaded = 0;
    }
    scsi_tape_release(s);
}

void scsi_tape_vm_change(void *opaque, bool running, RunState state)
{
    SCSITapeState *s = opaque;

    if (!running) {
        stopped(s);
    } else if (s->restore) {
        arrived(s);
    }
}

/* --- migration --- */

static int pre_save(void *opaque)
{
    SCSITapeState *s = opaque;

    bw_sense_fixed(&s->drive.deferred, s->deferred, sizeof(s->deferred));
    return 0;
}

static int post_load(void *opaque, int version_id)
{
    SCSITapeState *s = opaque;
    struct bw_tape_drive_state *state = &s->drive.state;

    if (state->partition >= BW_TAPE_PARTITIONS ||
        state->attentions > BW_TAPE_ATTENTIONS ||
        state->pr_keys > BW_TAPE_KEYS) {
        error_report("scsi-tape: the state that came is damaged");
        return -EINVAL;
    }
    s->drive.deferred_set =
        s->drive.deferred_set &&
        bw_sense_parse(s->deferred, sizeof(s->deferred), &s->drive.deferred);
    s->qdev.blocksize = state->block_size;
    s->powered = true;
    s->restore = true;
    return 0;
}

#define STATE(member) drive.state.member

const VMStateDescription vmstate_scsi_tape = {
    .name = TYPE_SCSI_TAPE,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = pre_save,
    .post_load = post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_SCSI_DEVICE(qdev, SCSITapeState),
        VMSTATE_BOOL(tray_open, SCSITapeState),
        VMSTATE_BOOL(locked, SCSITapeState),
        VMSTATE_UINT32(STATE(block_size), SCSITapeState),
        VMSTATE_UINT8(STATE(density), SCSITapeState),
        VMSTATE_UINT8(STATE(buffered), SCSITapeState),
        VMSTATE_UINT8(STATE(compression), SCSITapeState),
        VMSTATE_UINT8(STATE(partition), SCSITapeState),
        VMSTATE_UINT8(STATE(prevent), SCSITapeState),
        VMSTATE_UINT8(STATE(loaded), SCSITapeState),
        VMSTATE_UINT8(STATE(present), SCSITapeState),
        VMSTATE_UINT8(STATE(position_lost), SCSITapeState),
        VMSTATE_UINT32(STATE(programmable_warning), SCSITapeState),
        VMSTATE_UINT64_ARRAY(STATE(object), SCSITapeState, BW_TAPE_PARTITIONS),
        VMSTATE_UINT64(STATE(tape_alert), SCSITapeState),
        VMSTATE_UINT16_ARRAY(STATE(attention), SCSITapeState,
                             BW_TAPE_ATTENTIONS),
        VMSTATE_UINT8(STATE(attentions), SCSITapeState),
        VMSTATE_UINT8(STATE(reserved), SCSITapeState),
        VMSTATE_UINT32(STATE(reserved_by), SCSITapeState),
        VMSTATE_UINT64_ARRAY(STATE(key), SCSITapeState, BW_TAPE_KEYS),
        VMSTATE_UINT64(STATE(reservation_key), SCSITapeState),
        VMSTATE_UINT32(STATE(pr_generation), SCSITapeState),
        VMSTATE_UINT8(STATE(pr_type), SCSITapeState),
        VMSTATE_UINT8(STATE(pr_keys), SCSITapeState),
        VMSTATE_INT64(STATE(timestamp_offset_ms), SCSITapeState),
        VMSTATE_UINT64_ARRAY(STATE(counters), SCSITapeState, 16),
        VMSTATE_UINT8_ARRAY(STATE(mode), SCSITapeState, 256),
        VMSTATE_UINT64(drive.warned, SCSITapeState),
        VMSTATE_UINT64(drive.full, SCSITapeState),
        VMSTATE_BOOL(drive.deferred_set, SCSITapeState),
        VMSTATE_UINT8_ARRAY(deferred, SCSITapeState, BW_SENSE_FIXED_LENGTH),
        VMSTATE_BOOL(drive.overwrite, SCSITapeState),
        VMSTATE_UINT8(drive.overwrite_partition, SCSITapeState),
        VMSTATE_UINT64(drive.overwrite_object, SCSITapeState),
        VMSTATE_END_OF_LIST()
    }
};

/* --- what can be asked --- */

static struct bw_tape_store *loaded_store(SCSITapeState *s)
{
    if (!s->drive.medium || !s->drive.state.loaded) {
        return NULL;
    }
    return s->medium.partition[s->drive.state.partition];
}

static void visit_number(Visitor *v, const char *name, uint64_t value,
                         Error **errp)
{
    visit_type_uint64(v, name, &value, errp);
}

static void get_position(Object *obj, Visitor *v, const char *name,
                         void *opaque, Error **errp)
{
    struct bw_tape_place place = { 0 };
    struct bw_tape_store *store = loaded_store(SCSI_TAPE(obj));

    if (store) {
        bw_tape_place(store, &place);
    }
    visit_number(v, name, place.object, errp);
}

static void get_file(Object *obj, Visitor *v, const char *name, void *opaque,
                     Error **errp)
{
    struct bw_tape_place place = { 0 };
    struct bw_tape_store *store = loaded_store(SCSI_TAPE(obj));

    if (store) {
        bw_tape_place(store, &place);
    }
    visit_number(v, name, place.marks, errp);
}

static void get_partition(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    visit_number(v, name, SCSI_TAPE(obj)->drive.state.partition, errp);
}

static bool get_loaded(Object *obj, Error **errp)
{
    return SCSI_TAPE(obj)->drive.state.loaded;
}

static bool get_protected(Object *obj, Error **errp)
{
    SCSITapeState *s = SCSI_TAPE(obj);

    return s->write_protect || (s->opened && s->medium.read_only);
}

static char *get_barcode(Object *obj, Error **errp)
{
    SCSITapeState *s = SCSI_TAPE(obj);

    return g_strdup(s->opened ? s->medium.cartridge.barcode : "");
}

static void add_number(ObjectClass *klass, const char *name,
                       ObjectPropertyAccessor *get, const char *text)
{
    object_class_property_add(klass, name, "uint64", get, NULL, NULL, NULL);
    object_class_property_set_description(klass, name, text);
}

void scsi_tape_state_class_init(ObjectClass *klass)
{
    add_number(klass, "position", get_position,
               "the record or mark that the head is before (read-only)");
    add_number(klass, "file", get_file,
               "tape marks before the head (read-only)");
    add_number(klass, "partition", get_partition,
               "the partition under the head (read-only)");
    object_class_property_add_bool(klass, "loaded", get_loaded, NULL);
    object_class_property_set_description(klass, "loaded",
        "a cartridge is in and threaded (read-only)");
    object_class_property_add_bool(klass, "protected", get_protected, NULL);
    object_class_property_set_description(klass, "protected",
        "the cartridge cannot be written (read-only)");
    object_class_property_add_str(klass, "barcode", get_barcode, NULL);
    object_class_property_set_description(klass, "barcode",
        "the label of the cartridge (read-only)");
}
