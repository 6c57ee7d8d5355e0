/*
 * BBC micro:bit V1: the panel
 *
 * A QEMU display like a graphics card's: -display vnc=, screendump.  It is
 * drawn when QEMU's user interface asks (gfx_update), which it does only while
 * somebody looks, and then only where something has changed.  Nothing here
 * runs at other times but a shake.
 *
 * What is drawn: peripherals/parts/microbit_face.c.  What the mouse does is
 * decided when an event is complete (sync), since some interfaces report a
 * click before the place it is at.
 *
 * Keys: A, B, R (reset) press the buttons, S shakes the board.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/module.h"
#include "migration/vmstate.h"
#include "ui/surface.h"
#include "hw/benchwire/boards/microbit/microbit_panel.h"
#include "hw/benchwire/boards/microbit/microbit_world.h"

#define SHAKE_STEP_NS (40 * SCALE_MS)
#define SHAKE_STEPS   20
#define SHAKE_MG      1900 /* less than the sensors' smallest range, 2 g */
#define MAX_SHOWN_MV  30000

/* Drawing */

static void look(MicrobitPanel *s, struct bw_face_state *state)
{
    unsigned i;

    memset(state, 0, sizeof(*state));
    microbit_display_levels(s->display, state->led);
    state->light = s->display->light_level;
    for (i = 0; i < MICROBIT_PANEL_BUTTONS; i++) {
        state->pressed[i] = s->button[i]->pressed;
    }
    for (i = 0; i < BW_FACE_PINS; i++) {
        int32_t mv = s->pin[i] ? board_net_mv(s->pin[i]) : 0;

        state->pin[i].mv = MAX(-MAX_SHOWN_MV, MIN(mv, MAX_SHOWN_MV));
        state->pin[i].level = s->pin[i] && board_net_level(s->pin[i]);
        state->pin[i].conflict = s->pin[i] && s->pin[i]->net.conflict;
    }
    microbit_world_get(state);
}

static void draw_picture(MicrobitPanel *s)
{
    struct bw_canvas canvas;

    s->picture = g_new(uint32_t, BW_FACE_WIDTH * BW_FACE_HEIGHT);
    bw_canvas_init(&canvas, s->picture, BW_FACE_WIDTH, BW_FACE_HEIGHT,
                   BW_FACE_WIDTH);
    bw_face_draw_board(&canvas, s->revision);
}

static void copy_picture(MicrobitPanel *s, struct bw_canvas *canvas,
                         struct bw_rect rect)
{
    int y;

    for (y = rect.y; y < rect.y + rect.h; y++) {
        memcpy(canvas->pixels + (ptrdiff_t)y * canvas->stride + rect.x,
               s->picture + y * BW_FACE_WIDTH + rect.x,
               rect.w * sizeof(uint32_t));
    }
}

static void draw_part(MicrobitPanel *s, struct bw_canvas *canvas,
                      enum bw_face_part part, const struct bw_face_state *state)
{
    struct bw_rect rect = bw_face_rect(part);

    copy_picture(s, canvas, rect);
    bw_face_draw_part(canvas, part, state);
    if (s->drawn) {
        dpy_gfx_update(s->console, rect.x, rect.y, rect.w, rect.h);
    }
}

static void panel_update(void *opaque)
{
    MicrobitPanel *s = opaque;
    DisplaySurface *surface = qemu_console_surface(s->console);
    struct bw_face_state state;
    struct bw_canvas canvas;
    unsigned part;

    if (surface_width(surface) != BW_FACE_WIDTH ||
        surface_height(surface) != BW_FACE_HEIGHT ||
        surface_bits_per_pixel(surface) != 32) {
        qemu_console_resize(s->console, BW_FACE_WIDTH, BW_FACE_HEIGHT);
        surface = qemu_console_surface(s->console);
        s->drawn = false;
    }
    if (!s->picture) {
        draw_picture(s);
    }
    bw_canvas_init(&canvas, surface_data(surface), BW_FACE_WIDTH,
                   BW_FACE_HEIGHT, surface_stride(surface) / sizeof(uint32_t));
    if (!s->drawn) {
        copy_picture(s, &canvas, canvas.clip);
    }
    look(s, &state);
    for (part = 0; part < BW_FACE_PARTS; part++) {
        if (!s->drawn || !bw_face_same(part, &s->shown, &state)) {
            draw_part(s, &canvas, part, &state);
        }
    }
    if (!s->drawn) {
        dpy_gfx_update_full(s->console);
    }
    s->shown = state;
    s->drawn = true;
}

