/*
 * The agent: what its bench file says, served; see agent.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/bench_change.h"
#include "host-agent/bench_setup.h"
#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/notify.h"
#include "host-agent/service_scsi.h"
#include "host-agent/tls_creds.h"

#define NS_PER_US          1000u
#define BW_AGENT_SETTLE_MS 10000 /* for what ended sessions have under way */

/* What needs no opening. */
static void apply_settings(struct bw_agent *a)
{
    const struct bw_config_listen *l = &a->config->listen;

    bw_server_set_limits(&a->server, l->silence_ms, l->sessions);
}

/* Also where the service manager listens for it.  Without TLS there are none,
 * and *@creds is NULL. */
static bool read_credentials(struct bw_agent *a,
                             const struct bw_config_listen *l,
                             struct bw_tls_creds **creds, char *error,
                             size_t error_size)
{
    bool tls = l->tls.line;
    size_t i;

    for (i = 0; i < a->server.listeners.count; i++) {
        const struct bw_listener *listener = &a->server.listeners.list[i];

        tls |= listener->inherited && listener->kind == BW_LISTEN_TLS;
    }
    *creds = tls ? bw_tls_gate_read(l->credentials, error, error_size) : NULL;
    return *creds || !tls;
}

static void use_credentials(struct bw_agent *a, struct bw_tls_creds *creds)
{
    if (creds) {
        bw_tls_gate_use(&a->gate, creds);
    }
}

static int open_listeners(struct bw_agent *a, char *error, size_t error_size)
{
    struct bw_listeners_change change;
    struct bw_tls_creds *creds;

    if (bw_listeners_inherit(&a->server.listeners, error, error_size) < 0 ||
        !read_credentials(a, &a->config->listen, &creds, error, error_size)) {
        return -1;
    }
    use_credentials(a, creds);
    if (bw_listeners_prepare(&change, &a->server.listeners, &a->config->listen,
                             a->unix_path, &a->gate.handshake, error,
                             error_size) < 0) {
        return -1;
    }
    bw_listeners_commit(&change, &a->server.listeners);
    return 0;
}

static void log_exports(const struct bw_bench *b)
{
    size_t i;

    for (i = 0; i < b->export_count; i++) {
        const struct bw_export *e = b->exports[i];

        bw_log(BW_LOG_INFO, "export \"%s\"%s%s", e->name, e->bus ? " on " : "",
               e->bus ? e->bus->name : "");
    }
}

int bw_agent_start(struct bw_agent *a, const char *file, const char *unix_path,
                   struct bw_config *config, char *error, size_t error_size)
{
    a->file = file;
    a->unix_path = unix_path;
    a->config = config;
    bw_bench_init(&a->bench);
    if (!bw_bench_setup(&a->bench, config, error, error_size)) {
        goto err_finish_bench;
    }
    if (bw_server_init(&a->server, &a->bench) < 0) {
        snprintf(error, error_size, "cannot start: %s", strerror(errno));
        goto err_finish_bench;
    }
    a->server.reload = bw_agent_reload;
    a->server.reload_opaque = a;
    bw_tls_gate_init(&a->gate);
    a->server.tls = &a->gate;
    apply_settings(a);
    log_exports(&a->bench);
    if (open_listeners(a, error, error_size) < 0) {
        goto err_finish_server;
    }
    return 0;

err_finish_server:
    bw_server_finish(&a->server);
    bw_tls_gate_finish(&a->gate);
err_finish_bench:
    bw_bench_finish(&a->bench);
    free(a->config);
    return -1;
}

void bw_agent_finish(struct bw_agent *a)
{
    bw_server_finish(&a->server);
    bw_tls_gate_finish(&a->gate);
    bw_service_scsi_settle(BW_AGENT_SETTLE_MS);
    bw_bench_finish(&a->bench);
    free(a->config);
}

/* Reading the file again */

struct ending {
    struct bw_agent *agent;
    const struct bw_config *now;
    char why[BW_WIRE_MAX_NAME + 64];
};

