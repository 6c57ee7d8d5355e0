/*
 * The chardev linux-i2c; see linux_i2c_chardev.h.
 *
 * It is a socket chardev without an address, which gets its connections the
 * way the monitor's add_client command gives one to a chardev: one end of a
 * socketpair, at whose other end the agent's session code is.  The options
 * are in qapi/char.json and chardev/char.c (qemu/patches).
 *
 * A session is started when the chardev is made, to see that the adapter can
 * be used, and again for each connection after the first.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/error-report.h"
#include "qemu/notify.h"
#include "qemu/option.h"
#include "qemu/sockets.h"
#include "qemu/thread.h"
#include "qemu/timer.h"
#include "chardev/char.h"
#include "chardev/char-socket.h"
#include "system/system.h"
#include "linux_i2c_chardev.h"
#include "hw/benchwire/host-agent/local.h"
#include "hw/benchwire/lib/wire.h"
#include "hw/benchwire/trace.h"

#define RETRY_FIRST_MS 250
#define RETRY_MAX_MS   5000
#define FINE_MS        1000 /* a session that lasted was no failure to start */

OBJECT_DECLARE_SIMPLE_TYPE(LinuxI2CChardev, CHARDEV_LINUX_I2C)

struct LinuxI2CChardev {
    SocketChardev parent;

    enum bw_export_kind kind; /* of what is served; 0: I2C */
    char *device;
    char *line;               /* of a GPIO chip */
    uint16_t addr;            /* 7 bits, or BW_ADDR_ANY */
    struct bw_local *session; /* NULL: none */
    int fd;                   /* our end of its connection; -1: handed over */
    bool used;                /* a frontend is open */
    bool reported;            /* that there is no session, this outage */
    QEMUTimer *timer;         /* connect */
    uint32_t retry_ms;        /* its next delay */
    int64_t connected_ms;     /* the newest connection's time */
    Notifier exit;            /* of what must not be left as it is */
};

static ChardevClass *parent_class(void)
{
    return CHARDEV_CLASS(object_class_by_name(TYPE_CHARDEV_SOCKET));
}

/* --- sessions --- */

static void *end_session(void *opaque)
{
    bw_local_stop(opaque);
    return NULL;
}

/* bw_local_stop() waits for the kernel; nobody here may. */
static void end_session_in_background(LinuxI2CChardev *s)
{
    QemuThread thread;

    if (s->fd >= 0) {
        close(s->fd);
        s->fd = -1;
    }
    if (s->session) {
        qemu_thread_create(&thread, "bw-local-end", end_session, s->session,
                           QEMU_THREAD_DETACHED);
        s->session = NULL;
    }
}

/*
 * QEMU ends, its devices stay as they are: a line must be let go of here, a
 * SCSI device's reservations given up.
 */
static void end_session_at_exit(Notifier *exit, void *data)
{
    LinuxI2CChardev *s = container_of(exit, LinuxI2CChardev, exit);

    trace_bw_local_exit(CHARDEV(s)->label);
    bw_local_stop(s->session);
    s->session = NULL;
}

static struct bw_local *start_local(LinuxI2CChardev *s, int fd, char *error,
                                    size_t error_size)
{
    switch (s->kind) {
    case BW_EXPORT_GPIO:
        return bw_local_start_gpio(s->device, s->line, fd, error, error_size);
    case BW_EXPORT_SCSI:
        return bw_local_start_scsi(s->device, fd, error, error_size);
    default:
        return bw_local_start(s->device, s->addr, fd, error, error_size);
    }
}

static bool start_session(LinuxI2CChardev *s, Error **errp)
{
    char error[256] = "";
    int fds[2];

    if (qemu_socketpair(AF_UNIX, SOCK_STREAM, 0, fds) < 0) {
        error_setg_errno(errp, errno, "no socket pair for adapter '%s'",
                         s->device);
        return false;
    }
    s->session = start_local(s, fds[1], error, sizeof(error));
    if (!s->session) {
        close(fds[0]);
        error_setg(errp, "%s", error);
        return false;
    }
    s->fd = fds[0];
    return true;
}

/* --- connections --- */

