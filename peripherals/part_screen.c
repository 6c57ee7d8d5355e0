/*
 * The picture of an emulated display as a QEMU console of its own.
 *
 * A dot is a square of four pixels, a dark pixel apart from the next, in the
 * colour of a blue-white OLED.  Drawn when somebody looks (a display, or
 * QMP's screendump), and only if a dot has changed.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "ui/console.h"
#include "hw/benchwire/peripherals/part_screen.h"

#define DOT   4 /* pixels */
#define PITCH 5

#define BLACK 0x06080c

struct PartScreen {
    DeviceState *dev;
    const struct bw_part_picture *picture;
    void *state;
    uint64_t (*now_ns)(DeviceState *dev);
    QemuConsole *console;
    bool drawn;     /* @shown is on the console's surface */
    uint8_t *shown; /* brightness, row by row */
};

/* Red, green and blue at three, four and five fifths. */
static uint32_t colour_of(uint8_t dot)
{
    return dot == 0 ? BLACK
                    : (dot * 3u / 5) << 16 | (dot * 4u / 5) << 8 | dot;
}

static void draw_dot(DisplaySurface *surface, unsigned x, unsigned y,
                     uint8_t dot)
{
    unsigned stride = surface_stride(surface) / sizeof(uint32_t);
    uint32_t *pixel = (uint32_t *)surface_data(surface) +
                      y * PITCH * stride + x * PITCH;
    unsigned i, j;

    for (j = 0; j < PITCH; j++) {
        for (i = 0; i < PITCH; i++) {
            bool gap = i >= DOT || j >= DOT;

            pixel[j * stride + i] = gap ? BLACK : colour_of(dot);
        }
    }
}

/* Returns whether a dot is another than the one that is shown. */
static bool look(PartScreen *s)
{
    uint64_t now = s->now_ns(s->dev);
    uint8_t *shown = s->shown;
    bool changed = false;
    unsigned x, y;

    for (y = 0; y < s->picture->height; y++) {
        for (x = 0; x < s->picture->width; x++, shown++) {
            uint8_t dot = s->picture->dot(s->state, x, y, now);

            changed |= dot != *shown;
            *shown = dot;
        }
    }
    return changed;
}

static void screen_update(void *opaque)
{
    PartScreen *s = opaque;
    DisplaySurface *surface = qemu_console_surface(s->console);
    int width = s->picture->width * PITCH;
    int height = s->picture->height * PITCH;
    unsigned x, y;

    if (surface_width(surface) != width || surface_height(surface) != height ||
        surface_bits_per_pixel(surface) != 32) {
        qemu_console_resize(s->console, width, height);
        surface = qemu_console_surface(s->console);
        s->drawn = false;
    }
    if (!look(s) && s->drawn) {
        return;
    }
    for (y = 0; y < s->picture->height; y++) {
        for (x = 0; x < s->picture->width; x++) {
            draw_dot(surface, x, y, s->shown[y * s->picture->width + x]);
        }
    }
    s->drawn = true;
    dpy_gfx_update_full(s->console);
}

static void screen_invalidate(void *opaque)
{
    PartScreen *s = opaque;

    s->drawn = false;
}

static const GraphicHwOps screen_ops = {
    .invalidate = screen_invalidate,
    .gfx_update = screen_update,
};

PartScreen *part_screen_new(DeviceState *dev,
                            const struct bw_part_picture *picture, void *state,
                            uint64_t (*now_ns)(DeviceState *dev))
{
    PartScreen *s = g_new0(PartScreen, 1);

    s->dev = dev;
    s->picture = picture;
    s->state = state;
    s->now_ns = now_ns;
    s->shown = g_malloc0(picture->width * picture->height);
    s->console = graphic_console_init(dev, 0, &screen_ops, s);
    qemu_console_resize(s->console, picture->width * PITCH,
                        picture->height * PITCH);
    return s;
}

void part_screen_free(PartScreen *s)
{
    if (s) {
        graphic_console_close(s->console);
        g_free(s->shown);
        g_free(s);
    }
}
