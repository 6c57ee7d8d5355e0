/*
 * The micro:bit's LED matrix: 25 LEDs wired as 3 rows of 9 columns.
 *
 * One row is lit at a time, for ROW_US; an LED is lit when its row is high
 * and its column is low.  TIMER1 changes rows by interrupt (compare 0), ends
 * their light (compare 1) and moves the text by one column every SCROLL_ROWS
 * rows.  Which LED sits where was taken from
 * the board's schematic; the table below lists (x, y) as seen by the user.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "display.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "board.h"
#include "font.h"
#include "nrf51.h"

#define ROWS        3
#define COLS        9
#define WIDTH       5      /* LEDs, as seen by the user */
#define ROW_US      5000   /* 67 whole pictures a second */
#define SCROLL_ROWS 30     /* 150 ms per column */
#define NEVER       0xFFFF /* past the counter's turn */
#define GLYPH_STEP  (FONT_WIDTH + 1)
#define NO_LED      0xFF

#define XY(x, y) ((x) << 4 | (y))
#define ROW_MASK (((1u << ROWS) - 1) << PIN_ROW1)
#define COL_MASK (((1u << COLS) - 1) << PIN_COL1)

/* clang-format off */
static const uint8_t led_at[ROWS][COLS] = {
    { XY(0, 0), XY(2, 0), XY(4, 0), XY(4, 3), XY(3, 3), XY(2, 3), XY(1, 3),
      XY(0, 3), XY(1, 2) },
    { XY(4, 2), XY(0, 2), XY(2, 2), XY(1, 0), XY(3, 0), XY(3, 4), XY(1, 4),
      NO_LED, NO_LED },
    { XY(2, 4), XY(4, 4), XY(0, 4), XY(0, 1), XY(1, 1), XY(2, 1), XY(3, 1),
      XY(4, 1), XY(3, 2) },
};
/* clang-format on */

static struct {
    char text[DISPLAY_MAX_TEXT + 1];
    uint8_t columns[DISPLAY_MAX_TEXT * GLYPH_STEP];
    volatile unsigned width;  /* columns used */
    volatile unsigned offset; /* of the text's start, counted from the right
                                 edge of the matrix */
    unsigned row;
    unsigned rows_shown;
} display;

void timer1_handler(void);

void display_init(void)
{
    GPIO_DIRSET = ROW_MASK | COL_MASK;
    TIMER1_BITMODE = TIMER_BITMODE_16;
    TIMER1_PRESCALER = TIMER_PRESCALER_1_MHZ;
    TIMER1_CC0 = ROW_US;
    TIMER1_CC1 = NEVER;
    TIMER1_SHORTS = TIMER_SHORTS_CLEAR0;
    TIMER1_INTENSET = TIMER_INTEN_COMPARE0 | TIMER_INTEN_COMPARE1;
    NVIC_ISER = 1u << IRQ_TIMER1;
    TIMER1_TASKS_START = 1;
}

void display_dim(unsigned percent)
{
    if (percent >= 100) {
        TIMER1_CC1 = NEVER;
    } else {
        TIMER1_CC1 = percent * ROW_US / 100;
    }
}

static void draw_glyph(char c, uint8_t *columns)
{
    memset(columns, 0, GLYPH_STEP);
    memcpy(columns, font_columns(c), FONT_WIDTH);
}

void display_scroll(const char *text)
{
    size_t len = strnlen(text, DISPLAY_MAX_TEXT);

    if (strncmp(display.text, text, len) == 0 && !display.text[len]) {
        return;
    }
    display.width = 0; /* nothing is shown while the text changes */
    memcpy(display.text, text, len);
    display.text[len] = '\0';
    for (size_t i = 0; i < len; i++) {
        draw_glyph(text[i], display.columns + i * GLYPH_STEP);
    }
    display.offset = 0;
    display.width = len * GLYPH_STEP;
}

/* Is the LED at (x, y) on?  The text's first column enters at the right. */
static bool lit(unsigned x, unsigned y)
{
    unsigned column = display.offset + x;

    if (column < WIDTH || column - WIDTH >= display.width) {
        return false;
    }
    return display.columns[column - WIDTH] >> y & 1;
}

static void show_row(unsigned row)
{
    uint32_t columns = 0;

    for (unsigned c = 0; c < COLS; c++) {
        uint8_t led = led_at[row][c];

        if (led != NO_LED && lit(led >> 4, led & 0xF)) {
            columns |= 1u << c;
        }
    }
    GPIO_OUT = (GPIO_OUT & ~(ROW_MASK | COL_MASK)) | 1u << (PIN_ROW1 + row) |
               (COL_MASK & ~(columns << PIN_COL1));
}

static void next_row(void)
{
    display.row = (display.row + 1) % ROWS;
    if (++display.rows_shown == SCROLL_ROWS) {
        display.rows_shown = 0;
        display.offset = (display.offset + 1) % (display.width + WIDTH);
    }
    show_row(display.row);
}

/* If both are due, the light's end is that of the row that begins. */
void timer1_handler(void)
{
    if (TIMER1_EVENTS_COMPARE0) {
        TIMER1_EVENTS_COMPARE0 = 0;
        next_row();
    }
    if (TIMER1_EVENTS_COMPARE1) {
        TIMER1_EVENTS_COMPARE1 = 0;
        GPIO_OUTSET = COL_MASK;
    }
}