static void connect_in(LinuxI2CChardev *s, uint32_t delay_ms)
{
    timer_mod(s->timer, qemu_clock_get_ms(QEMU_CLOCK_REALTIME) + delay_ms);
}

static void retry(LinuxI2CChardev *s)
{
    s->retry_ms = s->retry_ms ? MIN(s->retry_ms * 2, RETRY_MAX_MS) :
                                RETRY_FIRST_MS;
    connect_in(s, s->retry_ms);
}

static bool hand_over(LinuxI2CChardev *s, Error **errp)
{
    if (s->fd < 0) {
        end_session_in_background(s);
        if (!start_session(s, errp)) {
            return false;
        }
    }
    if (qemu_chr_add_client(CHARDEV(s), s->fd) < 0) {
        error_setg(errp, "no connection with the session of adapter '%s'",
                   s->device);
        end_session_in_background(s);
        return false;
    }
    s->fd = -1;
    return true;
}

static void connect_now(void *opaque)
{
    LinuxI2CChardev *s = opaque;
    Error *err = NULL;

    if (!s->used || CHARDEV(s)->be_open) {
        return;
    }
    s->connected_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);
    if (hand_over(s, &err)) {
        s->reported = false;
        return;
    }
    if (!s->reported) {
        warn_report("%s: %s; it is tried again", CHARDEV(s)->label,
                    error_get_pretty(err));
        s->reported = true;
    }
    error_free(err);
    retry(s);
}

/* What "info chardev" and the link's messages show. */
static void name_it(LinuxI2CChardev *s, bool connected)
{
    const char *prefix = connected ? "" : "disconnected:";
    Chardev *chr = CHARDEV(s);

    g_free(chr->filename);
    if (s->line) {
        chr->filename = g_strdup_printf("%s%s,line=%s", prefix, s->device,
                                        s->line);
        return;
    }
    chr->filename = s->addr == BW_ADDR_ANY ?
        g_strdup_printf("%slinux-i2c:%s", prefix, s->device) :
        g_strdup_printf("%slinux-i2c:%s,address=0x%02x", prefix, s->device,
                        s->addr);
}

/* --- the chardev --- */

static void linux_i2c_be_event(Chardev *chr, QEMUChrEvent event)
{
    LinuxI2CChardev *s = CHARDEV_LINUX_I2C(chr);
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_REALTIME);

    name_it(s, chr->be_open);
    parent_class()->chr_be_event(chr, event);
    if (event == CHR_EVENT_CLOSED && s->used) {
        if (now_ms - s->connected_ms >= FINE_MS) {
            s->retry_ms = 0;
        }
        retry(s);
    }
}

/*
 * Not from in here: a frontend that opens looks itself whether there is a
 * connection already, and must not be told of it twice.
 */
static void linux_i2c_set_fe_open(Chardev *chr, int is_open)
{
    LinuxI2CChardev *s = CHARDEV_LINUX_I2C(chr);

    s->used = is_open;
    if (is_open) {
        s->retry_ms = 0;
        connect_in(s, 0);
    } else {
        timer_del(s->timer);
        parent_class()->chr_disconnect(chr);
        end_session_in_background(s);
    }
}

static bool set_up(LinuxI2CChardev *s, const char *device, uint16_t addr,
                   Error **errp)
{
    s->device = g_strdup(device);
    s->addr = addr;
    name_it(s, false);
    return start_session(s, errp);
}

static bool check_options(const char *device, bool has_addr, uint64_t addr,
                          Error **errp)
{
    if (!device || !*device) {
        error_setg(errp, "chardev: linux-i2c: no adapter is named; give "
                   "device=/dev/i2c-N");
        return false;
    }
    if (has_addr && (addr < 1 || addr > 0x7f)) {
        error_setg(errp, "chardev: linux-i2c: address 0x%" PRIx64 " is not "
                   "one a part can have; give 0x01 to 0x7f, without the R/W "
                   "bit, or leave it out for all", addr);
        return false;
    }
    return true;
}

