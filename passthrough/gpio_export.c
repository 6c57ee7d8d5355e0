/*
 * A GPIO export of an agent, shared by all devices on its lines; see
 * gpio_export.h.  What the devices want of the lines is in gpio_queue.c, what
 * the agent tells of them in gpio_events.c.
 *
 * After an outage the lines are found and set up anew, as the guest has them
 * then.  Settings that were on their way are not repeated; edges among them
 * count as dropped.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/cutils.h"
#include "qemu/error-report.h"
#include "chardev/char.h"
#include "gpio_export.h"
#include "hw/benchwire/host-agent/local.h"
#include "hw/benchwire/lib/wire_gpio.h"

static QLIST_HEAD(, BwGpioExport) exports = QLIST_HEAD_INITIALIZER(exports);

/* --- the link --- */

static BwGpioLine *find_line(BwGpioExport *e, const char *name)
{
    BwGpioLine *line;

    QLIST_FOREACH(line, &e->lines, next) {
        if (!line->name || !strcmp(line->name, name)) {
            return line;
        }
    }
    return NULL;
}

static void report_missing(BwGpioExport *e, const GString *names)
{
    BwGpioLine *line;

    QLIST_FOREACH(line, &e->lines, next) {
        if (line->found || line->refused) {
            continue;
        }
        line->refused = true;
        if (line->name || !names->len) {
            warn_report("%s: the export '%s' has no line '%s'; it has %s",
                        line->owner, e->name, line->name ?: "(the only one)",
                        names->len ? names->str : "none");
        } else {
            warn_report("%s: the export '%s' has more than one line; give "
                        "line=NAME, one of %s", line->owner, e->name,
                        names->str);
        }
    }
}

/* A device that names no line has the only one there is. */
static void drop_unnamed(BwGpioExport *e)
{
    BwGpioLine *line = QLIST_FIRST(&e->lines);

    if (e->count > 1 && line && !line->name && line->found) {
        line->found = false;
        e->by_number[line->number] = NULL;
    }
}

static bool take_line(BwGpioExport *e, struct bw_reader *r, GString *names)
{
    struct bw_wire_gpio_line m;
    BwGpioLine *line;

    if (e->count == BW_GPIO_MAX_LINES ||
        bw_wire_get_gpio_line(r, &m) != BW_OK) {
        return false;
    }
    g_string_append_printf(names, "%s%s", names->len ? ", " : "", m.name);
    line = find_line(e, m.name);
    if (line && !line->found) {
        line->found = true;
        line->number = e->count;
        line->funcs = m.funcs;
        line->seq = 0;
        line->wanted = false;
        pstrcpy(line->label, sizeof(line->label), m.name);
        e->by_number[e->count] = line;
    }
    e->count++;
    return true;
}

static void lines_reply(void *opaque, uint32_t id, unsigned status,
                        const uint8_t *body, size_t len)
{
    BwGpioExport *e = opaque;
    g_autoptr(GString) names = g_string_new("");
    struct bw_reader r;
    BwGpioLine *line;

    bw_reader_init(&r, body, len);
    e->count = 0;
    while (status == BW_OK && bw_reader_left(&r)) {
        if (!take_line(e, &r, names)) {
            bw_link_reject(&e->link, "a reply to GPIO_LINES that does not fit");
            return;
        }
    }
    drop_unnamed(e);
    report_missing(e, names);
    QLIST_FOREACH(line, &e->lines, next) {
        if (line->found && !line->wanted) {
            line->changed(line->opaque); /* it says what it wants */
        }
    }
}

static void link_ready(void *opaque)
{
    BwGpioExport *e = opaque;
    struct bw_writer *w;

    if (bw_link_begin(&e->link, BW_MSG_GPIO_LINES, &w)) {
        bw_link_commit(&e->link, lines_reply, e);
    }
}

/*
 * Told levels and lost lines change nets, which makes other lines of the export
 * want something: the queue is emptied after the first and takes nothing during
 * the second.
 */
static void link_down(void *opaque, enum bw_status status)
{
    BwGpioExport *e = opaque;
    BwGpioLine *line;

    bw_gpio_events_down(e);
    for (unsigned i = 0; i < e->waiting; i++) {
        line = e->by_number[bw_gpio_wish_at(e, i)->line];
        if (line) {
            line->dropped += bw_gpio_wish_at(e, i)->level_only;
        }
    }
    e->waiting = 0;
    e->sent = 0;
    e->window_count = 0;
    memset(e->by_number, 0, sizeof(e->by_number));
    QLIST_FOREACH(line, &e->lines, next) {
        line->found = false;
        line->in_flight = 0;
        line->behind = false;
        line->conflict = false;
        line->refused = false;
    }
    QLIST_FOREACH(line, &e->lines, next) {
        line->changed(line->opaque);
    }
}

static bool link_opened(void *opaque, const struct bw_wire_opened *opened,
                        Error **errp)
{
    return true;
}

static void link_notice(void *opaque, unsigned type, const uint8_t *body,
                        size_t len)
{
    BwGpioExport *e = opaque;

    if (type != BW_MSG_GPIO_EVENTS) {
        bw_link_reject(&e->link, "a notice that nobody has asked for");
        return;
    }
    bw_gpio_take_events(e, body, len);
}

static const BwLinkOps link_ops = {
    .opened = link_opened,
    .ready = link_ready,
    .down = link_down,
    .notice = link_notice,
};

