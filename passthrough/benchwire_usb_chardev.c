/*
 * A USB device of an agent as a chardev, for QEMU's usb-redir:
 *
 *   -chardev socket,id=pi,host=pi,port=7777,tls-creds=tls0,reconnect-ms=1000
 *   -chardev benchwire-usb,id=u0,chardev=pi,export=ftdi
 *   -device usb-redir,chardev=u0
 *
 * What comes out of it is the usbredir protocol.  Over the chardev it is given
 * it speaks HELLO, OPEN and USB_START (docs/protocol.md) through a link
 * (link.h), and hands bytes through from then on (link_stream.c).  The other
 * end is host-agent/session.c, later host-agent/service_usb.c.
 *
 * It is open while the stream lasts.  Whatever stands against it (no agent, no
 * such export, a lease of somebody else, a device that is refused) is a line
 * in the log, once per outage, and is tried again; for the guest there is no
 * device then.  That the device itself is absent is not known here: usbredir
 * tells it to usb-redir.
 *
 * The link, and with it the lease, lasts as long as a device uses the chardev.
 * The options are in qapi/char.json and chardev/char.c (qemu/patches).
 *
 * Not done: migration and snapshots.  The other machine's QEMU would have to
 * take over the lease and the state of the device's transfers.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "qemu/option.h"
#include "chardev/char.h"
#include "chardev/char-fe.h"
#include "migration/blocker.h"
#include "link.h"
#include "hw/benchwire/trace.h"

#define TYPE_CHARDEV_BENCHWIRE_USB "chardev-benchwire-usb"

#define TIMEOUT_MS 10000 /* of a request; no guest waits for it */

OBJECT_DECLARE_SIMPLE_TYPE(BenchwireUsbChardev, CHARDEV_BENCHWIRE_USB)

struct BenchwireUsbChardev {
    Chardev parent;

    char *export;
    CharBackend agent;   /* the connection to it */
    BwLink link;         /* zeroed while nobody uses us */
    Error *no_migration; /* the reason; NULL: not registered */
};

/* What "info chardev" shows. */
static void name_it(BenchwireUsbChardev *s, bool open)
{
    Chardev *chr = CHARDEV(s);

    g_free(chr->filename);
    chr->filename = g_strdup_printf("%sbenchwire-usb:%s",
                                    open ? "" : "disconnected:", s->export);
}

/* --- the link --- */

static bool link_opened(void *opaque, const struct bw_wire_opened *opened,
                        Error **errp)
{
    BenchwireUsbChardev *s = opaque;

    trace_bw_usb_opened(CHARDEV(s)->label, s->export,
                        !!(opened->funcs & BW_DEVICE_FUNC_PRESENT));
    return true;
}

static void link_ready(void *opaque)
{
    name_it(opaque, true);
    qemu_chr_be_event(CHARDEV(opaque), CHR_EVENT_OPENED);
}

static void link_down(void *opaque, enum bw_status status)
{
    name_it(opaque, false);
    if (CHARDEV(opaque)->be_open) {
        qemu_chr_be_event(CHARDEV(opaque), CHR_EVENT_CLOSED);
    }
}

static int link_stream_room(void *opaque)
{
    return qemu_chr_be_can_write(CHARDEV(opaque));
}

static void link_stream(void *opaque, const uint8_t *buf, int len)
{
    qemu_chr_be_write(CHARDEV(opaque), buf, len);
}

static const BwLinkOps link_ops = {
    .opened = link_opened,
    .ready = link_ready,
    .down = link_down,
    .stream_room = link_stream_room,
    .stream = link_stream,
};

static void start_link(BenchwireUsbChardev *s)
{
    BwLinkConfig config = {
        .name = g_strdup(CHARDEV(s)->label),
        .export = s->export,
        .kind = BW_EXPORT_USB,
        .caps = BW_CAP_USB,
        .timeout_ms = TIMEOUT_MS,
        .ops = &link_ops,
        .opaque = s,
    };

    /* What can fail is an adapter of its own, and there is none. */
    bw_link_start(&s->link, &config, &s->agent, NULL, &error_abort);
}

/* --- the chardev --- */

static int benchwire_usb_write(Chardev *chr, const uint8_t *buf, int len)
{
    return bw_link_stream_write(&CHARDEV_BENCHWIRE_USB(chr)->link, buf, len);
}

static GSource *benchwire_usb_add_watch(Chardev *chr, GIOCondition cond)
{
    return bw_link_stream_watch(&CHARDEV_BENCHWIRE_USB(chr)->link, cond);
}

static void benchwire_usb_accept_input(Chardev *chr)
{
    qemu_chr_fe_accept_input(&CHARDEV_BENCHWIRE_USB(chr)->agent);
}

static void benchwire_usb_disconnect(Chardev *chr)
{
    qemu_chr_fe_disconnect(&CHARDEV_BENCHWIRE_USB(chr)->agent);
}

