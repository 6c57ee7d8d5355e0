/*
 * Sends every shape of I2C transfer to a part that knows them all, and prints
 * what came of each: "write-read, 1 to 255 bytes: ok".
 *
 * The part is the "torture" of peripherals/parts/torture.c, at 0x30 and once
 * more at the 10-bit address 0x150.  It counts what happens on its bus; where
 * that is not what the controller did here, the difference stands behind the
 * result: "(+1 S, -1 Sr, +31 read)", with S for START, Sr for repeated START
 * and P for STOP, as UM10204 has them.
 *
 * Not tried: what the nRF51's TWI cannot do, a read of no bytes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "smbus.h"
#include "twi.h"
#include "uart.h"

#define PART_ADDR7 0x30
#define NOBODY     0x37
#define GENERAL    0x00

#define TEN_BIT_ADDR  0x150
#define TEN_BIT_FIRST (0x78 | TEN_BIT_ADDR >> 8) /* UM10204, 3.1.11 */
#define TEN_BIT_NEXT  (TEN_BIT_ADDR & 0xff)

/* Commands of the part */
#define TAPE          0x00
#define PLACE_A       0x10
#define PLACE_B       0x20
#define SMBUS_BYTE    0xc0
#define SMBUS_WORD    0xc1
#define SMBUS_BLOCK   0xc2
#define CALL          0xc3
#define BLOCK_CALL    0xc4
#define SEND_BYTE     0xc5
#define REFUSE        0xf0
#define REFUSE_ADDR   255
#define COUNTERS      0xf1
#define COUNTER_BYTES 14
/* Places among these bytes */
#define GENERAL_CALLS     10
#define GENERAL_CALL_BYTE 11
#define QUESTIONS         13

#define LONGEST 255

#define PATIENCE_US  5000000u
#define ASK_EVERY_US 100000u

/* Room for the longest and one byte more, and what it should be. */
static uint8_t buf[LONGEST + 1];
static uint8_t want[LONGEST + 1];

/* What has been on the bus: as sent here, or as the part counts it. */
enum counter {
    STARTS,
    REPEATED,
    STOPS,
    WRITTEN,
    READ,
    COUNTERS_COUNT
};

static int sent[COUNTERS_COUNT];
static int difference[COUNTERS_COUNT];
static struct twi_place place; /* where the newest transfer failed */

/* Transfers */

/* The part counts writes of no bytes apart, see try_nothing(). */
static enum twi_result transfer(struct twi_msg *msgs, unsigned count)
{
    sent[STARTS]++;
    sent[REPEATED] += (int)count - 1;
    sent[STOPS]++;
    for (unsigned i = 0; i < count; i++) {
        sent[msgs[i].flags & TWI_READ ? READ : WRITTEN] += msgs[i].len;
    }
    return twi_transfer(msgs, count, &place);
}

static enum twi_result write_bytes(uint8_t *data, unsigned len)
{
    struct twi_msg m = { PART_ADDR7, 0, (uint16_t)len, data };

    return transfer(&m, 1);
}

static enum twi_result read_bytes(uint8_t *data, unsigned len)
{
    struct twi_msg m = { PART_ADDR7, TWI_READ, (uint16_t)len, data };

    return transfer(&m, 1);
}

static enum twi_result write_read(uint8_t command, uint8_t *data, unsigned len)
{
    struct twi_msg m[] = {
        { PART_ADDR7, 0, 1, &command },
        { PART_ADDR7, TWI_READ, (uint16_t)len, data },
    };

    return transfer(m, 2);
}

static enum twi_result set_command(uint8_t command)
{
    return write_bytes(&command, 1);
}

/* Bytes that are different for each length and place. */
static void pattern(uint8_t *data, unsigned len)
{
    for (unsigned i = 0; i < len; i++) {
        data[i] = (uint8_t)(len * 31 + i * 7 + 1);
    }
}

/* Counting */

static void count_from_now(void)
{
    twi_write(PART_ADDR7, (const uint8_t[]){ COUNTERS, 0 }, 2);
    memset(sent, 0, sizeof(sent));
}

static void add_difference(void)
{
    uint8_t bytes[COUNTER_BYTES];

    if (twi_read_registers(PART_ADDR7, COUNTERS, bytes, sizeof(bytes)) !=
        TWI_OK) {
        return;
    }
    for (unsigned i = 0; i < COUNTERS_COUNT; i++) {
        int counted = bytes[2 * i] | bytes[2 * i + 1] << 8;

        difference[i] += counted - sent[i];
    }
}

