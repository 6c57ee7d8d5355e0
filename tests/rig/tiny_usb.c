/*
 * tiny-usb: a simulated bench as an i2c-tiny-usb adapter of a guest's kernel.
 *
 *   tiny-usb -c bench.conf --socket usb.sock --bench agent.sock
 *   qemu-system-x86_64 ... -device qemu-xhci
 *       -chardev socket,path=usb.sock,id=i2c -device usb-redir,chardev=i2c
 *
 * The guest's own driver then makes a /dev/i2c-N whose parts are the bench's
 * part models.  Behind --bench is the agent's server with the same bench, for
 * "benchwire set" while the guest runs.  See tests/rig/.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "host-agent/bench_setup.h"
#include "host-agent/config.h"
#include "host-agent/listener.h"
#include "host-agent/log.h"
#include "host-agent/server.h"
#include "tests/rig/tiny_usb_redir.h"

#define EXIT_USAGE 2
#define MAX_ERROR  512

struct options {
    const char *file;
    const char *usb_path;
    const char *bench_path;  /* NULL: no agent */
    const char *export_name; /* NULL: the first one of I2C */
};

struct usb {
    struct tiny_usb device;
    struct bw_listener listener;
    int stop_fd;
    pthread_t thread;
};

static struct bw_config config;
static struct bw_bench bench;
static struct bw_server server;
static struct usb usb;

static const char usage_text[] =
    "Usage: tiny-usb -c FILE -s PATH [OPTION]...\n"
    "Be an i2c-tiny-usb adapter for QEMU's usb-redir, with the parts of a\n"
    "bench file on its bus.\n"
    "\n"
    "  -c, --config FILE   the bench file\n"
    "  -s, --socket PATH   wait for QEMU's usb-redir on this unix socket\n"
    "  -b, --bench PATH    serve the bench, as benchwired does, on this one\n"
    "  -e, --export NAME   the export that is the bus (default: the first\n"
    "                      one of type i2c)\n"
    "  -d, --debug         print each message on the bus\n"
    "  -h, --help          print this\n";

static void fail_usage(const char *text)
{
    fprintf(stderr, "tiny-usb: %s; see tiny-usb --help\n", text);
    exit(EXIT_USAGE);
}

static void parse_options(struct options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        { "config", required_argument, NULL, 'c' },
        { "socket", required_argument, NULL, 's' },
        { "bench", required_argument, NULL, 'b' },
        { "export", required_argument, NULL, 'e' },
        { "debug", no_argument, NULL, 'd' },
        { "help", no_argument, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    int c;

    while ((c = getopt_long(argc, argv, "c:s:b:e:dh", longs, NULL)) != -1) {
        switch (c) {
        case 'c':
            o->file = optarg;
            break;
        case 's':
            o->usb_path = optarg;
            break;
        case 'b':
            o->bench_path = optarg;
            break;
        case 'e':
            o->export_name = optarg;
            break;
        case 'd':
            bw_log_set_level(BW_LOG_DEBUG);
            break;
        case 'h':
            fputs(usage_text, stdout);
            exit(fflush(stdout) ? EXIT_FAILURE : EXIT_SUCCESS);
        default:
            exit(EXIT_USAGE);
        }
    }
    if (!o->file || !o->usb_path || optind < argc) {
        fail_usage("--config and --socket are needed, and nothing else");
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

    sigemptyset(&stop.sa_mask);
    stop.sa_flags = SA_RESTART;
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
}

static const struct bw_export *choose_export(const char *name)
{
    size_t i;

    for (i = 0; i < bench.export_count; i++) {
        const struct bw_export *e = bench.exports[i];

        if (e->kind == BW_EXPORT_I2C && e->bus->adapter->ops->step &&
            (!name || !strcmp(name, e->name))) {
            return e;
        }
    }
    return NULL;
}

static void *serve_usb(void *opaque)
{
    (void)opaque;
    tiny_usb_serve(&usb.device, usb.listener.fd, usb.stop_fd);
    return NULL;
}

/* The thread leaves signals to the main one.  Returns 0 or an errno. */
static int start_usb(void)
{
    sigset_t all, old;
    int err;

    usb.stop_fd = eventfd(0, EFD_CLOEXEC);
    if (usb.stop_fd < 0) {
        return errno;
    }
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&usb.thread, NULL, serve_usb, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err;
}

/* Returns: 0, or -1 with @error. */
static int open_sockets(const struct options *o, char *error, size_t size)
{
    if (bw_listen_unix(&usb.listener, o->usb_path, error, size) < 0) {
        return -1;
    }
    if (!o->bench_path) {
        return 0;
    }
    if (bw_listen_unix(&server.listeners.list[0], o->bench_path, error, size) <
        0) {
        bw_listener_close(&usb.listener);
        return -1;
    }
    server.listeners.count = 1;
    return 0;
}

static int serve(const struct options *o)
{
    const struct bw_export *e = choose_export(o->export_name);
    char error[MAX_ERROR];
    bool ended;

    if (!e) {
        bw_log(BW_LOG_ERROR,
               "%s has no such export of type i2c on an "
               "adapter that goes byte by byte, as a simulated one does",
               o->file);
        return EXIT_FAILURE;
    }
    tiny_usb_init(&usb.device, e);
    if (bw_server_init(&server, &bench) < 0) {
        bw_log(BW_LOG_ERROR, "cannot start: %s", strerror(errno));
        return EXIT_FAILURE;
    }
    catch_signals();
    if (open_sockets(o, error, sizeof(error)) < 0) {
        bw_log(BW_LOG_ERROR, "%s", error);
        return EXIT_FAILURE;
    }
    errno = start_usb();
    if (errno) {
        bw_log(BW_LOG_ERROR, "no thread for the USB device: %s",
               strerror(errno));
        return EXIT_FAILURE;
    }
    bw_log(BW_LOG_INFO, "tiny-usb is ready, the bus is \"%s\"", e->name);
    ended = bw_server_run(&server);
    eventfd_write(usb.stop_fd, 1);
    pthread_join(usb.thread, NULL);
    close(usb.stop_fd);
    bw_listener_close(&usb.listener);
    return ended ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct options o = { 0 };
    char error[BW_CONFIG_MAX_ERROR];
    int status;

    bw_log_set_level(BW_LOG_INFO);
    parse_options(&o, argc, argv);
    if (!bw_config_load(&config, o.file, error)) {
        fprintf(stderr, "tiny-usb: %s\n", error);
        return EXIT_FAILURE;
    }
    bw_bench_init(&bench);
    if (!bw_bench_setup(&bench, &config, error, sizeof(error))) {
        fprintf(stderr, "tiny-usb: %s\n", error);
        return EXIT_FAILURE;
    }
    status = serve(&o);
    if (status == EXIT_SUCCESS) {
        bw_server_finish(&server);
        bw_bench_finish(&bench); /* nobody uses it any more */
    }
    return status;
}
