/*
 * What i2c-passthrough counts, for whoever looks: read-only properties, one
 * trace event per read whose length was mispredicted, one line in the log per
 * read that strict=on refuses, and COUNTERS for the agent.
 *
 * COUNTERS (docs/protocol.md) goes out a second after a count has changed, and
 * when the machine stops or the device goes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qemu/error-report.h"
#include "qemu/timer.h"
#include "system/runstate.h"
#include "i2c_passthrough.h"
#include "hw/benchwire/lib/wire_stats.h"
#include "hw/benchwire/trace.h"

#define INTERVAL_MS 1000
#define MAX_REFUSALS_LOGGED 32

/* --- COUNTERS --- */

struct bw_asm_stats bw_i2c_counters_sum(I2CPassthrough *s)
{
    I2CPassthroughClass *klass = I2C_PASSTHROUGH_GET_CLASS(s);
    struct bw_asm_stats sum = bw_i2c_transfer_stats(s);

    sum.transfers += s->exact.stats.transfers;
    sum.over_read += s->exact.stats.over_read;
    sum.failures += s->exact.stats.failures;
    if (klass->add_stats) {
        klass->add_stats(s, &sum);
    }
    return sum;
}

static struct bw_wire_counters session_counters(I2CPassthrough *s)
{
    struct bw_asm_stats sum = bw_i2c_counters_sum(s);

    return (struct bw_wire_counters) {
        .over_read = sum.over_read - s->counted.over_read,
        .under_read = sum.under_read - s->counted.under_read,
        .mispredicted = sum.mispredicted - s->counted.mispredicted,
    };
}

static bool differ(const struct bw_wire_counters *a,
                   const struct bw_wire_counters *b)
{
    return a->over_read != b->over_read || a->under_read != b->under_read ||
           a->mispredicted != b->mispredicted;
}

static void counters_done(void *opaque, uint32_t id, unsigned status,
                          const uint8_t *body, size_t len)
{
    I2CPassthrough *s = opaque;

    if (status == BW_OK && len) {
        bw_link_reject(&s->link, "a reply to COUNTERS that has a body");
    }
}

static void send_counters(void *opaque)
{
    I2CPassthrough *s = opaque;
    struct bw_wire_counters now = session_counters(s);
    struct bw_writer *w;

    if (!(s->link.peer_caps & BW_CAP_STATS) || !differ(&now, &s->sent) ||
        !bw_link_begin(&s->link, BW_MSG_COUNTERS, &w)) {
        return;
    }
    bw_wire_put_counters(w, &now);
    if (bw_link_commit(&s->link, counters_done, s)) {
        s->sent = now;
    }
}

static void vm_state_changed(void *opaque, bool running, RunState state)
{
    if (!running) {
        send_counters(opaque);
    }
}

/* --- reports --- */

static void print_prefix(const struct bw_read_key *key, char *out, size_t size)
{
    size_t at = snprintf(out, size, "r@0x%02x%s%s", key->addr,
                         key->flags ? "t" : "",
                         key->prefix_len ? " after" : " after nothing");

    for (unsigned i = 0; i < key->prefix_len && at < size; i++) {
        at += snprintf(out + at, size - at, " 0x%02x", key->prefix[i]);
    }
}

static void log_refusal(I2CPassthrough *s, const char *read)
{
    for (unsigned i = 0; i < s->refusals->len; i++) {
        if (!strcmp(g_ptr_array_index(s->refusals, i), read)) {
            return;
        }
    }
    if (s->refusals->len == MAX_REFUSALS_LOGGED) {
        return;
    }
    g_ptr_array_add(s->refusals, g_strdup(read));
    warn_report("%s: strict=on refuses the read %s: neither the controller nor "
                "a profile says how long it is; give profile=NAME (a line "
                "\"read\" states a length), or leave strict=on out",
                s->link.config.name, read);
}

void bw_i2c_counters_note(I2CPassthrough *s)
{
    struct bw_wire_counters now = session_counters(s);
    struct bw_asm_report report;
    char read[96];

    if (bw_i2c_assembler_report(&s->assembler, &report)) {
        print_prefix(&report.key, read, sizeof(read));
        if (report.kind == BW_ASM_REPORT_REFUSED) {
            log_refusal(s, read);
        } else {
            trace_bw_i2c_passthrough_mispredicted(read, report.predicted,
                                                  report.taken);
        }
    }
    if (differ(&now, &s->sent) && s->link.peer_caps & BW_CAP_STATS &&
        !timer_pending(s->counters_timer)) {
        timer_mod(s->counters_timer,
                  qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + INTERVAL_MS);
    }
}

/* --- life --- */

void bw_i2c_counters_session(I2CPassthrough *s)
{
    s->counted = bw_i2c_counters_sum(s);
    memset(&s->sent, 0, sizeof(s->sent));
}

void bw_i2c_counters_init(I2CPassthrough *s)
{
    s->refusals = g_ptr_array_new_with_free_func(g_free);
    s->counters_timer = timer_new_ms(QEMU_CLOCK_REALTIME, send_counters, s);
    s->vm_state = qemu_add_vm_change_state_handler(vm_state_changed, s);
}

void bw_i2c_counters_flush(I2CPassthrough *s)
{
    send_counters(s);
}

void bw_i2c_counters_finish(I2CPassthrough *s)
{
    qemu_del_vm_change_state_handler(s->vm_state);
    timer_free(s->counters_timer);
    g_ptr_array_unref(s->refusals);
}
