/*
 * LED matrix of the micro:bit V1 with persistence of vision.
 *
 * Sources: the micro:bit foundation's pin map for the wiring; the scan times
 * of the firmware in use: MicroPython shows a row for 6 ms and lights an LED
 * of brightness 1 to 9 for 32, 64, 128, 240, 448, 848, 1632, 3184 or 6000 us
 * of them; the Lancaster runtime shows a row for 6 ms, three rows or, while
 * it measures the light, three rows and a pause, and dims by 22 us steps.
 *
 * A window of 72 ms holds whole pictures of both: four of 18 ms, three of 24
 * ms.  It ends with the last whole millisecond, so that its length is exact
 * without a list of edges; what is seen is up to a millisecond old.
 *
 * Not modelled: forward voltage and current of the LEDs, their brightness
 * against the current, the eye's adaptation.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "peripherals/parts/led_matrix.h"

#include <stdbool.h>
#include <string.h>

#define NS_PER_MS 1000000
#define RING      (BW_LED_WINDOW_MS + 1) /* and the millisecond under way */
#define NO_LED    0xff

/* A third of the window: one row of three */
#define FULL_NS (BW_LED_WINDOW_MS / BW_LED_ROWS * NS_PER_MS)

/* clang-format off */
#define XY(x, y) (BW_LED_SIDE * (y) + (x))
static const uint8_t led_at[BW_LED_ROWS][BW_LED_COLS] = {
    { XY(0, 0), XY(2, 0), XY(4, 0), XY(4, 3), XY(3, 3),
      XY(2, 3), XY(1, 3), XY(0, 3), XY(1, 2) },
    { XY(4, 2), XY(0, 2), XY(2, 2), XY(1, 0), XY(3, 0),
      XY(3, 4), XY(1, 4), NO_LED,   NO_LED },
    { XY(2, 4), XY(4, 4), XY(0, 4), XY(0, 1), XY(1, 1),
      XY(2, 1), XY(3, 1), XY(4, 1), XY(3, 2) },
};
/* clang-format on */

/*
 * The least time in 6 ms for each digit, microseconds: between neighbours'
 * times the geometric mean, but for 9, which an LED of the Lancaster runtime
 * has at 4500 us (three visits of 6 ms in 72 ms).
 */
static const uint16_t digit_us[] = {
    16, 45, 90, 175, 328, 616, 1176, 2280, 4000
};
#define ROW_US 6000

static uint32_t *slot(struct bw_led_matrix *m, int64_t ms)
{
    return m->lit_ns[ms % RING];
}

static void light(struct bw_led_matrix *m, uint32_t *lit_ns, uint32_t ns)
{
    for (unsigned row = 0; row < BW_LED_ROWS; row++) {
        if (!(m->rows >> row & 1)) {
            continue;
        }
        for (unsigned col = 0; col < BW_LED_COLS; col++) {
            uint8_t led = led_at[row][col];

            if ((m->cols >> col & 1) && led != NO_LED) {
                lit_ns[led] += ns;
            }
        }
    }
}

/* Add up the time until @now_ns with what is driven now. */
static void advance(struct bw_led_matrix *m, int64_t now_ns)
{
    const int64_t span_ns = (int64_t)RING * NS_PER_MS;

    if (m->now_ns - now_ns > span_ns) {
        memset(m->lit_ns, 0, sizeof(m->lit_ns));
        m->now_ns = now_ns;
    }
    if (now_ns - m->now_ns > span_ns) {
        /* What was before is out of sight */
        m->now_ns = (now_ns - span_ns) / NS_PER_MS * NS_PER_MS;
        memset(slot(m, m->now_ns / NS_PER_MS), 0, sizeof(m->lit_ns[0]));
    }
    while (m->now_ns < now_ns) {
        int64_t ms = m->now_ns / NS_PER_MS;
        int64_t end_ns = (ms + 1) * NS_PER_MS;
        bool whole = end_ns <= now_ns;

        if (!whole) {
            end_ns = now_ns;
        }
        light(m, slot(m, ms), (uint32_t)(end_ns - m->now_ns));
        m->now_ns = end_ns;
        if (whole) {
            memset(slot(m, ms + 1), 0, sizeof(m->lit_ns[0]));
        }
    }
}

void bw_led_matrix_init(struct bw_led_matrix *m, int64_t now_ns)
{
    memset(m, 0, sizeof(*m));
    m->now_ns = now_ns;
}

void bw_led_matrix_drive(struct bw_led_matrix *m, int64_t now_ns, uint32_t rows,
                         uint32_t cols)
{
    advance(m, now_ns);
    m->rows = rows;
    m->cols = cols;
}

/* Nanoseconds that each LED was lit within the window. */
static void add_up(struct bw_led_matrix *m, int64_t now_ns,
                   uint32_t total_ns[BW_LED_COUNT])
{
    int64_t ms;

    advance(m, now_ns);
    ms = m->now_ns / NS_PER_MS;
    memset(total_ns, 0, BW_LED_COUNT * sizeof(total_ns[0]));
    for (unsigned i = 1; i <= BW_LED_WINDOW_MS; i++) {
        const uint32_t *lit_ns = slot(m, ms + i);

        for (unsigned led = 0; led < BW_LED_COUNT; led++) {
            total_ns[led] += lit_ns[led];
        }
    }
}

void bw_led_matrix_levels(struct bw_led_matrix *m, int64_t now_ns,
                          uint8_t level[BW_LED_COUNT])
{
    uint32_t total_ns[BW_LED_COUNT];

    add_up(m, now_ns, total_ns);
    for (unsigned led = 0; led < BW_LED_COUNT; led++) {
        uint64_t full = total_ns[led] < FULL_NS ? total_ns[led] : FULL_NS;

        level[led] = (uint8_t)((full * BW_LED_FULL + FULL_NS / 2) / FULL_NS);
    }
}

static char digit(uint32_t total_ns)
{
    uint64_t us = (uint64_t)total_ns * ROW_US / FULL_NS;
    unsigned n = 0;

    while (n < sizeof(digit_us) / sizeof(digit_us[0]) && us >= digit_us[n]) {
        n++;
    }
    return (char)('0' + n);
}

void bw_led_matrix_text(struct bw_led_matrix *m, int64_t now_ns,
                        char text[BW_LED_TEXT])
{
    uint32_t total_ns[BW_LED_COUNT];

    add_up(m, now_ns, total_ns);
    for (unsigned y = 0; y < BW_LED_SIDE; y++) {
        for (unsigned x = 0; x < BW_LED_SIDE; x++) {
            *text++ = digit(total_ns[XY(x, y)]);
        }
        *text++ = '\n';
    }
    *text = '\0';
}
