/*
 * BBC micro:bit V1: LED matrix
 *
 * Sources: the micro:bit foundation's hardware pages and pin map for the
 * wiring; for the light sensor the Lancaster runtime (microbit-dal), class
 * MicroBitLightSensor, whose method other firmware follows.
 *
 * Rows are driven high and columns low to light an LED, each by a pad as
 * strong as a pad is; a pull-up or a pull-down does not light one.
 *
 * Light: the firmware drives a column high with the rows low, so that its LEDs
 * are reverse biased, lets go of it, and measures its voltage 4 ms later.
 * Photocurrent has by then discharged the column the more the lighter it is.
 * The ADC at full scale = supply sees 338 of 1023 or more in the dark and 75
 * or less in bright light, which is what the runtime scales to 0 to 255.
 * Each column has a source of that voltage, and each row one of ground, behind
 * a resistance that any other driver of the pin outweighs.  It also makes the
 * voltage of a net differ, and its listeners know, between a pad and a pull.
 *
 * Not modelled: the course of the discharge (the voltage is there at once, and
 * while nobody has charged the column); light of one LED that falls on
 * another; forward voltage, current, and the load that LEDs are to a pin.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qapi/qapi-builtin-visit.h"
#include "qapi/visitor.h"
#include "qemu/module.h"
#include "migration/vmstate.h"
#include "hw/benchwire/boards/microbit/microbit_display.h"
#include "hw/benchwire/boards/nrf/nrf_peripheral.h"
#include "hw/benchwire/trace.h"

#define LEAK_OHMS     1000000
#define ADC_MAX       1023
#define ADC_DARK      338
#define ADC_BRIGHT    75
#define LIGHT_MAX     255
#define DEFAULT_LIGHT 128

/* Does a pad, or something as strong, hold the net there? */
static bool is_held(const BoardNet *net, bool level)
{
    const struct bw_net_source *s;

    if (board_net_level(net) != level) {
        return false;
    }
    for (s = net->net.sources; s; s = s->next) {
        if (s->ohms != BW_NET_OPEN && s->ohms < BW_NET_STRONG_OHMS) {
            return true;
        }
    }
    return false;
}

static void wires_changed(void *opaque, BoardNet *net)
{
    MicrobitDisplay *s = opaque;
    uint32_t rows = 0;
    uint32_t cols = 0;
    unsigned i;

    for (i = 0; i < MICROBIT_ROWS; i++) {
        rows |= (uint32_t)is_held(s->row[i], true) << i;
    }
    for (i = 0; i < MICROBIT_COLS; i++) {
        cols |= (uint32_t)is_held(s->col[i], false) << i;
    }
    if (rows != s->matrix.rows || cols != s->matrix.cols) {
        trace_bw_microbit_display(rows, cols);
        bw_led_matrix_drive(&s->matrix, nrf_time(), rows, cols);
    }
}

/*
 * The voltage that the ADC reads as firmware expects it for this light, whose
 * scaling rounds down
 */
static int32_t photo_mv(const MicrobitDisplay *s)
{
    int32_t vdd_mv = board_net_vdd_mv(s->col[0]);
    int32_t code = ADC_DARK - DIV_ROUND_UP(s->light_level *
                                           (ADC_DARK - ADC_BRIGHT), LIGHT_MAX);

    return DIV_ROUND_UP(code * vdd_mv, ADC_MAX);
}

static void update_photo(MicrobitDisplay *s)
{
    unsigned i;

    for (i = 0; i < MICROBIT_COLS; i++) {
        board_net_drive(s->col[i], &s->photo[i], photo_mv(s), LEAK_OHMS);
    }
}

void microbit_display_levels(MicrobitDisplay *s, uint8_t level[BW_LED_COUNT])
{
    bw_led_matrix_levels(&s->matrix, nrf_time(), level);
}

void microbit_display_set_light(MicrobitDisplay *s, uint8_t level)
{
    s->light_level = level;
    update_photo(s);
}

void microbit_display_connect(MicrobitDisplay *s, Nrf51Gpio *gpio)
{
    s->gpio = gpio;
}

static void listen_to(MicrobitDisplay *s, BoardNetListener *listener,
                      BoardNet *net)
{
    listener->changed = wires_changed;
    listener->opaque = s;
    board_net_listen(net, listener);
}

