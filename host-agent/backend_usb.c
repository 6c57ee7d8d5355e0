/*
 * A real USB device, through libusb and usbredirhost; see backend_usb.h.
 *
 * Which device is meant is found in sysfs (backend_usb_find.c), its file is
 * opened here, and libusb gets that: so its own search for devices, for which
 * it would need udev, is switched off, and each conversation has a libusb of
 * its own.  usbredirhost detaches the kernel's drivers, resets the device, runs
 * the transfers, and gives the drivers back when it lets go.
 *
 * The device's file is locked (flock(2)) while it is used, against another
 * export or agent that means the same one.  Whether it is still there, an
 * ioctl tells that does nothing else.
 *
 * Source: libusb 1.0.26, libusb.h; usbredirhost.h of usbredir 0.13; Linux,
 * usbdevice_fs.h.
 *
 * After a kill -9 of the agent the next one gives the drivers back
 * (usb_detached.c).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "host-agent/backend_usb.h"

#include <stdio.h>

#ifdef BW_HAVE_USBREDIR

#include <errno.h>
#include <fcntl.h>
#include <libusb.h>
#include <linux/usbdevice_fs.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <usbredirfilter.h>
#include <usbredirhost.h>

#include "host-agent/backend_usb_find.h"
#include "host-agent/backend_usb_watch.h"
#include "host-agent/clock.h"
#include "host-agent/log.h"
#include "host-agent/log_quota.h"
#include "host-agent/usb_detached.h"
#include "host-agent/version.h"

#define SETTLE_MS 250  /* a device that comes: its strings, drivers, rights */
#define AGAIN_MS  1000 /* one that is there and cannot be had */
#define ABSENT_MS 3000 /* in case that nothing tells of it */
#define MAX_QUEUE 256  /* packets that may wait before no more are taken */
#define MAX_FOUND 4    /* that are named when several match */
#define SAY_SIZE  512

struct usb {
    struct bw_usb_port port; /* first: the ops are given its address */
    struct bw_usb_select select;
    struct usbredirfilter_rule *rules;
    int rule_count;
    atomic_bool used; /* a device is in our hands */
    /* of a conversation */
    struct bw_usb_pipe *pipe;
    struct bw_usb_watch watch;
    libusb_context *ctx;
    struct usbredirhost *host;
    int fd;                       /* of the device, -1: none */
    int loss_fd;                  /* the same, to see that it is lost */
    struct bw_usb_found found;    /* the device */
    struct bw_usb_found rejected; /* that the guest did not want */
    char said[SAY_SIZE];          /* last, so as not to say it again */
    bool lost; /* what the libraries say now is of no interest */
    struct bw_log_quota quota;
};

static struct usb *usb_of(struct bw_usb_port *p)
{
    return (struct usb *)p;
}

/* Telling */

/* One sentence of the owner's interest, each change of it once. */
__attribute__((format(printf, 2, 3))) static void say(struct usb *u,
                                                      const char *format, ...)
{
    char text[SAY_SIZE];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (strcmp(text, u->said) != 0) {
        memcpy(u->said, text, sizeof(text));
        bw_log(BW_LOG_INFO, "usb: %s", text);
    }
}

/* What the libraries say; a guest may bring that about as often as it likes. */
static void redir_log(void *priv, int level, const char *msg)
{
    struct usb *u = priv;
    unsigned untold;

    if (level <= usbredirparser_warning && !u->lost &&
        bw_log_quota_take(&u->quota, bw_clock_ns(), &untold)) {
        bw_log(BW_LOG_INFO, "usb: port %s: %s", u->found.what.port, msg);
    } else {
        bw_log(BW_LOG_DEBUG, "usb: %s", msg);
    }
}

static void LIBUSB_CALL libusb_line(libusb_context *ctx,
                                    enum libusb_log_level level,
                                    const char *text)
{
    (void)ctx;
    (void)level;
    bw_log(BW_LOG_DEBUG, "usb: %.*s", (int)strcspn(text, "\n"), text);
}

static void print_several(const struct bw_usb_found *found, size_t count,
                          char *out, size_t size)
{
    size_t len = (size_t)snprintf(out, size, "%zu devices match, ", count);
    size_t i;

    for (i = 0; i < count && i < MAX_FOUND && len < size; i++) {
        const struct bw_usb_what *w = &found[i].what;

        len += (size_t)snprintf(out + len, size - len, "%sport %s%s%s",
                                i ? " and " : "", w->port,
                                w->serial[0] ? " serial " : "", w->serial);
    }
    if (len < size) {
        snprintf(out + len, size - len,
                 "; port or serial in the bench file tells them apart");
    }
}

