/*
 * A SCSI unit that does what the test says, and counts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_TESTS_UNIT_SCSI_FAKE_UNIT_H
#define BENCHWIRE_TESTS_UNIT_SCSI_FAKE_UNIT_H

#include "session_rig.h"

#include <pthread.h>
#include <stdio.h>

#include "host-agent/service_scsi_priv.h"
#include "lib/scsi_sense.h"

struct fake_unit {
    struct bw_scsi_unit unit;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool held;     /* a command waits until this is false */
    bool running;  /* ... and does */
    bool no_reset; /* the host cannot */
    enum bw_status takes;
    unsigned attentions; /* the next commands meet one */
    unsigned taken, given_back;
    uint32_t timeout_ms;   /* of the newest command */
    uint8_t opcodes[32];   /* of the commands, in order */
    unsigned count;        /* of them */
    uint8_t last_data[32]; /* that came with the newest one */
};

static enum bw_status fake_take(struct bw_scsi_unit *u,
                                char why[BW_WIRE_MAX_TEXT + 1])
{
    struct fake_unit *f = (struct fake_unit *)u;

    snprintf(why, BW_WIRE_MAX_TEXT + 1, "st has it");
    f->taken += f->takes == BW_OK;
    return f->takes;
}

static void fake_give_back(struct bw_scsi_unit *u)
{
    ((struct fake_unit *)u)->given_back++;
}

static void fake_execute(struct bw_scsi_unit *u, struct bw_scsi_task *t)
{
    struct fake_unit *f = (struct fake_unit *)u;

    pthread_mutex_lock(&f->lock);
    f->running = true;
    pthread_cond_broadcast(&f->changed);
    while (f->held) {
        pthread_cond_wait(&f->changed, &f->lock);
    }
    f->running = false;
    f->timeout_ms = t->timeout_ms;
    assert_true(f->count < sizeof(f->opcodes));
    f->opcodes[f->count++] = t->cmd.cdb[0];
    if (t->cmd.direction == BW_SCSI_DATA_OUT) {
        assert_true(t->cmd.len <= sizeof(f->last_data));
        memcpy(f->last_data, t->data, t->cmd.len);
    }
    t->result.moved = t->cmd.len;
    if (f->attentions > 0) {
        static const struct bw_sense ua = { .key = BW_SENSE_ATTENTION,
                                            .asc = 0x2900 };

        f->attentions--;
        t->result.status = BW_SCSI_CHECK;
        t->result.sense_len = (uint8_t)bw_sense_fixed(&ua, t->result.sense,
                                                      sizeof(t->result.sense));
    }
    pthread_mutex_unlock(&f->lock);
}

static enum bw_status fake_reset(struct bw_scsi_unit *u,
                                 char why[BW_WIRE_MAX_TEXT + 1])
{
    snprintf(why, BW_WIRE_MAX_TEXT + 1, "this host cannot");
    return ((struct fake_unit *)u)->no_reset ? BW_DENIED : BW_OK;
}

static void fake_about(struct bw_scsi_unit *u, bool in_full,
                       struct bw_scsi_about *out)
{
    (void)u;
    (void)in_full;
    out->present = true;
    out->type = BW_SCSI_TYPE_TAPE;
}

static void fake_free(struct bw_scsi_unit *u)
{
    (void)u;
}

static struct fake_unit fake;

static struct rig *fake_rig(void)
{
    static const struct bw_scsi_unit_ops ops = {
        .take = fake_take,
        .give_back = fake_give_back,
        .execute = fake_execute,
        .reset = fake_reset,
        .about = fake_about,
        .free = fake_free,
    };
    const struct bw_scsi_owner owner = { .time_ms = { [BW_SCSI_TIME_DATA] =
                                                          5000 } };
    struct rig *r = rig_new();
    struct bw_export *e;

    memset(&fake, 0, sizeof(fake));
    fake.unit.ops = &ops;
    fake.unit.max_len = 32;
    pthread_mutex_init(&fake.lock, NULL);
    pthread_cond_init(&fake.changed, NULL);
    e = bw_bench_add_export(&r->bench, "tape", BW_EXPORT_SCSI, NULL,
                            BW_ADDR_ANY, "");
    assert_non_null(e);
    assert_true(bw_service_scsi_attach(e, &fake.unit, &owner));
    return r;
}

static void hold(bool held)
{
    pthread_mutex_lock(&fake.lock);
    fake.held = held;
    pthread_cond_broadcast(&fake.changed);
    pthread_mutex_unlock(&fake.lock);
}

static void expect_opcodes(const char *opcodes, unsigned count)
{
    assert_int_equal(fake.count, count);
    assert_memory_equal(fake.opcodes, opcodes, count);
}

#endif
