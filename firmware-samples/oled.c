/*
 * A text, a picture and a clock on an SSD1306 OLED of 128 x 64 dots at 0x3c.
 *
 * Solomon Systech SSD1306 data sheet, rev 1.1: section 8.1.5.2 (control
 * bytes), 9 (commands); the order at power-on is that of its application
 * note.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "font.h"
#include "twi.h"
#include "uart.h"

#define OLED_ADDR7 0x3c
#define COMMANDS   0x00
#define DATA       0x40

#define WIDTH  128
#define HEIGHT 64
#define PAGES  (HEIGHT / 8)

#define EVERY_US 1000000u

/* A page is eight rows; bit 0 is the top one. */
static uint8_t picture[PAGES][WIDTH];

static const uint16_t face[16] = {
    0x07e0, 0x1818, 0x2004, 0x4002, 0x4002, 0x8c31, 0x8c31, 0x8001,
    0x8001, 0x8811, 0x8811, 0x4422, 0x43c2, 0x2004, 0x1818, 0x07e0,
};

static void set_dot(unsigned x, unsigned y)
{
    if (x < WIDTH && y < HEIGHT) {
        picture[y / 8][x] |= (uint8_t)(1u << y % 8);
    }
}

static void fill(unsigned x, unsigned y, unsigned width, unsigned height)
{
    for (unsigned j = 0; j < height; j++) {
        for (unsigned i = 0; i < width; i++) {
            set_dot(x + i, y + j);
        }
    }
}

/* Each dot of a letter is a square of @size. */
static void draw_text(unsigned x, unsigned y, unsigned size, const char *text)
{
    for (; *text; text++) {
        const uint8_t *columns = font_columns(*text);

        for (unsigned i = 0; i < FONT_WIDTH; i++) {
            for (unsigned j = 0; j < 5; j++) {
                if (columns[i] >> j & 1) {
                    fill(x + i * size, y + j * size, size, size);
                }
            }
        }
        x += (FONT_WIDTH + 1) * size;
    }
}

static void draw_face(unsigned x, unsigned y)
{
    for (unsigned j = 0; j < 16; j++) {
        for (unsigned i = 0; i < 16; i++) {
            if (face[j] >> (15 - i) & 1) {
                fill(x + 2 * i, y + 2 * j, 2, 2);
            }
        }
    }
}

static void draw(unsigned seconds)
{
    char text[16];

    memset(picture, 0, sizeof(picture));
    fill(0, 0, WIDTH, 1);
    fill(0, HEIGHT - 1, WIDTH, 1);
    fill(0, 0, 1, HEIGHT);
    fill(WIDTH - 1, 0, 1, HEIGHT);
    draw_text(10, 6, 3, "BENCHWIRE");
    draw_face(8, 27);
    snprintf(text, sizeof(text), "%u S", seconds);
    draw_text(52, 36, 3, text);
}

static enum twi_result show(void)
{
    static const uint8_t window[] = {
        COMMANDS, 0x21, 0, WIDTH - 1, 0x22, 0, PAGES - 1,
    };
    uint8_t row[1 + WIDTH] = { DATA };
    enum twi_result result = twi_write(OLED_ADDR7, window, sizeof(window));

    for (unsigned page = 0; page < PAGES && result == TWI_OK; page++) {
        memcpy(row + 1, picture[page], WIDTH);
        result = twi_write(OLED_ADDR7, row, sizeof(row));
    }
    return result;
}

static enum twi_result switch_on(void)
{
    static const uint8_t init[] = {
        COMMANDS, 0xae, /* off meanwhile */
        0x20,     0x00, /* the address runs along the rows */
        0xa1,     0xc8, /* upright on a module with its connector on top */
        0xa8,     HEIGHT - 1, 0xd3,
        0x00,     0x40, /* all rows, from the first on */
        0xda,     0x12, /* how this glass is wired */
        0x81,     0xcf, /* contrast */
        0xa4,     0xa6, /* as the RAM says, not inverse */
        0x8d,     0x14, /* charge pump on: the module has no other supply */
    };
    static const uint8_t on[] = { COMMANDS, 0xaf };
    enum twi_result result = twi_write(OLED_ADDR7, init, sizeof(init));

    draw(0);
    if (result == TWI_OK) {
        result = show();
    }
    return result == TWI_OK ? twi_write(OLED_ADDR7, on, sizeof(on)) : result;
}

int main(void)
{
    uint32_t next_us = 0;
    bool is_on = false;

    uart_init();
    clock_init();
    twi_init();
    twi_set_fast(true);
    for (unsigned seconds = 0;; seconds++) {
        enum twi_result result = TWI_OK;

        if (is_on) {
            draw(seconds);
            result = show();
        } else {
            result = switch_on();
            is_on = result == TWI_OK;
        }
        if (result != TWI_OK) {
            printf("%s from 0x%02x\n", twi_result_text(result), OLED_ADDR7);
            is_on = false;
        } else {
            printf("oled: picture %u\n", seconds);
        }
        next_us += EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