/* Results */

static void print_difference(void)
{
    static const char *const name[COUNTERS_COUNT] = {
        "S", "Sr", "P", "written", "read",
    };
    const char *before = " (";

    for (unsigned i = 0; i < COUNTERS_COUNT; i++) {
        if (difference[i] != 0) {
            printf("%s%+d %s", before, difference[i], name[i]);
            before = ", ";
        }
    }
    printf("%s\n", before[0] == ',' ? ")" : "");
}

static void print_failure(enum twi_result result)
{
    const char *what = result == TWI_NACK_ADDRESS ? "address NACK"
                       : result == TWI_NACK_DATA  ? "NACK"
                                                  : twi_result_text(result);

    if (place.at_stop && place.byte > 0) {
        printf("%s at STOP", what);
    } else if (result == TWI_NACK_ADDRESS) {
        printf("%s%s", what, place.msg > 0 ? " at the repeated START" : "");
    } else {
        printf("%s at byte %u", what, place.byte + 1);
    }
}

/* The line of a shape whose transfers should go well. */
static void report(const char *shape, enum twi_result result, bool right)
{
    printf("%s: ", shape);
    if (result != TWI_OK) {
        print_failure(result);
    } else {
        printf("%s", right ? "ok" : "wrong data");
    }
    print_difference();
    memset(difference, 0, sizeof(difference));
}

/* The same for one that failed, or not, at a length. */
static void report_length(const char *shape, enum twi_result result, bool right,
                          unsigned len)
{
    if (result == TWI_OK && right) {
        report(shape, result, right);
        return;
    }
    printf("%s: with %u: ", shape, len);
    if (result == TWI_OK) {
        printf("wrong data\n");
    } else {
        print_failure(result);
        printf("\n");
    }
    memset(difference, 0, sizeof(difference));
}

/* Plain I2C */

static void try_writes(void)
{
    enum twi_result result = TWI_OK;
    bool right = true;
    unsigned n;

    for (n = 1; n <= LONGEST && result == TWI_OK && right; n++) {
        pattern(want, n);
        buf[0] = TAPE;
        memcpy(buf + 1, want, n - 1);
        count_from_now();
        result = write_bytes(buf, n);
        add_difference();
        if (result == TWI_OK && n > 1) {
            right = write_read(TAPE, buf, n - 1) == TWI_OK &&
                    memcmp(buf, want, n - 1) == 0;
        }
    }
    report_length("write, 1 to 255 bytes", result, right, n - 1);
}

static void fill_tape(unsigned len)
{
    pattern(want, len);
    buf[0] = TAPE;
    memcpy(buf + 1, want, len);
    twi_write(PART_ADDR7, buf, len + 1);
}

static void try_reads(void)
{
    enum twi_result result = TWI_OK;
    bool right = true;
    unsigned n;

    fill_tape(LONGEST);
    for (n = 1; n <= LONGEST && result == TWI_OK && right; n++) {
        count_from_now();
        set_command(TAPE);
        result = read_bytes(buf, n);
        add_difference();
        right = memcmp(buf, want, n) == 0;
    }
    report_length("read, 1 to 255 bytes", result, right, n - 1);
}

static void try_write_reads(void)
{
    enum twi_result result = TWI_OK;
    bool right = true;
    unsigned n;

    fill_tape(LONGEST);
    for (n = 1; n <= LONGEST && result == TWI_OK && right; n++) {
        count_from_now();
        result = write_read(TAPE, buf, n);
        add_difference();
        right = memcmp(buf, want, n) == 0;
    }
    report_length("write-read, 1 to 255 bytes", result, right, n - 1);
}

static void try_read_write(void)
{
    uint8_t bytes[] = { PLACE_A, 0xaa, 0xbb };
    struct twi_msg m[] = {
        { PART_ADDR7, TWI_READ, 4, buf },
        { PART_ADDR7, 0, sizeof(bytes), bytes },
    };
    enum twi_result result;
    bool right;

    fill_tape(LONGEST);
    count_from_now();
    set_command(TAPE);
    result = transfer(m, 2);
    add_difference();
    right = memcmp(buf, want, 4) == 0 &&
            write_read(PLACE_A, buf, 2) == TWI_OK &&
            memcmp(buf, bytes + 1, 2) == 0;
    report("read-write", result, right);
}

