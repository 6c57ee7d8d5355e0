/*
 * benchwired: serve the parts on this machine's bench to emulators elsewhere.
 *
 * Options and the order of starting and stopping; the work is in agent.c
 * and server.c.
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

#include "host-agent/agent.h"
#include "host-agent/backend_usb_find.h"
#include "host-agent/bench_setup.h"
#include "host-agent/config.h"
#include "host-agent/log.h"
#include "host-agent/notify.h"
#include "host-agent/sandbox.h"
#include "host-agent/tls_creds.h"
#include "host-agent/usb_detached.h"
#include "host-agent/version.h"

#define DEFAULT_FILE "/etc/benchwire/bench.conf"
#define MAX_ERROR    512

#define EXIT_USAGE 2

struct options {
    const char *file;
    const char *unix_path; /* NULL: as the bench file says */
    enum bw_log_level level;
    bool check;   /* the bench file only */
    bool sandbox; /* sandbox.h */
};

static struct bw_agent agent;

static const char usage_text[] =
    "Usage: benchwired [OPTION]...\n"
    "Serve the parts of a bench, real or simulated, to emulated boards.\n"
    "\n"
    "  -c, --config FILE      the bench file (default " DEFAULT_FILE ")\n"
    "      --check            check the bench file and exit\n"
    "      --usb-list         print this machine's USB devices and exit\n"
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
        { "usb-list", no_argument, NULL, 'U' },
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
        case 'U':
            bw_usb_list(BW_USB_SYSFS, stdout);
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
    bw_server_stop(&agent.server);
}

static void on_reload_signal(int number)
{
    (void)number;
    bw_server_reload(&agent.server);
}

/* Signals wait until the agent is there to take them. */
static void block_signals(int how)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(how, &set, NULL);
}

static void catch_signals(void)
{
    struct sigaction stop = { .sa_handler = on_stop_signal };
    struct sigaction reload = { .sa_handler = on_reload_signal };
    struct sigaction ignore = { .sa_handler = SIG_IGN };

    sigemptyset(&stop.sa_mask);
    sigemptyset(&reload.sa_mask);
    sigemptyset(&ignore.sa_mask);
    stop.sa_flags = SA_RESTART;
    reload.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &reload, NULL);
    sigaction(SIGPIPE, &ignore, NULL); /* a log that nobody reads */
}

static int serve(const struct options *o, struct bw_config *config)
{
    char error[MAX_ERROR];

    block_signals(SIG_BLOCK);
    bw_usb_detached_give_back(BW_USB_SYSFS, BW_USB_DEV);
    if (bw_agent_start(&agent, o->file, o->unix_path, config, error,
                       sizeof(error)) < 0) {
        bw_log(BW_LOG_ERROR, "%s", error);
        return EXIT_FAILURE;
    }
    catch_signals();
    block_signals(SIG_UNBLOCK);
    bw_log(BW_LOG_INFO, "benchwired " BW_VERSION_TEXT " is ready");
    bw_notify("READY=1");
    if (!bw_server_run(&agent.server)) {
        return EXIT_FAILURE; /* an adapter hangs: nothing can be freed */
    }
    bw_log(BW_LOG_INFO, "stopped");
    bw_agent_finish(&agent);
    return EXIT_SUCCESS;
}

static bool check_credentials(const struct bw_config *config, char *error,
                              size_t size)
{
    char note[MAX_ERROR];
    struct bw_tls_creds *creds;

    if (!config->listen.tls.line) {
        return true;
    }
    creds = bw_tls_creds_server(config->listen.credentials, note, sizeof(note),
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
static int check(const struct options *o, const struct bw_config *config)
{
    char error[MAX_ERROR];

    if (!bw_bench_check_profiles(config, error, sizeof(error)) ||
        !check_credentials(config, error, sizeof(error))) {
        fprintf(stderr, "benchwired: %s: %s\n", o->file, error);
        return EXIT_FAILURE;
    }
    printf("%s: ok, %zu export%s\n", o->file, config->export_count,
           config->export_count == 1 ? "" : "s");
    return fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct options o = {
        .file = DEFAULT_FILE,
        .level = BW_LOG_INFO,
        .sandbox = BW_SANDBOX_DEFAULT,
    };
    struct bw_config *config;
    char error[BW_CONFIG_MAX_ERROR];
    int status;

    parse_options(&o, argc, argv);
    bw_log_set_level(o.level);
    config = malloc(sizeof(*config));
    if (!config) {
        fprintf(stderr, "benchwired: out of memory\n");
        return EXIT_FAILURE;
    }
    if (!o.check && bw_usb_detached_open(NULL) < 0) {
        bw_log(BW_LOG_DEBUG, "usb: no note of detached drivers: %s",
               strerror(errno));
    }
    if (!bw_config_load(config, o.file, error) ||
        (o.sandbox && config->listen.sandbox &&
         bw_sandbox_enter(error, sizeof(error)) < 0)) {
        fprintf(stderr, "benchwired: %s\n", error);
        free(config);
        return EXIT_FAILURE;
    }
    if (o.check) {
        status = check(&o, config);
        free(config);
        return status;
    }
    return serve(&o, config);
}