static void panel_invalidate(void *opaque)
{
    MICROBIT_PANEL(opaque)->drawn = false;
}

static const GraphicHwOps panel_ops = {
    .invalidate = panel_invalidate,
    .gfx_update = panel_update,
};

/* Shaking: back and forth along x */

static void shake_step(void *opaque)
{
    MicrobitPanel *s = opaque;

    if (!s->shaken) {
        microbit_world_set_x(s->rest_mg);
        return;
    }
    microbit_world_set_x(s->shaken % 2 ? SHAKE_MG : -SHAKE_MG);
    s->shaken--;
    timer_mod(&s->shake,
              qemu_clock_get_ns(QEMU_CLOCK_VIRTUAL) + SHAKE_STEP_NS);
}

static void shake(MicrobitPanel *s)
{
    if (!timer_pending(&s->shake)) {
        s->rest_mg = microbit_world_x();
    }
    s->shaken = SHAKE_STEPS;
    shake_step(s);
}

/* Input */

static void press(MicrobitPanel *s, enum bw_face_part part, bool pressed)
{
    if (part >= BW_FACE_BUTTON_A && part <= BW_FACE_RESET) {
        microbit_button_press(s->button[part - BW_FACE_BUTTON_A], pressed);
    }
}

/* The mouse moves what it holds to where it points. */
static void drag(MicrobitPanel *s)
{
    int16_t tilt_mg[2];

    switch (s->held) {
    case BW_FACE_TILT:
        bw_face_tilt_at(s->mouse_x, s->mouse_y, tilt_mg);
        microbit_world_tilt(tilt_mg);
        break;
    case BW_FACE_COMPASS:
        microbit_world_set_heading(bw_face_heading_at(s->mouse_x, s->mouse_y));
        break;
    case BW_FACE_LIGHT:
        microbit_display_set_light(s->display, bw_face_light_at(s->mouse_x));
        break;
    case BW_FACE_WARMTH:
        microbit_world_set_warmth(bw_face_warmth_at(s->mouse_x));
        break;
    default:
        break;
    }
}

static void panel_key(MicrobitPanel *s, const InputKeyEvent *key)
{
    switch (qemu_input_key_value_to_qcode(key->key)) {
    case Q_KEY_CODE_A:
        press(s, BW_FACE_BUTTON_A, key->down);
        break;
    case Q_KEY_CODE_B:
        press(s, BW_FACE_BUTTON_B, key->down);
        break;
    case Q_KEY_CODE_R:
        press(s, BW_FACE_RESET, key->down);
        break;
    case Q_KEY_CODE_S:
        if (key->down) {
            shake(s);
        }
        break;
    default:
        break;
    }
}

static int scaled(int64_t value, int size)
{
    value = MAX(INPUT_EVENT_ABS_MIN, MIN(value, INPUT_EVENT_ABS_MAX));
    return qemu_input_scale_axis(value, INPUT_EVENT_ABS_MIN,
                                 INPUT_EVENT_ABS_MAX, 0, size - 1);
}

static void panel_event(DeviceState *dev, QemuConsole *src, InputEvent *evt)
{
    MicrobitPanel *s = MICROBIT_PANEL(dev);
    InputMoveEvent *move;

    switch (evt->type) {
    case INPUT_EVENT_KIND_KEY:
        panel_key(s, evt->u.key.data);
        break;
    case INPUT_EVENT_KIND_ABS:
        move = evt->u.abs.data;
        if (move->axis == INPUT_AXIS_X) {
            s->mouse_x = scaled(move->value, BW_FACE_WIDTH);
        } else {
            s->mouse_y = scaled(move->value, BW_FACE_HEIGHT);
        }
        break;
    case INPUT_EVENT_KIND_BTN:
        if (evt->u.btn.data->button == INPUT_BUTTON_LEFT) {
            s->mouse_down = evt->u.btn.data->down;
        }
        break;
    default:
        break;
    }
}