static void try_write_write(void)
{
    uint8_t a[] = { PLACE_A, 0x11, 0x22 };
    uint8_t b[] = { PLACE_B, 0x33, 0x44 };
    struct twi_msg m[] = {
        { PART_ADDR7, 0, sizeof(a), a },
        { PART_ADDR7, 0, sizeof(b), b },
    };
    enum twi_result result;
    bool right;

    count_from_now();
    result = transfer(m, 2);
    add_difference();
    right = write_read(PLACE_A, buf, 2) == TWI_OK &&
            memcmp(buf, a + 1, 2) == 0 &&
            write_read(PLACE_B, buf, 2) == TWI_OK && memcmp(buf, b + 1, 2) == 0;
    report("write-write", result, right);
}

/* The part goes on where it has stopped. */
static void try_read_read(void)
{
    struct twi_msg m[] = {
        { PART_ADDR7, TWI_READ, 3, buf },
        { PART_ADDR7, TWI_READ, 5, buf + 3 },
    };
    enum twi_result result;

    fill_tape(LONGEST);
    count_from_now();
    set_command(TAPE);
    result = transfer(m, 2);
    add_difference();
    report("read-read", result, memcmp(buf, want, 8) == 0);
    count_from_now();
    set_command(TAPE);
    result = read_bytes(buf, 3);
    if (result == TWI_OK) {
        result = read_bytes(buf + 3, 5);
    }
    add_difference();
    report("read, STOP, read on", result, memcmp(buf, want, 8) == 0);
}

/* Command and read in turn, as many messages as Linux takes at once. */
static void try_many(const char *shape, unsigned count)
{
    static struct twi_msg m[42];
    uint8_t command = PLACE_B;
    enum twi_result result;

    fill_tape(LONGEST);
    memset(buf, 0, sizeof(buf));
    for (unsigned i = 0; i < count; i += 2) {
        m[i] = (struct twi_msg){ PART_ADDR7, 0, 1, &command };
        m[i + 1] = (struct twi_msg){ PART_ADDR7, TWI_READ, 2, buf + i };
    }
    count_from_now();
    result = transfer(m, count);
    add_difference();
    for (unsigned i = 0; i < count; i++) {
        buf[i] ^= want[PLACE_B + i % 2];
    }
    memset(want, 0, count);
    report(shape, result, memcmp(buf, want, count) == 0);
}

/* Adapters and links ask in this way, too, so there may be more of them. */
static void try_nothing(void)
{
    struct twi_msg m = { PART_ADDR7, 0, 0, buf };
    enum twi_result result;
    bool right;

    count_from_now();
    result = twi_transfer(&m, 1, &place);
    right = twi_read_registers(PART_ADDR7, COUNTERS, buf, COUNTER_BYTES) ==
                TWI_OK &&
            buf[QUESTIONS] > 0;
    report("write of no bytes", result, right);
}

/* Refusals */

static void try_nobody(void)
{
    struct twi_msg m = { NOBODY, 0, 0, buf };

    report("nobody's address, no bytes", twi_transfer(&m, 1, &place), true);
    m.len = 2;
    report("nobody's address, write", twi_transfer(&m, 1, &place), true);
    m.flags = TWI_READ;
    report("nobody's address, read", twi_transfer(&m, 1, &place), true);
}

static void refuse(uint8_t byte)
{
    twi_write(PART_ADDR7, (const uint8_t[]){ REFUSE, byte }, 2);
}

static void try_refused_address(void)
{
    uint8_t arm[] = { REFUSE, REFUSE_ADDR };
    struct twi_msg m[] = {
        { PART_ADDR7, 0, sizeof(arm), arm },
        { PART_ADDR7, TWI_READ, 2, buf },
    };

    memset(buf, 0, 2);
    refuse(REFUSE_ADDR);
    report("address refused, write", write_bytes(buf, 2), true);
    refuse(REFUSE_ADDR);
    report("address refused, read", read_bytes(buf, 2), true);
    report("repeated address refused", transfer(m, 2), true);
    refuse(0);
}

#define REFUSED_LEN 8

