/*
 * Writes a text to a 24C02 EEPROM at 0x50, page by page, and reads it back;
 * and counts there how often it was started.
 *
 * AT24C01C/AT24C02C data sheet, DS20006111: a page has eight bytes, a write
 * must not cross its end (7.2); after it the part acknowledges nothing until
 * the bytes are stored, 5 ms at most, which is how one sees that it is ready
 * (7.3).  The real part keeps all that without power.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "twi.h"
#include "uart.h"

#define EEPROM_ADDR7 0x50
#define PAGE_SIZE    8
#define ERASED       0xff

#define AT_STARTS 0x00
#define AT_TEXT   0x0c /* in the middle of a page */

#define READY_US 20000u /* four times what it may take */
#define TEXT     "a text that is longer than one page"

/* Ask until it answers; *@asked is how often. */
static enum twi_result wait_ready(unsigned *asked)
{
    uint32_t start_us = clock_us();
    enum twi_result result;

    *asked = 0;
    do {
        result = twi_probe(EEPROM_ADDR7);
        (*asked)++;
    } while (result == TWI_NACK_ADDRESS && clock_us() - start_us < READY_US);
    return result;
}

/* At most to the end of the page. */
static enum twi_result write_page(uint8_t at, const char *bytes, uint8_t len)
{
    uint8_t buf[1 + PAGE_SIZE] = { at };
    enum twi_result result;
    uint32_t start_us;
    unsigned asked;

    memcpy(buf + 1, bytes, len);
    result = twi_write(EEPROM_ADDR7, buf, 1u + len);
    start_us = clock_us();
    if (result == TWI_OK) {
        result = wait_ready(&asked);
    }
    if (result == TWI_OK) {
        uint32_t us = clock_us() - start_us;

        printf("eeprom: %u bytes at 0x%02x, ready after %lu.%lu ms\n", len, at,
               (unsigned long)(us / 1000), (unsigned long)(us % 1000 / 100));
    }
    return result;
}

static enum twi_result write_text(uint8_t at, const char *text, uint8_t len)
{
    enum twi_result result = TWI_OK;

    while (len > 0 && result == TWI_OK) {
        uint8_t room = PAGE_SIZE - at % PAGE_SIZE;
        uint8_t part = len < room ? len : room;

        result = write_page(at, text, part);
        at += part;
        text += part;
        len -= part;
    }
    return result;
}

static enum twi_result count_starts(void)
{
    uint8_t starts;
    enum twi_result result =
        twi_read_registers(EEPROM_ADDR7, AT_STARTS, &starts, 1);

    if (result != TWI_OK) {
        return result;
    }
    starts = starts == ERASED ? 1 : (uint8_t)(starts + 1);
    printf("eeprom: start number %u\n", starts);
    return write_page(AT_STARTS, (const char *)&starts, 1);
}

static enum twi_result run(void)
{
    static char back[sizeof(TEXT)];
    enum twi_result result = count_starts();

    if (result == TWI_OK) {
        result = write_text(AT_TEXT, TEXT, sizeof(TEXT));
    }
    if (result == TWI_OK) {
        result = twi_read_registers(EEPROM_ADDR7, AT_TEXT, (uint8_t *)back,
                                    sizeof(back));
    }
    if (result == TWI_OK) {
        back[sizeof(back) - 1] = '\0';
        printf("eeprom: \"%s\" is %s\n", back,
               strcmp(back, TEXT) == 0 ? "what was written" : "wrong");
    }
    return result;
}

int main(void)
{
    enum twi_result result;

    uart_init();
    clock_init();
    twi_init();
    while ((result = run()) != TWI_OK) {
        printf("%s from 0x%02x\n", twi_result_text(result), EEPROM_ADDR7);
        clock_sleep_until_us(clock_us() + 1000000u);
    }
    for (;;) {
        clock_sleep_until_us(clock_us() + 1000000u);
    }
}
