/*
 * Lists the I2C parts that answer, every five seconds.
 *
 * Addresses 0x08 to 0x77: the I2C specification (UM10204, table 3) reserves
 * the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdint.h>
#include <stdio.h>

#include "clock.h"
#include "twi.h"
#include "uart.h"

#define FIRST_ADDR7   0x08
#define LAST_ADDR7    0x77
#define SCAN_EVERY_US 5000000u

static void scan(void)
{
    unsigned found = 0;

    printf("i2c-scan:");
    for (uint8_t addr7 = FIRST_ADDR7; addr7 <= LAST_ADDR7; addr7++) {
        enum twi_result result = twi_probe(addr7);

        if (result == TWI_OK) {
            printf(" 0x%02x", addr7);
            found++;
        } else if (result != TWI_NACK_ADDRESS) {
            printf(" (%s at 0x%02x)", twi_result_text(result), addr7);
        }
    }
    printf("%s %u found\n", found ? "," : "", found);
}

int main(void)
{
    uint32_t next_us = 0;

    uart_init();
    clock_init();
    twi_init();
    for (;;) {
        scan();
        next_us += SCAN_EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