/* Byte 1 to 8 of 8, each in its turn. */
static void try_refused_bytes(void)
{
    unsigned at_byte = 0;
    unsigned at_stop = 0;
    unsigned as_address = 0;
    enum twi_result result;

    for (unsigned n = 1; n <= REFUSED_LEN; n++) {
        pattern(buf, REFUSED_LEN);
        buf[0] = TAPE;
        refuse((uint8_t)n);
        result = write_bytes(buf, REFUSED_LEN);
        if (result == TWI_NACK_DATA) {
            at_stop += place.at_stop;
            at_byte += !place.at_stop && place.byte + 1 == n;
        }
        as_address += result == TWI_NACK_ADDRESS;
        refuse(0);
    }
    printf("byte 1 to 8 of 8 refused: ");
    if (at_byte == REFUSED_LEN) {
        printf("NACK at that byte\n");
    } else if (at_stop == REFUSED_LEN) {
        printf("NACK at STOP\n");
    } else if (as_address == REFUSED_LEN) {
        printf("address NACK\n");
    } else {
        printf("NACK at that byte %u times, at STOP %u times\n", at_byte,
               at_stop);
    }
}

static void try_refused_command(void)
{
    enum twi_result result;

    refuse(1);
    result = write_read(TAPE, buf, 2);
    printf("command of a write-read refused: ");
    if (result == TWI_NACK_DATA && place.msg == 1) {
        printf("NACK at the repeated START\n");
    } else if (result == TWI_NACK_DATA) {
        printf("NACK at that byte\n");
    } else if (result == TWI_OK) {
        printf("ok\n");
    } else {
        print_failure(result);
        printf("\n");
    }
    refuse(0);
    result = write_read(TAPE, buf, 2);
    report("write-read after it", result, true);
}

/* Addresses of their own kind */

static void try_general_call(void)
{
    uint8_t bytes[] = { 0x04, 0x5a };
    uint8_t counters[COUNTER_BYTES];
    struct twi_msg m = { GENERAL, 0, sizeof(bytes), bytes };
    enum twi_result result;
    bool right;

    count_from_now();
    result = twi_transfer(&m, 1, &place);
    right = twi_read_registers(PART_ADDR7, COUNTERS, counters,
                               sizeof(counters)) == TWI_OK &&
            counters[GENERAL_CALLS] == 1 &&
            counters[GENERAL_CALL_BYTE] == bytes[1];
    report("general call", result, right);
    m.flags = TWI_READ;
    report("general call, read", twi_transfer(&m, 1, &place), true);
}

static void try_ten_bits(void)
{
    uint8_t out[] = { TEN_BIT_NEXT, PLACE_A, 0x12, 0x34, 0x56 };
    uint8_t wrong[] = { TEN_BIT_NEXT + 1, 0 };
    struct twi_msg m[] = {
        { TEN_BIT_FIRST, 0, sizeof(out), out },
        { TEN_BIT_FIRST, TWI_READ, 3, buf },
    };
    enum twi_result result = twi_transfer(m, 1, &place);

    report("10-bit address, write", result, true);
    memset(buf, 0, 3);
    m[0].len = 2;
    result = twi_transfer(m, 2, &place);
    report("10-bit address, write-read", result, memcmp(buf, out + 2, 3) == 0);
    m[0] = (struct twi_msg){ TEN_BIT_FIRST, 0, sizeof(wrong), wrong };
    report("10-bit address of nobody", twi_transfer(m, 1, &place), true);
}

/* SMBus */

static void smbus_report(const char *form, const struct smbus *s,
                         enum twi_result result, bool right)
{
    printf("SMBus %s%s: ", form, s->pec ? ", PEC" : "");
    if (result == TWI_OK) {
        printf("%s\n", right ? "ok" : "wrong data");
    } else {
        printf("%s\n", result == TWI_NACK_ADDRESS ? "address NACK"
                       : result == TWI_NACK_DATA  ? "NACK"
                                                  : twi_result_text(result));
    }
}

static void try_smbus_bytes(const struct smbus *s)
{
    uint8_t byte = 0;
    enum twi_result result = smbus_send_byte(s, SEND_BYTE);

    smbus_report("send byte", s, result, true);
    result = smbus_receive_byte(s, &byte);
    smbus_report("receive byte", s, result, byte == SEND_BYTE);
    byte = s->pec ? 0x6b : 0x5a;
    result = smbus_write(s, SMBUS_BYTE, &byte, 1);
    smbus_report("write byte", s, result, true);
    result = smbus_read(s, SMBUS_BYTE, buf, 1);
    smbus_report("read byte", s, result, buf[0] == byte);
}

