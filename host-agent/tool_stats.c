/*
 * "benchwire stats": what the agent has counted, export by export.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/wire_stats.h"

#define BAR_WIDTH 40

/* "(nack-addr 2, timeout 1)" */
static void print_failures(const struct bw_wire_stats *m, const char *what)
{
    uint64_t failed = 0;
    unsigned i;
    const char *before = " (";

    for (i = 1; i < m->nstatus; i++) {
        failed += m->status[i];
    }
    printf("  %s %" PRIu64 ", failed %" PRIu64, what, m->transfers, failed);
    for (i = 1; i < m->nstatus; i++) {
        if (m->status[i]) {
            printf("%s%s %" PRIu64, before, bw_status_name(i), m->status[i]);
            before = ", ";
        }
    }
    printf("%s\n", failed ? ")" : "");
}

/* "250 us", "1.0 ms", "2.1 s" */
static void print_us(char out[16], uint64_t us)
{
    if (us < 1000) {
        snprintf(out, 16, "%u us", (unsigned)us);
    } else if (us < 1000000) {
        snprintf(out, 16, "%.1f ms", (double)us / 1e3);
    } else {
        snprintf(out, 16, "%.1f s", (double)us / 1e6);
    }
}

/* The upper end of the bucket below which @part of a hundred transfers are. */
static uint64_t percentile_us(const struct bw_wire_stats *m, unsigned part)
{
    uint64_t sum = 0, below = 0;
    unsigned i;

    for (i = 0; i < m->nbuckets; i++) {
        sum += m->bucket[i];
    }
    for (i = 0; i + 1u < m->nbuckets; i++) {
        below += m->bucket[i];
        if (below * 100 >= sum * part) {
            break;
        }
    }
    return (uint64_t)1 << (i + 1 < 63 ? i + 1 : 63);
}

static void print_latency(const struct bw_wire_stats *m)
{
    char text[16], other[16];
    uint64_t most = 0;
    unsigned i;

    for (i = 0; i < m->nbuckets; i++) {
        most = m->bucket[i] > most ? m->bucket[i] : most;
    }
    if (most == 0) {
        return;
    }
    print_us(text, percentile_us(m, 50));
    print_us(other, percentile_us(m, 99));
    printf("  latency p50 < %s, p99 < %s\n", text, other);
    for (i = 0; i < m->nbuckets; i++) {
        if (m->bucket[i]) {
            int width = (int)(m->bucket[i] * BAR_WIDTH / most);

            print_us(text, i ? (uint64_t)1 << (i < 63 ? i : 63) : 0);
            printf("  %8s %10" PRIu64 " %.*s\n", text, m->bucket[i],
                   width ? width : 1,
                   "########################################");
        }
    }
}

/* What the exports are: the numbers of each kind mean other things. */
struct kinds {
    struct {
        char name[BW_WIRE_MAX_NAME + 1];
        uint16_t kind;
    } of[64];
    size_t count;
};

static bool note_kind(const struct bw_wire_export *e, void *opaque)
{
    struct kinds *k = opaque;

    if (k->count < 64) {
        memcpy(k->of[k->count].name, e->name, sizeof(e->name));
        k->of[k->count++].kind = e->kind;
    }
    return true;
}

static unsigned kind_of(const struct kinds *k, const char *name)
{
    size_t i;

    for (i = 0; i < k->count; i++) {
        if (strcmp(k->of[i].name, name) == 0) {
            return k->of[i].kind;
        }
    }
    return BW_EXPORT_I2C;
}

static void print_gpio(const struct bw_wire_stats *m)
{
    printf("  edges told %" PRIu64 ", lost %" PRIu64 "; levels set %" PRIu64
           "\n",
           m->bytes_in, m->counted.over_read, m->bytes_out);
}

static void print_i2c(const struct bw_wire_stats *m)
{
    printf("  bytes read %" PRIu64 ", written %" PRIu64 "\n", m->bytes_in,
           m->bytes_out);
    printf("  over-read %" PRIu64 " bytes, under-read %" PRIu64
           ", mispredicted %" PRIu64 "\n",
           m->counted.over_read, m->counted.under_read,
           m->counted.mispredicted);
}

/* Transfers are between the guest and the device, which the agent only
 * carries. */
static void print_usb(const struct bw_wire_stats *m)
{
    printf("  bytes from the device's side %" PRIu64 ", to it %" PRIu64 "\n",
           m->bytes_in, m->bytes_out);
}

static void print_stats(const struct bw_wire_stats *m, unsigned kind)
{
    printf("%s: %u %s now, %u ever\n", m->name, (unsigned)m->sessions,
           m->sessions == 1 ? "session" : "sessions", (unsigned)m->opened);
    if (kind == BW_EXPORT_USB) {
        print_usb(m);
        return;
    }
    print_failures(m, kind == BW_EXPORT_GPIO   ? "requests"
                      : kind == BW_EXPORT_SCSI ? "commands"
                                               : "transfers");
    if (kind == BW_EXPORT_GPIO) {
        print_gpio(m);
    } else if (kind == BW_EXPORT_SCSI) {
        printf("  bytes read %" PRIu64 ", written %" PRIu64 "\n", m->bytes_in,
               m->bytes_out);
    } else {
        print_i2c(m);
    }
    print_latency(m);
}

int bw_tool_stats(struct bw_tool *t, int argc, char **argv)
{
    struct bw_client *c = &t->client;
    const char *name = argc == 2 ? argv[1] : NULL;
    static struct kinds kinds;
    struct bw_wire_stats m;
    struct bw_reader body;
    bool found = false;

    if (argc > 2) {
        return bw_tool_fail("stats takes one EXPORT or none; see "
                            "benchwire --help");
    }
    if (bw_client_connect(c, t->address) != BW_OK) {
        return bw_tool_fail("%s", c->error);
    }
    if (bw_tool_each_export(t, note_kind, &kinds)) {
        return 1;
    }
    bw_client_begin(c, BW_MSG_STATS);
    if (bw_client_call(c, BW_CLIENT_WAIT_MS, &body) != BW_OK) {
        return bw_tool_fail("cannot get the statistics: %s", c->error);
    }
    while (bw_reader_left(&body) > 0) {
        if (bw_wire_get_stats(&body, &m) != BW_OK) {
            return bw_tool_fail("the agent's statistics do not parse");
        }
        if (!name || strcmp(name, m.name) == 0) {
            found = true;
            print_stats(&m, kind_of(&kinds, m.name));
        }
    }
    if (name && !found) {
        return bw_tool_fail("there are no statistics of \"%s\"; 'benchwire "
                            "list' shows the exports of type i2c, gpio and "
                            "usb",
                            name);
    }
    return 0;
}
