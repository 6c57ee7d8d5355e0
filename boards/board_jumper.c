/*
 * A wire or a resistor between two pins of the board
 *
 * Each net gets, as one source, all that the other one has without the
 * jumper (Thevenin's theorem), behind the resistance of the jumper.  So pulls,
 * voltages and conflicts pass through it, and through several in a row.
 * Jumpers must not form a ring: that would ask for a solution of the whole
 * network.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/board_jumper.h"

#define DEFAULT_OHMS 1

static QLIST_HEAD(, BoardJumper) jumpers = QLIST_HEAD_INITIALIZER(jumpers);

/* What one end sees of the other */
static void update_end(BoardJumper *s, BoardJumperEnd *to,
                       BoardJumperEnd *from)
{
    int32_t mv = 0;
    uint32_t ohms = BW_NET_OPEN;

    if (s->connected &&
        bw_net_without(&from->net->net, &from->source, &mv, &ohms)) {
        ohms += MIN(s->ohms, UINT32_MAX - ohms);
    }
    board_net_drive(to->net, &to->source, mv, ohms);
}

static void update(BoardJumper *s)
{
    update_end(s, &s->end[0], &s->end[1]);
    update_end(s, &s->end[1], &s->end[0]);
}

static void net_changed(void *opaque, BoardNet *net)
{
    update(opaque);
}

/* Whether jumpers other than @not lead from one net to the other */
static bool leads_to(BoardNet *from, BoardNet *to, BoardJumper *not)
{
    BoardJumper *j;
    int i;

    QLIST_FOREACH(j, &jumpers, link) {
        for (i = 0; j != not && i < 2; i++) {
            BoardNet *other = j->end[!i].net;

            if (j->end[i].net == from &&
                (other == to || leads_to(other, to, j))) {
                return true;
            }
        }
    }
    return false;
}

static bool find_end(BoardJumperEnd *end, const char *property, Error **errp)
{
    if (!end->name || !end->name[0]) {
        error_setg(errp, "%s: no pin is named", property);
        return false;
    }
    end->net = board_net_find(end->name);
    if (!end->net) {
        error_setg(errp, "%s: the board has no pin '%s'", property, end->name);
        return false;
    }
    return true;
}

static void board_jumper_realize(DeviceState *dev, Error **errp)
{
    BoardJumper *s = BOARD_JUMPER(dev);
    int i;

    if (s->ohms == 0) {
        error_setg(errp, "ohms: a wire has at least 1");
        return;
    }
    if (!find_end(&s->end[0], "a", errp) || !find_end(&s->end[1], "b", errp)) {
        return;
    }
    if (s->end[0].net == s->end[1].net ||
        leads_to(s->end[0].net, s->end[1].net, NULL)) {
        error_setg(errp, "%s and %s are joined already", s->end[0].name,
                   s->end[1].name);
        return;
    }
    QLIST_INSERT_HEAD(&jumpers, s, link);
    for (i = 0; i < 2; i++) {
        s->end[i].listener.changed = net_changed;
        s->end[i].listener.opaque = s;
        s->end[i].listener.every_source = true;
        board_net_add(s->end[i].net, &s->end[i].source, s->end[!i].net->name);
        board_net_listen(s->end[i].net, &s->end[i].listener);
    }
    update(s);
}

static void board_jumper_unrealize(DeviceState *dev)
{
    BoardJumper *s = BOARD_JUMPER(dev);
    int i;

    QLIST_REMOVE(s, link);
    for (i = 0; i < 2; i++) {
        board_net_unlisten(s->end[i].net, &s->end[i].listener);
    }
    for (i = 0; i < 2; i++) {
        board_net_remove(s->end[i].net, &s->end[i].source);
    }
}

static bool get_connected(Object *obj, Error **errp)
{
    return BOARD_JUMPER(obj)->connected;
}

static void set_connected(Object *obj, bool connected, Error **errp)
{
    BoardJumper *s = BOARD_JUMPER(obj);

    s->connected = connected;
    if (DEVICE(obj)->realized) {
        update(s);
    }
}

static void board_jumper_init(Object *obj)
{
    BOARD_JUMPER(obj)->connected = true;
}

static int board_jumper_post_load(void *opaque, int version_id)
{
    update(opaque);
    return 0;
}

static const VMStateDescription vmstate_board_jumper = {
    .name = TYPE_BOARD_JUMPER,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = board_jumper_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_BOOL(connected, BoardJumper),
        VMSTATE_END_OF_LIST()
    }
};

static const Property board_jumper_properties[] = {
    DEFINE_PROP_STRING("a", BoardJumper, end[0].name),
    DEFINE_PROP_STRING("b", BoardJumper, end[1].name),
    DEFINE_PROP_UINT32("ohms", BoardJumper, ohms, DEFAULT_OHMS),
};

static void board_jumper_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "wire between two pins of the board";
    dc->realize = board_jumper_realize;
    dc->unrealize = board_jumper_unrealize;
    dc->vmsd = &vmstate_board_jumper;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    device_class_set_props(dc, board_jumper_properties);
    object_class_property_add_bool(klass, "connected", get_connected,
                                   set_connected);
    object_class_property_set_description(
        klass, "connected", "whether the wire is in place");
}

static const TypeInfo board_jumper_types[] = {
    {
        .name = TYPE_BOARD_JUMPER,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(BoardJumper),
        .instance_init = board_jumper_init,
        .class_init = board_jumper_class_init,
    },
};
DEFINE_TYPES(board_jumper_types)
