/*
 * CCM and AAR of the nRF51: packets of BLE, addresses of BLE
 *
 * Keys, packets and addresses are the sample data of the Bluetooth Core
 * Specification 4.0: volume 6 part C, section 1 (encryption), and volume 3
 * part H, appendix D.7 (hash of an address).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "qemu/osdep.h"
#include "nrf_block.h"

#define CCM_ID     15
#define KSGEN      0x000 /* AAR: START */
#define CRYPT      0x004
#define STOP       0x008
#define ENDKSGEN   0x100 /* AAR: END */
#define ENDCRYPT   0x104 /* AAR: RESOLVED */
#define ERROR      0x108 /* AAR: NOTRESOLVED */
#define STATUS     0x400
#define ENABLE     0x500
#define MODE       0x504 /* AAR: NIRK */
#define CNFPTR     0x508 /* AAR: IRKPTR */
#define INPTR      0x50c
#define OUTPTR     0x510 /* AAR: ADDRPTR */
#define SCRATCHPTR 0x514
#define ENABLE_CCM 2
#define ENABLE_AAR 3
#define ENCRYPT    0
#define DECRYPT    1

#define KSGEN_NS      50000
#define ENCRYPT_NS(n) (1000 * (3 + (n)))
#define DECRYPT_NS(n) (8000 * (6 + (n)))
#define RESOLVE_NS(n) (1000 + 6000 * (n))

#define CONFIG (RAM_BASE + 0x100)
#define IN     (RAM_BASE + 0x201)
#define OUT    (RAM_BASE + 0x303)
#define KEYS   (RAM_BASE + 0x400)

struct packet {
    uint8_t counter;
    uint8_t direction; /* 1: from the master */
    uint8_t clear_len; /* with the three bytes before the payload */
    uint8_t clear[30];
    uint8_t sent[34]; /* four bytes longer */
};

static const struct packet packets[] = {
    { 0,
      1,
      4,
      { 0x0f, 0x01, 0x00, 0x06 }, /* LL_START_ENC_RSP1 */
      { 0x0f, 0x05, 0x00, 0x9f, 0xcd, 0xa7, 0xf4, 0x48 } },
    { 0,
      0,
      4,
      { 0x07, 0x01, 0x00, 0x06 }, /* LL_START_ENC_RSP2 */
      { 0x07, 0x05, 0x00, 0xa3, 0x4c, 0x13, 0xa4, 0x15 } },
    { 1,
      1,
      30, /* LL_DATA1 */
      { 0x0e, 0x1b, 0x00, 0x17, 0x00, 0x63, 0x64, 0x65, 0x66, 0x67,
        0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x70, 0x71,
        0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x30 },
      { 0x0e, 0x1f, 0x00, 0x7a, 0x70, 0xd6, 0x64, 0x15, 0x22, 0x6d, 0xf2, 0x6b,
        0x17, 0x83, 0x9a, 0x06, 0x04, 0x05, 0x59, 0x6b, 0xd6, 0x56, 0x4f, 0x79,
        0x6b, 0x5b, 0x9c, 0xe6, 0xff, 0x32, 0xf7, 0x5a, 0x6d, 0x33 } },
};

static void set_config(struct block b, uint8_t counter, uint8_t direction)
{
    const uint8_t config[33] = {
        0x99, 0xad, 0x1b, 0x52, 0x26, 0xa3, 0x7e, 0x3e, /* session key */
        0x05, 0x8e, 0x3b, 0x8e, 0x27, 0xc2, 0xc6, 0x66,      counter,
        0,    0,    0,    0,    0xff, 0xff, 0xff, direction, 0x24,
        0xab, 0xdc, 0xba, 0xbe, 0xba, 0xaf, 0xde, /* IV */
    };

    qtest_memwrite(b.qts, CONFIG, config, sizeof(config));
    block_write(b, CNFPTR, CONFIG);
}

static struct block start_ccm(uint32_t mode, const struct packet *p)
{
    struct block b = block_start(CCM_ID, "");

    block_write(b, ENABLE, ENABLE_CCM);
    block_write(b, MODE, mode);
    block_write(b, INPTR, IN);
    block_write(b, OUTPTR, OUT);
    qtest_memset(b.qts, OUT, 0xee, 64);
    set_config(b, p->counter, p->direction);
    if (mode == ENCRYPT) {
        qtest_memwrite(b.qts, IN, p->clear, p->clear_len);
    } else {
        qtest_memwrite(b.qts, IN, p->sent, p->clear_len + 4);
    }
    return b;
}