/* Called with the server's lock held. */
static const char *why_end(const struct bw_wire_who *who,
                           const struct bw_export *e, void *opaque)
{
    struct ending *x = opaque;
    struct bw_bench *b = &x->agent->bench;

    if (e && atomic_load(&e->retired)) {
        snprintf(x->why, sizeof(x->why), "export \"%s\" %s", e->name,
                 bw_config_find_export(x->now, e->name)
                     ? "was changed in the bench file"
                     : "is no longer in the bench file");
        return x->why;
    }
    if (who->identity[0] && !bw_bench_knows(b, who->identity)) {
        snprintf(x->why, sizeof(x->why),
                 "identity \"%s\" is no longer in the bench file",
                 who->identity);
        return x->why;
    }
    if (e && !bw_bench_may_open(b, who->identity, e->name)) {
        snprintf(x->why, sizeof(x->why),
                 "its identity may not open \"%s\" any more", e->name);
        return x->why;
    }
    return bw_tls_gate_why(&x->agent->gate, who->peer);
}

static void end_sessions(void *opaque)
{
    struct ending *x = opaque;

    bw_server_end_sessions(&x->agent->server, why_end, x);
}

/* Listeners are opened before the bench is touched and closed after it; the
 * credentials are used when nothing can fail any more. */
static bool change(struct bw_agent *a, const struct bw_config *now,
                   struct bw_bench_changes *n, char *error, size_t error_size)
{
    struct ending ending = { .agent = a, .now = now };
    struct bw_listeners_change listeners;
    struct bw_tls_creds *creds;

    if (!read_credentials(a, &now->listen, &creds, error, error_size)) {
        return false;
    }
    if (bw_listeners_prepare(&listeners, &a->server.listeners, &now->listen,
                             a->unix_path, &a->gate.handshake, error,
                             error_size) < 0) {
        bw_tls_creds_unref(creds);
        return false;
    }
    if (!bw_bench_change(&a->bench, a->config, now, end_sessions, &ending, n,
                         error, error_size)) {
        bw_listeners_abort(&listeners, &a->server.listeners);
        bw_tls_creds_unref(creds);
        return false;
    }
    bw_listeners_commit(&listeners, &a->server.listeners);
    use_credentials(a, creds);
    end_sessions(&ending); /* those of other credentials */
    return true;
}

static bool load_and_change(struct bw_agent *a, struct bw_bench_changes *n,
                            char *error, size_t error_size)
{
    struct bw_config *now = malloc(sizeof(*now));

    if (!now) {
        snprintf(error, error_size, "out of memory");
        return false;
    }
    if (!bw_config_load(now, a->file, error) ||
        !change(a, now, n, error, error_size)) {
        free(now);
        return false;
    }
    free(a->config);
    a->config = now;
    apply_settings(a);
    return true;
}

/* sd_notify(3): what the service manager wants to hear of a reload */
static void notify_reloading(void)
{
    char state[64];

    snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%llu",
             (unsigned long long)(bw_clock_ns() / NS_PER_US));
    bw_notify(state);
}

enum bw_status bw_agent_reload(struct bw_server *s, void *opaque,
                               char text[BW_WIRE_MAX_TEXT + 1])
{
    struct bw_agent *a = opaque;
    struct bw_bench_changes n;
    char error[BW_CONFIG_MAX_ERROR];
    bool ok;

    (void)s;
    notify_reloading();
    ok = load_and_change(a, &n, error, sizeof(error));
    if (ok) {
        snprintf(text, BW_WIRE_MAX_TEXT + 1,
                 "the bench file was read again; exports: %zu as before, %zu "
                 "changed, %zu new, %zu removed",
                 n.kept, n.changed, n.added, n.removed);
    } else {
        snprintf(text, BW_WIRE_MAX_TEXT + 1,
                 "the bench file is not taken over: %.220s", error);
    }
    bw_notify("READY=1");
    return ok ? BW_OK : BW_INVALID;
}
