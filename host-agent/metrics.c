/*
 * What the agent has counted, as text; see metrics.h.
 *
 * Source: OpenMetrics 1.0.0 (openmetrics.io, "Text format"): families are
 * contiguous, each with its TYPE; counters end in _total; the buckets of a
 * histogram are cumulative, with their upper ends in seconds; the text ends
 * with "# EOF".  Names of exports need no escaping: bench.conf(5).
 *
 * Numbers of one export are of one moment; those of different exports are not.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/metrics.h"

#include <dirent.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "host-agent/bench.h"
#include "host-agent/server.h"
#include "host-agent/stats.h"
#include "host-agent/tls_gate.h"
#include "host-agent/version.h"

struct entry {
    const struct bw_export *export;
    unsigned sessions;
    uint64_t took_us;
    struct bw_wire_stats stats;
};

/* Everything at hand, since a family has a line for each export. */
struct snapshot {
    FILE *out;
    struct bw_export *exports[BW_BENCH_MAX_EXPORTS];
    struct entry entries[BW_BENCH_MAX_EXPORTS];
    size_t count;
};

static const char *kind_name(const struct bw_export *e)
{
    switch (e->kind) {
    case BW_EXPORT_I2C:
        return "i2c";
    case BW_EXPORT_GPIO:
        return "gpio";
    case BW_EXPORT_SCSI:
        return "scsi";
    case BW_EXPORT_USB:
        return "usb";
    default:
        return "bench";
    }
}