static void benchwire_usb_set_fe_open(Chardev *chr, int is_open)
{
    BenchwireUsbChardev *s = CHARDEV_BENCHWIRE_USB(chr);

    bw_link_stop(&s->link);
    if (is_open) {
        start_link(s);
    } else {
        link_down(s, BW_LINK_DOWN);
    }
}

static bool check_options(const char *chardev, const char *export,
                          Error **errp)
{
    if (!chardev || !*chardev) {
        error_setg(errp, "chardev: benchwire-usb: no connection is named; "
                   "give chardev=ID of a socket chardev to the agent");
        return false;
    }
    if (!export || !*export || strlen(export) > BW_WIRE_MAX_NAME) {
        error_setg(errp, "chardev: benchwire-usb: no export is named; give "
                   "export=NAME, of 1 to %d bytes, as 'benchwire list' shows "
                   "it", BW_WIRE_MAX_NAME);
        return false;
    }
    return true;
}

/* A chardev that others write to as well, or a stream, carries no frames. */
static bool attach(BenchwireUsbChardev *s, const char *id, Error **errp)
{
    Chardev *agent = qemu_chr_find(id);

    if (!agent) {
        error_setg(errp, "chardev: benchwire-usb: there is no chardev '%s'; "
                   "give the socket to the agent before it", id);
        return false;
    }
    if (object_dynamic_cast(OBJECT(agent), TYPE_CHARDEV_MUX) ||
        object_dynamic_cast(OBJECT(agent), TYPE_CHARDEV_HUB) ||
        object_dynamic_cast(OBJECT(agent), TYPE_CHARDEV_BENCHWIRE_USB)) {
        error_setg(errp, "chardev: benchwire-usb: chardev '%s' is no "
                   "connection to an agent; give a socket chardev", id);
        return false;
    }
    return qemu_chr_fe_init(&s->agent, agent, errp);
}

static bool block_migration(BenchwireUsbChardev *s, Error **errp)
{
    error_setg(&s->no_migration, "chardev '%s': a USB device at an agent "
               "cannot be migrated or saved; remove the chardev and the "
               "devices on it first", CHARDEV(s)->label);
    return migrate_add_blocker(&s->no_migration, errp) == 0;
}

static void benchwire_usb_open(Chardev *chr, ChardevBackend *backend,
                               bool *be_opened, Error **errp)
{
    ChardevBenchwireUsb *options = backend->u.benchwire_usb.data;
    BenchwireUsbChardev *s = CHARDEV_BENCHWIRE_USB(chr);

    *be_opened = false;
    if (!check_options(options->chardev, options->export, errp) ||
        !attach(s, options->chardev, errp)) {
        return;
    }
    s->export = g_strdup(options->export);
    name_it(s, false);
    block_migration(s, errp);
}

static void benchwire_usb_parse(QemuOpts *opts, ChardevBackend *backend,
                                Error **errp)
{
    const char *chardev = qemu_opt_get(opts, "chardev");
    const char *export = qemu_opt_get(opts, "export");
    ChardevBenchwireUsb *options;

    if (!check_options(chardev, export, errp)) {
        return;
    }
    backend->type = CHARDEV_BACKEND_KIND_BENCHWIRE_USB;
    options = backend->u.benchwire_usb.data = g_new0(ChardevBenchwireUsb, 1);
    qemu_chr_parse_common(opts, qapi_ChardevBenchwireUsb_base(options));
    options->chardev = g_strdup(chardev);
    options->export = g_strdup(export);
}

static void benchwire_usb_finalize(Object *obj)
{
    BenchwireUsbChardev *s = CHARDEV_BENCHWIRE_USB(obj);

    bw_link_stop(&s->link);
    qemu_chr_fe_deinit(&s->agent, false);
    migrate_del_blocker(&s->no_migration);
    g_free(s->export);
}

static void benchwire_usb_class_init(ObjectClass *klass, void *data)
{
    ChardevClass *cc = CHARDEV_CLASS(klass);

    cc->parse = benchwire_usb_parse;
    cc->open = benchwire_usb_open;
    cc->chr_write = benchwire_usb_write;
    cc->chr_add_watch = benchwire_usb_add_watch;
    cc->chr_accept_input = benchwire_usb_accept_input;
    cc->chr_disconnect = benchwire_usb_disconnect;
    cc->chr_set_fe_open = benchwire_usb_set_fe_open;
}

static const TypeInfo benchwire_usb_types[] = {
    {
        .name = TYPE_CHARDEV_BENCHWIRE_USB,
        .parent = TYPE_CHARDEV,
        .instance_size = sizeof(BenchwireUsbChardev),
        .instance_finalize = benchwire_usb_finalize,
        .class_init = benchwire_usb_class_init,
    },
};

DEFINE_TYPES(benchwire_usb_types)
