/*
 * A pin of the board, continued by a real GPIO line: the device.
 *
 *   -device gpio-passthrough,chardev=ID,export=NAME,line=NAME,pin=P0
 *   -device gpio-passthrough,chip=/dev/gpiochipN,line=17,pin=P0.3
 *
 * The line is a further piece of wire on the pin's net (boards/board_net.c).
 * What the rest of the net does, the line does on the bench; what the bench
 * does to a line that is an input, is a source in the net.  lib/gpio_net.c has
 * the rule, gpio_export.c carries it to the agent.
 *
 * Where there is a choice:
 *  - as an input the line is a weak source, so that a guest that begins to
 *    drive is no conflict in the moment before the line has followed;
 *  - a guest that lets go of the pin reads its own pull until the agent has
 *    told of the real level, without a pull the level it has driven last;
 *  - a line that the agent let go of, because something else drives it, is a
 *    strong source of the other level: the net has a conflict, and says so.
 *
 * Not modelled: voltages between the levels, the strength of a pull; see
 * docs/fidelity.md.  The other end is not part of a snapshot: a machine with
 * this device cannot be saved or migrated.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/visitor.h"
#include "qemu/error-report.h"
#include "qemu/module.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "gpio_passthrough.h"
#include "hw/benchwire/lib/gpio_net.h"
#include "hw/benchwire/trace.h"

/* Of a line that is not known yet */
#define ALL_FUNCS (BW_GPIO_FUNC_IN | BW_GPIO_FUNC_OUT | BW_GPIO_FUNC_PUSH_PULL)

#define MIN_TIMEOUT_MS 10
#define MAX_TIMEOUT_MS 60000

static bool is_output(const GpioPassthrough *s)
{
    return s->line.wanted && s->line.want.direction == BW_GPIO_OUT;
}

/* --- the net --- */

/* What the bench does to the net */
static uint32_t source_ohms(const GpioPassthrough *s)
{
    if (s->line.conflict) {
        return BW_GPIO_RIVAL_OHMS;
    }
    if (is_output(s)) {
        return BW_NET_OPEN;
    }
    if (s->line.unsettled) {
        return s->line.want.bias == BW_GPIO_BIAS_AS_IS ? BW_GPIO_INPUT_OHMS :
                                                         BW_NET_OPEN;
    }
    return s->line.known ? BW_GPIO_INPUT_OHMS : BW_NET_OPEN;
}

static void report_one_way(GpioPassthrough *s)
{
    if (!s->one_way_reported) {
        s->one_way_reported = true;
        warn_report("%s: the guest drives the pin, but line '%s' may not be "
                    "an output; the agent's bench file says so (direction)",
                    s->name, s->line.label);
    }
}

/* What the net does to the line; false: what the line may not be */
static bool find_setting(GpioPassthrough *s, struct bw_gpio_setting *want)
{
    uint32_t funcs = s->line.found ? s->line.funcs : ALL_FUNCS;
    int32_t vdd_mv = board_net_vdd_mv(s->net);
    uint32_t ohms;
    int32_t mv;

    bw_net_without(&s->net->net, &s->source, &mv, &ohms);
    if (bw_gpio_from_net(mv, ohms, vdd_mv, funcs, s->debounce_us, want)) {
        return true;
    }
    if (funcs & BW_GPIO_FUNC_OUT) {
        return false; /* nobody drives, and it cannot be read */
    }
    report_one_way(s);
    return bw_gpio_from_net(0, BW_NET_OPEN, vdd_mv, funcs, s->debounce_us,
                            want);
}

static void update(GpioPassthrough *s)
{
    struct bw_gpio_setting want;

    if (find_setting(s, &want)) {
        bw_gpio_line_use(&s->line, &want);
    }
    board_net_drive(s->net, &s->source,
                    s->line.level ? board_net_vdd_mv(s->net) : 0,
                    source_ohms(s));
}

static void net_changed(void *opaque, BoardNet *net)
{
    update(opaque);
}

static void line_changed(void *opaque)
{
    update(opaque);
}

/* --- life --- */

static bool check_local(GpioPassthrough *s, Error **errp)
{
    if (s->export) {
        error_setg(errp, "gpio-passthrough: export= names an export of an "
                   "agent, and chip= uses none; leave it out");
        return false;
    }
    if (!s->line_name || !*s->line_name) {
        error_setg(errp, "gpio-passthrough: no line of %s is named; give "
                   "line=17 or the name that gpioinfo shows", s->chip);
        return false;
    }
    return true;
}

