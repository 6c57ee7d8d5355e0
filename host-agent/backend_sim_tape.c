/*
 * A simulated tape drive; see backend_sim_tape.h.
 *
 * Choices: the drive stays switched on while the agent runs, so modes and the
 * place on the tape last from one session to the next, as a real one's do.
 * UNLOAD keeps the cartridge in the drive, LOAD threads it again.  What was
 * written is committed at the end of every session.  A write with less data
 * than its CDB says does not reach the drive (ABORTED COMMAND, DATA PHASE
 * ERROR).
 *
 * Not modelled: how long a tape takes to wind; another cartridge (restart or
 * reload the agent with another file).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_sim_tape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host-agent/log.h"
#include "host-agent/tape_file.h"
#include "peripherals/parts/tape_drive.h"

#define ASC_RESET    0x2900
#define SCRATCH_KEPT (1u << 20) /* bytes between two commands */

struct sim_tape {
    struct bw_scsi_unit unit;
    struct bw_tape_set set;
    struct bw_tape_medium medium;
    struct bw_tape_host host;
    struct bw_tape_drive drive;
    uint8_t *scratch; /* a command that wants more than the client takes */
    size_t scratch_room;
};

static uint64_t now_ms(void *opaque)
{
    struct timespec t;

    (void)opaque;
    clock_gettime(CLOCK_REALTIME, &t); /* REPORT TIMESTAMP is a date */
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void lock_door(void *opaque, bool locked)
{
    (void)opaque;
    (void)locked;
}

static bool load(void *opaque, bool in)
{
    (void)opaque;
    (void)in;
    return true; /* it stays in the drive */
}

/* --- struct bw_scsi_unit --- */

static enum bw_status take(struct bw_scsi_unit *u,
                           char why[BW_WIRE_MAX_TEXT + 1])
{
    (void)u;
    (void)why;
    return BW_OK;
}

static void give_back(struct bw_scsi_unit *u)
{
    struct sim_tape *t = (struct sim_tape *)u;

    if (bw_tape_sync(&t->drive) != BW_TAPE_OK) {
        bw_log(BW_LOG_ERROR, "%s: what was written last may not be on the disk",
               t->set.path);
    }
}

static void put_sense(struct bw_wire_scsi_result *r,
                      const struct bw_sense *sense)
{
    r->sense_len = (uint8_t)bw_sense_fixed(sense, r->sense, sizeof(r->sense));
}

static void check(struct bw_wire_scsi_result *r, enum bw_sense_key key,
                  bw_asc asc)
{
    const struct bw_sense sense = { .key = key, .asc = asc };

    r->status = BW_SCSI_CHECK;
    put_sense(r, &sense);
}

/* Returns NULL without memory. */
static uint8_t *get_scratch(struct sim_tape *t, size_t size)
{
    if (t->scratch_room < size) {
        free(t->scratch);
        t->scratch = malloc(size);
        t->scratch_room = t->scratch ? size : 0;
    }
    return t->scratch;
}

static void drop_scratch(struct sim_tape *t)
{
    if (t->scratch_room > SCRATCH_KEPT) {
        free(t->scratch);
        t->scratch = NULL;
        t->scratch_room = 0;
    }
}

/* Data to the drive: all that the CDB says must be there. */
static bool give(struct bw_tape_command *c, struct bw_scsi_task *t,
                 uint64_t bytes)
{
    c->size = bytes > BW_TAPE_COMMAND_MAX ? 0 : (size_t)bytes;
    if (t->cmd.direction != BW_SCSI_DATA_OUT ? c->size > 0
                                             : c->size > t->cmd.len) {
        check(&t->result, BW_SENSE_ABORTED, 0x4b00);
        return false;
    }
    c->data = t->data;
    t->result.moved = (uint32_t)c->size;
    return true;
}

/* Data from the drive: room for all that it may say. */
static bool make_room(struct sim_tape *s, struct bw_tape_command *c,
                      struct bw_scsi_task *t, uint64_t bytes)
{
    uint32_t len = t->cmd.direction == BW_SCSI_DATA_IN ? t->cmd.len : 0;

    c->size = bytes > BW_TAPE_COMMAND_MAX ? BW_TAPE_COMMAND_MAX : (size_t)bytes;
    c->data = c->size > len ? get_scratch(s, c->size) : t->data;
    if (c->size && !c->data) {
        t->result.status = BW_SCSI_BUSY;
        return false;
    }
    return true;
}

static void take_data(struct bw_tape_command *c, struct bw_scsi_task *t)
{
    size_t len = t->cmd.direction == BW_SCSI_DATA_IN ? t->cmd.len : 0;

    if (c->done > c->size) {
        c->done = c->size;
    }
    t->result.moved = (uint32_t)(c->done < len ? c->done : len);
    if (c->data != t->data && t->result.moved > 0) {
        memcpy(t->data, c->data, t->result.moved);
    }
}

static void execute(struct bw_scsi_unit *u, struct bw_scsi_task *t)
{
    struct sim_tape *s = (struct sim_tape *)u;
    struct bw_tape_command c = { .cdb_length = t->cmd.cdb_len };
    enum bw_tape_direction direction;
    uint64_t bytes = 0;

    memcpy(c.cdb, t->cmd.cdb, sizeof(c.cdb));
    direction = bw_tape_transfer(&s->drive, c.cdb, &bytes);
    if (direction == BW_TAPE_DATA_OUT
            ? !give(&c, t, bytes)
            : !make_room(s, &c, t, direction == BW_TAPE_NO_DATA ? 0 : bytes)) {
        return;
    }
    bw_tape_execute(&s->drive, &c);
    if (direction == BW_TAPE_DATA_IN) {
        take_data(&c, t);
    }
    drop_scratch(s);
    t->result.status = (uint8_t)c.status;
    if (c.status == BW_SCSI_CHECK) {
        put_sense(&t->result, &c.sense);
    }
}

static enum bw_status reset(struct bw_scsi_unit *u,
                            char why[BW_WIRE_MAX_TEXT + 1])
{
    (void)why;
    bw_tape_reset(&((struct sim_tape *)u)->drive, ASC_RESET);
    return BW_OK;
}

static void about(struct bw_scsi_unit *u, bool in_full,
                  struct bw_scsi_about *out)
{
    const struct sim_tape *t = (struct sim_tape *)u;
    const struct bw_tape_config *c = &t->drive.config;

    out->present = true;
    out->usable = in_full;
    out->type = BW_SCSI_TYPE_TAPE;
    snprintf(out->what, sizeof(out->what), "simulated %.8s %.16s with %.180s",
             c->profile->vendor, c->profile->product, t->set.path);
}

static void free_unit(struct bw_scsi_unit *u)
{
    struct sim_tape *t = (struct sim_tape *)u;

    if (bw_tape_remove(&t->drive) != BW_TAPE_OK) {
        bw_log(BW_LOG_ERROR, "%s: what was written last may not be on the disk",
               t->set.path);
    }
    bw_medium_close(&t->medium);
    bw_tape_set_finish(&t->set);
    free(t->scratch);
    free(t);
}

static const struct bw_scsi_unit_ops ops = {
    .take = take,
    .give_back = give_back,
    .execute = execute,
    .reset = reset,
    .about = about,
    .free = free_unit,
};

/* --- making one --- */

static bool open_tape(struct sim_tape *t, const char *path, char *error,
                      size_t error_size)
{
    const struct bw_tape_options options = { .gather = true };
    struct bw_tape_verdict verdict = { .result = BW_TAPE_OK };
    enum bw_tape_result result;

    if (!bw_tape_set_init(&t->set, path, BW_TAPE_CHANGE)) {
        snprintf(error, error_size, "%s", t->set.error);
        return false;
    }
    result = bw_medium_open(&t->medium, &t->set.files, &options, &verdict);
    if (result == BW_TAPE_OK) {
        if (verdict.text[0]) {
            bw_log(BW_LOG_INFO, "%s: %s", path, verdict.text);
        }
        return true;
    }
    if (result == BW_TAPE_NOT_FOUND) {
        snprintf(error, error_size,
                 "there is no tape %s; make it with benchwire tape create %s",
                 path, path);
    } else if (t->set.error[0]) {
        snprintf(error, error_size, "%s", t->set.error);
    } else {
        snprintf(error, error_size, "%s is no tape: %s", path,
                 verdict.text[0] ? verdict.text : bw_tape_result_text(result));
    }
    bw_tape_set_finish(&t->set);
    return false;
}

struct bw_scsi_unit *bw_sim_tape_new(const char *path, const char *profile,
                                     char *error, size_t error_size)
{
    struct bw_tape_config config = {
        .profile = bw_tape_profile(profile[0] ? profile : "generic"),
        .gather = true,
    };
    struct sim_tape *t = calloc(1, sizeof(*t));

    if (!t) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    if (!config.profile) {
        snprintf(error, error_size,
                 "there is no tape drive \"%s\"; see profile in bench.conf(5)",
                 profile);
        goto err_free;
    }
    config.block_size = config.profile->default_block;
    if (!open_tape(t, path, error, error_size)) {
        goto err_free;
    }
    t->unit.ops = &ops;
    t->unit.max_len = BW_SCSI_MAX_LEN;
    t->unit.simulated = true;
    t->host = (struct bw_tape_host){ t, now_ms, lock_door, load };
    bw_tape_init(&t->drive, &config, &t->host);
    bw_tape_insert(&t->drive, &t->medium);
    return &t->unit;

err_free:
    free(t);
    return NULL;
}
