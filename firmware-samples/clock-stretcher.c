/*
 * Tells a part that stretches the clock how long, and prints how long each
 * byte of a transfer took.
 *
 * The part is the "stretcher" of peripherals/parts/stretcher.c, at 0x20:
 * registers 0x10 and 0x14 are the times after the address and after each byte,
 * in us, low byte first.
 *
 * A byte that the part is slow to acknowledge makes TXDSENT late; a slow
 * address makes the first byte late.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>

#include "clock.h"
#include "twi.h"
#include "uart.h"

#define PART_ADDR7 0x20
#define TIMES      0x10
#define ECHO       0x00
#define BYTES      4 /* of each transfer */

#define EVERY_US 1000000u

static enum twi_result set_times(uint32_t address_us, uint32_t byte_us)
{
    uint8_t buf[9] = { TIMES };

    for (unsigned i = 0; i < 4; i++) {
        buf[1 + i] = (uint8_t)(address_us >> 8 * i);
        buf[5 + i] = (uint8_t)(byte_us >> 8 * i);
    }
    return twi_write(PART_ADDR7, buf, sizeof(buf));
}

/* A write of four bytes, the first of which is the register's number. */
static void try_times(uint32_t address_us, uint32_t byte_us)
{
    static const uint8_t bytes[BYTES] = { ECHO, 1, 2, 3 };
    uint32_t at_us[BYTES] = { 0 };
    enum twi_result result = set_times(address_us, byte_us);
    uint32_t start_us = clock_us();

    if (result == TWI_OK) {
        twi_record(at_us, BYTES);
        result = twi_write(PART_ADDR7, bytes, BYTES);
        twi_record(NULL, 0);
    }
    if (result != TWI_OK) {
        printf("%s from 0x%02x\n", twi_result_text(result), PART_ADDR7);
        return;
    }
    printf("stretch %lu and %lu us, bytes took", (unsigned long)address_us,
           (unsigned long)byte_us);
    for (unsigned i = 0; i < BYTES; i++) {
        printf(" %lu", (unsigned long)(at_us[i] - start_us));
        start_us = at_us[i];
    }
    printf(" us, STOP %lu us\n", (unsigned long)(clock_us() - start_us));
    set_times(0, 0);
}

int main(void)
{
    uint32_t next_us = 0;

    uart_init();
    clock_init();
    twi_init();
    for (;;) {
        try_times(0, 0);
        try_times(0, 1000);
        try_times(5000, 1000);
        try_times(0, 25000); /* what SMBus allows at most */
        next_us += EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
