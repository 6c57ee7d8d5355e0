/*
 * Shapes as signed distances, negative inside, in 1/256 of a pixel.
 *
 * The distance of a round box and of a segment are the well-known formulas for
 * both; square roots are taken only where a corner or an end is nearest.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lib/canvas.h"

#include <stdbool.h>
#include <stddef.h>

#define EDGE 128 /* half a pixel: from covered to not, and back */
#define FINE 16  /* steps of a distance in one of a coordinate */

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

uint32_t bw_isqrt(uint64_t n)
{
    uint64_t root = 0;
    uint64_t bit = (uint64_t)1 << 62;

    while (bit > n) {
        bit >>= 2;
    }
    for (; bit; bit >>= 2) {
        if (n >= root + bit) {
            n -= root + bit;
            root = (root >> 1) + bit;
        } else {
            root >>= 1;
        }
    }
    return (uint32_t)root;
}

/* Length of (dx, dy), in distances. */
static int length(int64_t dx, int64_t dy)
{
    return (int)bw_isqrt((uint64_t)(dx * dx + dy * dy) * FINE * FINE);
}

static unsigned mix_channel(unsigned a, unsigned b, unsigned part)
{
    return (a * (255 - part) + b * part + 127) / 255;
}

uint32_t bw_mix(uint32_t a, uint32_t b, unsigned part)
{
    return mix_channel(a >> 16 & 0xff, b >> 16 & 0xff, part) << 16 |
           mix_channel(a >> 8 & 0xff, b >> 8 & 0xff, part) << 8 |
           mix_channel(a & 0xff, b & 0xff, part);
}

void bw_canvas_init(struct bw_canvas *c, uint32_t *pixels, int width,
                    int height, int stride)
{
    *c = (struct bw_canvas){
        pixels, width, height, stride, { 0, 0, width, height }
    };
}

void bw_canvas_clip(struct bw_canvas *c, struct bw_rect rect)
{
    int right = min_int(rect.x + rect.w, c->width);
    int bottom = min_int(rect.y + rect.h, c->height);

    c->clip.x = max_int(rect.x, 0);
    c->clip.y = max_int(rect.y, 0);
    c->clip.w = max_int(right - c->clip.x, 0);
    c->clip.h = max_int(bottom - c->clip.y, 0);
}

/* The pixels from (x0, y0) to (x1, y1), and one around them, that may be
 * drawn to; in sixteenths, as everything but the result. */
static struct bw_rect bounds(const struct bw_canvas *c, int x0, int y0, int x1,
                             int y1)
{
    int left = max_int(x0 / BW_PX - 1, c->clip.x);
    int top = max_int(y0 / BW_PX - 1, c->clip.y);
    int right = min_int(x1 / BW_PX + 2, c->clip.x + c->clip.w);
    int bottom = min_int(y1 / BW_PX + 2, c->clip.y + c->clip.h);

    return (struct bw_rect){ left, top, right - left, bottom - top };
}

/* The middle of a pixel */
static int middle(int pixel)
{
    return pixel * BW_PX + BW_PX / 2;
}

/* The paint's colour at height @y of a shape from @top to @bottom. */
static uint32_t shade(struct bw_paint paint, int y, int top, int bottom)
{
    int part;

    if (paint.top == paint.bottom || bottom <= top) {
        return paint.top;
    }
    part = (y - top) * 255 / (bottom - top);
    return bw_mix(paint.top, paint.bottom,
                  (unsigned)max_int(0, min_int(part, 255)));
}

static void blend(uint32_t *pixel, uint32_t rgb, int distance, uint8_t alpha)
{
    int cover = max_int(0, min_int(EDGE - distance, 2 * EDGE));

    if (cover > 0) {
        *pixel = bw_mix(*pixel, rgb, (unsigned)(cover * alpha / (2 * EDGE)));
    }
}

static int box_distance(int px, int py, const int box[4], int radius)
{
    int dx = max_int(box[0] + radius - px, px - (box[2] - radius));
    int dy = max_int(box[1] + radius - py, py - (box[3] - radius));

    if (dx > 0 && dy > 0) {
        return length(dx, dy) - radius * FINE;
    }
    return (max_int(dx, dy) - radius) * FINE;
}

/* @width: of the outline; 0: filled */
static void draw_box(struct bw_canvas *c, const int box[4], int radius,
                     int width, struct bw_paint paint)
{
    struct bw_rect area = bounds(c, box[0] - width, box[1] - width,
                                 box[2] + width, box[3] + width);

    for (int y = area.y; y < area.y + area.h; y++) {
        uint32_t rgb = shade(paint, middle(y), box[1], box[3]);
        uint32_t *line = c->pixels + (ptrdiff_t)y * c->stride;

        for (int x = area.x; x < area.x + area.w; x++) {
            int d = box_distance(middle(x), middle(y), box, radius);

            if (width) {
                d = (d < 0 ? -d : d) - width * FINE / 2;
            }
            blend(line + x, rgb, d, paint.alpha);
        }
    }
}

void bw_canvas_box(struct bw_canvas *c, int x, int y, int w, int h, int radius,
                   struct bw_paint paint)
{
    draw_box(c, (int[4]){ x, y, x + w, y + h }, radius, 0, paint);
}

void bw_canvas_frame(struct bw_canvas *c, int x, int y, int w, int h,
                     int radius, int width, struct bw_paint paint)
{
    draw_box(c, (int[4]){ x, y, x + w, y + h }, radius, width, paint);
}

