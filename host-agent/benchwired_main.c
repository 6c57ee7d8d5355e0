/*
 * benchwired: serve the parts on this machine's bench to emulators elsewhere.
 *
 * Options and the order of starting and stopping; the work is in server.c.
 * See benchwired(8).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host-agent/bench.h"
#include "host-agent/bench_setup.h"
#include "host-agent/config.h"
#include "host-agent/listener.h"
#include "host-agent/log.h"
#include "host-agent/notify.h"
#include "host-agent/sandbox.h"
#include "host-agent/server.h"
#include "host-agent/tls_creds.h"
#include "host-agent/tls_gate.h"
#include "host-agent/version.h"

#define DEFAULT_FILE "/etc/benchwire/bench.conf"
#define DEFAULT_UNIX "/run/benchwire/benchwire.sock"
#define MAX_ERROR    512

#define EXIT_USAGE 2

struct options {
    const char *file;
    const char *unix_path; /* NULL: as the bench file says */
    enum bw_log_level level;
    bool check;   /* the bench file only */
    bool sandbox; /* sandbox.h */
};

static struct bw_server server;
static struct bw_tls_gate gate;
static struct bw_bench bench;
static struct bw_config config;

static const char usage_text[] =
    "Usage: benchwired [OPTION]...\n"
    "Serve the parts of a bench, real or simulated, to emulated boards.\n"
    "\n"
    "  -c, --config FILE      the bench file (default " DEFAULT_FILE ")\n"
    "      --check            check the bench file and exit\n"
    "  -u, --unix PATH        listen on this unix socket, whatever the file "
    "says\n"
    "      --sandbox=off      do not limit what the kernel can be asked for\n"
    "  -l, --log-level LEVEL  error, info (default) or debug\n"
    "  -h, --help             print this\n"
    "  -V, --version          print the version\n"
    "\n"
    "See benchwired(8) and bench.conf(5); benchwire(1) is the client.\n";

static void fail_usage(const char *text, const char *argument)
{
    fprintf(stderr, "benchwired: %s%s; see benchwired --help\n", text,
            argument);
    exit(EXIT_USAGE);
}

static enum bw_log_level parse_level(const char *text)
{
    if (strcmp(text, "error") == 0) {
        return BW_LOG_ERROR;
    }
    if (strcmp(text, "info") == 0) {
        return BW_LOG_INFO;
    }
    if (strcmp(text, "debug") == 0) {
        return BW_LOG_DEBUG;
    }
    fail_usage("--log-level is error, info or debug, not ", text);
    return BW_LOG_INFO;
}

static bool parse_on(const char *text)
{
    if (strcmp(text, "on") != 0 && strcmp(text, "off") != 0) {
        fail_usage("--sandbox is on or off, not ", text);
    }
    return strcmp(text, "on") == 0;
}

static void parse_options(struct options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        { "config", required_argument, NULL, 'c' },
        { "check", no_argument, NULL, 'C' },
        { "unix", required_argument, NULL, 'u' },
        { "log-level", required_argument, NULL, 'l' },
        { "sandbox", required_argument, NULL, 'S' },
        { "help", no_argument, NULL, 'h' },
        { "version", no_argument, NULL, 'V' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "c:u:l:hV", longs, NULL)) != -1) {
        switch (c) {
        case 'c':
            o->file = optarg;
            break;
        case 'C':
            o->check = true;
            break;
        case 'u':
            o->unix_path = optarg;
            break;
        case 'l':
            o->level = parse_level(optarg);
            break;
        case 'S':
            o->sandbox = parse_on(optarg);
            break;
        case 'h':
            fputs(usage_text, stdout);
            exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
        case 'V':
            puts("benchwired " BW_VERSION_TEXT);
            exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
        default:
            fail_usage("there is no such option, or it lacks its argument: ",
                       argv[optind - 1]);
        }
    }
    if (optind < argc) {
        fail_usage("there is no argument ", argv[optind]);
    }
}

static void on_stop_signal(int number)
{
    (void)number;
    bw_server_stop(&server);
}

static void catch_signals(void)
{
    struct sigaction stop = { .sa_handler = on_stop_signal };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    stop.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a log that nobody reads */
}

static struct bw_listener *next_listener(void)
{
    return &server.listeners[server.listener_count];
}

static int open_tls(const struct bw_config_listen *l, char *error, size_t size)
{
    struct bw_listener *listener = next_listener();

    if (!bw_tls_gate_load(&gate, l->credentials, error, size) ||
        bw_listen_tcp(listener, l->tls.host, l->tls.port, error, size) < 0) {
        return -1;
    }
    listener->handshake = &gate.handshake;
    memcpy(listener->name, "tls", 3); /* of "tcp:..." */
    server.listener_count++;
    return 0;
}