static void generate(struct block b)
{
    block_task(b, KSGEN);
    block_expect_in(b, ENDKSGEN, KSGEN_NS);
}

static void expect_out(struct block b, const uint8_t *want, size_t len)
{
    uint8_t got[64];

    qtest_memread(b.qts, OUT, got, sizeof(got));
    g_assert_cmpmem(got, len, want, len);
    g_assert_cmphex(got[len], ==, 0xee); /* nothing behind it */
}

static void registers_reset_and_keep_their_bits(void)
{
    static const struct block_register table[] = {
        { ENDKSGEN, 0, 0 },
        { ENDCRYPT, 0, 0 },
        { ERROR, 0, 0 },
        { BLOCK_SHORTS, 0, 0x1 },
        { STATUS, 0, 0 },
        { MODE, 1, 0x1f },
        { CNFPTR, 0, 0xffffffff },
        { INPTR, 0, 0xffffffff },
        { OUTPTR, 0, 0xffffffff },
        { SCRATCHPTR, 0, 0xffffffff },
        { KSGEN, 0, 0 },
        { CRYPT, 0, 0 },
        { STOP, 0, 0 },
        { ENABLE, 0, 0x3 },
    };
    struct block b = block_start(CCM_ID, "");

    block_check_registers(b, table, G_N_ELEMENTS(table));
    block_check_inten(b, 0x7);
    block_finish(b);
}

static void packets_of_the_standard_are_encrypted(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
        const struct packet *p = &packets[i];
        struct block b = start_ccm(ENCRYPT, p);

        generate(b);
        block_task(b, CRYPT);
        block_expect_in(b, ENDCRYPT, ENCRYPT_NS(p->clear_len - 3));
        expect_out(b, p->sent, p->clear_len + 4);
        g_assert_cmpuint(block_read(b, ERROR), ==, 0);
        block_finish(b);
    }
}

static void packets_of_the_standard_are_decrypted(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packets); i++) {
        const struct packet *p = &packets[i];
        struct block b = start_ccm(DECRYPT, p);

        generate(b);
        block_task(b, CRYPT);
        block_expect_in(b, ENDCRYPT, DECRYPT_NS(p->clear_len + 1));
        expect_out(b, p->clear, p->clear_len);
        g_assert_cmpuint(block_read(b, STATUS), ==, 1);
        block_finish(b);
    }
}