void bw_canvas_disc(struct bw_canvas *c, int cx, int cy, int radius,
                    struct bw_paint paint)
{
    bw_canvas_box(c, cx - radius, cy - radius, 2 * radius, 2 * radius, radius,
                  paint);
}

void bw_canvas_ring(struct bw_canvas *c, int cx, int cy, int radius, int width,
                    struct bw_paint paint)
{
    bw_canvas_frame(c, cx - radius, cy - radius, 2 * radius, 2 * radius, radius,
                    width, paint);
}

/**
 * struct segment - a line, and what its distance needs again and again
 * @square: its length, squared
 * @length: its length, in distances
 */
struct segment {
    int64_t x, y, dx, dy;
    int64_t square;
    int64_t length;
};

static struct segment segment_of(int x0, int y0, int x1, int y1)
{
    struct segment s = { x0, y0, x1 - x0, y1 - y0, 0, 0 };

    s.square = s.dx * s.dx + s.dy * s.dy;
    s.length = length(s.dx, s.dy);
    return s;
}

/* How far (px, py) is from the line through the segment; positive on its
 * right-hand side, as seen along it with y down. */
static int side(const struct segment *s, int px, int py)
{
    int64_t cross = s->dx * (py - s->y) - s->dy * (px - s->x);

    return (int)(s->length ? cross * FINE * FINE / s->length : 0);
}

static int segment_distance(const struct segment *s, int px, int py)
{
    int64_t dot = s->dx * (px - s->x) + s->dy * (py - s->y);
    int d;

    if (dot <= 0) {
        return length(px - s->x, py - s->y);
    }
    if (dot >= s->square) {
        return length(px - s->x - s->dx, py - s->y - s->dy);
    }
    d = side(s, px, py);
    return d < 0 ? -d : d;
}

void bw_canvas_line(struct bw_canvas *c, int x0, int y0, int x1, int y1,
                    int width, struct bw_paint paint)
{
    struct segment s = segment_of(x0, y0, x1, y1);
    int top = min_int(y0, y1) - width / 2;
    int bottom = max_int(y0, y1) + width / 2;
    struct bw_rect area = bounds(c, min_int(x0, x1) - width / 2, top,
                                 max_int(x0, x1) + width / 2, bottom);

    for (int y = area.y; y < area.y + area.h; y++) {
        uint32_t rgb = shade(paint, middle(y), top, bottom);
        uint32_t *line = c->pixels + (ptrdiff_t)y * c->stride;

        for (int x = area.x; x < area.x + area.w; x++) {
            int d = segment_distance(&s, middle(x), middle(y));

            blend(line + x, rgb, d - width * FINE / 2, paint.alpha);
        }
    }
}

void bw_canvas_triangle(struct bw_canvas *c, const int corner[3][2],
                        struct bw_paint paint)
{
    const int *p = corner[0];
    const int *q = corner[1];
    const int *r = corner[2];
    int top = min_int(min_int(p[1], q[1]), r[1]);
    int bottom = max_int(max_int(p[1], q[1]), r[1]);
    struct bw_rect area = bounds(c, min_int(min_int(p[0], q[0]), r[0]), top,
                                 max_int(max_int(p[0], q[0]), r[0]), bottom);
    struct segment edge[3] = {
        segment_of(p[0], p[1], q[0], q[1]),
        segment_of(q[0], q[1], r[0], r[1]),
        segment_of(r[0], r[1], p[0], p[1]),
    };
    bool turned = side(&edge[0], r[0], r[1]) > 0;

    for (int y = area.y; y < area.y + area.h; y++) {
        uint32_t rgb = shade(paint, middle(y), top, bottom);
        uint32_t *line = c->pixels + (ptrdiff_t)y * c->stride;

        for (int x = area.x; x < area.x + area.w; x++) {
            int d = INT32_MIN;

            for (int i = 0; i < 3; i++) {
                int outside = side(&edge[i], middle(x), middle(y));

                d = max_int(d, turned ? -outside : outside);
            }
            blend(line + x, rgb, d, paint.alpha);
        }
    }
}

static uint32_t add_light(uint32_t pixel, uint32_t rgb, unsigned part)
{
    uint32_t sum = 0;

    for (int shift = 0; shift < 24; shift += 8) {
        unsigned value =
            (pixel >> shift & 0xff) + (rgb >> shift & 0xff) * part / 255;

        sum |= (value < 255 ? value : 255) << shift;
    }
    return sum;
}

void bw_canvas_glow(struct bw_canvas *c, int cx, int cy, int radius,
                    uint32_t rgb, uint8_t strength)
{
    struct bw_rect area =
        bounds(c, cx - radius, cy - radius, cx + radius, cy + radius);
    int64_t square = (int64_t)radius * radius;

    for (int y = area.y; y < area.y + area.h; y++) {
        uint32_t *line = c->pixels + (ptrdiff_t)y * c->stride;

        for (int x = area.x; x < area.x + area.w; x++) {
            int64_t dx = middle(x) - cx;
            int64_t dy = middle(y) - cy;
            int64_t left = square - dx * dx - dy * dy;

            if (left > 0) {
                unsigned part = (unsigned)(left * 255 / square);

                part = part * part / 255 * strength / 255;
                line[x] = add_light(line[x], rgb, part);
            }
        }
    }
}