static void microbit_display_realize(DeviceState *dev, Error **errp)
{
    MicrobitDisplay *s = MICROBIT_DISPLAY(dev);
    unsigned i;

    if (!s->gpio) {
        error_setg(errp, TYPE_MICROBIT_DISPLAY " is part of a machine");
        return;
    }
    bw_led_matrix_init(&s->matrix, nrf_time());
    for (i = 0; i < MICROBIT_ROWS; i++) {
        s->row[i] = nrf51_pin_net(s->gpio, MICROBIT_PIN_ROW1 + i);
        board_net_add(s->row[i], &s->leak[i], "the LEDs");
        board_net_drive(s->row[i], &s->leak[i], 0, LEAK_OHMS);
    }
    for (i = 0; i < MICROBIT_COLS; i++) {
        s->col[i] = nrf51_pin_net(s->gpio, MICROBIT_PIN_COL1 + i);
        board_net_add(s->col[i], &s->photo[i], "the light on the LEDs");
    }
    update_photo(s);
    for (i = 0; i < MICROBIT_ROWS; i++) {
        listen_to(s, &s->row_listener[i], s->row[i]);
    }
    for (i = 0; i < MICROBIT_COLS; i++) {
        listen_to(s, &s->col_listener[i], s->col[i]);
    }
}

static int microbit_display_post_load(void *opaque, int version_id)
{
    MicrobitDisplay *s = opaque;

    if (s->matrix.now_ns < 0) {
        return -EINVAL;
    }
    update_photo(s);
    return 0;
}

static const VMStateDescription vmstate_microbit_display = {
    .name = TYPE_MICROBIT_DISPLAY,
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = microbit_display_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_INT64(matrix.now_ns, MicrobitDisplay),
        VMSTATE_UINT32(matrix.rows, MicrobitDisplay),
        VMSTATE_UINT32(matrix.cols, MicrobitDisplay),
        VMSTATE_UINT32_2DARRAY(matrix.lit_ns, MicrobitDisplay,
                               BW_LED_WINDOW_MS + 1, BW_LED_COUNT),
        VMSTATE_UINT8(light_level, MicrobitDisplay),
        VMSTATE_END_OF_LIST()
    }
};

static char *get_text(Object *obj, Error **errp)
{
    MicrobitDisplay *s = MICROBIT_DISPLAY(obj);
    char text[BW_LED_TEXT];

    bw_led_matrix_text(&s->matrix, nrf_time(), text);
    return g_strdup(text);
}

static void get_levels(Object *obj, Visitor *v, const char *name,
                       void *opaque, Error **errp)
{
    uint8List *list = NULL;
    uint8_t level[BW_LED_COUNT];
    int i;

    microbit_display_levels(MICROBIT_DISPLAY(obj), level);
    for (i = BW_LED_COUNT - 1; i >= 0; i--) {
        QAPI_LIST_PREPEND(list, level[i]);
    }
    visit_type_uint8List(v, name, &list, errp);
    qapi_free_uint8List(list);
}

static void get_light_level(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    visit_type_uint8(v, name, &MICROBIT_DISPLAY(obj)->light_level, errp);
}

static void set_light_level(Object *obj, Visitor *v, const char *name,
                            void *opaque, Error **errp)
{
    MicrobitDisplay *s = MICROBIT_DISPLAY(obj);
    int64_t level;

    if (!visit_type_int(v, name, &level, errp)) {
        return;
    }
    if (level < 0 || level > LIGHT_MAX) {
        error_setg(errp, "%s %" PRId64 " is out of range, which is 0 to %d",
                   name, level, LIGHT_MAX);
        return;
    }
    microbit_display_set_light(s, level);
}

static void microbit_display_init(Object *obj)
{
    MICROBIT_DISPLAY(obj)->light_level = DEFAULT_LIGHT;
}

static void microbit_display_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "micro:bit LED matrix";
    dc->realize = microbit_display_realize;
    dc->vmsd = &vmstate_microbit_display;
    dc->user_creatable = false;
    object_class_property_add_str(klass, "text", get_text, NULL);
    object_class_property_set_description(
        klass, "text", "five lines of five digits, 0 (dark) to 9 (full)");
    object_class_property_add(klass, "levels", "uint8List", get_levels, NULL,
                              NULL, NULL);
    object_class_property_set_description(
        klass, "levels", "time that each LED is lit, 255 = a third of it");
    object_class_property_add(klass, "light-level", "uint8", get_light_level,
                              set_light_level, NULL, NULL);
    object_class_property_set_description(
        klass, "light-level", "ambient light, 0 to 255, as firmware scales it");
}

static const TypeInfo microbit_display_types[] = {
    {
        .name = TYPE_MICROBIT_DISPLAY,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(MicrobitDisplay),
        .instance_init = microbit_display_init,
        .class_init = microbit_display_class_init,
    },
};
DEFINE_TYPES(microbit_display_types)
