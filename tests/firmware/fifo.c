/*
 * Reads of the part "fifo" whose lengths the controller knows: a read of one
 * byte has the short BB_STOP set before it begins.  From power-on the FIFO
 * gives 0, 1, 2, ..., so a byte too many is missed in the next read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"

#include "firmware-samples/twi.h"

#define FIFO_ADDR7 0x28
#define FIFO_DATA  0x03
#define READS      4

void test_main(void)
{
    uint32_t i;

    twi_init();
    for (i = 0; i < READS; i++) {
        uint8_t byte = 0xff;

        check(twi_read_registers(FIFO_ADDR7, FIFO_DATA, &byte, 1) == TWI_OK,
              "a read of one byte is answered");
        check_equal(byte, i, "and has the byte that comes next");
    }
    done();
}