/* --- life --- */

static BwGpioExport *find_export(const char *chardev)
{
    BwGpioExport *e;

    QLIST_FOREACH(e, &exports, next) {
        if (e->chardev && !strcmp(e->chardev, chardev)) {
            return e;
        }
    }
    return NULL;
}

static bool may_share(BwGpioExport *e, const BwGpioLine *line,
                      const char *name, uint32_t timeout_ms, Error **errp)
{
    BwGpioLine *other;

    if (strcmp(e->name, name)) {
        error_setg(errp, "gpio-passthrough: chardev '%s' is connected to "
                   "export '%s'; a connection has one export, give '%s' a "
                   "chardev of its own", e->chardev, e->name, name);
        return false;
    }
    if (e->link.config.timeout_ms != timeout_ms) {
        error_setg(errp, "gpio-passthrough: timeout-ms is %" PRIu32 " for "
                   "another device on chardev '%s'; devices that share a "
                   "connection share it, too", e->link.config.timeout_ms,
                   e->chardev);
        return false;
    }
    other = line->name ? find_line(e, line->name) : QLIST_FIRST(&e->lines);
    if (other) {
        error_setg(errp, "gpio-passthrough: line '%s' of export '%s' is "
                   "used by %s; a line is at one pin",
                   other->name ?: line->name ?: "(the only one)", e->name,
                   other->owner);
        return false;
    }
    return true;
}

static bool take_chardev(BwGpioExport *e, Error **errp)
{
    Chardev *chr = qemu_chr_find(e->chardev);

    if (!chr) {
        error_setg(errp, "gpio-passthrough: there is no chardev '%s'; add "
                   "-chardev socket,id=%s,path=...,reconnect-ms=1000",
                   e->chardev, e->chardev);
        return false;
    }
    return qemu_chr_fe_init(&e->chr, chr, errp);
}

static void free_export(BwGpioExport *e)
{
    bw_gpio_events_finish(e);
    g_free(e->queue);
    g_free(e->chardev);
    g_free(e->name);
    g_free(e);
}

static BwGpioExport *new_export(const char *chardev, const char *name)
{
    BwGpioExport *e = g_new0(BwGpioExport, 1);

    QLIST_INIT(&e->lines);
    e->chardev = g_strdup(chardev);
    e->name = g_strdup(name);
    e->queue = g_new(BwGpioWish, BW_GPIO_ROOM);
    bw_gpio_events_init(e);
    return e;
}

/* With @chip it is line @number of it, else e->chr is the connection. */
static bool start_export(BwGpioExport *e, char *name, const char *chip,
                         const char *number, uint32_t timeout_ms, Error **errp)
{
    BwLinkConfig config = {
        .name = name,
        .export = e->name,
        .kind = BW_EXPORT_GPIO,
        .caps = BW_CAP_GPIO,
        .line = number,
        .timeout_ms = timeout_ms,
        .ops = &link_ops,
        .opaque = e,
    };

    if (!bw_link_start(&e->link, &config, &e->chr, chip, errp)) {
        free_export(e);
        return false;
    }
    QLIST_INSERT_HEAD(&exports, e, next);
    return true;
}

static void add_line(BwGpioExport *e, BwGpioLine *line)
{
    line->export = e;
    QLIST_INSERT_HEAD(&e->lines, line, next);
    if (e->count) {
        link_ready(e); /* the others were first: look for this one */
    }
}

bool bw_gpio_export_get(const char *chardev, const char *name,
                        uint32_t timeout_ms, BwGpioLine *line, Error **errp)
{
    BwGpioExport *e = find_export(chardev);

    if (e) {
        if (!may_share(e, line, name, timeout_ms, errp)) {
            return false;
        }
        add_line(e, line);
        return true;
    }
    e = new_export(chardev, name);
    if (!take_chardev(e, errp)) {
        free_export(e);
        return false;
    }
    if (!start_export(e, g_strdup_printf("gpio-passthrough, chardev %s",
                                         chardev),
                      NULL, NULL, timeout_ms, errp)) {
        return false;
    }
    add_line(e, line);
    return true;
}

bool bw_gpio_export_get_local(const char *chip, const char *number,
                              uint32_t timeout_ms, BwGpioLine *line,
                              Error **errp)
{
    BwGpioExport *e = new_export(NULL, BW_LOCAL_GPIO_EXPORT);

    if (!start_export(e, g_strdup(line->owner), chip, number, timeout_ms,
                      errp)) {
        return false;
    }
    add_line(e, line);
    return true;
}

static void end_export(BwGpioExport *e)
{
    QLIST_REMOVE(e, next);
    bw_link_stop(&e->link);
    if (e->chardev) {
        qemu_chr_fe_deinit(&e->chr, false);
    }
    free_export(e);
}

void bw_gpio_export_put(BwGpioLine *line)
{
    BwGpioExport *e = line->export;
    struct bw_gpio_setting idle = { .direction = BW_GPIO_IN };

    if (!e) {
        return;
    }
    if (line->found && (line->funcs & BW_GPIO_FUNC_IN)) {
        bw_gpio_line_use(line, &idle);
    }
    if (line->found) {
        e->by_number[line->number] = NULL;
    }
    QLIST_REMOVE(line, next);
    line->export = NULL;
    if (QLIST_EMPTY(&e->lines)) {
        end_export(e);
    }
}