static void linux_i2c_open(Chardev *chr, ChardevBackend *backend,
                           bool *be_opened, Error **errp)
{
    ChardevLinuxI2C *options = backend->u.linux_i2c.data;

    *be_opened = false;
    if (check_options(options->device, options->has_address, options->address,
                      errp)) {
        set_up(CHARDEV_LINUX_I2C(chr), options->device,
               options->has_address ? options->address : BW_ADDR_ANY, errp);
    }
}

static void linux_i2c_parse(QemuOpts *opts, ChardevBackend *backend,
                            Error **errp)
{
    const char *device = qemu_opt_get(opts, "device");
    bool has_addr = qemu_opt_get(opts, "address");
    uint64_t addr = qemu_opt_get_number(opts, "address", 0);
    ChardevLinuxI2C *options;

    if (!check_options(device, has_addr, addr, errp)) {
        return;
    }
    backend->type = CHARDEV_BACKEND_KIND_LINUX_I2C;
    options = backend->u.linux_i2c.data = g_new0(ChardevLinuxI2C, 1);
    qemu_chr_parse_common(opts, qapi_ChardevLinuxI2C_base(options));
    options->device = g_strdup(device);
    options->has_address = has_addr;
    options->address = addr;
}

static void linux_i2c_init(Object *obj)
{
    LinuxI2CChardev *s = CHARDEV_LINUX_I2C(obj);

    s->addr = BW_ADDR_ANY;
    s->fd = -1;
    /* what its property "addr" shows: nothing one could connect to */
    s->parent.addr = g_new0(SocketAddress, 1);
    s->parent.addr->type = SOCKET_ADDRESS_TYPE_FD;
    s->parent.addr->u.fd.str = g_strdup("-1");
    s->timer = timer_new_ms(QEMU_CLOCK_REALTIME, connect_now, s);
}

static void linux_i2c_finalize(Object *obj)
{
    LinuxI2CChardev *s = CHARDEV_LINUX_I2C(obj);

    s->used = false;
    timer_free(s->timer);
    if (s->exit.notify) {
        qemu_remove_exit_notifier(&s->exit);
    }
    end_session_in_background(s);
    g_free(s->device);
    g_free(s->line);
    s->device = NULL;
}

static void linux_i2c_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(klass);

    cc->supports_yank = false;
    cc->parse = linux_i2c_parse;
    cc->open = linux_i2c_open;
    cc->chr_wait_connected = NULL; /* there is nothing to dial */
    cc->chr_set_fe_open = linux_i2c_set_fe_open;
    cc->chr_be_event = linux_i2c_be_event;
}

static const TypeInfo linux_i2c_types[] = {
    {
        .name = TYPE_CHARDEV_LINUX_I2C,
        .parent = TYPE_CHARDEV_SOCKET,
        .instance_size = sizeof(LinuxI2CChardev),
        .instance_init = linux_i2c_init,
        .instance_finalize = linux_i2c_finalize,
        .class_init = linux_i2c_class_init,
    },
};

DEFINE_TYPES(linux_i2c_types)

/* --- for passthrough devices --- */

Chardev *bw_linux_i2c_chardev_new(enum bw_export_kind kind,
                                  const char *device, const char *line,
                                  const char *name, Error **errp)
{
    Chardev *chr = CHARDEV(object_new(TYPE_CHARDEV_LINUX_I2C));

    chr->label = g_strdup(name);
    CHARDEV_LINUX_I2C(chr)->kind = kind;
    CHARDEV_LINUX_I2C(chr)->line = g_strdup(line);
    if (!set_up(CHARDEV_LINUX_I2C(chr), device, BW_ADDR_ANY, errp)) {
        object_unref(OBJECT(chr));
        return NULL;
    }
    if (kind != BW_EXPORT_I2C) {
        CHARDEV_LINUX_I2C(chr)->exit.notify = end_session_at_exit;
        qemu_add_exit_notifier(&CHARDEV_LINUX_I2C(chr)->exit);
    }
    return chr;
}

bool bw_is_linux_i2c_chardev(Chardev *chr)
{
    return chr && object_dynamic_cast(OBJECT(chr), TYPE_CHARDEV_LINUX_I2C);
}

uint16_t bw_linux_i2c_chardev_addr(Chardev *chr)
{
    return CHARDEV_LINUX_I2C(chr)->addr;
}
