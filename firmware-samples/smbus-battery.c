/*
 * Reads a smart battery at 0x0b: its names, and every two seconds what it
 * measures.  Each read is checked by its PEC, each write carries one.
 *
 * Smart Battery Data Specification 1.1, section 5.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "smbus.h"
#include "uart.h"

#define REMAINING_CAPACITY_ALARM 0x01
#define TEMPERATURE              0x08
#define VOLTAGE                  0x09
#define CURRENT                  0x0a
#define RELATIVE_CHARGE          0x0d
#define RUN_TIME_TO_EMPTY        0x11
#define BATTERY_STATUS           0x16
#define MANUFACTURER_NAME        0x20
#define DEVICE_NAME              0x21
#define DEVICE_CHEMISTRY         0x22

#define CAPACITY_ALARM_BIT 0x0200 /* of the status */
#define ALARM_MAH          1000
#define ZERO_CENTIKELVIN   27315 /* 0 degC */
#define EVERY_US           2000000u

static const struct smbus battery = { 0x0b, true };

/* What went wrong first; reads after it are left out. */
static enum twi_result result;

static uint16_t read_word(uint8_t command)
{
    uint8_t bytes[2] = { 0, 0 };

    if (result == TWI_OK) {
        result = smbus_read(&battery, command, bytes, 2);
    }
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static void print_block(uint8_t command, const char *name)
{
    static uint8_t text[SMBUS_BLOCK_MAX];
    uint8_t count = 0;

    if (result == TWI_OK) {
        result = smbus_read_block(&battery, command, text, &count);
    }
    if (result == TWI_OK) {
        printf("battery: %s \"%.*s\"\n", name, count, (const char *)text);
    }
}

static void begin(void)
{
    uint8_t alarm[2] = { ALARM_MAH & 0xff, ALARM_MAH >> 8 };

    print_block(MANUFACTURER_NAME, "maker");
    print_block(DEVICE_NAME, "name");
    print_block(DEVICE_CHEMISTRY, "chemistry");
    if (result == TWI_OK) {
        result = smbus_write(&battery, REMAINING_CAPACITY_ALARM, alarm, 2);
    }
    if (result == TWI_OK && read_word(REMAINING_CAPACITY_ALARM) == ALARM_MAH) {
        printf("battery: warns below %d mAh\n", ALARM_MAH);
    }
}

static void print(void)
{
    unsigned mv = read_word(VOLTAGE);
    int ma = (int16_t)read_word(CURRENT);
    unsigned percent = read_word(RELATIVE_CHARGE);
    int decidegrees =
        ((int)read_word(TEMPERATURE) * 10 - ZERO_CENTIKELVIN) / 10;
    unsigned minutes = read_word(RUN_TIME_TO_EMPTY);
    unsigned status = read_word(BATTERY_STATUS);

    if (result != TWI_OK) {
        return;
    }
    printf("battery: %u.%03u V, %d mA, %u %%, %s%d.%d C", mv / 1000, mv % 1000,
           ma, percent, decidegrees < 0 ? "-" : "", abs(decidegrees) / 10,
           abs(decidegrees) % 10);
    if (minutes < 0xffff) {
        printf(", empty in %u min", minutes);
    }
    printf("%s\n", status & CAPACITY_ALARM_BIT ? ", low" : "");
}

int main(void)
{
    uint32_t next_us = 0;
    bool known = false;

    uart_init();
    clock_init();
    twi_init();
    for (;;) {
        result = TWI_OK;
        if (!known) {
            begin();
        }
        print();
        known = result == TWI_OK;
        if (!known) {
            printf("%s from 0x%02x\n", twi_result_text(result), battery.addr7);
        }
        next_us += EVERY_US;
        clock_sleep_until_us(next_us);
    }
}