static void device_path(const struct bw_usb_found *f, char *out, size_t size)
{
    snprintf(out, size, "%s/%03u/%03u", BW_USB_DEV, f->bus, f->device);
}

/* With the rule for udev, to be copied. */
static void print_denied(const struct bw_usb_what *w, const char *path,
                         char *out, size_t size)
{
    snprintf(out, size,
             "no permission for %s; give udev the rule SUBSYSTEM==\"usb\", "
             "ATTR{idVendor}==\"%04x\", ATTR{idProduct}==\"%04x\", "
             "GROUP=\"benchwire\", MODE=\"0660\" and plug it in anew",
             path, w->vendor, w->product);
}

/* Returns false with a sentence in @out if this machine would lose a disk that
 * it works with. */
static bool is_spare(const char *port, char *out, size_t size)
{
    char disk[32];

    if (!bw_usb_disk_in_use(BW_USB_BLOCK, BW_USB_PROC, port, disk,
                            sizeof(disk))) {
        return true;
    }
    snprintf(out, size,
             "this machine uses its disk: %s is mounted, swapped to, or part "
             "of another one; \"lsblk /dev/%s\" shows it, unmount it",
             disk, disk);
    return false;
}

/* struct bw_usb_port_ops */

static void usb_describe(struct bw_usb_port *p, struct bw_usb_what *out)
{
    struct usb *u = usb_of(p);
    struct bw_usb_found found[MAX_FOUND];
    size_t count = bw_usb_find(BW_USB_SYSFS, &u->select, found, MAX_FOUND);
    char path[64], drivers[128];

    if (count != 1) {
        if (count > 1) {
            print_several(found, count, out->why, sizeof(out->why));
        }
        return;
    }
    *out = found[0].what;
    device_path(&found[0], path, sizeof(path));
    bw_usb_drivers(BW_USB_SYSFS, out->port, drivers, sizeof(drivers));
    if (access(path, R_OK | W_OK) < 0) {
        print_denied(out, path, out->why, sizeof(out->why));
    } else if (!atomic_load(&u->used) && strstr(drivers, "usbfs")) {
        snprintf(out->why, sizeof(out->why),
                 "another program uses it; \"fuser -v %s\" shows which", path);
    } else {
        is_spare(out->port, out->why, sizeof(out->why));
    }
}

static int redir_read(void *priv, uint8_t *data, int count)
{
    struct usb *u = priv;

    return u->pipe->ops->read(u->pipe, data, (size_t)count);
}

static int redir_write(void *priv, uint8_t *data, int count)
{
    struct usb *u = priv;

    return u->pipe->ops->write(u->pipe, data, (size_t)count);
}

static void LIBUSB_CALL fd_added(int fd, short events, void *opaque)
{
    struct usb *u = opaque;

    bw_usb_watch_add(&u->watch, fd, events);
}

static void LIBUSB_CALL fd_removed(int fd, void *opaque)
{
    struct usb *u = opaque;

    bw_usb_watch_remove(&u->watch, fd);
}

/* For all contexts of this process, before the first. */
static void switch_search_off(void)
{
    libusb_set_option(NULL, LIBUSB_OPTION_NO_DEVICE_DISCOVERY);
}

static libusb_context *new_context(struct usb *u)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct libusb_pollfd **fds;
    libusb_context *ctx;
    size_t i;

    pthread_once(&once, switch_search_off);
    if (libusb_init(&ctx) != 0) {
        return NULL;
    }
    libusb_set_log_cb(ctx, libusb_line, LIBUSB_LOG_CB_CONTEXT);
    libusb_set_pollfd_notifiers(ctx, fd_added, fd_removed, u);
    fds = libusb_get_pollfds(ctx);
    for (i = 0; fds && fds[i]; i++) {
        bw_usb_watch_add(&u->watch, fds[i]->fd, fds[i]->events);
    }
    libusb_free_pollfds(fds);
    return ctx;
}

