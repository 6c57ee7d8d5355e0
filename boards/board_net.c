/*
 * A net of a board: lib/net.c with listeners and QOM properties
 *
 * The way of a level: GPIO register -> nrf51_gpio.c (pad) -> here -> lib/net.c
 * -> listeners: LEDs, buttons, parts, and the pads of the same net.
 *
 * A warning names the two that are in conflict.  A guest can make conflicts as
 * fast as it can toggle a pin, so there is one warning a second at most; the
 * trace has all of them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "qemu/timer.h"
#include "migration/vmstate.h"
#include "system/runstate.h"
#include "hw/benchwire/boards/board_net.h"
#include "hw/benchwire/trace.h"

#define DEFAULT_VDD_MV    3000
#define DEFAULT_FEED_OHMS 100
#define WARNING_PERIOD_MS 1000
#define MAX_PIN           31

bool board_net_is_loading(void)
{
    return runstate_check(RUN_STATE_INMIGRATE) ||
           runstate_check(RUN_STATE_RESTORE_VM);
}

static void report_conflict(BoardNet *net)
{
    const struct bw_net_source *low = NULL;
    const struct bw_net_source *high = NULL;
    int64_t now_ms = qemu_clock_get_ms(QEMU_CLOCK_HOST);

    bw_net_opponents(&net->net, &low, &high);
    trace_bw_net_conflict(net->name, low->name, high->name);
    if (now_ms - net->warned_ms >= WARNING_PERIOD_MS) {
        warn_report("%s is driven low by %s and high by %s", net->name,
                    low->name, high->name);
        net->warned_ms = now_ms;
    }
}

static void tell_once(BoardNet *net)
{
    BoardNetListener *l = QLIST_FIRST(&net->listeners);

    while (l) {
        net->next = QLIST_NEXT(l, link); /* unlisten moves it on */
        l->changed(l->opaque, net);
        l = net->next;
    }
}

static void tell(BoardNet *net)
{
    unsigned round = 0;

    if (net->telling) {
        net->changed_again = true;
        return;
    }
    net->telling = true;
    do {
        net->changed_again = false;
        tell_once(net);
    } while (net->changed_again && ++round < BOARD_NET_ROUNDS);
    net->telling = false;
    if (net->changed_again) {
        qemu_log_mask(LOG_GUEST_ERROR, "%s changes itself without end\n",
                      net->name);
    }
}

static void changed(BoardNet *net)
{
    trace_bw_net_changed(net->name, net->net.mv, net->net.level);
    if (net->net.conflict != net->conflicting) {
        net->conflicting = net->net.conflict;
        if (net->conflicting) {
            report_conflict(net);
        }
    }
    tell(net);
}

void board_net_drive(BoardNet *net, struct bw_net_source *source, int32_t mv,
                     uint32_t ohms)
{
    bool same = source->mv == mv && source->ohms == ohms;

    if (bw_net_drive(&net->net, source, mv, ohms)) {
        changed(net);
    } else if (!same && net->curious) {
        tell(net);
    }
}

void board_net_add(BoardNet *net, struct bw_net_source *source,
                   const char *name)
{
    bw_net_add(&net->net, source, name);
}

void board_net_remove(BoardNet *net, struct bw_net_source *source)
{
    bool open = source->ohms == BW_NET_OPEN;

    if (bw_net_remove(&net->net, source)) {
        changed(net);
    } else if (!open && net->curious) {
        tell(net);
    }
}

void board_net_listen(BoardNet *net, BoardNetListener *listener)
{
    QLIST_INSERT_HEAD(&net->listeners, listener, link);
    net->curious += listener->every_source;
}

void board_net_unlisten(BoardNet *net, BoardNetListener *listener)
{
    if (net->next == listener) {
        net->next = QLIST_NEXT(listener, link);
    }
    QLIST_REMOVE(listener, link);
    net->curious -= listener->every_source;
}

void board_net_rename(BoardNet *net, const char *name)
{
    g_free(net->name);
    net->name = g_strdup(name);
}

void board_net_setup(BoardNet *net, const char *name, int32_t vdd_mv)
{
    board_net_rename(net, name);
    bw_net_init(&net->net, vdd_mv);
    bw_net_add(&net->net, &net->feed, "the feed");
}

/* "P0", "P0.16", "/machine/nrf51/pin[16]" */
BoardNet *board_net_find(const char *name)
{
    g_autofree char *path = NULL;
    unsigned pin;
    char end;

    if (sscanf(name, "P0.%u%c", &pin, &end) == 1 && pin <= MAX_PIN) {
        path = g_strdup_printf("/machine/nrf51/pin[%u]", pin);
    } else if (name[0] == '/') {
        path = g_strdup(name);
    } else {
        path = g_strdup_printf("/machine/edge/%s", name);
    }
    return (BoardNet *)object_dynamic_cast(object_resolve_path(path, NULL),
                                           TYPE_BOARD_NET);
}

