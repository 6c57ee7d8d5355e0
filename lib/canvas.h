/*
 * Drawing into a buffer of pixels: boxes, lines, triangles, glow and text, with
 * smooth edges.
 *
 * A shape's edge is where its distance is 0; a pixel whose centre is half a
 * pixel away from it is half covered.  Coordinates are in sixteenths of a
 * pixel, BW_PX to a pixel, x to the right and y down; rectangles to clip with
 * are in whole pixels.  Pixels are 0x00RRGGBB.
 *
 * Pure: no memory of its own, whole numbers only.  Anything outside of the
 * clip is left alone, wherever the shape is.  Used by
 * peripherals/parts/microbit_face.c.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef BENCHWIRE_LIB_CANVAS_H
#define BENCHWIRE_LIB_CANVAS_H

#include <stdint.h>

#define BW_PX 16

struct bw_rect {
    int x;
    int y;
    int w;
    int h;
};

/**
 * struct bw_canvas - pixels, and which of them may be drawn to
 * @stride: pixels from one line to the next
 */
struct bw_canvas {
    uint32_t *pixels;
    int width;
    int height;
    int stride;
    struct bw_rect clip;
};

/**
 * struct bw_paint - what a shape is filled with
 * @top, @bottom: colours at the upper and lower end of the shape
 * @alpha: 0 (nothing) to 255 (opaque)
 */
struct bw_paint {
    uint32_t top;
    uint32_t bottom;
    uint8_t alpha;
};

#define BW_PLAIN(rgb)         ((struct bw_paint){ (rgb), (rgb), 255 })
#define BW_CLEAR(rgb, alpha)  ((struct bw_paint){ (rgb), (rgb), (alpha) })
#define BW_SHADE(top, bottom) ((struct bw_paint){ (top), (bottom), 255 })

/* The whole of @pixels, which stays the caller's. */
void bw_canvas_init(struct bw_canvas *c, uint32_t *pixels, int width,
                    int height, int stride);

/* Draw only inside of @rect, as far as there are pixels. */
void bw_canvas_clip(struct bw_canvas *c, struct bw_rect rect);

/* A box with round corners; a disc if @radius is half of its sides. */
void bw_canvas_box(struct bw_canvas *c, int x, int y, int w, int h, int radius,
                   struct bw_paint paint);

/* Its outline, @width wide, half of it inside. */
void bw_canvas_frame(struct bw_canvas *c, int x, int y, int w, int h,
                     int radius, int width, struct bw_paint paint);

void bw_canvas_disc(struct bw_canvas *c, int cx, int cy, int radius,
                    struct bw_paint paint);
void bw_canvas_ring(struct bw_canvas *c, int cx, int cy, int radius, int width,
                    struct bw_paint paint);

/* A line with round ends; a dot if its ends are one point. */
void bw_canvas_line(struct bw_canvas *c, int x0, int y0, int x1, int y1,
                    int width, struct bw_paint paint);

/* Corners in either sense. */
void bw_canvas_triangle(struct bw_canvas *c, const int corner[3][2],
                        struct bw_paint paint);

/* Light that falls around a point: adds @rgb, @strength of 255 at the centre */
void bw_canvas_glow(struct bw_canvas *c, int cx, int cy, int radius,
                    uint32_t rgb, uint8_t strength);

/**
 * bw_canvas_text: one line of text in strokes, as on a circuit board
 * @x, @y: left end and top of the capitals
 * @height: of the capitals
 * @weight: width of a stroke
 *
 * Capitals, digits and the marks . : - + / ' (a degree) and the small letters
 * of "micro:bit"; others are blanks.
 */
void bw_canvas_text(struct bw_canvas *c, int x, int y, int height, int weight,
                    const char *text, struct bw_paint paint);

/* Its width, without the strokes' overhang. */
int bw_canvas_text_width(int height, const char *text);

/* Between two colours: 0 is @a, 255 is @b. */
uint32_t bw_mix(uint32_t a, uint32_t b, unsigned part);

/* Square root, rounded down. */
uint32_t bw_isqrt(uint64_t n);

#endif