static enum bw_status usb_begin(struct bw_usb_port *p, struct bw_usb_pipe *pipe,
                                char *why, size_t size)
{
    struct usb *u = usb_of(p);

    if (bw_usb_watch_init(&u->watch) < 0) {
        snprintf(why, size, "the agent cannot watch for USB devices: %s",
                 strerror(errno));
        return BW_GONE;
    }
    u->pipe = pipe;
    u->fd = -1;
    u->said[0] = '\0';
    memset(&u->rejected, 0, sizeof(u->rejected));
    u->ctx = new_context(u);
    u->host = u->ctx ? usbredirhost_open(u->ctx, NULL, redir_log, redir_read,
                                         redir_write, u,
                                         "benchwired " BW_VERSION_TEXT,
                                         usbredirparser_warning, 0)
                     : NULL;
    if (!u->host) {
        if (u->ctx) {
            libusb_exit(u->ctx);
        }
        bw_usb_watch_finish(&u->watch);
        snprintf(why, size,
                 "libusb cannot begin; the agent is out of memory "
                 "or descriptors");
        return BW_GONE;
    }
    u->port.event_fd = u->watch.epoll_fd;
    bw_usb_watch_set(&u->watch, 1); /* look at once */
    return BW_OK;
}

/* Having a device */

static bool same_device(const struct bw_usb_found *a,
                        const struct bw_usb_found *b)
{
    return a->bus == b->bus && a->device == b->device &&
           strcmp(a->what.port, b->what.port) == 0;
}

/* It is not ours any more, or never was: libusb has let go of the file. */
static void drop_file(struct usb *u)
{
    if (u->loss_fd >= 0) {
        bw_usb_watch_remove(&u->watch, u->loss_fd);
        close(u->loss_fd);
    }
    close(u->fd);
    u->fd = -1;
    bw_usb_detached_forget(&u->found);
    atomic_store(&u->used, false);
}

static void let_go(struct usb *u)
{
    if (u->fd >= 0) {
        usbredirhost_set_device(u->host, NULL);
        drop_file(u);
    }
}

/* Returns the device's file, or -1 having said why. */
static int open_file(struct usb *u, const struct bw_usb_found *f)
{
    char path[64], text[SAY_SIZE / 2];
    int fd;

    device_path(f, path, sizeof(path));
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0) {
        if (errno == EACCES || errno == EPERM) {
            print_denied(&f->what, path, text, sizeof(text));
            say(u, "port %s: %s", f->what.port, text);
        } else if (errno != ENOENT && errno != ENODEV) {
            say(u, "port %s: %s: %s", f->what.port, path, strerror(errno));
        }
        return -1;
    }
    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        say(u, "port %s: another export or agent has this device",
            f->what.port);
        close(fd);
        return -1;
    }
    return fd;
}

/* Returns false having said why. */
static bool give_to_host(struct usb *u, libusb_device_handle *handle)
{
    libusb_device *dev = libusb_get_device(handle);
    int status;

    if (u->rule_count > 0 && usbredirhost_check_device_filter(
                                 u->rules, u->rule_count, dev, 0) != 0) {
        say(u, "port %s: the export's filter refuses %04x:%04x",
            u->found.what.port, u->found.what.vendor, u->found.what.product);
        libusb_close(handle);
        return false;
    }
    status = usbredirhost_set_device(u->host, handle); /* takes it over */
    if (status != usb_redir_success) {
        say(u,
            "port %s: %04x:%04x cannot be had, it does not answer or another "
            "program uses it",
            u->found.what.port, u->found.what.vendor, u->found.what.product);
        return false;
    }
    return true;
}

/* Returns whether the device is at the guest's disposal now. */
static bool take(struct usb *u, const struct bw_usb_found *f)
{
    libusb_device_handle *handle;
    char text[SAY_SIZE / 2];

    if (!is_spare(f->what.port, text, sizeof(text))) {
        say(u, "port %s: %s", f->what.port, text);
        return false;
    }
    u->fd = open_file(u, f);
    if (u->fd < 0) {
        return false;
    }
    u->found = *f;
    u->loss_fd = -1;
    atomic_store(&u->used, true);
    bw_usb_detached_note(BW_USB_SYSFS, f);
    if (libusb_wrap_sys_device(u->ctx, u->fd, &handle) != 0) {
        say(u, "port %s: libusb cannot use this device", f->what.port);
    } else if (give_to_host(u, handle)) {
        u->loss_fd = fcntl(u->fd, F_DUPFD_CLOEXEC, 0);
        if (u->loss_fd >= 0) {
            bw_usb_watch_add(&u->watch, u->loss_fd, 0);
        }
        bw_usb_what_print(&f->what, text, sizeof(text));
        say(u, "%s is in use", text);
        return true;
    }
    drop_file(u);
    return false;
}

/* Take the device that is meant, if it is there, and set the time to look
 * again. */