static void family(FILE *out, const char *name, const char *type,
                   const char *help)
{
    fprintf(out, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void labels(FILE *out, const struct entry *e)
{
    fprintf(out, "export=\"%s\",type=\"%s\"", e->export->name,
            kind_name(e->export));
}

/* The server as a whole */

static void print_server(struct bw_server *s, FILE *out)
{
    uint64_t started, turned_away, made_room;
    size_t now;

    pthread_mutex_lock(&s->lock);
    now = s->slot_count;
    started = s->started;
    turned_away = s->turned_away;
    made_room = s->made_room;
    pthread_mutex_unlock(&s->lock);
    family(out, "benchwire_agent", "info", "What is running.");
    fprintf(out, "benchwire_agent_info{version=\"" BW_VERSION_TEXT "\"} 1\n");
    family(out, "benchwire_sessions", "gauge", "Sessions now.");
    fprintf(out, "benchwire_sessions %zu\n", now);
    family(out, "benchwire_sessions_started", "counter",
           "Sessions that have begun.");
    fprintf(out, "benchwire_sessions_started_total %" PRIu64 "\n", started);
    family(out, "benchwire_sessions_made_room", "counter",
           "Sessions that were ended for another client.");
    fprintf(out, "benchwire_sessions_made_room_total %" PRIu64 "\n", made_room);
    family(out, "benchwire_clients_turned_away", "counter",
           "Clients for which there was no session.");
    fprintf(out, "benchwire_clients_turned_away_total %" PRIu64 "\n",
            turned_away);
}

static void print_tls(struct bw_tls_gate *gate, FILE *out)
{
    const char *name = "benchwire_tls_handshakes";
    struct bw_tls_counts c;

    if (!gate) {
        return;
    }
    bw_tls_gate_counts(gate, &c);
    family(out, name, "counter", "Handshakes by what came of them.");
    fprintf(out, "%s_total{result=\"good\"} %" PRIu64 "\n", name, c.good);
    fprintf(out, "%s_total{result=\"refused\"} %" PRIu64 "\n", name, c.refused);
    fprintf(out, "%s_total{result=\"limited\"} %" PRIu64 "\n", name, c.limited);
}

static unsigned count_descriptors(void)
{
    DIR *dir = opendir("/proc/self/fd");
    unsigned count = 0;

    if (!dir) {
        return 0;
    }
    while (readdir(dir)) {
        count++;
    }
    closedir(dir);
    return count - 3; /* ".", ".." and its own */
}

static void print_process(FILE *out)
{
    FILE *statm = fopen("/proc/self/statm", "re");
    unsigned long size, resident;

    if (statm && fscanf(statm, "%lu %lu", &size, &resident) == 2) {
        family(out, "process_resident_memory_bytes", "gauge",
               "Memory that is resident.");
        fprintf(out, "process_resident_memory_bytes %lu\n",
                resident * (unsigned long)sysconf(_SC_PAGESIZE));
    }
    if (statm) {
        fclose(statm);
    }
    family(out, "process_open_fds", "gauge", "Descriptors that are open.");
    fprintf(out, "process_open_fds %u\n", count_descriptors());
}

/* Exports */

/* One line for each export of @kind, or with BW_EXPORT_ANY of all. */
static void print_each(const struct snapshot *x, enum bw_export_kind kind,
                       const char *name, const char *more,
                       uint64_t (*value)(const struct entry *e))
{
    size_t i;

    for (i = 0; i < x->count; i++) {
        const struct entry *e = &x->entries[i];

        if (kind == BW_EXPORT_ANY || kind == e->export->kind) {
            fprintf(x->out, "%s{", name);
            labels(x->out, e);
            fprintf(x->out, "%s} %" PRIu64 "\n", more, value(e));
        }
    }
}

static uint64_t sessions(const struct entry *e)
{
    return e->sessions;
}

static uint64_t opened(const struct entry *e)
{
    return e->stats.opened;
}

static uint64_t bytes_in(const struct entry *e)
{
    return e->stats.bytes_in;
}

static uint64_t bytes_out(const struct entry *e)
{
    return e->stats.bytes_out;
}

static uint64_t over_read(const struct entry *e)
{
    return e->stats.counted.over_read;
}

static uint64_t under_read(const struct entry *e)
{
    return e->stats.counted.under_read;
}

static uint64_t mispredicted(const struct entry *e)
{
    return e->stats.counted.mispredicted;
}

static void print_opens(const struct snapshot *x)
{
    family(x->out, "benchwire_export_sessions", "gauge",
           "Sessions that have it open.");
    print_each(x, BW_EXPORT_ANY, "benchwire_export_sessions", "", sessions);
    family(x->out, "benchwire_export_opened", "counter",
           "Sessions that have opened it.");
    print_each(x, BW_EXPORT_ANY, "benchwire_export_opened_total", "", opened);
}

static void print_requests(const struct snapshot *x)
{
    size_t i;
    unsigned n;

    family(x->out, "benchwire_requests", "counter",
           "Transfers, or requests of lines, by status.");
    for (i = 0; i < x->count; i++) {
        const struct entry *e = &x->entries[i];

        for (n = 0; n < e->stats.nstatus; n++) {
            if (e->stats.status[n] || n == BW_OK) {
                fprintf(x->out, "benchwire_requests_total{");
                labels(x->out, e);
                fprintf(x->out, ",status=\"%s\"} %" PRIu64 "\n",
                        bw_status_name(n), e->stats.status[n]);
            }
        }
    }
}

static void print_latency_of(const struct snapshot *x, const struct entry *e)
{
    const char *name = "benchwire_request_duration_seconds";
    uint64_t below = 0;
    unsigned n;

    for (n = 0; n < e->stats.nbuckets; n++) {
        below += e->stats.bucket[n];
        fprintf(x->out, "%s_bucket{", name);
        labels(x->out, e);
        if (n + 1u < e->stats.nbuckets) {
            fprintf(x->out, ",le=\"%.6f\"} ", (double)((uint64_t)2 << n) / 1e6);
        } else {
            fprintf(x->out, ",le=\"+Inf\"} ");
        }
        fprintf(x->out, "%" PRIu64 "\n", below);
    }
    fprintf(x->out, "%s_count{", name);
    labels(x->out, e);
    fprintf(x->out, "} %" PRIu64 "\n%s_sum{", below, name);
    labels(x->out, e);
    fprintf(x->out, "} %.6f\n", (double)e->took_us / 1e6);
}

static void print_latency(const struct snapshot *x)
{
    const char *name = "benchwire_request_duration_seconds";
    size_t i;

    fprintf(x->out, "# TYPE %s histogram\n# UNIT %s seconds\n", name, name);
    fprintf(x->out, "# HELP %s From the receipt of a request to its result.\n",
            name);
    for (i = 0; i < x->count; i++) {
        print_latency_of(x, &x->entries[i]);
    }
}

static void print_i2c(const struct snapshot *x)
{
    static const char *const bytes = "benchwire_i2c_bytes_total";

    family(x->out, "benchwire_i2c_bytes", "counter", "Data of transfers.");
    print_each(x, BW_EXPORT_I2C, bytes, ",direction=\"read\"", bytes_in);
    print_each(x, BW_EXPORT_I2C, bytes, ",direction=\"written\"", bytes_out);
    family(x->out, "benchwire_i2c_over_read_bytes", "counter",
           "Bytes that emulators read and did not need.");
    print_each(x, BW_EXPORT_I2C, "benchwire_i2c_over_read_bytes_total", "",
               over_read);
    family(x->out, "benchwire_i2c_under_reads", "counter",
           "Reads for which emulators had to come again.");
    print_each(x, BW_EXPORT_I2C, "benchwire_i2c_under_reads_total", "",
               under_read);
    family(x->out, "benchwire_i2c_mispredicted", "counter",
           "Reads whose length was guessed wrong.");
    print_each(x, BW_EXPORT_I2C, "benchwire_i2c_mispredicted_total", "",
               mispredicted);
}

static void print_gpio(const struct snapshot *x)
{
    static const char *const edges = "benchwire_gpio_edges_total";

    family(x->out, "benchwire_gpio_edges", "counter",
           "Edges of lines that were told to clients, or lost.");
    print_each(x, BW_EXPORT_GPIO, edges, ",result=\"told\"", bytes_in);
    print_each(x, BW_EXPORT_GPIO, edges, ",result=\"lost\"", over_read);
    family(x->out, "benchwire_gpio_sets", "counter",
           "Levels that clients have set.");
    print_each(x, BW_EXPORT_GPIO, "benchwire_gpio_sets_total", "", bytes_out);
}

static void print_usb(const struct snapshot *x)
{
    static const char *const bytes = "benchwire_usb_bytes_total";

    family(x->out, "benchwire_usb_bytes", "counter",
           "Bytes of usbredir to the device's side and from it.");
    print_each(x, BW_EXPORT_USB, bytes, ",direction=\"in\"", bytes_in);
    print_each(x, BW_EXPORT_USB, bytes, ",direction=\"out\"", bytes_out);
}

static void print_scsi(const struct snapshot *x)
{
    static const char *const bytes = "benchwire_scsi_bytes_total";

    family(x->out, "benchwire_scsi_bytes", "counter",
           "Data of SCSI commands, from the device and to it.");
    print_each(x, BW_EXPORT_SCSI, bytes, ",direction=\"in\"", bytes_in);
    print_each(x, BW_EXPORT_SCSI, bytes, ",direction=\"out\"", bytes_out);
}

static void take(struct snapshot *x, struct bw_server *s, FILE *out)
{
    size_t i;

    x->out = out;
    x->count = bw_bench_get_exports(s->bench, x->exports);
    for (i = 0; i < x->count; i++) {
        struct bw_export *e = x->exports[i];

        x->entries[i].export = e;
        x->entries[i].sessions = bw_lease_holders(&e->lease);
        bw_stats_copy(&e->stats, &x->entries[i].stats, &x->entries[i].took_us);
    }
}

bool bw_metrics_print(struct bw_server *s, FILE *out)
{
    struct snapshot *x = malloc(sizeof(*x));

    if (!x) {
        return false;
    }
    take(x, s, out);
    print_server(s, out);
    print_tls(s->tls, out);
    print_opens(x);
    print_requests(x);
    print_latency(x);
    print_i2c(x);
    print_gpio(x);
    print_usb(x);
    print_scsi(x);
    print_process(out);
    fprintf(out, "# EOF\n");
    bw_bench_put_exports(x->exports, x->count);
    free(x);
    return true;
}