/* Returns: 0, or -1 with @error; listeners opened so far are in the server. */
static int open_listeners(const struct options *o, char *error, size_t size)
{
    const struct bw_config_listen *l = &config.listen;
    const char *path = o->unix_path ? o->unix_path : l->unix_path;

    if (!path[0] && !l->tcp.line && !l->tls.line) {
        path = DEFAULT_UNIX;
    }
    if (path[0] || o->unix_path) {
        if (bw_listen_unix(next_listener(), path, error, size) < 0) {
            return -1;
        }
        server.listener_count++;
    }
    if (l->tcp.line) {
        if (bw_listen_tcp(next_listener(), l->tcp.host, l->tcp.port, error,
                          size) < 0) {
            return -1;
        }
        server.listener_count++;
    }
    return l->tls.line ? open_tls(l, error, size) : 0;
}

static void log_start(void)
{
    size_t i;

    for (i = 0; i < bench.export_count; i++) {
        const struct bw_export *e = bench.exports[i];

        bw_log(BW_LOG_INFO, "export \"%s\"%s%s", e->name, e->bus ? " on " : "",
               e->bus ? e->bus->name : "");
    }
    for (i = 0; i < server.listener_count; i++) {
        bw_log(BW_LOG_INFO, "listening on %s", server.listeners[i].name);
    }
    bw_log(BW_LOG_INFO, "benchwired " BW_VERSION_TEXT " is ready");
}

static int serve(const struct options *o)
{
    char error[MAX_ERROR];
    size_t i;

    bw_bench_init(&bench);
    if (!bw_bench_setup(&bench, &config, error, sizeof(error))) {
        bw_log(BW_LOG_ERROR, "%s", error);
        goto err_finish_bench;
    }
    if (bw_server_init(&server, &bench) < 0) {
        bw_log(BW_LOG_ERROR, "cannot start: %s", strerror(errno));
        goto err_finish_bench;
    }
    bw_tls_gate_init(&gate);
    bw_server_set_limits(&server, config.listen.silence_ms,
                         config.listen.sessions);
    catch_signals();
    if (open_listeners(o, error, sizeof(error)) < 0) {
        bw_log(BW_LOG_ERROR, "%s", error);
        goto err_close_listeners;
    }
    log_start();
    bw_notify("READY=1");
    if (!bw_server_run(&server)) {
        return EXIT_FAILURE; /* an adapter hangs: nothing can be freed */
    }
    bw_log(BW_LOG_INFO, "stopped");
    bw_server_finish(&server);
    bw_tls_gate_finish(&gate);
    bw_bench_finish(&bench);
    return EXIT_SUCCESS;

err_close_listeners:
    for (i = 0; i < server.listener_count; i++) {
        bw_listener_close(&server.listeners[i]);
    }
    bw_server_finish(&server);
    bw_tls_gate_finish(&gate);
err_finish_bench:
    bw_bench_finish(&bench);
    return EXIT_FAILURE;
}

static bool check_credentials(char *error, size_t size)
{
    char note[MAX_ERROR];
    struct bw_tls_creds *creds;

    if (!config.listen.tls.line) {
        return true;
    }
    creds = bw_tls_creds_server(config.listen.credentials, note, sizeof(note),
                                error, size);
    if (!creds) {
        return false;
    }
    if (note[0]) {
        fprintf(stderr, "benchwired: %s\n", note);
    }
    bw_tls_creds_unref(creds);
    return true;
}

/* All that can be said without touching an adapter. */
static int check(const struct options *o)
{
    char error[MAX_ERROR];

    if (!bw_bench_check_profiles(&config, error, sizeof(error)) ||
        !check_credentials(error, sizeof(error))) {
        fprintf(stderr, "benchwired: %s: %s\n", o->file, error);
        return EXIT_FAILURE;
    }
    printf("%s: ok, %zu export%s\n", o->file, config.export_count,
           config.export_count == 1 ? "" : "s");
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options o = {
        .file = DEFAULT_FILE,
        .level = BW_LOG_INFO,
        .sandbox = BW_SANDBOX_DEFAULT,
    };
    char error[BW_CONFIG_MAX_ERROR];

    parse_options(&o, argc, argv);
    bw_log_set_level(o.level);
    if (o.sandbox && bw_sandbox_enter(error, sizeof(error)) < 0) {
        fprintf(stderr, "benchwired: %s\n", error);
        return EXIT_FAILURE;
    }
    if (!bw_config_load(&config, o.file, error)) {
        fprintf(stderr, "benchwired: %s\n", error);
        return EXIT_FAILURE;
    }
    if (o.check) {
        return check(&o);
    }
    return serve(&o);
}