static void look(struct usb *u)
{
    struct bw_usb_found found[MAX_FOUND];
    size_t count = bw_usb_find(BW_USB_SYSFS, &u->select, found, MAX_FOUND);
    char text[SAY_SIZE - 16];
    uint32_t again_ms = ABSENT_MS;

    if (count == 0) {
        bw_usb_select_print(&u->select, text, sizeof(text));
        say(u, "there is no %s; it is waited for", text);
    } else if (count > 1) {
        print_several(found, count, text, sizeof(text));
        say(u, "%s", text);
    } else if (!same_device(&found[0], &u->rejected)) {
        again_ms = take(u, &found[0]) ? 0 : AGAIN_MS;
    }
    bw_usb_watch_set(&u->watch, again_ms);
}

static bool is_lost(const struct usb *u)
{
    uint32_t caps;

    return ioctl(u->fd, USBDEVFS_GET_CAPABILITIES, &caps) < 0 &&
           errno == ENODEV;
}

static void note_lost(struct usb *u)
{
    say(u, "port %s: %04x:%04x is gone", u->found.what.port,
        u->found.what.vendor, u->found.what.product);
    u->lost = true;
    let_go(u);
    u->lost = false;
    bw_usb_watch_set(&u->watch, SETTLE_MS);
}

/* What the guest has sent.  Returns false if the conversation is over. */
static bool read_guest(struct usb *u)
{
    switch (usbredirhost_read_guest_data(u->host)) {
    case 0:
        return true;
    case usbredirhost_read_device_rejected:
        say(u, "port %s: the guest's filter refuses %04x:%04x",
            u->found.what.port, u->found.what.vendor, u->found.what.product);
        u->rejected = u->found;
        let_go(u);
        bw_usb_watch_set(&u->watch, ABSENT_MS);
        return true;
    case usbredirhost_read_device_lost:
        note_lost(u);
        return true;
    default: /* the pipe is over, or that was not usbredir */
        return false;
    }
}

static bool flush(struct usb *u)
{
    return usbredirhost_has_data_to_write(u->host) == 0 ||
           usbredirhost_write_guest_data(u->host) == 0;
}

static bool usb_work(struct bw_usb_port *p)
{
    struct usb *u = usb_of(p);
    struct timeval now = { 0, 0 };

    libusb_handle_events_timeout_completed(u->ctx, &now, NULL);
    if (u->fd >= 0 && is_lost(u)) {
        note_lost(u);
    }
    if (bw_usb_watch_changed(&u->watch) && u->fd < 0) {
        bw_usb_watch_set(&u->watch, SETTLE_MS);
    }
    if (bw_usb_watch_is_due(&u->watch) && u->fd < 0) {
        look(u);
    }
    if (!flush(u)) {
        return false;
    }
    return usbredirhost_has_data_to_write(u->host) > MAX_QUEUE ||
           (read_guest(u) && flush(u));
}

static bool usb_pending(struct bw_usb_port *p)
{
    return usbredirhost_has_data_to_write(usb_of(p)->host) > 0;
}

static void usb_end(struct bw_usb_port *p)
{
    struct usb *u = usb_of(p);

    let_go(u);
    usbredirhost_close(u->host);
    libusb_exit(u->ctx);
    bw_usb_watch_finish(&u->watch);
    u->port.event_fd = -1;
}

static void usb_close(struct bw_usb_port *p)
{
    struct usb *u = usb_of(p);

    usbredirfilter_free(u->rules);
    free(u);
}

static const struct bw_usb_port_ops usb_ops = {
    .describe = usb_describe,
    .begin = usb_begin,
    .work = usb_work,
    .pending = usb_pending,
    .end = usb_end,
    .close = usb_close,
};

struct bw_usb_port *bw_usb_open(const struct bw_usb_select *select,
                                const char *filter, char *error,
                                size_t error_size)
{
    struct usb *u = calloc(1, sizeof(*u));

    if (!u) {
        snprintf(error, error_size, "out of memory");
        return NULL;
    }
    if (filter[0] && usbredirfilter_string_to_rules(filter, ",", "|", &u->rules,
                                                    &u->rule_count) != 0) {
        snprintf(error, error_size,
                 "filter = %.100s is not understood; see bench.conf(5)",
                 filter);
        free(u);
        return NULL;
    }
    u->select = *select;
    u->fd = -1;
    u->loss_fd = -1;
    u->port.ops = &usb_ops;
    u->port.event_fd = -1;
    return &u->port;
}

#else

struct bw_usb_port *bw_usb_open(const struct bw_usb_select *select,
                                const char *filter, char *error,
                                size_t error_size)
{
    (void)select;
    (void)filter;
    snprintf(error, error_size,
             "this agent was built without USB; install libusb-1.0-0-dev and "
             "libusbredirhost-dev and build it anew");
    return NULL;
}

#endif
