/*
 * Six registers of a DS3231, read as fast as it goes: at 100 kHz from 0x68 and
 * then at 400 kHz from 0x69, for two seconds each.  For `make bench`.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "tests/firmware/firmware.h"
#include "firmware-samples/clock.h"
#include "firmware-samples/twi.h"

#define ADDR7_AT_100_KHZ 0x68
#define ADDR7_AT_400_KHZ 0x69
#define REGISTERS        6
#define ROUND_US         2000000u
#define FREQUENCY_K400   0x06680000u

static void run(uint8_t addr7, const char *name)
{
    uint32_t start_us = clock_us();
    uint32_t good = 0, bad = 0;
    uint32_t us;

    do {
        uint8_t data[REGISTERS];

        if (twi_read_registers(addr7, 0, data, sizeof(data)) == TWI_OK) {
            good++;
        } else {
            bad++;
        }
        us = clock_us() - start_us;
    } while (us < ROUND_US);
    print("# ");
    print(name);
    print(" reads ");
    print_number(good, 10);
    print(" in ");
    print_number(us, 10);
    print(" us\r\n");
    check(bad == 0, name);
}

void test_main(void)
{
    clock_init();
    twi_init();
    run(ADDR7_AT_100_KHZ, "100 kHz");
    TWI_FREQUENCY = FREQUENCY_K400;
    run(ADDR7_AT_400_KHZ, "400 kHz");
    done();
}
