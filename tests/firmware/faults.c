/*
 * For tests/e2e/faults.sh: writes a register of two parts, reads it back, and
 * prints what came of it, for ever.
 *
 * A line is: a number that counts, the part's address, the result of the
 * write, that of the read, and whether what was read is what was written:
 *
 *     17 0x48 ok ok same
 *     18 0x68 no-answer ok other
 *
 * Registers: TMP102, TI SBOS397, section 7.5: THIGH, register 3, whose low
 * four bits are 0.  DS3231, Maxim 19-5170, table 1: alarm 2 minutes, 0x0b, BCD.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <string.h>

#include "firmware-samples/clock.h"
#include "firmware-samples/twi.h"
#include "firmware-samples/uart.h"
#include "tests/firmware/firmware.h"

#define TMP102_ADDR7 0x48
#define TMP102_THIGH 0x03
#define DS3231_ADDR7 0x68
#define DS3231_A2MIN 0x0b

static const char *word(enum twi_result result)
{
    switch (result) {
    case TWI_OK:
        return "ok";
    case TWI_NACK_ADDRESS:
        return "no-answer";
    case TWI_NACK_DATA:
        return "refused";
    case TWI_OVERRUN:
        return "overrun";
    default:
        return "time-out";
    }
}

static void put(const char *text)
{
    uart_write(text, strlen(text));
}

static void put_number(unsigned n)
{
    char digits[12];
    char *at = &digits[sizeof(digits) - 1];

    *at = '\0';
    do {
        *--at = (char)('0' + n % 10);
        n /= 10;
    } while (n);
    put(at);
}

/* @bytes: the register and its contents, @len together. */
static void try(unsigned number, uint8_t addr7, const uint8_t *bytes,
                size_t len)
{
    bool same;
    uint8_t back[2] = { 0, 0 };
    enum twi_result written = twi_write(addr7, bytes, len);
    enum twi_result read = twi_read_registers(addr7, bytes[0], back, len - 1);

    same = memcmp(back, bytes + 1, len - 1) == 0;
    put_number(number);
    put(addr7 == TMP102_ADDR7 ? " 0x48 " : " 0x68 ");
    put(word(written));
    put(" ");
    put(word(read));
    put(same ? " same\n" : " other\n");
}

void test_main(void)
{
    unsigned i;

    clock_init();
    twi_init();
    for (i = 0;; i++) {
        const uint8_t limit[] = { TMP102_THIGH, (uint8_t)i,
                                  (uint8_t)((i << 4) & 0xf0) };
        const uint8_t minutes[] = { DS3231_A2MIN,
                                    (uint8_t)((i & 7) | ((i << 1) & 0x30)) };

        try(2 * i, TMP102_ADDR7, limit, sizeof(limit));
        try(2 * i + 1, DS3231_ADDR7, minutes, sizeof(minutes));
    }
}