static bool check_remote(GpioPassthrough *s, Error **errp)
{
    if (!s->export || !*s->export) {
        error_setg(errp, "gpio-passthrough: the agent's export is not named; "
                   "give export=NAME ('benchwire list' shows the names)");
        return false;
    }
    if (strlen(s->export) > BW_WIRE_MAX_NAME ||
        (s->line_name && strlen(s->line_name) > BW_WIRE_MAX_NAME)) {
        error_setg(errp, "gpio-passthrough: names of exports and lines have "
                   "%d bytes at most", BW_WIRE_MAX_NAME);
        return false;
    }
    return true;
}

static bool check_properties(GpioPassthrough *s, Error **errp)
{
    if (!s->chardev == !s->chip) {
        error_setg(errp, "gpio-passthrough: %s; give chardev=ID for a line of "
                   "an agent or chip=/dev/gpiochipN for one of this machine",
                   s->chip ? "chardev= and chip= exclude each other" :
                   "neither chardev= nor chip= says where the line is");
        return false;
    }
    if (s->debounce_us > BW_GPIO_MAX_DEBOUNCE_US) {
        error_setg(errp, "gpio-passthrough: debounce-us %" PRIu32 " is out of "
                   "range; give up to %u", s->debounce_us,
                   BW_GPIO_MAX_DEBOUNCE_US);
        return false;
    }
    if (s->timeout_ms < MIN_TIMEOUT_MS || s->timeout_ms > MAX_TIMEOUT_MS) {
        error_setg(errp, "gpio-passthrough: timeout-ms %" PRIu32 " is out of "
                   "range; give %d to %d", s->timeout_ms, MIN_TIMEOUT_MS,
                   MAX_TIMEOUT_MS);
        return false;
    }
    return s->chip ? check_local(s, errp) : check_remote(s, errp);
}

static bool find_pin(GpioPassthrough *s, Error **errp)
{
    if (!s->pin || !*s->pin) {
        error_setg(errp, "gpio-passthrough: no pin is named; give pin=P0, a "
                   "name on the edge connector, or pin=P0.3, one of the SoC");
        return false;
    }
    s->net = board_net_find(s->pin);
    if (!s->net) {
        error_setg(errp, "gpio-passthrough: the board has no pin '%s'; give "
                   "pin=P0, a name on the edge connector, or pin=P0.3, one of "
                   "the SoC", s->pin);
        return false;
    }
    return true;
}

static bool connect_line(GpioPassthrough *s, Error **errp)
{
    s->line.name = s->chip ? NULL : s->line_name;
    s->line.owner = s->name;
    s->line.changed = line_changed;
    s->line.opaque = s;
    return s->chip ?
        bw_gpio_export_get_local(s->chip, s->line_name, s->timeout_ms,
                                 &s->line, errp) :
        bw_gpio_export_get(s->chardev, s->export, s->timeout_ms, &s->line,
                           errp);
}

static void gpio_passthrough_realize(DeviceState *dev, Error **errp)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(dev);

    if (!check_properties(s, errp) || !find_pin(s, errp)) {
        return;
    }
    s->name = g_strdup_printf("gpio-passthrough %s%sat %s", dev->id ?: "",
                              dev->id ? " " : "", s->pin);
    board_net_add(s->net, &s->source, s->name);
    if (!connect_line(s, errp)) {
        board_net_remove(s->net, &s->source);
        g_clear_pointer(&s->name, g_free);
        return;
    }
    s->listener.changed = net_changed;
    s->listener.opaque = s;
    s->listener.every_source = true;
    board_net_listen(s->net, &s->listener);
    update(s);
}

static void gpio_passthrough_unrealize(DeviceState *dev)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(dev);

    board_net_unlisten(s->net, &s->listener);
    bw_gpio_export_put(&s->line);
    board_net_remove(s->net, &s->source);
    g_clear_pointer(&s->name, g_free);
}

static const VMStateDescription vmstate_gpio_passthrough = {
    .name = TYPE_GPIO_PASSTHROUGH,
    .unmigratable = 1,
};

/* --- read-only properties --- */

