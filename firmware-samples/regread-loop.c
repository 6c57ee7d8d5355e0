/*
 * Reads the six lowest registers of a DS3231 at 0x68 as fast as it can and
 * prints once a second how many reads there were.  For `make bench`.
 *
 * Maxim DS3231 data sheet, "Timekeeping Registers": 0x00 seconds ... 0x05
 * month.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "twi.h"
#include "uart.h"

#define DS3231_ADDR7   0x68
#define DS3231_SECONDS 0x00
#define REGISTERS      6
#define SECOND_US      1000000u

int main(void)
{
    uart_init();
    clock_init();
    twi_init();
    for (;;) {
        uint32_t start_us = clock_us();
        unsigned good = 0;
        unsigned bad = 0;
        uint32_t took_us;

        do {
            uint8_t reg[REGISTERS];

            if (twi_read_registers(DS3231_ADDR7, DS3231_SECONDS, reg,
                                   sizeof(reg)) == TWI_OK) {
                good++;
            } else {
                bad++;
            }
            took_us = clock_us() - start_us;
        } while (took_us < SECOND_US);
        printf("reads %u errors %u in %lu us\n", good, bad,
               (unsigned long)took_us);
    }
}