static void try_smbus_words(const struct smbus *s)
{
    uint8_t word[2] = { s->pec ? 0x12 : 0x34, 0x56 };
    uint8_t call[2] = { 0x0f, word[0] };
    enum twi_result result = smbus_write(s, SMBUS_WORD, word, 2);

    smbus_report("write word", s, result, true);
    result = smbus_read(s, SMBUS_WORD, buf, 2);
    smbus_report("read word", s, result, memcmp(buf, word, 2) == 0);
    result = smbus_process_call(s, CALL, call);
    smbus_report("process call", s, result,
                 (call[0] ^ 0x0f) == 0xff && (call[1] ^ word[0]) == 0xff);
}

static void try_smbus_block(const struct smbus *s, uint8_t len)
{
    enum twi_result result;
    uint8_t count = 0;
    char form[40];

    pattern(want, len);
    result = smbus_write_block(s, SMBUS_BLOCK, want, len);
    snprintf(form, sizeof(form), "write block of %u", len);
    smbus_report(form, s, result, true);
    result = smbus_read_block(s, SMBUS_BLOCK, buf, &count);
    snprintf(form, sizeof(form), "read block of %u", len);
    smbus_report(form, s, result, count == len && memcmp(buf, want, len) == 0);
}

static void try_smbus_block_call(const struct smbus *s, uint8_t len)
{
    enum twi_result result;
    uint8_t count = len;
    bool right = true;
    char form[40];

    pattern(want, len);
    memcpy(buf, want, len);
    result = smbus_block_process_call(s, BLOCK_CALL, buf, &count);
    for (unsigned i = 0; i < len; i++) {
        right = right && count == len && buf[i] == want[len - 1 - i];
    }
    snprintf(form, sizeof(form), "block process call of %u", len);
    smbus_report(form, s, result, right);
}

/* One bit of the PEC is wrong. */
static void try_wrong_pec(const struct smbus *s)
{
    uint8_t good = 0x21;
    uint8_t bad[3] = { SMBUS_BYTE, 0x43, 0 };
    enum twi_result result;

    smbus_write(s, SMBUS_BYTE, &good, 1);
    result = twi_write(PART_ADDR7, bad, sizeof(bad));
    smbus_report("write byte, wrong PEC", &(struct smbus){ 0 }, result, true);
    smbus_read(s, SMBUS_BYTE, buf, 1);
    printf("SMBus byte after a wrong PEC: %s\n",
           buf[0] == good ? "the old one" : "the new one");
}

static void try_smbus(bool pec)
{
    struct smbus s = { PART_ADDR7, pec };

    try_smbus_bytes(&s);
    try_smbus_words(&s);
    try_smbus_block(&s, 1);
    try_smbus_block(&s, 32);
    try_smbus_block(&s, SMBUS_BLOCK_MAX);
    try_smbus_block_call(&s, 16);
    if (pec) {
        try_wrong_pec(&s);
    }
}

/* A part at the end of a network may come later than we do. */
static void wait_for_part(void)
{
    uint32_t last_us = clock_us() + PATIENCE_US;

    while (twi_probe(PART_ADDR7) != TWI_OK &&
           (int32_t)(last_us - clock_us()) > 0) {
        clock_sleep_until_us(clock_us() + ASK_EVERY_US);
    }
}

int main(void)
{
    uart_init();
    clock_init();
    twi_init();
    twi_set_fast(true);
    twi_timeout_us = PATIENCE_US;
    wait_for_part();
    printf("i2c-torture: begins\n");
    try_nothing();
    try_writes();
    try_reads();
    try_write_reads();
    try_read_write();
    try_write_write();
    try_read_read();
    try_many("8 messages", 8);
    try_many("42 messages", 42);
    try_nobody();
    try_refused_address();
    try_refused_bytes();
    try_refused_command();
    try_general_call();
    try_ten_bits();
    try_smbus(false);
    try_smbus(true);
    printf("i2c-torture: done\n");
    for (;;) {
        clock_sleep_until_us(clock_us() + 1000000u);
    }
}