/* Any bit of header (but NESN, SN, MD), payload or MIC */
static void a_changed_packet_fails_its_mic(void)
{
    static const struct {
        uint8_t byte;
        uint8_t bits;
        uint32_t status;
    } changes[] = {
        { 0, 0x01, 0 }, { 0, 0x1c, 1 }, { 3, 0x80, 0 },
        { 4, 0x01, 0 }, { 7, 0x40, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(changes); i++) {
        struct block b = start_ccm(DECRYPT, &packets[0]);
        uint32_t at = IN + changes[i].byte;

        qtest_writeb(b.qts, at, qtest_readb(b.qts, at) ^ changes[i].bits);
        generate(b);
        block_task(b, CRYPT);
        block_expect_in(b, ENDCRYPT, DECRYPT_NS(5));
        g_assert_cmpuint(block_read(b, STATUS), ==, changes[i].status);
        block_finish(b);
    }
}

static void an_empty_packet_is_copied(void)
{
    static const struct packet empty = {
        0, 1, 3, { 0x01, 0x00, 0x00 }, { 0x01, 0x00, 0x00 }
    };

    for (uint32_t mode = ENCRYPT; mode <= DECRYPT; mode++) {
        struct block b = start_ccm(mode, &empty);

        generate(b);
        block_task(b, CRYPT);
        block_expect_in(b, ENDCRYPT,
                        mode == ENCRYPT ? ENCRYPT_NS(0) : DECRYPT_NS(0));
        expect_out(b, empty.clear, 3);
        block_finish(b);
    }
}

static void the_short_encrypts_after_the_key_stream(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_write(b, BLOCK_SHORTS, 1);
    generate(b);
    block_expect_in(b, ENDCRYPT, ENCRYPT_NS(1));
    expect_out(b, packets[0].sent, 8);
    block_finish(b);
}

static void each_packet_needs_a_key_stream(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_task(b, CRYPT);
    g_assert_cmpuint(block_read(b, ERROR), ==, 1);
    block_write(b, ERROR, 0);
    generate(b);
    block_task(b, CRYPT);
    block_expect_in(b, ENDCRYPT, ENCRYPT_NS(1));
    block_task(b, CRYPT);
    g_assert_cmpuint(block_read(b, ERROR), ==, 1);
    block_finish(b);
}

static void impossible_lengths_are_errors(void)
{
    static const struct {
        uint32_t mode;
        uint8_t len;
    } lengths[] = {
        { ENCRYPT, 28 },  { ENCRYPT, 255 }, { DECRYPT, 32 },
        { DECRYPT, 255 }, { DECRYPT, 4 },   { DECRYPT, 1 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(lengths); i++) {
        struct block b = start_ccm(lengths[i].mode, &packets[0]);
        unsigned len = lengths[i].len;

        qtest_writeb(b.qts, IN + 1, len);
        generate(b);
        block_task(b, CRYPT);
        block_expect_in(b, ERROR,
                        lengths[i].mode == ENCRYPT ? ENCRYPT_NS(len)
                                                   : DECRYPT_NS(len));
        g_assert_cmphex(qtest_readb(b.qts, OUT), ==, 0xee);
        block_finish(b);
    }
}

static void data_outside_the_ram_are_errors(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_write(b, CNFPTR, RAM_END - 32);
    block_task(b, KSGEN);
    g_assert_cmpuint(block_read(b, ERROR), ==, 1);
    block_write(b, ERROR, 0);
    block_write(b, CNFPTR, CONFIG);
    generate(b);
    block_write(b, INPTR, 0xfffffffe);
    block_task(b, CRYPT);
    g_assert_cmpuint(block_read(b, ERROR), ==, 1);
    block_write(b, ERROR, 0);
    block_write(b, INPTR, IN);
    block_write(b, OUTPTR, RAM_END - 7); /* one byte short */
    block_task(b, CRYPT);
    block_expect_in(b, ERROR, ENCRYPT_NS(1));
    block_finish(b);
}

static void stop_ends_each_step(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_task(b, KSGEN);
    block_pass(b, KSGEN_NS - 1);
    block_task(b, STOP);
    block_expect_none(b, ENDKSGEN, 10 * KSGEN_NS);
    generate(b);
    block_task(b, CRYPT);
    block_task(b, STOP);
    block_expect_none(b, ENDCRYPT, 10 * KSGEN_NS);
    g_assert_cmphex(qtest_readb(b.qts, OUT), ==, 0xee);
    block_finish(b);
}

static void nothing_happens_unless_enabled(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_write(b, ENABLE, 1);
    block_task(b, KSGEN);
    block_task(b, CRYPT);
    block_expect_none(b, ENDKSGEN, 10 * KSGEN_NS);
    g_assert_cmpuint(block_read(b, ERROR), ==, 0);
    block_finish(b);
}

static void ecb_gives_way(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);
    struct block ecb = { .qts = b.qts, .id = 14 };

    block_write(ecb, 0x504, RAM_BASE + 0x1000);
    block_task(ecb, 0x000);
    block_task(b, KSGEN);
    g_assert_cmpuint(block_read(ecb, 0x104), ==, 1); /* ERRORECB */
    block_expect_none(ecb, 0x100, 20000);
    block_finish(b);
}

static void the_interrupt_is_number_15(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_write(b, BLOCK_INTENSET, 0x1);
    block_task(b, KSGEN);
    block_pass(b, KSGEN_NS - 1);
    g_assert_false(qtest_get_irq(b.qts, CCM_ID));
    block_pass(b, 1);
    g_assert_true(qtest_get_irq(b.qts, CCM_ID));
    block_write(b, ENDKSGEN, 0);
    g_assert_false(qtest_get_irq(b.qts, CCM_ID));
    block_task(b, STOP); /* drops the key stream */
    block_task(b, CRYPT);
    g_assert_false(qtest_get_irq(b.qts, CCM_ID)); /* ERROR not enabled */
    block_write(b, BLOCK_INTENSET, 0x4);
    g_assert_true(qtest_get_irq(b.qts, CCM_ID));
    block_finish(b);
}

/* PPI joins what the short could, and the packet is under way meanwhile. */
static void ppi_and_migration(void)
{
    struct block b = start_ccm(ENCRYPT, &packets[0]);

    block_join(b, 7, block_address(b, ENDKSGEN), block_address(b, CRYPT));
    block_task(b, KSGEN);
    block_pass(b, KSGEN_NS + 999);
    b = block_migrate(b);
    block_expect_in(b, ENDCRYPT, ENCRYPT_NS(1) - 1000);
    expect_out(b, packets[0].sent, 8);
    block_finish(b);
}

/* AAR */

/* IRK and prand of the standard; the hash is 0dfbaa. */
static const uint8_t irk[16] = {
    0xec, 0x02, 0x34, 0xa3, 0x57, 0xc8, 0xad, 0x05,
    0x34, 0x10, 0x10, 0xa6, 0x0a, 0x39, 0x7d, 0x9b
};
static const uint8_t address[6] = { 0xaa, 0xfb, 0x0d, 0x94, 0x81, 0x70 };

/* The key that fits is number @fitting of @count. */
static struct block start_aar(unsigned fitting, unsigned count)
{
    struct block b = block_start(CCM_ID, "");

    block_write(b, ENABLE, ENABLE_AAR);
    block_write(b, MODE, count);
    block_write(b, CNFPTR, KEYS);
    block_write(b, OUTPTR, IN);
    qtest_memwrite(b.qts, IN + 3, address, sizeof(address));
    qtest_memwrite(b.qts, KEYS + 16 * fitting, irk, sizeof(irk));
    return b;
}

static void the_address_of_the_standard_is_resolved(void)
{
    for (unsigned i = 0; i < 8; i++) {
        struct block b = start_aar(i, 8);

        block_task(b, KSGEN);
        block_expect_in(b, ENDKSGEN, RESOLVE_NS(i + 1));
        g_assert_cmpuint(block_read(b, ENDCRYPT), ==, 1); /* RESOLVED */
        g_assert_cmpuint(block_read(b, ERROR), ==, 0);
        g_assert_cmpuint(block_read(b, STATUS), ==, i);
        block_finish(b);
    }
}

static void an_unknown_address_is_not_resolved(void)
{
    struct block b = start_aar(4, 4); /* the key is behind the last one */

    block_task(b, KSGEN);
    block_expect_in(b, ENDKSGEN, RESOLVE_NS(4));
    g_assert_cmpuint(block_read(b, ENDCRYPT), ==, 0);
    g_assert_cmpuint(block_read(b, ERROR), ==, 1); /* NOTRESOLVED */
    block_write(b, ERROR, 0);
    block_write(b, MODE, 5);
    block_write(b, CNFPTR, RAM_END - 79); /* the last key is not in RAM */
    block_task(b, KSGEN);
    block_expect_in(b, ENDKSGEN, RESOLVE_NS(5));
    g_assert_cmpuint(block_read(b, ERROR), ==, 1);
    block_finish(b);
}

static void stop_ends_resolving(void)
{
    struct block b = start_aar(0, 8);

    block_task(b, KSGEN);
    block_task(b, STOP);
    block_expect_none(b, ENDKSGEN, 10 * RESOLVE_NS(8));
    block_finish(b);
}

#define TEST(name) qtest_add_func("/nrf51-ccm-aar/" #name, name)

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    TEST(registers_reset_and_keep_their_bits);
    TEST(packets_of_the_standard_are_encrypted);
    TEST(packets_of_the_standard_are_decrypted);
    TEST(a_changed_packet_fails_its_mic);
    TEST(an_empty_packet_is_copied);
    TEST(the_short_encrypts_after_the_key_stream);
    TEST(each_packet_needs_a_key_stream);
    TEST(impossible_lengths_are_errors);
    TEST(data_outside_the_ram_are_errors);
    TEST(stop_ends_each_step);
    TEST(nothing_happens_unless_enabled);
    TEST(ecb_gives_way);
    TEST(the_interrupt_is_number_15);
    TEST(ppi_and_migration);
    TEST(the_address_of_the_standard_is_resolved);
    TEST(an_unknown_address_is_not_resolved);
    TEST(stop_ends_resolving);
    return g_test_run();
}