/* Properties */

static bool get_level(Object *obj, Error **errp)
{
    return board_net_level(BOARD_NET(obj));
}

static bool get_conflict(Object *obj, Error **errp)
{
    return BOARD_NET(obj)->net.conflict;
}

static void get_millivolts(Object *obj, Visitor *v, const char *name,
                           void *opaque, Error **errp)
{
    int32_t mv = board_net_mv(BOARD_NET(obj));

    visit_type_int32(v, name, &mv, errp);
}

static void update_feed(BoardNet *net)
{
    board_net_drive(net, &net->feed, net->feed_mv, net->feed_ohms);
}

static void get_feed_mv(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    visit_type_int32(v, name, &BOARD_NET(obj)->feed_mv, errp);
}

static void set_feed_mv(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    BoardNet *net = BOARD_NET(obj);
    int64_t mv;

    if (!visit_type_int(v, name, &mv, errp)) {
        return;
    }
    if (mv < -BW_NET_MAX_MV || mv > BW_NET_MAX_MV) {
        error_setg(errp,
                   "%s %" PRId64 " is out of range; it is in millivolts, "
                   "from %d to %d",
                   name, mv, -BW_NET_MAX_MV, BW_NET_MAX_MV);
        return;
    }
    net->feed_mv = mv;
    if (net->feed_ohms == BW_NET_OPEN) {
        net->feed_ohms = DEFAULT_FEED_OHMS;
    }
    update_feed(net);
}

static void get_feed_ohms(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    visit_type_uint32(v, name, &BOARD_NET(obj)->feed_ohms, errp);
}

static void set_feed_ohms(Object *obj, Visitor *v, const char *name,
                          void *opaque, Error **errp)
{
    BoardNet *net = BOARD_NET(obj);
    uint32_t ohms;

    if (visit_type_uint32(v, name, &ohms, errp)) {
        net->feed_ohms = ohms;
        update_feed(net);
    }
}

/* Migration */

static int board_net_pre_save(void *opaque)
{
    BoardNet *net = opaque;

    net->saved_level = net->net.level;
    return 0;
}

static int board_net_post_load(void *opaque, int version_id)
{
    BoardNet *net = opaque;

    if (net->feed_mv < -BW_NET_MAX_MV || net->feed_mv > BW_NET_MAX_MV) {
        return -EINVAL;
    }
    update_feed(net);
    return 0;
}

void board_net_loaded(BoardNet *net)
{
    if (bw_net_restore(&net->net, net->saved_level)) {
        changed(net);
    }
}

const VMStateDescription vmstate_board_net = {
    .name = TYPE_BOARD_NET,
    .version_id = 1,
    .minimum_version_id = 1,
    .pre_save = board_net_pre_save,
    .post_load = board_net_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(saved_level, BoardNet),
        VMSTATE_INT32(feed_mv, BoardNet),
        VMSTATE_UINT32(feed_ohms, BoardNet),
        VMSTATE_END_OF_LIST()
    }
};

static void board_net_init(Object *obj)
{
    BoardNet *net = BOARD_NET(obj);

    QLIST_INIT(&net->listeners);
    net->warned_ms = -WARNING_PERIOD_MS;
    board_net_setup(net, "?", DEFAULT_VDD_MV);
}

static void board_net_finalize(Object *obj)
{
    g_free(BOARD_NET(obj)->name);
}

static void board_net_class_init(ObjectClass *klass, void *data)
{
    object_class_property_add_bool(klass, "level", get_level, NULL);
    object_class_property_add_bool(klass, "conflict", get_conflict, NULL);
    object_class_property_add(klass, "millivolts", "int", get_millivolts,
                              NULL, NULL, NULL);
    object_class_property_add(klass, "feed-millivolts", "int", get_feed_mv,
                              set_feed_mv, NULL, NULL);
    object_class_property_set_description(
        klass, "feed-millivolts", "voltage of a supply put to this pin");
    object_class_property_add(klass, "feed-ohms", "uint32", get_feed_ohms,
                              set_feed_ohms, NULL, NULL);
    object_class_property_set_description(
        klass, "feed-ohms", "resistance of that supply; 0: not connected");
}

static const TypeInfo board_net_types[] = {
    {
        .name = TYPE_BOARD_NET,
        .parent = TYPE_OBJECT,
        .instance_size = sizeof(BoardNet),
        .instance_init = board_net_init,
        .instance_finalize = board_net_finalize,
        .class_init = board_net_class_init,
    },
};
DEFINE_TYPES(board_net_types)