static void panel_sync(DeviceState *dev)
{
    MicrobitPanel *s = MICROBIT_PANEL(dev);

    if (s->mouse_down != s->mouse_was_down) {
        s->mouse_was_down = s->mouse_down;
        if (s->mouse_down) {
            s->held = bw_face_part_at(s->mouse_x, s->mouse_y);
        }
        press(s, s->held, s->mouse_down);
    }
    if (s->mouse_down) {
        drag(s);
    }
}

static const QemuInputHandler panel_input = {
    .name = "micro:bit panel",
    .mask = INPUT_EVENT_MASK_KEY | INPUT_EVENT_MASK_BTN | INPUT_EVENT_MASK_ABS,
    .event = panel_event,
    .sync = panel_sync,
};

/* The device */

void microbit_panel_connect(MicrobitPanel *s, MicrobitDisplay *display,
                            MicrobitButton *const button[],
                            const char *revision)
{
    unsigned i;

    s->display = display;
    for (i = 0; i < MICROBIT_PANEL_BUTTONS; i++) {
        s->button[i] = button[i];
    }
    g_free(s->revision);
    s->revision = g_strdup(revision);
}

static void find_pins(MicrobitPanel *s)
{
    unsigned i;

    for (i = 0; i < BW_FACE_PINS; i++) {
        g_autofree char *path = g_strdup_printf("/machine/edge/P%u", i);
        Object *net = object_resolve_path(path, NULL);

        s->pin[i] = net ? BOARD_NET(net) : NULL;
    }
}

static void microbit_panel_realize(DeviceState *dev, Error **errp)
{
    MicrobitPanel *s = MICROBIT_PANEL(dev);

    if (!s->display) {
        error_setg(errp, TYPE_MICROBIT_PANEL " is part of a machine");
        return;
    }
    find_pins(s);
    s->held = BW_FACE_NOTHING;
    s->console = graphic_console_init(dev, 0, &panel_ops, s);
    qemu_console_resize(s->console, BW_FACE_WIDTH, BW_FACE_HEIGHT);
    s->input = qemu_input_handler_register(dev, &panel_input);
}

static const VMStateDescription vmstate_microbit_panel = {
    .name = TYPE_MICROBIT_PANEL,
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_TIMER(shake, MicrobitPanel),
        VMSTATE_UINT32(shaken, MicrobitPanel),
        VMSTATE_INT32(rest_mg, MicrobitPanel),
        VMSTATE_END_OF_LIST()
    }
};

static bool get_shaking(Object *obj, Error **errp)
{
    return timer_pending(&MICROBIT_PANEL(obj)->shake);
}

static void set_shaking(Object *obj, bool value, Error **errp)
{
    MicrobitPanel *s = MICROBIT_PANEL(obj);

    if (value) {
        shake(s);
    } else {
        s->shaken = 0;
    }
}

static void microbit_panel_init(Object *obj)
{
    MicrobitPanel *s = MICROBIT_PANEL(obj);

    timer_init_ns(&s->shake, QEMU_CLOCK_VIRTUAL, shake_step, s);
}

static void microbit_panel_finalize(Object *obj)
{
    MicrobitPanel *s = MICROBIT_PANEL(obj);

    timer_del(&s->shake);
    g_free(s->picture);
    g_free(s->revision);
}

static void microbit_panel_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);

    dc->desc = "micro:bit panel";
    dc->realize = microbit_panel_realize;
    dc->vmsd = &vmstate_microbit_panel;
    dc->user_creatable = false;
    object_class_property_add_bool(klass, "shake", get_shaking, set_shaking);
    object_class_property_set_description(
        klass, "shake", "true: shake the board for 0.8 s");
}

static const TypeInfo microbit_panel_types[] = {
    {
        .name = TYPE_MICROBIT_PANEL,
        .parent = TYPE_DEVICE,
        .instance_size = sizeof(MicrobitPanel),
        .instance_init = microbit_panel_init,
        .instance_finalize = microbit_panel_finalize,
        .class_init = microbit_panel_class_init,
    },
};
DEFINE_TYPES(microbit_panel_types)