static const struct {
    const char *name;
    size_t offset;
    const char *description;
} counters[] = {
    { "edges-in", offsetof(BwGpioLine, edges_in),
      "edges of the bench that the agent has told of" },
    { "edges-out", offsetof(BwGpioLine, edges_out),
      "changes of the level that the guest drives" },
    { "edges-lost", offsetof(BwGpioLine, lost),
      "edges of the bench that the guest has not seen" },
    { "edges-dropped", offsetof(BwGpioLine, dropped),
      "edges of the guest that the bench has not seen" },
    { "conflicts", offsetof(BwGpioLine, conflicts),
      "so often the agent let go of the line, as something else drove it" },
};

static void get_counter(Object *obj, Visitor *v, const char *name,
                        void *opaque, Error **errp)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(obj);
    uint64_t n = *(uint64_t *)((char *)&s->line +
                               counters[(uintptr_t)opaque].offset);

    visit_type_uint64(v, name, &n, errp);
}

static void get_link_counter(Object *obj, Visitor *v, const char *name,
                             void *opaque, Error **errp)
{
    BwGpioExport *e = GPIO_PASSTHROUGH(obj)->line.export;
    uint64_t n = 0;

    if (e) {
        n = strcmp(name, "timeouts") ? e->link.reconnects : e->link.timeouts;
    }
    visit_type_uint64(v, name, &n, errp);
}

static char *get_link_state(Object *obj, Error **errp)
{
    BwGpioExport *e = GPIO_PASSTHROUGH(obj)->line.export;

    return g_strdup(e ? bw_link_state_name(&e->link) : "disconnected");
}

static char *get_direction(Object *obj, Error **errp)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(obj);

    return g_strdup(!s->line.found || !s->line.wanted ? "none" :
                    is_output(s) ? "out" : "in");
}

static bool get_level(Object *obj, Error **errp)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(obj);

    return is_output(s) && !s->line.conflict ? s->line.want.value :
                                               s->line.level;
}

static bool get_conflict(Object *obj, Error **errp)
{
    return GPIO_PASSTHROUGH(obj)->line.conflict;
}

/* All settings sent have been answered: what the guest did is done. */
static bool get_settled(Object *obj, Error **errp)
{
    GpioPassthrough *s = GPIO_PASSTHROUGH(obj);

    return s->line.found && !s->line.in_flight && !s->line.behind;
}

static const Property gpio_passthrough_properties[] = {
    DEFINE_PROP_STRING("chardev", GpioPassthrough, chardev),
    DEFINE_PROP_STRING("export", GpioPassthrough, export),
    DEFINE_PROP_STRING("chip", GpioPassthrough, chip),
    DEFINE_PROP_STRING("line", GpioPassthrough, line_name),
    DEFINE_PROP_STRING("pin", GpioPassthrough, pin),
    DEFINE_PROP_UINT32("debounce-us", GpioPassthrough, debounce_us, 0),
    DEFINE_PROP_UINT32("timeout-ms", GpioPassthrough, timeout_ms, 2000),
};

static void add_read_only(ObjectClass *klass)
{
    for (uintptr_t i = 0; i < ARRAY_SIZE(counters); i++) {
        object_class_property_add(klass, counters[i].name, "uint64",
                                  get_counter, NULL, NULL, (void *)i);
        object_class_property_set_description(klass, counters[i].name,
                                              counters[i].description);
    }
    object_class_property_add(klass, "timeouts", "uint64", get_link_counter,
                              NULL, NULL, NULL);
    object_class_property_add(klass, "reconnects", "uint64", get_link_counter,
                              NULL, NULL, NULL);
    object_class_property_add_str(klass, "link-state", get_link_state, NULL);
    object_class_property_add_str(klass, "direction", get_direction, NULL);
    object_class_property_add_bool(klass, "level", get_level, NULL);
    object_class_property_add_bool(klass, "conflict", get_conflict, NULL);
    object_class_property_add_bool(klass, "settled", get_settled, NULL);
}

static void gpio_passthrough_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "a pin of the board, continued by a real GPIO line";
    dc->realize = gpio_passthrough_realize;
    dc->unrealize = gpio_passthrough_unrealize;
    dc->vmsd = &vmstate_gpio_passthrough;
    set_bit(DEVICE_CATEGORY_MISC, dc->categories);
    device_class_set_props(dc, gpio_passthrough_properties);
    add_read_only(klass);
}

static const TypeInfo gpio_passthrough_types[] = {
    {
        .name = TYPE_GPIO_PASSTHROUGH,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(GpioPassthrough),
        .class_init = gpio_passthrough_class_init,
    },
};

DEFINE_TYPES(gpio_passthrough_types)
