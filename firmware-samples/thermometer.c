/*
 * Reads a TMP102 thermometer at 0x48 once a second, prints the temperature
 * and lets it scroll through the LED matrix.
 *
 * TI TMP102 data sheet (SBOS397), "Temperature Register": register 0, two
 * bytes, the upper 12 bits are the temperature in steps of 0.0625 degrees
 * Celsius, two's complement (13 bits if bit 0 is set: extended mode).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "display.h"
#include "twi.h"
#include "uart.h"

#define TMP102_ADDR7       0x48
#define TMP102_TEMPERATURE 0x00
#define TMP102_EXTENDED    0x01 /* in the second byte */
#define READ_EVERY_US      1000000u
/* A TMP102 reads 0 until its first conversion is over: 35 ms at most. */
#define FIRST_READ_US 100000u

/* In steps of 1/16 degree. */
static int sixteenths(const uint8_t reg[2])
{
    int16_t raw = (int16_t)(reg[0] << 8 | reg[1]);

    return reg[1] & TMP102_EXTENDED ? raw >> 3 : raw >> 4;
}

static void show(int t16)
{
    unsigned size = (unsigned)abs(t16);
    unsigned hundredths = (size * 100 + 8) / 16;
    const char *sign = t16 < 0 ? "-" : "";
    char text[DISPLAY_MAX_TEXT + 1];

    printf("temperature %s%u.%02u C\n", sign, hundredths / 100,
           hundredths % 100);
    snprintf(text, sizeof(text), "%s%u.%u", sign, hundredths / 100,
             hundredths % 100 / 10);
    display_scroll(text);
}

int main(void)
{
    uint32_t next_us = FIRST_READ_US;

    uart_init();
    clock_init();
    twi_init();
    display_init();
    clock_sleep_until_us(next_us);
    for (;;) {
        uint8_t reg[2];
        enum twi_result result = twi_read_registers(
            TMP102_ADDR7, TMP102_TEMPERATURE, reg, sizeof(reg));

        if (result == TWI_OK) {
            show(sixteenths(reg));
        } else {
            printf("%s from 0x%02x\n", twi_result_text(result), TMP102_ADDR7);
            display_scroll("?");
        }
        next_us += READ_EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
