/*
 * Prints what a Nunchuk at 0x52 does: joystick, acceleration, buttons.
 *
 * Register map as WiiBrew has it, "Wiimote/Extension Controllers": 0xf0 and
 * 0xfb switch encryption off, 0x20 is the calibration, 0x00 the report.  The
 * part wants a STOP between the register number and the read.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "twi.h"
#include "uart.h"

#define NUNCHUK_ADDR7 0x52
#define REPORT        0x00
#define CALIBRATION   0x20
#define REPORT_SIZE   6

#define LOOK_EVERY_US 50000u
#define REST_US       1000u /* between number and read, and after a write */

/* From the calibration block */
enum {
    ZERO_G = 0,
    ONE_G = 4,
    X_MIDDLE = 10,
    Y_MIDDLE = 13,
    CALIBRATION_SIZE = 14
};

static uint8_t calibration[CALIBRATION_SIZE];

static void rest(void)
{
    clock_sleep_until_us(clock_us() + REST_US);
}

static enum twi_result write_register(uint8_t reg, uint8_t byte)
{
    enum twi_result result =
        twi_write(NUNCHUK_ADDR7, (const uint8_t[]){ reg, byte }, 2);

    rest();
    return result;
}

static enum twi_result read_registers(uint8_t reg, uint8_t *data, size_t len)
{
    enum twi_result result = twi_write(NUNCHUK_ADDR7, &reg, 1);

    rest();
    return result == TWI_OK ? twi_read(NUNCHUK_ADDR7, data, len) : result;
}

static enum twi_result begin(void)
{
    enum twi_result result = write_register(0xf0, 0x55);

    if (result == TWI_OK) {
        result = write_register(0xfb, 0x00);
    }
    if (result == TWI_OK) {
        result = read_registers(CALIBRATION, calibration, sizeof(calibration));
    }
    return result;
}

/* Ten bits: eight in a byte of their own, two in the last one. */
static int accel_mg(const uint8_t *report, unsigned axis)
{
    int counts = report[2 + axis] << 2 | (report[5] >> (2 + 2 * axis) & 3);
    int zero = calibration[ZERO_G + axis] << 2;
    int one_g = (calibration[ONE_G + axis] << 2) - zero;

    return one_g != 0 ? (counts - zero) * 1000 / one_g : 0;
}

static void print(const uint8_t *report)
{
    printf("nunchuk: stick %d %d, accel %d %d %d mg%s%s\n",
           report[0] - calibration[X_MIDDLE], report[1] - calibration[Y_MIDDLE],
           accel_mg(report, 0), accel_mg(report, 1), accel_mg(report, 2),
           report[5] & 2 ? "" : ", C", report[5] & 1 ? "" : ", Z");
}

int main(void)
{
    uint8_t last[REPORT_SIZE] = { 0 };
    uint32_t next_us = 0;
    bool ready = false;

    uart_init();
    clock_init();
    twi_init();
    for (;;) {
        uint8_t report[REPORT_SIZE];
        enum twi_result result = ready ? TWI_OK : begin();

        if (result == TWI_OK) {
            result = read_registers(REPORT, report, sizeof(report));
        }
        if (result != TWI_OK && ready) {
            printf("%s from 0x%02x\n", twi_result_text(result), NUNCHUK_ADDR7);
        }
        ready = result == TWI_OK;
        if (ready && memcmp(report, last, sizeof(last)) != 0) {
            print(report);
            memcpy(last, report, sizeof(last));
        }
        next_us += LOOK_EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
